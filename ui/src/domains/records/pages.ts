import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "patients/:id", load: async () => (await import("./PatientPage")).PatientPage },
];
