import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [{ path: "metrics", load: async () => (await import("./BoardPage")).BoardPage }];
