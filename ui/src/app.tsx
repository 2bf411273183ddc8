/** Puts the parts together: language, theme, queries, routes. */
import { QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { createBrowserRouter, Navigate } from "react-router";
import { RouterProvider } from "react-router/dom";
import { ApiError, onRefusal } from "./kernel/client";
import { Crash } from "./kernel/layout/Crash";
import { Shell } from "./kernel/layout/Shell";
import { Providers } from "./kernel/Providers";
import { pageRoutes } from "./kernel/pages";
import { ResourceRoute } from "./kernel/resource/ResourceRoute";
import { Loading } from "./kernel/state";
import { THEME } from "./kernel/theme";

/** Only failures that time can mend are tried again. */
function worthRetrying(count: number, error: Error): boolean {
  return count < 2 && error instanceof ApiError && error.problem.retryable;
}

const client = new QueryClient({
  defaultOptions: { queries: { retry: worthRetrying, staleTime: 15_000, refetchOnWindowFocus: false } },
});

const outside = new Set(["login", "password"]);
const router = createBrowserRouter([
  ...pageRoutes
    .filter((route) => outside.has(route.path ?? ""))
    .map((r) => ({ ...r, hydrateFallbackElement: <Loading />, errorElement: <Crash /> })),
  {
    path: "/",
    element: <Shell />,
    // Shown while the first page's own script is on its way.
    hydrateFallbackElement: <Loading />,
    errorElement: <Crash />,
    children: [
      { index: true, element: <Navigate to="/home" replace /> },
      {
        errorElement: <Crash />,
        children: [
          ...pageRoutes.filter((route) => !outside.has(route.path ?? "")),
          { path: "*", element: <ResourceRoute /> },
        ],
      },
    ],
  },
]);

/** A session that ended leads to the login and back again; a due password to its page. */
function followRefusals(): () => void {
  return onRefusal((problem) => {
    const { pathname, search } = window.location;
    if (problem.status === 401 && pathname !== "/login") {
      client.clear();
      void router.navigate(`/login?next=${encodeURIComponent(pathname + search)}`, { replace: true });
    } else if (problem.status === 403) {
      void router.navigate("/password", { replace: true });
    }
  });
}

export function App() {
  useEffect(followRefusals, []);
  return (
    <Providers client={client} theme={THEME}>
      <RouterProvider router={router} />
    </Providers>
  );
}
