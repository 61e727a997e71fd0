"""Train, evaluate and trace one model on one table of data."""
