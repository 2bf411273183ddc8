"""Synthetic mentions with known truth: what hospitals might write for the names of a standard list."""
