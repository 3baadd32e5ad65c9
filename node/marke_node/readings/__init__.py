"""Measurements as monthly blocks, and the one way from them to sums per household."""
