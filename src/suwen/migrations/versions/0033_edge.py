"""edge nodes: who they are, what they are to read, what they have brought

Revision ID: 0033_edge
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0033_edge'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ingest_center_key',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('public_key', sa.Text(), nullable=False),
    sa.Column('private_key', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_center_key'))
    )
    op.create_table('ingest_node',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=True),
    sa.Column('secret_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('public_key', sa.Text(), nullable=True),
    sa.Column('version', sa.Text(), nullable=True),
    sa.Column('buffered_chunks', sa.BigInteger(), nullable=False),
    sa.Column('buffered_bytes', sa.BigInteger(), nullable=False),
    sa.Column('buffer_limit', sa.BigInteger(), nullable=False),
    sa.Column('waiting', sa.Boolean(), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_node'))
    )
    op.create_index(op.f('ix_ingest_node_org_code'), 'ingest_node', ['org_code'], unique=False)
    op.add_column('ingest_source', sa.Column('node_id', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_ingest_source_node_id'), 'ingest_source', ['node_id'], unique=False)
    op.create_foreign_key(op.f('fk_ingest_source_node_id_ingest_node'), 'ingest_source', 'ingest_node', ['node_id'], ['id'])
    op.add_column('ingest_batch', sa.Column('delivery_id', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_ingest_batch_delivery_id'), 'ingest_batch', ['delivery_id'], unique=False)
    op.create_table('ingest_delivery',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('node_id', sa.Uuid(), nullable=False),
    sa.Column('feed_id', sa.Uuid(), nullable=False),
    sa.Column('node', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('feed', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('wanted', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('attempt', sa.Text(), nullable=True),
    sa.Column('manifest', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('rows_read', sa.BigInteger(), nullable=False),
    sa.Column('chunks', sa.BigInteger(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('batch_id', sa.Uuid(), nullable=True),
    sa.Column('job_run_id', sa.Uuid(), nullable=True),
    sa.Column('ordered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('landed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['feed_id'], ['ingest_feed.id'], name=op.f('fk_ingest_delivery_feed_id_ingest_feed')),
    sa.ForeignKeyConstraint(['node_id'], ['ingest_node.id'], name=op.f('fk_ingest_delivery_node_id_ingest_node')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_delivery'))
    )
    op.create_index('ix_ingest_delivery_under_way', 'ingest_delivery', ['feed_id'], unique=True, postgresql_where=sa.text("state IN ('ordered', 'receiving', 'complete')"))
    op.create_index(op.f('ix_ingest_delivery_node_id_ingest_delivery_ordered_at'), 'ingest_delivery', ['node_id', 'ordered_at'], unique=False)
    op.create_index(op.f('ix_ingest_delivery_org_code_ingest_delivery_ordered_at'), 'ingest_delivery', ['org_code', 'ordered_at'], unique=False)
    op.create_table('ingest_delivery_chunk',
    sa.Column('delivery_id', sa.Uuid(), nullable=False),
    sa.Column('sequence', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('attempt', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('rows', sa.BigInteger(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['ingest_delivery.id'], name=op.f('fk_ingest_delivery_chunk_delivery_id_ingest_delivery')),
    sa.PrimaryKeyConstraint('delivery_id', 'sequence', name=op.f('pk_ingest_delivery_chunk'))
    )


def downgrade() -> None:
    op.drop_table('ingest_delivery_chunk')
    op.drop_table('ingest_delivery')
    op.drop_index(op.f('ix_ingest_batch_delivery_id'), table_name='ingest_batch')
    op.drop_column('ingest_batch', 'delivery_id')
    op.drop_constraint(op.f('fk_ingest_source_node_id_ingest_node'), 'ingest_source', type_='foreignkey')
    op.drop_index(op.f('ix_ingest_source_node_id'), table_name='ingest_source')
    op.drop_column('ingest_source', 'node_id')
    op.drop_table('ingest_node')
    op.drop_table('ingest_center_key')
