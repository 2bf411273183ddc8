"""Every query of the orgs room."""
