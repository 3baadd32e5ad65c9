"""The pages of a collective: what happened, what is asked, what was decided, where we stand."""
