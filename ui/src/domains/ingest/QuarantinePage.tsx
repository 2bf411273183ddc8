import { App, Button, Descriptions, Drawer, Popconfirm } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { type FieldSpec, FieldValue } from "@/kernel/fields";
import { useT, useTitle } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { PageHead } from "@/kernel/layout/PageHead";
import { useRows } from "@/kernel/resource/api";
import { ExportButton } from "@/kernel/resource/ExportButton";
import { FilterBar } from "@/kernel/resource/FilterBar";
import { listQuery, useListState } from "@/kernel/resource/listState";
import { RowTable } from "@/kernel/resource/RowTable";
import type { Row } from "@/kernel/resource/types";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { M } from "./messages";
import type { Refused } from "./types";

const PATH = "/api/ingest/quarantine";

/** Every refused row with its reason; a feed can be replayed after its mapping was mended. */
export function QuarantinePage() {
  const t = useT();
  const title = useTitle();
  const reason = (one: Refused) => title({ title: one.reason_title, title_en: one.reason_title_en });
  const may = useMay();
  const explain = useExplain();
  const follow = useFollowJob();
  const { message } = App.useApp();
  const { state, change, filter, reset } = useListState();
  const rows = useRows(PATH, state);
  const [opened, setOpened] = useState<Refused | null>(null);
  const { page: _page, page_size: _size, ...narrowing } = listQuery(state);
  const fields: FieldSpec[] = [
    { name: "reason_title", label: t(M.reason), kind: "text" },
    { name: "element", label: t(M.element), kind: "code", filter: true, sort: true },
    { name: "received", label: t(M.received), kind: "text" },
    { name: "feed", label: t(M.feed), kind: "code", filter: true, sort: true },
    { name: "dataset", label: t(M.dataset), kind: "dataset", filter: true, sort: true },
    { name: "org_code", label: t(M.institution), kind: "org", filter: true, sort: true },
    { name: "source_key", label: t(M.sourceKey), kind: "code" },
    { name: "arrived_at", label: t(M.arrived), kind: "datetime", sort: true },
  ];

  const replay = async (feed: string) => {
    try {
      for (const job of jobsOf(await api.post(`/api/ingest/feeds/${feed}/replay`))) {
        follow(job, t(M.replaying, { name: feed }));
      }
      setOpened(null);
    } catch (error) {
      const { title: head, detail } = explain(error);
      message.error([head, detail].filter(Boolean).join("："));
    }
  };

  return (
    <>
      <PageHead
        title={t(M.quarantineTitle)}
        note={t(M.quarantineNote)}
        extra={<ExportButton path={`${PATH}/export`} query={narrowing} />}
      />
      <div className="list-page">
        <FilterBar
          fields={fields.filter((field) => field.filter)}
          filters={state.filters}
          searchable={false}
          onFilter={filter}
          onReset={reset}
        />
        <RowTable
          fields={fields}
          rowKey="id"
          query={rows}
          state={state}
          onChange={change}
          onOpen={(row: Row) => setOpened(row as unknown as Refused)}
        />
      </div>
      <Drawer
        open={opened !== null}
        onClose={() => setOpened(null)}
        size={620}
        title={opened && reason(opened)}
        extra={
          opened &&
          may("ingest.run") && (
            <Popconfirm title={t(M.replayAsk)} onConfirm={() => replay(opened.feed)} placement="bottomRight">
              <Button>{t(M.replay)}</Button>
            </Popconfirm>
          )
        }
      >
        {opened && (
          <div className="stack">
            <Descriptions
              bordered
              column={1}
              size="small"
              styles={{ label: { width: 110 } }}
              items={fields.map((field) => ({
                key: field.name,
                label: field.label,
                children: (
                  <FieldValue
                    value={field.name === "reason_title" ? reason(opened) : (opened as unknown as Row)[field.name]}
                    field={field}
                  />
                ),
              }))}
            />
            <h3>{t(M.row)}</h3>
            <Descriptions
              bordered
              column={1}
              size="small"
              styles={{ label: { width: 200 } }}
              items={Object.entries(opened.row).map(([name, value]) => ({
                key: name,
                label: <span className="mono">{name}</span>,
                children: <FieldValue value={value} field={{ name, label: name, kind: "text" }} />,
              }))}
            />
          </div>
        )}
      </Drawer>
    </>
  );
}
