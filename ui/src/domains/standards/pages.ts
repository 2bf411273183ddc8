import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "standards", load: async () => (await import("./StandardsPage")).StandardsPage },
  { path: "standards/compare", load: async () => (await import("./ComparePage")).ComparePage },
  { path: "standards/conformance", load: async () => (await import("./ConformancePage")).ConformancePage },
];
