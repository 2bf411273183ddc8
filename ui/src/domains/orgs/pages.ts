import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "orgs/registrations", load: async () => (await import("./RegistrationsPage")).RegistrationsPage },
  { path: "orgs/registrations/:id", load: async () => (await import("./RegistrationPage")).RegistrationPage },
  { path: "orgs/history", load: async () => (await import("./HistoryPage")).HistoryPage },
  { path: "orgs/years", load: async () => (await import("./YearsPage")).YearsPage },
];
