/** Special screens, found by themselves: every `domains/<room>/pages.ts` names its own. */
import type { ComponentType } from "react";
import type { RouteObject } from "react-router";

export interface PageRoute {
  /** Path below "/", e.g. "patients/:id". */
  path: string;
  load: () => Promise<ComponentType>;
}

const found = import.meta.glob<{ pages: PageRoute[] }>("../domains/*/pages.ts", { eager: true });

export const pageRoutes: RouteObject[] = Object.values(found).flatMap(({ pages }) =>
  pages.map(({ path, load }) => ({ path, lazy: async () => ({ Component: await load() }) })),
);
