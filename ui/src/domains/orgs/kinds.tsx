import { useQuery } from "@tanstack/react-query";
import { AutoComplete } from "antd";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import type { InputProps, RoomKind } from "@/kernel/fields/rooms";
import { formatDateTime } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { useMay } from "@/kernel/session";
import { M } from "./messages";

/** What still holds ends in the year 9999. */
function Until({ value }: { value: unknown }) {
  const t = useT();
  return String(value).startsWith("9999") ? (
    <span className="faint">{t(M.holds)}</span>
  ) : (
    <span className="num nowrap">{formatDateTime(value)}</span>
  );
}

type Codes = components["schemas"]["CodesPage"];
const CATEGORIES = "WS 218";

/** The categories of institutions in force; none where standards may not be read. */
function useCategories(): Codes["items"] {
  const may = useMay();
  const query = useQuery({
    queryKey: ["standards", "codes", CATEGORIES],
    queryFn: ({ signal }) => api.get<Codes>("/api/standards/item/codes", { code: CATEGORIES, page_size: 1000 }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    enabled: may("standards.read"),
  });
  return query.data?.items ?? [];
}

/** A category by its name; institutions write the code in four places, the standard without the noughts: A100 is A1. */
export function CategoryName({ code }: { code: string }) {
  const title = useTitle();
  const categories = useCategories();
  const found = [code, code.replace(/0+$/, "")]
    .map((one) => categories.find((each) => each.code === one))
    .find(Boolean);
  return found ? (
    <span className="nowrap">
      {title(found)} <span className="faint mono">{code}</span>
    </span>
  ) : (
    <span className="mono">{code}</span>
  );
}

function CategoryInput({ id, value, onChange }: InputProps) {
  const title = useTitle();
  const options = useCategories().map((one) => ({ value: one.code, label: `${one.code} ${title(one)}` }));
  return (
    <AutoComplete
      id={id}
      allowClear
      value={value as string}
      options={options}
      showSearch={{
        filterOption: (typed, one) => String(one?.label).toLowerCase().includes(typed.trim().toLowerCase()),
      }}
      onChange={(code?: string) => onChange?.(code ?? null)}
    />
  );
}

export const kinds: Record<string, RoomKind> = {
  registry_until: { Display: Until },
  org_category: { Display: ({ value }) => <CategoryName code={String(value)} />, Input: CategoryInput },
};
