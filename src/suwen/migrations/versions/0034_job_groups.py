"""categories and priorities of feeds; job groups, their runs and members

Revision ID: 0034
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0034'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ingest_category',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_category')),
    sa.UniqueConstraint('code', name=op.f('uq_ingest_category_code'))
    )
    op.add_column('ingest_feed', sa.Column('category', sa.Text(), nullable=True))
    op.add_column('ingest_feed', sa.Column('priority', sa.Text(), nullable=False, server_default='normal'))
    op.alter_column('ingest_feed', 'priority', server_default=None)
    op.create_index(op.f('ix_ingest_feed_category'), 'ingest_feed', ['category'], unique=False)
    op.create_foreign_key(op.f('fk_ingest_feed_category_ingest_category'), 'ingest_feed', 'ingest_category', ['category'], ['code'])
    op.create_table('ingest_group',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('members', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('orgs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('on_failure', sa.Text(), nullable=False),
    sa.Column('retries', sa.BigInteger(), nullable=False),
    sa.Column('retry_seconds', sa.BigInteger(), nullable=False),
    sa.Column('cron', sa.Text(), nullable=True),
    sa.Column('window_from', sa.Text(), nullable=True),
    sa.Column('window_to', sa.Text(), nullable=True),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_run_id', sa.Uuid(), nullable=True),
    sa.Column('last_status', sa.Text(), nullable=True),
    sa.Column('skipped', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_group'))
    )
    op.create_index(op.f('ix_ingest_group_next_at'), 'ingest_group', ['next_at'], unique=False)
    op.create_table('ingest_group_run',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('group_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('orgs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('begun_by', sa.Text(), nullable=True),
    sa.Column('on_failure', sa.Text(), nullable=False),
    sa.Column('retries', sa.BigInteger(), nullable=False),
    sa.Column('retry_seconds', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('cancel_requested', sa.Boolean(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('done', sa.BigInteger(), nullable=False),
    sa.Column('failed', sa.BigInteger(), nullable=False),
    sa.Column('skipped', sa.BigInteger(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['group_id'], ['ingest_group.id'], name=op.f('fk_ingest_group_run_group_id_ingest_group')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_group_run'))
    )
    op.create_index(op.f('ix_ingest_group_run_group_id_ingest_group_run_started_at'), 'ingest_group_run', ['group_id', 'started_at'], unique=False)
    op.create_index(op.f('ix_ingest_group_run_status'), 'ingest_group_run', ['status'], unique=False)
    op.create_table('ingest_group_step',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('feed', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('after', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('layer', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('tries', sa.BigInteger(), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=True),
    sa.Column('job_run_id', sa.Uuid(), nullable=True),
    sa.Column('batch_id', sa.Text(), nullable=True),
    sa.Column('rows_in', sa.BigInteger(), nullable=True),
    sa.Column('rows_std', sa.BigInteger(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['run_id'], ['ingest_group_run.id'], name=op.f('fk_ingest_group_step_run_id_ingest_group_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_group_step')),
    sa.UniqueConstraint('run_id', 'feed', name=op.f('uq_ingest_group_step_run_id_feed'))
    )
    op.create_index(op.f('ix_ingest_group_step_org_code_ingest_group_step_started_at'), 'ingest_group_step', ['org_code', 'started_at'], unique=False)


def downgrade() -> None:
    op.drop_table('ingest_group_step')
    op.drop_table('ingest_group_run')
    op.drop_table('ingest_group')
    op.drop_constraint(op.f('fk_ingest_feed_category_ingest_category'), 'ingest_feed', type_='foreignkey')
    op.drop_column('ingest_feed', 'priority')
    op.drop_column('ingest_feed', 'category')
    op.drop_table('ingest_category')
