"""schemes: what is to come of institutions' systems

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ingest_scheme',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('system', sa.Text(), nullable=False),
    sa.Column('datasets', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('frequency', sa.Text(), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('way', sa.Text(), nullable=False),
    sa.Column('phase', sa.Text(), nullable=False),
    sa.Column('due', sa.Date(), nullable=True),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_scheme')),
    sa.UniqueConstraint('org_code', 'system', name=op.f('uq_ingest_scheme_org_code_system'))
    )
    op.create_index(op.f('ix_ingest_scheme_org_code'), 'ingest_scheme', ['org_code'], unique=False)


def downgrade() -> None:
    op.drop_table('ingest_scheme')
