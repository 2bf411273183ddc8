import { useQuery } from "@tanstack/react-query";
import { api } from "../client";
import type { Message } from "../i18n";

/** An entry as GET /api/menu lists it, in order. */
export interface MenuItem {
  path: string;
  title: string;
  title_en: string;
  icon: string;
  group: string;
  domain: string;
  permission: string;
  resource: string | null;
}

export interface MenuGroup {
  title: string;
  items: MenuItem[];
}

/** English of the groups that rooms put their entries into. */
const GROUPS: Record<string, string> = {
  概览: "Overview",
  工作台: "Workbench",
  数据接入: "Ingestion",
  数据汇聚: "Ingestion",
  数据采集: "Ingestion",
  数据分发: "Distribution",
  数据对账: "Reconciliation",
  镜像库: "Mirror",
  术语标化: "Terminology mapping",
  数据资产: "Data assets",
  数据目录: "Catalogue",
  数据标准: "Standards",
  标准中心: "Standards",
  标准管理: "Standards",
  数据质量: "Quality",
  质量管理: "Quality",
  质量中心: "Quality",
  患者: "Patients",
  患者服务: "Patients",
  患者主索引: "Patients",
  主索引: "Patients",
  居民: "Patients",
  指标: "Metrics",
  运营指标: "Metrics",
  指标中心: "Metrics",
  统计分析: "Analysis",
  机构管理: "Institutions",
  机构: "Institutions",
  机构与人员: "Institutions",
  系统管理: "Administration",
  运维: "Operations",
};

export function groupTitle(title: string): Message {
  return [title, GROUPS[title] ?? title];
}

/** Entries of one group stand together, groups in the order in which they first appear. */
export function grouped(items: MenuItem[]): MenuGroup[] {
  const groups = new Map<string, MenuItem[]>();
  for (const item of items) {
    groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
  }
  return [...groups].map(([title, entries]) => ({ title, items: entries }));
}

/** Open to everybody who is signed in, so it is no right's to list. */
const HOME: MenuItem = {
  path: "/home",
  title: "首页",
  title_en: "Home",
  icon: "home",
  group: "",
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
