"""What can be spoken about: variables with units and bounds, categories, breakdowns, indicators, norms."""
