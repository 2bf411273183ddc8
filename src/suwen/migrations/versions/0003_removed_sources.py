"""removed sources

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('ingest_source', sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('ingest_feed', sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('ingest_feed', 'removed_at')
    op.drop_column('ingest_source', 'removed_at')
