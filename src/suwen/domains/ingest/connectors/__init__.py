"""The connectors: one folder each, holding `CONNECTOR`; they know nothing of each other."""
