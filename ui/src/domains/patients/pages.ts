import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "patients", load: async () => (await import("./PersonsPage")).PersonsPage },
  { path: "patients/suspects", load: async () => (await import("./SuspectsPage")).SuspectsPage },
];
