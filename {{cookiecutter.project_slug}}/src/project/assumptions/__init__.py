"""Assumptions: what each family of models takes for granted, and tests of what can be tested."""
