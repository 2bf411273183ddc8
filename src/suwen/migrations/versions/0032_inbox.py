"""what sources send: messages, inbox, versions of records, tokens

Revision ID: 0032
Revises: 0031b
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0032'
down_revision = '0031b'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence('ingest_inbox_take')))
    op.create_table('ingest_message',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('answer', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_message')),
    sa.UniqueConstraint('source', 'message_id', name=op.f('uq_ingest_message_source_message_id'))
    )
    op.create_index(op.f('ix_ingest_message_received_at'), 'ingest_message', ['received_at'], unique=False)
    op.create_table('ingest_inbox',
    sa.Column('id', sa.BigInteger(), autoincrement=True, nullable=False),
    sa.Column('message', sa.Uuid(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('table', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('records', sa.BigInteger(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('reason_en', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken', sa.BigInteger(), nullable=True),
    sa.Column('landed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['message'], ['ingest_message.id'], name=op.f('fk_ingest_inbox_message_ingest_message')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingest_inbox'))
    )
    op.create_index(op.f('ix_ingest_inbox_message'), 'ingest_inbox', ['message'], unique=False)
    op.create_index(op.f('ix_ingest_inbox_org_code_ingest_inbox_received_at'), 'ingest_inbox', ['org_code', 'received_at'], unique=False)
    op.create_index('ix_ingest_inbox_reading', 'ingest_inbox', ['source', 'table', 'taken', 'id'], unique=False)
    op.create_index(op.f('ix_ingest_inbox_state_ingest_inbox_landed_at'), 'ingest_inbox', ['state', 'landed_at'], unique=False)
    op.create_table('ingest_inbox_version',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('table', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('source', 'table', 'key', name=op.f('pk_ingest_inbox_version'))
    )
    op.create_table('identity_api_token',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('org_code', sa.Text(), nullable=False),
    sa.Column('bound', sa.Text(), nullable=False),
    sa.Column('permissions', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('token_digest', sa.Text(), nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_api_token')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_identity_api_token_token_digest'))
    )
    op.create_index(op.f('ix_identity_api_token_org_code'), 'identity_api_token', ['org_code'], unique=False)
    op.create_index(op.f('ix_identity_api_token_bound'), 'identity_api_token', ['bound'], unique=False)


def downgrade() -> None:
    op.drop_table('identity_api_token')
    op.drop_table('ingest_inbox_version')
    op.drop_table('ingest_inbox')
    op.drop_table('ingest_message')
    op.execute(sa.schema.DropSequence(sa.Sequence('ingest_inbox_take')))
