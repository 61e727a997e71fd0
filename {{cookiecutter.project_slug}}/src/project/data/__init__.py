"""The data stages: ingest, validate, split. One module, one stage, one function, one output."""
