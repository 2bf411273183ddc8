"""The demo: an invented region, carried through the platform by its own doors."""
