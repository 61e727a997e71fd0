"""Evaluation: one module for each method."""
