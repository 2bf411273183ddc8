"""distributions of standard datasets, and their runs

Revision ID: 0034b
Revises: 0034a
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0034b'
down_revision = '0034a'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ingest_distribution',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('dataset', sa.Text(), nullable=False),
    sa.Column('orgs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('columns', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('condition', sa.Text(), nullable=False),
    sa.Column('masked', sa.Boolean(), nullable=False),
    sa.Column('grade', sa.BigInteger(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=True),
    sa.Column('table', sa.Text(), nullable=False),
    sa.Column('create_table', sa.Boolean(), nullable=False),
    sa.Column('folder', sa.Text(), nullable=False),
    sa.Column('form', sa.Text(), nullable=False),
    sa.Column('cron', sa.Text(), nullable=True),
    sa.Column('window_from', sa.Text(), nullable=True),
    sa.Column('window_to', sa.Text(), nullable=True),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_status', sa.Text(), nullable=True),
    sa.Column('skipped', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Text(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_distribution'))
    )
    op.create_index(op.f('ix_ingest_distribution_dataset'), 'ingest_distribution', ['dataset'], unique=False)
    op.create_index(op.f('ix_ingest_distribution_next_at'), 'ingest_distribution', ['next_at'], unique=False)
    op.create_table('ingest_distribution_run',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('distribution_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('dataset', sa.Text(), nullable=False),
    sa.Column('orgs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('anew', sa.Boolean(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('rows', sa.BigInteger(), nullable=True),
    sa.Column('put', sa.BigInteger(), nullable=True),
    sa.Column('removed', sa.BigInteger(), nullable=True),
    sa.Column('held', sa.BigInteger(), nullable=True),
    sa.Column('position', sa.Text(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('job_run_id', sa.Uuid(), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['distribution_id'], ['ingest_distribution.id'], name=op.f('fk_ingest_distribution_run_distribution_id_ingest_distribution')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_distribution_run'))
    )
    op.create_index('ix_ingest_distribution_run_of', 'ingest_distribution_run', ['distribution_id', 'started_at'], unique=False)


def downgrade() -> None:
    op.drop_table('ingest_distribution_run')
    op.drop_table('ingest_distribution')
