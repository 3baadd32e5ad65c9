"""Who decides what leaves: consent, and the mode of decision."""
