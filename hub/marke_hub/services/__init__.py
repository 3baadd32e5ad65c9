"""What the hub can do: one verb, one module, one transaction, audited in the same breath."""
