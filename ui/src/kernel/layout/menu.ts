import { useQuery } from "@tanstack/react-query";
import { api } from "../client";

/** An entry as GET /api/menu lists it, in order. */
export interface MenuItem {
  path: string;
  title: string;
  title_en: string;
  icon: string;
  group: string;
  group_en: string;
  domain: string;
  permission: string;
  resource: string | null;
}

export interface MenuGroup {
  title: string;
  title_en: string;
  items: MenuItem[];
}

/** Entries of one group stand together, groups in the order in which they first appear. */
export function grouped(items: MenuItem[]): MenuGroup[] {
  const groups = new Map<string, MenuItem[]>();
  for (const item of items) {
    groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
  }
  return [...groups].map(([title, items]) => ({ title, title_en: items[0]?.group_en ?? title, items }));
}

/** Open to everybody who is signed in, so it is no right's to list. */
const HOME: MenuItem = {
  path: "/home",
  title: "首页",
  title_en: "Home",
  icon: "home",
  group: "",
  group_en: "",
  domain: "home",
  permission: "",
  resource: null,
};

/** The entries that the signed-in user may open. */
export function useMenu() {
  return useQuery({
    queryKey: ["menu"],
    queryFn: async ({ signal }) => [HOME, ...(await api.get<MenuItem[]>("/api/menu", undefined, signal))],
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The menu entry that an address belongs to: the longest path that it begins with. */
export function entryOf(items: MenuItem[], pathname: string): MenuItem | undefined {
  return items
    .filter((item) => pathname === item.path || (item.path !== "/" && pathname.startsWith(`${item.path}/`)))
    .sort((a, b) => b.path.length - a.path.length)[0];
}
