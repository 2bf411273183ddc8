"""The history of the database's tables: Alembic's environment and one file per revision."""
