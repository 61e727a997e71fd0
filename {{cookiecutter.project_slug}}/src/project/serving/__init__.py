"""Answer for new rows with a model that was trained before."""
