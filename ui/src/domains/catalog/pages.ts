import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "catalog/assets", load: async () => (await import("./AssetsPage")).AssetsPage },
  { path: "catalog/assets/:code", load: async () => (await import("./AssetPage")).AssetPage },
  { path: "catalog/datasets", load: async () => (await import("./DatasetsPage")).DatasetsPage },
  { path: "catalog/datasets/:code", load: async () => (await import("./DatasetPage")).DatasetPage },
];
