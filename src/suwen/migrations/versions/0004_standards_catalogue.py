"""standards catalogue

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from suwen.kernel.pinyin import initials

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

SEARCHED = {
    'standards_item': ('code', 'title', 'title_en', 'initials'),
    'standards_element': ('name', 'title', 'title_en', 'de', 'initials'),
    'standards_code': ('code', 'title', 'title_en', 'initials'),
    'standards_data_element': ('code', 'title', 'initials'),
    'standards_document': ('code', 'title', 'initials', 'template_id'),
    'standards_section': ('code', 'title', 'title_en', 'initials'),
}
INITIALS = 'Pinyin initials of the title'
VERIFIED = 'Read from some text, not general knowledge'


def upgrade() -> None:
    for table in ('standards_item', 'standards_element', 'standards_code'):
        op.add_column(table, sa.Column('initials', sa.Text(), nullable=True, comment=INITIALS))
        _fill_initials(table)
        op.alter_column(table, 'initials', nullable=False)
    op.add_column('standards_item', sa.Column('verified', sa.Boolean(), nullable=True, comment=VERIFIED))
    op.execute("UPDATE standards_item SET verified = provenance NOT LIKE '%unverified%'")
    op.alter_column('standards_item', 'verified', nullable=False)
    op.alter_column(
        'standards_item',
        'size',
        existing_type=sa.BigInteger(),
        existing_nullable=False,
        comment='Elements of a dataset, codes of a value set, sections of a document',
    )
    for column in _origin(nullable=True):
        op.add_column('standards_code', column)
    op.execute(
        "UPDATE standards_code AS code SET pack = item.pack, edition = item.edition, verified = item.verified "
        "FROM standards_item AS item "
        "WHERE item.kind = 'value_set' AND item.valid_to IS NULL AND item.code = code.value_set"
    )
    for name in ('pack', 'edition', 'verified'):
        op.alter_column('standards_code', name, nullable=False)
    op.create_table(
        'standards_data_element',
        sa.Column('code', sa.Text(), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('initials', sa.Text(), nullable=False, comment=INITIALS),
        sa.Column('type', sa.Text(), nullable=False),
        sa.Column('format', sa.Text(), nullable=True),
        sa.Column('min_length', sa.BigInteger(), nullable=True),
        sa.Column('max_length', sa.BigInteger(), nullable=True),
        sa.Column('unit', sa.Text(), nullable=True),
        sa.Column('value_set', sa.Text(), nullable=True),
        sa.Column('standard', sa.Text(), nullable=False),
        *_origin(),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_standards_data_element')),
    )
    op.create_table(
        'standards_document',
        sa.Column('code', sa.Text(), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('initials', sa.Text(), nullable=False, comment=INITIALS),
        sa.Column('template_id', sa.Text(), nullable=False),
        sa.Column('source_dataset', sa.Text(), nullable=True),
        sa.Column(
            'datasets', sa.Text(), nullable=False, comment='Codes of the declared datasets that carry its content'
        ),
        sa.Column('size', sa.BigInteger(), nullable=False, comment='Sections'),
        sa.Column('standard', sa.Text(), nullable=False),
        *_origin(),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_standards_document')),
    )
    op.create_table(
        'standards_section',
        sa.Column('id', sa.Text(), nullable=False, comment='document:position'),
        sa.Column('document', sa.Text(), nullable=False),
        sa.Column('position', sa.BigInteger(), nullable=False),
        sa.Column('code', sa.Text(), nullable=True),
        sa.Column('system', sa.Text(), nullable=True),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('title_en', sa.Text(), nullable=False),
        sa.Column('initials', sa.Text(), nullable=False, comment=INITIALS),
        *_origin(),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_standards_section')),
    )
    op.create_index(op.f('ix_standards_section_document'), 'standards_section', ['document'], unique=False)
    for table, columns in SEARCHED.items():
        op.create_index(
            f'ix_{table}_search',
            table,
            list(columns),
            unique=False,
            postgresql_using='gin',
            postgresql_ops=dict.fromkeys(columns, 'gin_trgm_ops'),
        )


def downgrade() -> None:
    for table in SEARCHED:
        op.drop_index(f'ix_{table}_search', table_name=table)
    # What only the new kinds say has no place in the former tables.
    op.execute("DELETE FROM standards_item WHERE kind IN ('data_element', 'document')")
    for table in ('standards_section', 'standards_document', 'standards_data_element'):
        op.drop_table(table)
    for name in ('pack', 'edition', 'verified'):
        op.drop_column('standards_code', name)
    op.drop_column('standards_item', 'verified')
    for table in ('standards_item', 'standards_element', 'standards_code'):
        op.drop_column(table, 'initials')


def _origin(nullable: bool = False) -> tuple[sa.Column, ...]:
    return (
        sa.Column('pack', sa.Text(), nullable=nullable),
        sa.Column('edition', sa.Text(), nullable=nullable),
        sa.Column('verified', sa.Boolean(), nullable=nullable, comment=VERIFIED),
    )


def _fill_initials(table: str) -> None:
    held = sa.table(table, sa.column('title', sa.Text()), sa.column('initials', sa.Text()))
    connection = op.get_bind()
    for title in connection.scalars(sa.select(held.c.title).distinct()).all():
        connection.execute(sa.update(held).where(held.c.title == title).values(initials=initials(title)))
