"""How scores follow from the number of training rows, and from one setting."""
