"""checks behind edge nodes: what a delivery is for, and what a difference waits for

Revision ID: 0040
Revises: 0039b
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0040'
down_revision = '0039b'
branch_labels = None
depends_on = None

PRESENT = sa.text("state IN ('ordered', 'receiving', 'complete')")
ROWS_PRESENT = sa.text("state IN ('ordered', 'receiving', 'complete') AND purpose = 'batch'")
ASKED_PRESENT = sa.text("state IN ('ordered', 'receiving', 'complete') AND purpose <> 'batch'")


def upgrade() -> None:
    op.add_column('ingest_delivery', sa.Column('purpose', sa.Text(), nullable=False, server_default='batch'))
    op.alter_column('ingest_delivery', 'purpose', server_default=None)
    op.add_column('ingest_delivery', sa.Column('about', sa.Uuid(), nullable=True))
    op.add_column('ingest_delivery', sa.Column('context', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.drop_index('ix_ingest_delivery_under_way', table_name='ingest_delivery')
    op.create_index('ix_ingest_delivery_under_way', 'ingest_delivery', ['feed_id'], unique=True, postgresql_where=ROWS_PRESENT)
    op.create_index('ix_ingest_delivery_about', 'ingest_delivery', ['about', 'purpose'], unique=True, postgresql_where=ASKED_PRESENT)
    op.add_column('ingest_difference', sa.Column('step', sa.Text(), nullable=True))
    op.add_column('ingest_difference', sa.Column('waits_for', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_ingest_difference_waits_for'), 'ingest_difference', ['waits_for'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_ingest_difference_waits_for'), table_name='ingest_difference')
    op.drop_column('ingest_difference', 'waits_for')
    op.drop_column('ingest_difference', 'step')
    op.execute("DELETE FROM ingest_delivery_chunk WHERE delivery_id IN (SELECT id FROM ingest_delivery WHERE purpose <> 'batch')")
    op.execute("DELETE FROM ingest_delivery WHERE purpose <> 'batch'")
    op.drop_index('ix_ingest_delivery_about', table_name='ingest_delivery')
    op.drop_index('ix_ingest_delivery_under_way', table_name='ingest_delivery')
    op.create_index('ix_ingest_delivery_under_way', 'ingest_delivery', ['feed_id'], unique=True, postgresql_where=PRESENT)
    op.drop_column('ingest_delivery', 'context')
    op.drop_column('ingest_delivery', 'about')
    op.drop_column('ingest_delivery', 'purpose')
