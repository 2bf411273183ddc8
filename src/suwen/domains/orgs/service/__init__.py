"""What the orgs room does."""
