"""distribution by messages: what targets were told of each row, and their receipts

Revision ID: 0037
Revises: 0034b
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0037'
down_revision = '0034b'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('ingest_distribution', sa.Column('delivery', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default='{}'))
    op.alter_column('ingest_distribution', 'delivery', server_default=None)
    op.add_column('ingest_distribution_run', sa.Column('refused', sa.BigInteger(), nullable=True))
    op.add_column('ingest_distribution_run', sa.Column('since', sa.BigInteger(), nullable=True))
    op.create_table('ingest_distributed_row',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('distribution_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('known', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['distribution_id'], ['ingest_distribution.id'], name=op.f('fk_ingest_distributed_row_distribution_id_ingest_distribution')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_distributed_row')),
    sa.UniqueConstraint('distribution_id', 'name', name='uq_ingest_distributed_row_name')
    )
    op.create_index(op.f('ix_ingest_distributed_row_message'), 'ingest_distributed_row', ['message'], unique=False)
    op.create_index(op.f('ix_ingest_distributed_row_org_code'), 'ingest_distributed_row', ['org_code'], unique=False)
    op.create_index('ix_ingest_distributed_row_state', 'ingest_distributed_row', ['distribution_id', 'state'], unique=False)
    op.create_table('ingest_distribution_receipt',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('distribution_id', sa.Uuid(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('rows', sa.BigInteger(), nullable=False),
    sa.Column('refused', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.BigInteger(), nullable=True),
    sa.Column('number', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('tries', sa.BigInteger(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['distribution_id'], ['ingest_distribution.id'], name=op.f('fk_ingest_distribution_receipt_distribution_id_ingest_distribution')),
    sa.ForeignKeyConstraint(['run_id'], ['ingest_distribution_run.id'], name=op.f('fk_ingest_distribution_receipt_run_id_ingest_distribution_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_distribution_receipt'))
    )
    op.create_index(op.f('ix_ingest_distribution_receipt_org_code'), 'ingest_distribution_receipt', ['org_code'], unique=False)
    op.create_index(op.f('ix_ingest_distribution_receipt_message'), 'ingest_distribution_receipt', ['message'], unique=False)
    op.create_index('ix_ingest_distribution_receipt_of', 'ingest_distribution_receipt', ['distribution_id', 'answered_at'], unique=False)


def downgrade() -> None:
    op.drop_table('ingest_distribution_receipt')
    op.drop_table('ingest_distributed_row')
    op.drop_column('ingest_distribution_run', 'since')
    op.drop_column('ingest_distribution_run', 'refused')
    op.drop_column('ingest_distribution', 'delivery')
