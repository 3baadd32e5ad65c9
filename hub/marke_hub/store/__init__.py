"""The hub's tables. None of them has a row about a member of a collective; a house test reads the columns."""
