import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Table, Tabs } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { OrgName } from "@/kernel/fields";
import { LakeTable } from "@/kernel/fields/LakeTable";
import { formatDate, formatNumber, formatText } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Empty, QueryView } from "@/kernel/state";
import { useDictionary } from "../standards/dictionary";
import { M } from "./messages";
import type { FailingRows, Sample, Total } from "./types";

const SIZE = 20;

/** What fails a rule: the rows as they are now, and the keys kept when it was judged. */
export function FailingDrawer({ total }: { total: Total }) {
  const t = useT();
  return (
    <>
      <p className="muted">
        <OrgName code={total.org_code} /> · <span className="mono">{total.dataset}</span> · {t(M.failed)}{" "}
        <b className="num bad">{formatNumber(total.failed)}</b> / {formatNumber(total.checked)}
      </p>
      <Tabs
        destroyOnHidden
        items={[
          { key: "rows", label: t(M.rows), children: <Rows total={total} /> },
          { key: "samples", label: t(M.samples), children: <Samples id={total.id} /> },
        ]}
      />
    </>
  );
}

function Rows({ total }: { total: Total }) {
  const t = useT();
  const [page, setPage] = useState(1);
  const dictionary = useDictionary(total.dataset);
  const rows = useQuery({
    queryKey: ["quality", "rows", total.rule, total.org_code, page],
    queryFn: ({ signal }) =>
      api.get<FailingRows>(
        "/api/quality/rows",
        { rule: total.rule, org: total.org_code, page, page_size: SIZE },
        signal,
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <QueryView query={rows} isEmpty={(data) => data.items.length === 0} empty={<Empty text={t(M.noRows)} />}>
      {(data) => (
        <LakeTable
          columns={data.columns.map((name) => {
            const element = dictionary.data?.dataset.elements.find((one) => one.name === name);
            return element ?? { name, title: name, title_en: name, type: "string" };
          })}
          items={data.items}
          loading={rows.isFetching}
          page={{ current: page, pageSize: SIZE, total: data.total, onChange: setPage }}
        />
      )}
    </QueryView>
  );
}

function Samples({ id }: { id: string }) {
  const t = useT();
  const samples = useQuery({
    queryKey: ["quality", "samples", id],
    queryFn: ({ signal }) => api.get<Sample[]>(`/api/quality/results/${id}/samples`, undefined, signal),
  });
  return (
    <QueryView query={samples} isEmpty={(data) => data.length === 0} empty={<Empty />}>
      {(data) => (
        <Table<Sample>
          size="small"
          rowKey={(one) => JSON.stringify(one)}
          dataSource={data}
          pagination={false}
          columns={[
            { title: t(M.day), dataIndex: "day", className: "num nowrap", render: formatDate },
            { title: t(M.feed), dataIndex: "feed", className: "mono", render: formatText },
            { title: t(M.sourceKey), dataIndex: "source_key", className: "mono", render: formatText },
            {
              title: t(M.keys),
              dataIndex: "keys",
              className: "mono",
              render: (keys: Sample["keys"]) =>
                Object.entries(keys)
                  .map(([name, value]) => `${name}=${formatText(value)}`)
                  .join(" "),
            },
          ]}
        />
      )}
    </QueryView>
  );
}
