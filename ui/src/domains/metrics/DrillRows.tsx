import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { LakeTable } from "@/kernel/fields/LakeTable";
import { formatNumber } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { QueryView } from "@/kernel/state";
import { useDictionary } from "../standards/dictionary";
import { Held } from "./Held";
import { M } from "./messages";
import type { Card, Cut, Drill } from "./types";

const SIZE = 20;

/** The rows that a number stands on; of a ratio, those of either part. */
export function DrillRows({ card, cut }: { card: Card; cut: Cut }) {
  const t = useT();
  const title = useTitle();
  const [part, setPart] = useState<"numerator" | "denominator">("numerator");
  const [page, setPage] = useState(1);
  const rows = useQuery({
    queryKey: ["metrics", "drill", card.code, cut, part, page],
    queryFn: ({ signal }) => {
      // An empty department is a value here (none recorded), which the client would leave out of a query.
      const path = cut.dept === "" ? "/api/metrics/drill?dept=" : "/api/metrics/drill";
      const query = { metric: card.code, ...cut, part, page, page_size: SIZE };
      const search = new URLSearchParams(
        Object.entries(query).flatMap(([name, value]) => (value === "" ? [] : [[name, String(value)]])),
      );
      return api.get<Drill>(`${path}${path.includes("?") ? "&" : "?"}${search}`, undefined, signal);
    },
    placeholderData: keepPreviousData,
  });
  const dataset = rows.data?.dataset ?? "";
  const dictionary = useDictionary(dataset, dataset !== "");
  const titles = Object.fromEntries(
    (dictionary.data?.dataset.elements ?? []).flatMap((element) => {
      const set = dictionary.data?.value_sets.find((one) => one.code === element.value_set);
      return set ? [[element.name, Object.fromEntries(set.items.map((item) => [item.code, title(item)]))]] : [];
    }),
  );
  return (
    <div className="stack">
      {card.kind === "ratio" && (
        <Segmented
          style={{ alignSelf: "flex-start" }}
          value={part}
          options={[
            { value: "numerator", label: t(M.numerator) },
            { value: "denominator", label: t(M.denominator) },
          ]}
          onChange={(value) => {
            setPart(value as typeof part);
            setPage(1);
          }}
        />
      )}
      <QueryView query={rows}>
        {(data) => (
          <>
            <Held days={data.held} />
            <p className="muted">
              {t(M.drillTotal, { value: formatNumber(data.value, card.decimals), total: formatNumber(data.total) })}
            </p>
            <LakeTable
              columns={data.columns.map(
                (name) =>
                  dictionary.data?.dataset.elements.find((one) => one.name === name) ?? {
                    name,
                    title: name === "org_code" ? t(M.institution) : name,
                    title_en: name === "org_code" ? t(M.institution) : name,
                    type: "string",
                  },
              )}
              items={data.items}
              titles={titles}
              loading={rows.isFetching}
              page={{ current: page, pageSize: SIZE, total: data.total, onChange: setPage }}
            />
          </>
        )}
      </QueryView>
    </div>
  );
}
