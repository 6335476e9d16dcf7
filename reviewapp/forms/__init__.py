"""WTForms: the shape of input, one file an area. What input means is decided by the services."""
