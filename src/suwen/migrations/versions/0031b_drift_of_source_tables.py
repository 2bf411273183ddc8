"""drift of source tables

Revision ID: 0031b
Revises: 0031a
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0031b'
down_revision = '0031a'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('ingest_feed', sa.Column('known_columns', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_table('ingest_drift',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('feed_id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('feed', sa.Text(), nullable=False),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('column', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('was', sa.Text(), nullable=True),
    sa.Column('now_is', sa.Text(), nullable=True),
    sa.Column('used', sa.Boolean(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['feed_id'], ['ingest_feed.id'], name=op.f('fk_ingest_drift_feed_id_ingest_feed')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_drift'))
    )
    op.create_index(op.f('ix_ingest_drift_feed_id'), 'ingest_drift', ['feed_id'], unique=False)
    op.create_index('ix_ingest_drift_org', 'ingest_drift', ['org_code', 'status'], unique=False)
    op.create_index('uq_ingest_drift_open', 'ingest_drift', ['feed_id', 'column'], unique=True, postgresql_where="status = 'open'")


def downgrade() -> None:
    op.drop_index('uq_ingest_drift_open', table_name='ingest_drift', postgresql_where="status = 'open'")
    op.drop_index('ix_ingest_drift_org', table_name='ingest_drift')
    op.drop_index(op.f('ix_ingest_drift_feed_id'), table_name='ingest_drift')
    op.drop_table('ingest_drift')
    op.drop_column('ingest_feed', 'known_columns')
