import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "ops/backups", load: async () => (await import("./BackupsPage")).BackupsPage },
];
