"""The manifest of the room ingest."""

from suwen.domains.ingest.archive import resources as archiving
from suwen.domains.ingest.archive.jobs import collect_documents
from suwen.domains.ingest.archive.routes import router as archive_router
from suwen.domains.ingest.assessing import resources as assessing
from suwen.domains.ingest.assessing.routes import router as assessing_router
from suwen.domains.ingest.assets import delivered, deliveries
from suwen.domains.ingest.distribution import resources as distributing
from suwen.domains.ingest.distribution.jobs import distribute
from suwen.domains.ingest.distribution.routes import router as distribution_router
from suwen.domains.ingest.groups import resources as grouping
from suwen.domains.ingest.groups.jobs import run_member
from suwen.domains.ingest.groups.routes import router as groups_router
from suwen.domains.ingest.jobs import examine_batches, follow_feed, replay_feed, run_feed, run_source
from suwen.domains.ingest.migration import resources as migrating
from suwen.domains.ingest.migration.jobs import make_migration_part, prove_after_run, tally_migration
from suwen.domains.ingest.migration.routes import router as migration_router
from suwen.domains.ingest.mirror import resources as mirroring
from suwen.domains.ingest.mirror.jobs import mirror_after_landing, mirror_nightly, sync_mirror
from suwen.domains.ingest.mirror.routes import router as mirror_router
from suwen.domains.ingest.nodes import resources as nodes
from suwen.domains.ingest.nodes.jobs import land_delivery, tidy_deliveries
from suwen.domains.ingest.nodes.routes import machines as machines_router
from suwen.domains.ingest.nodes.routes import router as nodes_router
from suwen.domains.ingest.peers.routes import router as peers_router
from suwen.domains.ingest.permissions import PERMISSIONS, READ, ROWS
from suwen.domains.ingest.receiving import resources as receiving
from suwen.domains.ingest.receiving.jobs import tidy_inbox
from suwen.domains.ingest.receiving.routes import router as receiving_router
from suwen.domains.ingest.receiving.soap.routes import calls as soap_calls
from suwen.domains.ingest.receiving.soap.routes import router as soap_router
from suwen.domains.ingest.reconcile import resources as reconciling
from suwen.domains.ingest.reconcile.indicators import looking as indicating
from suwen.domains.ingest.reconcile.indicators import resources as indicators
from suwen.domains.ingest.reconcile.indicators.routes import router as indicators_router
from suwen.domains.ingest.reconcile.jobs import (
    check_after_run,
    check_feed,
    check_indicator,
    check_nightly,
    settle_difference,
)
from suwen.domains.ingest.reconcile.looking import waiting
from suwen.domains.ingest.reconcile.routes import router as reconciling_router
from suwen.domains.ingest.resources import GROUP, RESOURCES
from suwen.domains.ingest.rollout import resources as rolling
from suwen.domains.ingest.rollout.jobs import make_rollout
from suwen.domains.ingest.rollout.routes import router as rollout_router
from suwen.domains.ingest.routes import router
from suwen.domains.ingest.routes_changes import router as changes_router
from suwen.domains.ingest.routes_editing import router as editing_router
from suwen.domains.ingest.routes_preparing import router as preparing_router
from suwen.domains.ingest.routes_wsdl import router as wsdl_router
from suwen.domains.ingest.samples import samples
from suwen.domains.ingest.schemes import listing as scheming
from suwen.domains.ingest.schemes.routes import router as schemes_router
from suwen.domains.ingest.standards_used import accepted_by_day, carried, lacking, mappings_using
from suwen.domains.ingest.watching.alarms import resources as alarming
from suwen.domains.ingest.watching.alarms.evaluating import waiting as alarms_waiting
from suwen.domains.ingest.watching.alarms.jobs import alarms_after_failure, alarms_after_run, evaluate_alarms
from suwen.domains.ingest.watching.alarms.routes import router as alarms_router
from suwen.domains.ingest.watching.drift import resources as drifting
from suwen.domains.ingest.watching.drift.routes import router as drift_router
from suwen.domains.ingest.watching.map.routes import router as map_router
from suwen.domains.ingest.watching.routes import router as watching_router
from suwen.domains.ingest.watching.threads.routes import router as threads_router
from suwen.domains.lake.public import register_statement
from suwen.kernel.registry import Domain, Page
from suwen.kernel.todos import Todo

register_statement("ingest.mapping", samples)

DOMAIN = Domain(
    name="ingest",
    title="数据采集",
    title_en="Ingestion",
    groups={
        distributing.GROUP: "Distribution",
        archiving.GROUP: "Documents",
        reconciling.GROUP: "Reconciliation",
        mirroring.GROUP: "Mirrors",
    },
    routers=(
        router,
        editing_router,
        changes_router,
        preparing_router,
        assessing_router,
        reconciling_router,
        indicators_router,
        mirror_router,
        watching_router,
        alarms_router,
        drift_router,
        threads_router,
        map_router,
        receiving_router,
        soap_calls,
        soap_router,
        groups_router,
        machines_router,
        nodes_router,
        rollout_router,
        migration_router,
        distribution_router,
        schemes_router,
        archive_router,
        peers_router,
        wsdl_router,
    ),
    resources=(
        *RESOURCES,
        *assessing.RESOURCES,
        *scheming.RESOURCES,
        *grouping.RESOURCES,
        *rolling.RESOURCES,
        *migrating.RESOURCES,
        *distributing.RESOURCES,
        *receiving.RESOURCES,
        *nodes.RESOURCES,
        *reconciling.RESOURCES,
        *indicators.RESOURCES,
        *mirroring.RESOURCES,
        *alarming.RESOURCES,
        *drifting.RESOURCES,
        *archiving.RESOURCES,
    ),
    jobs=(
        run_feed,
        follow_feed,
        replay_feed,
        run_source,
        run_member,
        make_rollout,
        tally_migration,
        make_migration_part,
        distribute,
        examine_batches,
        check_feed,
        check_nightly,
        check_indicator,
        settle_difference,
        sync_mirror,
        mirror_nightly,
        evaluate_alarms,
        tidy_inbox,
        land_delivery,
        tidy_deliveries,
        collect_documents,
    ),
    handlers=(check_after_run, prove_after_run, mirror_after_landing, alarms_after_run, alarms_after_failure),
    extensions=(mappings_using, carried, accepted_by_day, lacking, delivered, deliveries),
    permissions=PERMISSIONS,
    pages=(
        Page("/ingest/overview", "采集调度总览", "Overview", READ.code, icon="dashboard", group=GROUP, order=1),
        Page("/ingest/map", "节点地图", "Map of nodes", READ.code, icon="environment", group=GROUP, order=2),
        Page("/ingest/matrix", "采集方案总览", "Schemes at a glance", READ.code, icon="table", group=GROUP, order=6),
        Page("/ingest/threads", "线程监控", "Threads", READ.code, icon="thread", group=GROUP, order=4),
        Page("/ingest", "采集现状", "Sources at a glance", READ.code, icon="cloud-download", group=GROUP, order=5),
        Page(
            "/ingest/peers", "系统接入", "Systems of the region", READ.code, icon="apartment", group="数据分发", order=5
        ),
        Page("/ingest/calendar", "对账日历", "Calendar", READ.code, icon="calendar", group=reconciling.GROUP, order=5),
        Page("/ingest/assessment", "接入质量评估", "Assessment", READ.code, icon="audit", group=GROUP, order=36),
        Page("/ingest/quarantine", "隔离数据", "Quarantine", ROWS.code, icon="stop", group=GROUP, order=40),
    ),
    todos=(
        Todo("ingest.alarms", "采集告警", "Alarms", "/ingest/alarms?f.status=open", READ.code, alarms_waiting),
        Todo(
            "ingest.differences",
            "待办对账差异",
            "Differences to settle",
            "/ingest/differences?f.status=open",
            READ.code,
            waiting,
        ),
        Todo(
            "ingest.indicator_differences",
            "待办指标级差异",
            "Indicator differences to settle",
            "/ingest/indicator_differences?f.status=open",
            READ.code,
            indicating.waiting,
        ),
    ),
    order=20,
)
