import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Table, Tag } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { formatText } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import type { DriftProposal } from "../types";
import { D } from "./messagesDrift";

const KINDS = { added: D.added, removed: D.removed, retyped: D.retyped } as const;

/** Columns of the source table that are not as the feed knew them, each with the mapping change proposed. */
export function Drifts({ feed, onTaken }: { feed: string; onTaken: () => void }) {
  const t = useT();
  const title = useTitle();
  const may = useMay();
  const explain = useExplain();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const [left, setLeft] = useState<string[]>([]);
  const found = useQuery({
    queryKey: ["ingest", "drifts", feed],
    queryFn: ({ signal }) => api.get<DriftProposal[]>(`/api/ingest/feeds/${feed}/drifts`, undefined, signal),
  });
  const drifts = found.data ?? [];
  const chosen = drifts.map((one) => one.id).filter((id) => !left.includes(id));
  const take = useMutation({
    mutationFn: (apply: boolean) => api.post(`/api/ingest/feeds/${feed}/drifts/accept`, { drifts: chosen, apply }),
    onSuccess: async () => {
      message.success(t(D.taken));
      await cache.invalidateQueries({ queryKey: ["ingest"] });
      onTaken();
    },
  });
  if (drifts.length === 0) {
    return null;
  }
  const stops = (one: DriftProposal) => one.used && one.kind !== "added";
  const problem = take.error ? explain(take.error) : null;
  return (
    <Section
      flush
      title={t(D.title)}
      hint={t(drifts.some(stops) ? D.stopped : D.goesOn)}
      extra={
        may("ingest.write") && (
          <span className="row">
            <Button
              size="small"
              disabled={chosen.length === 0}
              loading={take.isPending}
              onClick={() => take.mutate(false)}
            >
              {t(D.only)}
            </Button>
            <Button
              size="small"
              type="primary"
              disabled={chosen.length === 0}
              loading={take.isPending}
              onClick={() => take.mutate(true)}
            >
              {t(D.apply)}
            </Button>
          </span>
        )
      }
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail} />}
      <Table<DriftProposal>
        size="small"
        rowKey="id"
        pagination={{ pageSize: 10, hideOnSinglePage: true, size: "small" }}
        dataSource={drifts}
        rowSelection={{
          selectedRowKeys: chosen,
          onChange: (keys) => setLeft(drifts.map((one) => one.id).filter((id) => !keys.includes(id))),
        }}
        columns={[
          { title: t(D.column), dataIndex: "column", className: "mono" },
          {
            title: t(D.change),
            dataIndex: "kind",
            render: (kind: keyof typeof KINDS, one) => (
              <Tag color={stops(one) ? "red" : undefined}>{t(KINDS[kind])}</Tag>
            ),
          },
          { title: t(D.was), dataIndex: "was", className: "mono", render: formatText },
          { title: t(D.is), dataIndex: "now_is", className: "mono", render: formatText },
          {
            title: t(D.proposal),
            key: "proposal",
            render: (_, one) => (
              <>
                {one.renamed && (
                  <div className="muted">
                    {t(one.kind === "removed" ? D.became : D.cameFrom, { column: one.renamed })}
                  </div>
                )}
                {one.changes.map((change) => (
                  <div key={change.element}>
                    {title(change)} <span className="mono faint">{change.element}</span>
                    {": "}
                    <span className="mono">
                      {change.before ?? t(D.unmapped)} → {change.after ?? t(D.unmapped)}
                    </span>
                  </div>
                ))}
                {!one.renamed && one.changes.length === 0 && (
                  <span className="faint">{t(stops(one) ? D.keep : D.nothing)}</span>
                )}
              </>
            ),
          },
        ]}
      />
    </Section>
  );
}
