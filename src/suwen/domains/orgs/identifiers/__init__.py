"""Official numbers: check digits as plain functions, and the same rules as SQL for both engines."""
