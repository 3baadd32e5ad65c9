"""What the node does by itself: ask the hub what is new, decide, answer, and carry its outbox out."""
