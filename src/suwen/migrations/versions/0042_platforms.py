"""platforms whose data is taken over, institution by institution

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ingest_migration',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('columns', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('tallied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('job_run_id', sa.Uuid(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_migration')),
    sa.UniqueConstraint('title', name=op.f('uq_ingest_migration_title'))
    )
    op.create_index(op.f('ix_ingest_migration_org_code'), 'ingest_migration', ['org_code'], unique=False)
    op.create_table('ingest_migration_tally',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('migration_id', sa.Uuid(), nullable=False),
    sa.Column('feed', sa.Text(), nullable=False),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('column', sa.Text(), nullable=True),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('rows', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['migration_id'], ['ingest_migration.id'], name=op.f('fk_ingest_migration_tally_migration_id_ingest_migration')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_migration_tally')),
    sa.UniqueConstraint('migration_id', 'feed', 'code', name='uq_ingest_migration_tally_code')
    )
    op.create_index(op.f('ix_ingest_migration_tally_migration_id'), 'ingest_migration_tally', ['migration_id'], unique=False)
    op.create_table('ingest_migration_part',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('migration_id', sa.Uuid(), nullable=False),
    sa.Column('migration', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('codes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('job_run_id', sa.Uuid(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_by', sa.Text(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('evidence', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['migration_id'], ['ingest_migration.id'], name=op.f('fk_ingest_migration_part_migration_id_ingest_migration')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_migration_part')),
    sa.UniqueConstraint('source', name=op.f('uq_ingest_migration_part_source'))
    )
    op.create_index(op.f('ix_ingest_migration_part_migration_id'), 'ingest_migration_part', ['migration_id'], unique=False)
    op.create_index(op.f('ix_ingest_migration_part_org_code'), 'ingest_migration_part', ['org_code'], unique=False)


def downgrade() -> None:
    op.drop_table('ingest_migration_part')
    op.drop_table('ingest_migration_tally')
    op.drop_table('ingest_migration')
