import { useQuery } from "@tanstack/react-query";
import { api } from "@/kernel/client";
import type { RoomKind } from "@/kernel/fields/rooms";
import { useTitle } from "@/kernel/i18n";
import type { Page } from "@/kernel/resource/types";

interface Named {
  code: string;
  title: string;
  title_en: string;
}

/** The standard datasets by name; empty until they are known, or where they may not be read. */
export function useDatasets() {
  return useQuery({
    queryKey: ["standards", "datasets"],
    queryFn: ({ signal }) => api.get<Page<Named>>("/api/standards/datasets", { page_size: 500 }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** A dataset's title; its code where it has none, and always as a hint. */
export function DatasetName({ code }: { code: string }) {
  const title = useTitle();
  const found = useDatasets().data?.items.find((one) => one.code === code);
  return <span title={code}>{found ? title(found) : code}</span>;
}

export const kinds: Record<string, RoomKind> = {
  dataset: {
    Display: ({ value }) => <DatasetName code={String(value)} />,
    useOptions: () => {
      const title = useTitle();
      return (useDatasets().data?.items ?? []).map((one) => ({ value: one.code, label: title(one) }));
    },
  },
};
