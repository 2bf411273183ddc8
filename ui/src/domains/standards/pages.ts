import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "standards", load: async () => (await import("./StandardsPage")).StandardsPage },
  { path: "standards/adopt/:code", load: async () => (await import("./AdoptPage")).AdoptPage },
  { path: "standards/compare", load: async () => (await import("./ComparePage")).ComparePage },
  { path: "standards/conformance", load: async () => (await import("./ConformancePage")).ConformancePage },
  { path: "standards/import", load: async () => (await import("./ImportPage")).ImportPage },
  { path: "standards/proposals", load: async () => (await import("./ProposalsPage")).ProposalsPage },
  { path: "standards/proposals/:id", load: async () => (await import("./ProposalPage")).ProposalPage },
];
