/** Puts the parts together: language, theme, queries, routes. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { useEffect } from "react";
import { createBrowserRouter, Navigate } from "react-router";
import { RouterProvider } from "react-router/dom";
import { ApiError, onRefusal } from "./kernel/client";
import { LanguageProvider, useLanguage } from "./kernel/i18n";
import { Crash } from "./kernel/layout/Crash";
import { Shell } from "./kernel/layout/Shell";
import { pageRoutes } from "./kernel/pages";
import { ResourceRoute } from "./kernel/resource/ResourceRoute";
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
  ...pageRoutes.filter((route) => outside.has(route.path ?? "")).map((r) => ({ ...r, errorElement: <Crash /> })),
  {
    path: "/",
    element: <Shell />,
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

function Themed() {
  const { language } = useLanguage();
  dayjs.locale(language === "zh" ? "zh-cn" : "en");
  useEffect(
    () =>
      onRefusal((problem) => {
        const { pathname, search } = window.location;
        if (problem.status === 401 && pathname !== "/login") {
          client.clear();
          void router.navigate(`/login?next=${encodeURIComponent(pathname + search)}`, { replace: true });
        } else if (problem.status === 403) {
          void router.navigate("/password", { replace: true });
        }
      }),
    [],
  );
  return (
    <ConfigProvider theme={THEME} locale={language === "zh" ? zhCN : enUS} componentSize="medium">
      <AntApp className="app" style={{ height: "100%" }} message={{ maxCount: 3 }}>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}

export function App() {
  return (
    <LanguageProvider>
      <Themed />
    </LanguageProvider>
  );
}
