"""rollout templates, and the institutions brought in after them; written beside 0033 to 0035b, and chained behind

Revision ID: 0034a
Revises: 0035b
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0034a'
down_revision = '0035b'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ingest_template',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('connector', sa.Text(), nullable=False),
    sa.Column('system', sa.Text(), nullable=False),
    sa.Column('parameters', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('definition', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('revision', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_template')),
    sa.UniqueConstraint('title', name=op.f('uq_ingest_template_title'))
    )
    op.create_table('ingest_rollout',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('template_id', sa.Uuid(), nullable=False),
    sa.Column('template', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('options', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('revision', sa.BigInteger(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('server', sa.Text(), nullable=True),
    sa.Column('missing', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('tested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('job_run_id', sa.Uuid(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['template_id'], ['ingest_template.id'], name=op.f('fk_ingest_rollout_template_id_ingest_template')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_rollout')),
    sa.UniqueConstraint('code', name=op.f('uq_ingest_rollout_code'))
    )
    op.create_index(op.f('ix_ingest_rollout_template_id'), 'ingest_rollout', ['template_id'], unique=False)
    op.create_index(op.f('ix_ingest_rollout_org_code'), 'ingest_rollout', ['org_code'], unique=False)


def downgrade() -> None:
    op.drop_table('ingest_rollout')
    op.drop_table('ingest_template')
