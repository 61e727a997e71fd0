"""Decide which model serves, and keep those that did."""
