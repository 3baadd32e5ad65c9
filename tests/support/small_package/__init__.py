"""Templates and words of the small site of the tests."""
