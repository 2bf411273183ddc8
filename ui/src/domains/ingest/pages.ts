import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "ingest", load: async () => (await import("./IngestPage")).IngestPage },
  { path: "ingest/overview", load: async () => (await import("./watching/OverviewPage")).OverviewPage },
  { path: "ingest/map", load: async () => (await import("./watching/map/MapPage")).MapPage },
  { path: "ingest/matrix", load: async () => (await import("./schemes/MatrixPage")).MatrixPage },
  { path: "ingest/peers", load: async () => (await import("./peers/PeersPage")).PeersPage },
  { path: "ingest/threads", load: async () => (await import("./watching/threads/ThreadsPage")).ThreadsPage },
  { path: "ingest/sources", load: async () => (await import("./sources/SourcesPage")).SourcesPage },
  { path: "ingest/sources/new", load: async () => (await import("./sources/SourceEditPage")).SourceEditPage },
  { path: "ingest/sources/:code", load: async () => (await import("./sources/SourcePage")).SourcePage },
  { path: "ingest/sources/:code/edit", load: async () => (await import("./sources/SourceEditPage")).SourceEditPage },
  {
    path: "ingest/sources/:code/propose",
    load: async () => (await import("./sources/ProposalPage")).ProposalPage,
  },
  { path: "ingest/sources/:code/feeds/:feed", load: async () => (await import("./sources/FeedPage")).FeedPage },
  { path: "ingest/feeds/:code/history", load: async () => (await import("./history/HistoryPage")).HistoryPage },
  { path: "ingest/groups/:id", load: async () => (await import("./groups/GroupPage")).GroupPage },
  { path: "ingest/templates", load: async () => (await import("./rollout/TemplatesPage")).TemplatesPage },
  { path: "ingest/templates/:id", load: async () => (await import("./rollout/TemplatePage")).TemplatePage },
  { path: "ingest/migrations", load: async () => (await import("./migration/MigrationsPage")).MigrationsPage },
  { path: "ingest/migrations/:id", load: async () => (await import("./migration/MigrationPage")).MigrationPage },
  { path: "ingest/mirrors/:id", load: async () => (await import("./mirror/MirrorPage")).MirrorPage },
  {
    path: "ingest/preparation",
    load: async () => (await import("./preparation/PreparationPage")).PreparationPage,
  },
  { path: "ingest/assessment", load: async () => (await import("./assessing/AssessmentPage")).AssessmentPage },
  { path: "ingest/calendar", load: async () => (await import("./calendar/CalendarPage")).CalendarPage },
  { path: "ingest/quarantine", load: async () => (await import("./QuarantinePage")).QuarantinePage },
];
