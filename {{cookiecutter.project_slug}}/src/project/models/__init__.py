"""Models: an estimator and all that comes before it, in one pipeline."""
