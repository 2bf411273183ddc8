import type { PageRoute } from "@/kernel/pages";

export const pages: PageRoute[] = [
  { path: "login", load: async () => (await import("./LoginPage")).LoginPage },
  { path: "password", load: async () => (await import("./PasswordPage")).PasswordPage },
];
