import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "ingest", load: async () => (await import("./IngestPage")).IngestPage },
  { path: "ingest/quarantine", load: async () => (await import("./QuarantinePage")).QuarantinePage },
];
