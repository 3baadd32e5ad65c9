"""Files from outside, one module a format: sniff, parse, preview, commit, and a list of rejected rows with reasons."""
