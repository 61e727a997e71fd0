"""Hold what a model said in production to what it promised before."""
