import { useQuery } from "@tanstack/react-query";
import { Select, Tag, TreeSelect } from "antd";
import { api } from "@/kernel/client";
import type { InputProps, RoomKind } from "@/kernel/fields/rooms";
import { useLanguage, useTitle } from "@/kernel/i18n";
import type { Page } from "@/kernel/resource/types";

interface Role {
  code: string;
  title: string;
  title_en: string;
}

interface Permission {
  code: string;
  title: string;
  title_en: string;
  domain: string;
  domain_title: string;
}

const forever = { staleTime: Number.POSITIVE_INFINITY, retry: false };

function useRoles() {
  return useQuery({
    queryKey: ["rows", "/api/identity/roles", "names"],
    queryFn: ({ signal }) => api.get<Page<Role>>("/api/identity/roles", { page_size: 200 }, signal),
    ...forever,
  });
}

function usePermissions() {
  return useQuery({
    queryKey: ["permissions"],
    queryFn: ({ signal }) => api.get<Permission[]>("/api/identity/permissions", undefined, signal),
    ...forever,
  });
}

function Roles({ value }: { value: unknown }) {
  const title = useTitle();
  const { data } = useRoles();
  return (
    <>
      {(value as string[]).map((code) => {
        const role = data?.items.find((one) => one.code === code);
        return <Tag key={code}>{role ? title(role) : code}</Tag>;
      })}
    </>
  );
}

function RolesInput({ id, value, onChange }: InputProps) {
  const title = useTitle();
  const { data } = useRoles();
  return (
    <Select
      id={id}
      mode="multiple"
      value={value as string[]}
      onChange={onChange}
      options={data?.items.map((role) => ({ value: role.code, label: title(role) }))}
    />
  );
}

const SHOWN = 4;

function Permissions({ value }: { value: unknown }) {
  const title = useTitle();
  const { language } = useLanguage();
  const { data } = usePermissions();
  const codes = value as string[];
  if (codes.includes("*")) {
    return <Tag>{language === "en" ? "All" : "全部权限"}</Tag>;
  }
  const names = codes.map((code) => {
    const found = data?.find((one) => one.code === code);
    return found ? title(found) : code;
  });
  return (
    <span title={names.join("、")}>
      {names.slice(0, SHOWN).join("、")}
      {names.length > SHOWN && <span className="faint"> +{names.length - SHOWN}</span>}
    </span>
  );
}

function PermissionsInput({ id, value, onChange }: InputProps) {
  const title = useTitle();
  const { data = [] } = usePermissions();
  const rooms = [...new Set(data.map((one) => one.domain))];
  const tree = rooms.map((room) => ({
    value: `room:${room}`,
    title: data.find((one) => one.domain === room)?.domain_title,
    selectable: false,
    children: data.filter((one) => one.domain === room).map((one) => ({ value: one.code, title: title(one) })),
  }));
  return (
    <TreeSelect
      id={id}
      treeCheckable
      showCheckedStrategy={TreeSelect.SHOW_CHILD}
      treeNodeFilterProp="title"
      value={value as string[]}
      onChange={onChange}
      treeData={tree}
      styles={{ popup: { root: { maxHeight: 420 } } }}
    />
  );
}

export const kinds: Record<string, RoomKind> = {
  roles: { Display: Roles, Input: RolesInput },
  permissions: { Display: Permissions, Input: PermissionsInput },
};
