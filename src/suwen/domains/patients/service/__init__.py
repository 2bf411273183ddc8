"""What happens in the room patients: linkage runs, people's decisions, and what a reader is shown."""
