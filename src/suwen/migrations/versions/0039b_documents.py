"""documents: which are collected from where, and what is known of each

Revision ID: 0039b
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0039b'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ingest_collection',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('pattern', sa.Text(), nullable=False),
    sa.Column('naming', sa.Text(), nullable=False),
    sa.Column('most_bytes', sa.BigInteger(), nullable=False),
    sa.Column('found', sa.BigInteger(), nullable=False),
    sa.Column('kept', sa.BigInteger(), nullable=False),
    sa.Column('unreadable', sa.BigInteger(), nullable=False),
    sa.Column('refused', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['ingest_source.id'], name=op.f('fk_ingest_collection_source_id_ingest_source')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_collection'))
    )
    op.create_index(op.f('ix_ingest_collection_source_id'), 'ingest_collection', ['source_id'], unique=False)
    op.create_index(op.f('ix_ingest_collection_org_code'), 'ingest_collection', ['org_code'], unique=False)
    op.create_table('ingest_document',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('collection_id', sa.Uuid(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('stamp', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('pages', sa.BigInteger(), nullable=True),
    sa.Column('characters', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('patient_id', sa.Text(), nullable=True),
    sa.Column('encounter_id', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('collected_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['collection_id'], ['ingest_collection.id'], name=op.f('fk_ingest_document_collection_id_ingest_collection')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_document')),
    sa.UniqueConstraint('collection_id', 'path', 'digest', name=op.f('uq_ingest_document_collection_id_path_digest'))
    )
    op.create_index('ix_ingest_document_newest', 'ingest_document', ['org_code', 'collected_at'], unique=False)
    for column in ('digest', 'patient_id', 'encounter_id'):
        op.create_index(op.f(f'ix_ingest_document_{column}'), 'ingest_document', [column], unique=False)


def downgrade() -> None:
    op.drop_table('ingest_document')
    op.drop_table('ingest_collection')
