"""looks at sources behind edge nodes, which somebody waits for

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op
revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ingest_look',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('node_id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('asked', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['node_id'], ['ingest_node.id'], name=op.f('fk_ingest_look_node_id_ingest_node')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_look'))
    )
    op.create_index(op.f('ix_ingest_look_node_id_ingest_look_asked_at'), 'ingest_look', ['node_id', 'asked_at'], unique=False)


def downgrade() -> None:
    op.drop_table('ingest_look')
