import { useQuery } from "@tanstack/react-query";
import { Modal, Table, Tag } from "antd";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { QueryView } from "@/kernel/state";
import type { Comparison, Rollout } from "../types";
import { T } from "./messages";

const WHAT = {
  missing: { label: T.lacking, color: "error" },
  changed: { label: T.changed, color: "warning" },
  extra: { label: T.extra, color: "default" },
};

/** Where an institution's source differs from its template. */
export function Departures({ rollout, onClose }: { rollout: Rollout; onClose: () => void }) {
  const t = useT();
  const path = `/api/ingest/rollouts/${rollout.id}/compare`;
  const comparison = useQuery({
    queryKey: ["ingest", path],
    queryFn: ({ signal }) => api.get<Comparison>(path, undefined, signal),
    staleTime: 0,
  });
  return (
    <Modal open width={760} title={`${t(T.compare)} · ${rollout.title}`} footer={null} onCancel={onClose}>
      <QueryView query={comparison} rows={3}>
        {(data) =>
          !data.present ? (
            <p className="bad">{t(T.gone)}</p>
          ) : data.departures.length === 0 ? (
            <p className="good">{t(T.same)}</p>
          ) : (
            <Table<Comparison["departures"][number]>
              size="small"
              rowKey={(one) => `${one.kind}|${one.name}`}
              dataSource={data.departures}
              pagination={false}
              columns={[
                { title: t(T.what), key: "name", render: (_, one) => `${t(T[one.kind])} ${one.name}` },
                {
                  key: "kind",
                  render: (_, one) => <Tag color={WHAT[one.what].color}>{t(WHAT[one.what].label)}</Tag>,
                },
                {
                  title: t(T.fields),
                  dataIndex: "fields",
                  render: (fields: string[]) => <span className="mono">{fields.join("、")}</span>,
                },
              ]}
            />
          )
        }
      </QueryView>
    </Modal>
  );
}
