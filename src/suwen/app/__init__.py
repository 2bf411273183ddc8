"""The composition root: finds the rooms and builds the API, the worker and the command line from them."""
