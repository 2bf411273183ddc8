import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "terms", load: async () => (await import("./ProgressPage")).ProgressPage },
  { path: "terms/dictionaries", load: async () => (await import("./DictionariesPage")).DictionariesPage },
  { path: "terms/bench/:id", load: async () => (await import("./bench/BenchPage")).BenchPage },
  { path: "terms/conflicts", load: async () => (await import("./ConflictsPage")).ConflictsPage },
  { path: "terms/reverse", load: async () => (await import("./ReversePage")).ReversePage },
  { path: "terms/pairs", load: async () => (await import("./KnowledgePage")).KnowledgePage },
];
