"""Alembic's environment; `suwen.kernel.migrations` gives it an open connection and the tables of all rooms."""

from alembic import context
from sqlalchemy import Connection

from suwen.kernel.database import Base
from suwen.kernel.migrations import belongs_to_us

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_name=belongs_to_us,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
