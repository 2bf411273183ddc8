import { useQuery } from "@tanstack/react-query";
import { Alert, Switch, Table } from "antd";
import { useState } from "react";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import { formatNumber, formatText } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import type { DetailProps } from "@/kernel/resource/overrides";
import { mayUnmask, useMay, useSession } from "@/kernel/session";
import { QueryView } from "@/kernel/state";
import { R } from "./messages";

type Records = components["schemas"]["InboxRecords"];
type Record = Records["records"][number];

/** What an entry of the inbox holds, as the reader may see it. */
function InboxRecords({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  const open = mayUnmask(useSession().data);
  const [unmask, setUnmask] = useState(false);
  const records = useQuery({
    queryKey: ["ingest", "inbox", row.id, unmask],
    queryFn: ({ signal }) =>
      api.get<Records>(`/api/ingest/inbox/${String(row.id)}/records`, unmask ? { unmask } : undefined, signal),
    enabled: may("ingest.rows"),
  });
  if (!may("ingest.rows")) {
    return null;
  }
  return (
    <div className="stack">
      {open && (
        <div>
          <Switch size="small" aria-label={t(R.unmask)} checked={unmask} onChange={setUnmask} /> {t(R.unmask)}
        </div>
      )}
      <QueryView query={records} rows={3}>
        {(data) =>
          data.records.length > 0 ? (
            <Shown data={data} />
          ) : data.text === null ? (
            <Alert type="info" showIcon title={t(R.hidden)} />
          ) : (
            <pre className="json">{data.text}</pre>
          )
        }
      </QueryView>
    </div>
  );
}

function Shown({ data }: { data: Records }) {
  const t = useT();
  const names = [...new Set(data.records.flatMap((one) => Object.keys(one.values)))];
  return (
    <>
      <Table<Record>
        size="small"
        title={() => t(R.records)}
        rowKey={(one) => data.records.indexOf(one)}
        dataSource={data.records}
        pagination={false}
        scroll={{ x: "max-content" }}
        columns={[
          {
            title: t(R.operation),
            dataIndex: "operation",
            render: (operation: string) => (operation === "delete" ? t(R.gone) : t(R.upsert)),
          },
          ...names.map((name) => ({
            title: <span className="mono">{name}</span>,
            key: name,
            render: (_: unknown, one: Record) => formatText(one.values[name] as string | null | undefined),
          })),
        ]}
      />
      {data.more > 0 && <p className="muted">{t(R.more, { count: formatNumber(data.more) })}</p>}
    </>
  );
}

export const receivingDetails = { "ingest.inbox": InboxRecords };
