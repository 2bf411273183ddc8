import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [{ path: "home", load: async () => (await import("./HomePage")).HomePage }];
