import { useQuery } from "@tanstack/react-query";
import { Tooltip } from "antd";
import { api } from "../client";

interface Org {
  code?: string;
  org_code?: string;
  name?: string;
  short_name?: string | null;
}

/** Institutions by code, read once: lists name them hundreds of times. */
export function useOrgs() {
  return useQuery({
    queryKey: ["org-names"],
    queryFn: async ({ signal }) => {
      const page = await api.get<{ items: Org[] }>("/api/orgs/institutions", { page_size: 1000 }, signal);
      return new Map(page.items.map((org) => [org.org_code ?? org.code ?? "", org.short_name || org.name || ""]));
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** An institution by its name; by its code where the name is not to be had. */
export function OrgName({ code }: { code: string }) {
  const { data } = useOrgs();
  const name = data?.get(code);
  if (!name) {
    return <span className="mono">{code}</span>;
  }
  return (
    <Tooltip title={code} mouseEnterDelay={0.4}>
      <span className="nowrap">{name}</span>
    </Tooltip>
  );
}

export function OrgNames({ codes }: { codes: string[] }) {
  return (
    <span className="row">
      {codes.map((code) => (
        <OrgName key={code} code={code} />
      ))}
    </span>
  );
}
