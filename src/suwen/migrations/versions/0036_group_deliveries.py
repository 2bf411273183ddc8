"""what an edge node brings for a member of a job group

Revision ID: 0036
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('ingest_group_step', sa.Column('delivery_id', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_ingest_group_step_delivery_id'), 'ingest_group_step', ['delivery_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_ingest_group_step_delivery_id'), table_name='ingest_group_step')
    op.drop_column('ingest_group_step', 'delivery_id')
