import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { api } from "@/kernel/client";
import type { RoomKind } from "@/kernel/fields/rooms";
import { useTitle } from "@/kernel/i18n";
import type { Terminology } from "./types";

/** The value sets that may be mapped to; empty until they are known, or where they may not be read. */
function useTerminologies() {
  return useQuery({
    queryKey: ["terms", "terminologies"],
    queryFn: ({ signal }) => api.get<Terminology[]>("/api/terms/terminologies", {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

export function useTerminologyOptions() {
  const title = useTitle();
  return (useTerminologies().data ?? []).map((one) => ({ value: one.code, label: title(one) }));
}

/** A terminology by name, with its code as a hint; by its code where it is not in force. */
export function TerminologyName({ code }: { code: string }) {
  const title = useTitle();
  const found = useTerminologies().data?.find((one) => one.code === code);
  return <span title={code}>{found ? title(found) : code}</span>;
}

interface ChoiceProps {
  id?: string;
  value?: string | null;
  onChange?: (code: string | null) => void;
}

/** One terminology of all, found by name or code. */
export function TerminologyChoice({ id, value, onChange }: ChoiceProps) {
  return (
    <Select
      id={id}
      allowClear
      value={value || undefined}
      options={useTerminologyOptions()}
      showSearch={{
        filterOption: (text, option) =>
          `${option?.label} ${option?.value}`.toLowerCase().includes(text.trim().toLowerCase()),
      }}
      onChange={(code?: string) => onChange?.(code ?? null)}
    />
  );
}

export const kinds: Record<string, RoomKind> = {
  terminology: {
    Display: ({ value }) => <TerminologyName code={String(value)} />,
    Input: ({ id, value, onChange }) => (
      <TerminologyChoice id={id} value={value as string | null} onChange={onChange} />
    ),
    useOptions: useTerminologyOptions,
  },
};
