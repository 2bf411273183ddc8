import { QueryClient } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { Providers } from "../kernel/Providers";

/** Render a page at an address as the app would, without its frame; gives the router, to read the address back. */
export function renderAt(address: string, routes: { path: string; element: ReactNode }[]) {
  const router = createMemoryRouter(routes, { initialEntries: [address] });
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <Providers client={client} theme={{ token: { motion: false } }}>
      <RouterProvider router={router} />
    </Providers>,
  );
  return router;
}
