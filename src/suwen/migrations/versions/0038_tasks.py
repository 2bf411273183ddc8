"""lives of job runs, resources of nodes of work, settings of kinds of task

Revision ID: 0038
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op
revision = '0038'
down_revision = '0036'
branch_labels = None
depends_on = None

TELL = """
CREATE FUNCTION job_run_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.status <> OLD.status OR NEW.attempts <> OLD.attempts THEN
        INSERT INTO job_event (run_id, at, status, attempt, worker_id, error)
        VALUES (NEW.id, clock_timestamp(), NEW.status, NEW.attempts, NEW.worker_id, NEW.error);
    END IF;
    RETURN NULL;
END
$$
"""
KNOWN = """
INSERT INTO job_event (run_id, at, status, attempt, worker_id, error)
SELECT run_id, at, status, attempt, worker_id, error FROM (
    SELECT id AS run_id, created_at AS at, 'queued' AS status, 0 AS attempt, NULL::uuid AS worker_id,
           NULL AS error, 0 AS place FROM job_run
    UNION ALL SELECT id, started_at, 'running', 1, worker_id, NULL, 1 FROM job_run WHERE started_at IS NOT NULL
    UNION ALL SELECT id, finished_at, status, attempts, worker_id, error, 2 FROM job_run WHERE finished_at IS NOT NULL
) AS known ORDER BY at, place
"""


def upgrade() -> None:
    op.create_table('job_event',
    sa.Column('id', sa.BigInteger(), autoincrement=True, nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('attempt', sa.BigInteger(), nullable=False),
    sa.Column('worker_id', sa.Uuid(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['run_id'], ['job_run.id'], name=op.f('fk_job_event_run_id_job_run'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_event'))
    )
    op.create_index('ix_job_event_run', 'job_event', ['run_id', 'id'], unique=False)
    op.create_table('job_rule',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('node', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('at_once', sa.BigInteger(), nullable=True),
    sa.Column('memory_mb', sa.BigInteger(), nullable=True),
    sa.Column('window_from', sa.Text(), nullable=True),
    sa.Column('window_to', sa.Text(), nullable=True),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_rule'))
    )
    op.create_index(op.f('ix_job_rule_node'), 'job_rule', ['node'], unique=False)
    op.create_table('job_setting',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('priority', sa.BigInteger(), nullable=True),
    sa.Column('timeout_seconds', sa.BigInteger(), nullable=True),
    sa.Column('retry_times', sa.BigInteger(), nullable=True),
    sa.Column('retry_wait_seconds', sa.Double(), nullable=True),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_job_setting'))
    )
    op.execute(KNOWN)
    op.execute(TELL)
    op.execute("CREATE TRIGGER job_run_tells AFTER INSERT OR UPDATE ON job_run "
               "FOR EACH ROW EXECUTE FUNCTION job_run_tell()")


def downgrade() -> None:
    op.execute("DROP TRIGGER job_run_tells ON job_run")
    op.execute("DROP FUNCTION job_run_tell()")
    op.drop_table('job_setting')
    op.drop_table('job_rule')
    op.drop_table('job_event')
