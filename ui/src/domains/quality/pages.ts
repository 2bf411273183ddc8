import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "quality", load: async () => (await import("./OverviewPage")).OverviewPage },
];
