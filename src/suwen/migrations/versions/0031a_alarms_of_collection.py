"""alarms of collection

Revision ID: 0031a
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0031a'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ingest_alarm_rule',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('feed', sa.Text(), nullable=True),
    sa.Column('threshold', sa.Double(), nullable=False),
    sa.Column('weeks', sa.BigInteger(), nullable=False),
    sa.Column('severity', sa.Text(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('evaluated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_alarm_rule'))
    )
    op.create_index(op.f('ix_ingest_alarm_rule_next_at'), 'ingest_alarm_rule', ['next_at'], unique=False)
    op.create_index(op.f('ix_ingest_alarm_rule_org_code'), 'ingest_alarm_rule', ['org_code'], unique=False)
    op.create_table('ingest_alarm',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('rule_id', sa.Uuid(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('severity', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('feed_id', sa.Uuid(), nullable=False),
    sa.Column('feed', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('figures', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('text_en', sa.Text(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('off', sa.Boolean(), nullable=False),
    sa.Column('acknowledged_by', sa.Text(), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['feed_id'], ['ingest_feed.id'], name=op.f('fk_ingest_alarm_feed_id_ingest_feed')),
    sa.ForeignKeyConstraint(['rule_id'], ['ingest_alarm_rule.id'], name=op.f('fk_ingest_alarm_rule_id_ingest_alarm_rule')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_alarm'))
    )
    op.create_index(op.f('ix_ingest_alarm_feed_id'), 'ingest_alarm', ['feed_id'], unique=False)
    op.create_index('ix_ingest_alarm_org', 'ingest_alarm', ['org_code', 'status'], unique=False)
    op.create_index('ix_ingest_alarm_raised', 'ingest_alarm', ['raised_at'], unique=False)
    op.create_index('uq_ingest_alarm_standing', 'ingest_alarm', ['rule_id', 'feed_id', 'subject'], unique=True, postgresql_where="status <> 'cleared'")


def downgrade() -> None:
    op.drop_index('uq_ingest_alarm_standing', table_name='ingest_alarm', postgresql_where="status <> 'cleared'")
    op.drop_index('ix_ingest_alarm_raised', table_name='ingest_alarm')
    op.drop_index('ix_ingest_alarm_org', table_name='ingest_alarm')
    op.drop_index(op.f('ix_ingest_alarm_feed_id'), table_name='ingest_alarm')
    op.drop_table('ingest_alarm')
    op.drop_index(op.f('ix_ingest_alarm_rule_org_code'), table_name='ingest_alarm_rule')
    op.drop_index(op.f('ix_ingest_alarm_rule_next_at'), table_name='ingest_alarm_rule')
    op.drop_table('ingest_alarm_rule')
