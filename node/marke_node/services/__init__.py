"""One verb, one module, one transaction, audited in the same breath."""
