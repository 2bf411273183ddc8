"""latency of batches

Revision ID: 0031
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op
revision = '0031'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('ingest_batch', sa.Column('committed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('ingest_batch', sa.Column('latency', sa.Double(), nullable=True))
    op.add_column('ingest_feed', sa.Column('data_at', sa.DateTime(timezone=True), nullable=True))
    # When the source had committed them is not known any more.
    op.execute(
        "UPDATE ingest_batch SET latency = extract(epoch FROM finished_at - started_at) "
        "WHERE status = 'standardised' AND mode <> 'replay'"
    )
    op.execute(
        "UPDATE ingest_feed SET data_at = found.at FROM (SELECT feed_id, max(finished_at) AS at FROM ingest_batch "
        "WHERE status = 'standardised' AND mode <> 'replay' AND rows_in + rows_deleted > 0 GROUP BY feed_id) AS found "
        "WHERE found.feed_id = ingest_feed.id"
    )
    op.create_index(
        'ix_ingest_batch_watched', 'ingest_batch', ['started_at'], unique=False,
        postgresql_include=['org_code', 'source', 'feed_id', 'status', 'mode', 'rows_in', 'rows_std',
                            'rows_quarantined', 'rows_deleted', 'latency'],
    )
    op.create_index(op.f('ix_ingest_feed_data_at'), 'ingest_feed', ['data_at'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_ingest_feed_data_at'), table_name='ingest_feed')
    op.drop_index('ix_ingest_batch_watched', table_name='ingest_batch')
    op.drop_column('ingest_feed', 'data_at')
    op.drop_column('ingest_batch', 'latency')
    op.drop_column('ingest_batch', 'committed_at')
