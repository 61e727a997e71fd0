"""Search for hyperparameters by cross-validation on the training split."""
