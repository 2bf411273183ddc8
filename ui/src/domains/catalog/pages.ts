import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "catalog/datasets", load: async () => (await import("./DatasetsPage")).DatasetsPage },
  { path: "catalog/datasets/:code", load: async () => (await import("./DatasetPage")).DatasetPage },
];
