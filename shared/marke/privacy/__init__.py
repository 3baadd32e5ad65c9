"""What may leave a node: the disclosure rules of the own lane."""
