"""Where distributed rows go: databases, files."""
