"""the map of nodes: borders of divisions, their tiles, places of institutions

Revision ID: 0035b
Revises: 0033_edge
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0035b'
down_revision = '0033_edge'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('orgs_institution', 'orgs_institution_year'):
        op.add_column(table, sa.Column('longitude', sa.Double(), nullable=True, comment='degrees, CGCS2000 or WGS 84' if table == 'orgs_institution' else None))
        op.add_column(table, sa.Column('latitude', sa.Double(), nullable=True))
    op.create_table('ingest_boundary_set',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('divisions', sa.BigInteger(), nullable=False),
    sa.Column('west', sa.Double(), nullable=False),
    sa.Column('south', sa.Double(), nullable=False),
    sa.Column('east', sa.Double(), nullable=False),
    sa.Column('north', sa.Double(), nullable=False),
    sa.Column('labels', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('imported_by', sa.Text(), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_boundary_set'))
    )
    op.create_table('ingest_boundary_shape',
    sa.Column('set_id', sa.Uuid(), nullable=False),
    sa.Column('band', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('level', sa.BigInteger(), nullable=False),
    sa.Column('west', sa.Double(), nullable=False),
    sa.Column('south', sa.Double(), nullable=False),
    sa.Column('east', sa.Double(), nullable=False),
    sa.Column('north', sa.Double(), nullable=False),
    sa.Column('shape', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['set_id'], ['ingest_boundary_set.id'], name=op.f('fk_ingest_boundary_shape_set_id_ingest_boundary_set'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('set_id', 'band', 'code', name=op.f('pk_ingest_boundary_shape'))
    )
    op.create_table('ingest_boundary_tile',
    sa.Column('set_id', sa.Uuid(), nullable=False),
    sa.Column('z', sa.BigInteger(), nullable=False),
    sa.Column('x', sa.BigInteger(), nullable=False),
    sa.Column('y', sa.BigInteger(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['set_id'], ['ingest_boundary_set.id'], name=op.f('fk_ingest_boundary_tile_set_id_ingest_boundary_set'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('set_id', 'z', 'x', 'y', name=op.f('pk_ingest_boundary_tile'))
    )


def downgrade() -> None:
    op.drop_table('ingest_boundary_tile')
    op.drop_table('ingest_boundary_shape')
    op.drop_table('ingest_boundary_set')
    for table in ('orgs_institution', 'orgs_institution_year'):
        op.drop_column(table, 'latitude')
        op.drop_column(table, 'longitude')
