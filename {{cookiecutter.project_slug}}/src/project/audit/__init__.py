"""Find randomness that no seed reaches: `make lint` runs `python -m project.audit`."""
