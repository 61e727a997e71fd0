"""Reports: a run, told to people."""
