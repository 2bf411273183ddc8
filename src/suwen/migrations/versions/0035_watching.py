"""what watches collection: workers and their tasks' threads, receivers, default alarm rules

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('job_worker',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('pid', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('queues', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cpu', sa.Double(), nullable=False),
    sa.Column('memory', sa.BigInteger(), nullable=False),
    sa.Column('threads', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_worker'))
    )
    op.create_index(op.f('ix_job_worker_seen_at'), 'job_worker', ['seen_at'], unique=False)
    op.add_column('job_run', sa.Column('stage_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('job_run', sa.Column('parts', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default='[]'))
    op.alter_column('job_run', 'parts', server_default=None)
    op.add_column('job_run', sa.Column('rows', sa.BigInteger(), nullable=True))
    op.add_column('job_run', sa.Column('pause_requested', sa.Boolean(), nullable=False, server_default='false'))
    op.alter_column('job_run', 'pause_requested', server_default=None)
    op.add_column('job_run', sa.Column('worker_id', sa.Uuid(), nullable=True))
    op.create_table('ingest_receiver',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('pid', sa.BigInteger(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken', sa.BigInteger(), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('error_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('source', 'channel', 'host', 'pid', name=op.f('pk_ingest_receiver'))
    )
    op.create_index(op.f('ix_ingest_receiver_org_code'), 'ingest_receiver', ['org_code'], unique=False)
    op.add_column('ingest_alarm_rule', sa.Column('default', sa.Text(), nullable=True))
    op.create_unique_constraint(op.f('uq_ingest_alarm_rule_default'), 'ingest_alarm_rule', ['default'])


def downgrade() -> None:
    op.drop_constraint(op.f('uq_ingest_alarm_rule_default'), 'ingest_alarm_rule')
    op.drop_column('ingest_alarm_rule', 'default')
    op.drop_table('ingest_receiver')
    for name in ('worker_id', 'pause_requested', 'rows', 'parts', 'stage_at'):
        op.drop_column('job_run', name)
    op.drop_table('job_worker')
