"""keys of differences sealed

Keys lay there as plain text, and may be numbers of persons. They are removed: those of open differences are found
again when the difference is settled, the counts of closed ones stay.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _forget()
    op.add_column('ingest_difference_key', sa.Column('sealed', sa.Text(), nullable=False))
    op.drop_column('ingest_difference_key', 'parts')
    op.drop_column('ingest_difference_key', 'source_key')


def downgrade() -> None:
    _forget()
    op.add_column('ingest_difference_key', sa.Column('source_key', sa.Text(), nullable=True))
    op.add_column('ingest_difference_key', sa.Column('parts', postgresql.JSONB(astext_type=sa.Text()), nullable=False))
    op.drop_column('ingest_difference_key', 'sealed')


def _forget() -> None:
    op.execute("DELETE FROM ingest_difference_key")
    op.execute(
        "UPDATE ingest_difference SET missing = NULL, extra = NULL, differing = NULL, lost = NULL, pending = NULL "
        "WHERE status = 'open'"
    )
