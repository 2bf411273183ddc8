"""From SQL over logical table names to a statement that an engine can run, inside the caller's data scope."""
