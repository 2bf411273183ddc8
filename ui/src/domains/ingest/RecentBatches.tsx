import { Button, Table } from "antd";
import { useNavigate } from "react-router";
import { FieldValue, OrgName } from "@/kernel/fields";
import { formatMinute, formatNumber } from "@/kernel/format";
import { useLanguage, useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { useResource } from "@/kernel/resource/api";
import { M } from "./messages";
import type { Batch } from "./types";

/** The newest batches; one leads to its detail in the list of all. */
export function RecentBatches({ batches, brief }: { batches: Batch[]; brief?: boolean }) {
  const t = useT();
  const { language } = useLanguage();
  const navigate = useNavigate();
  const spec = useResource("ingest.batches");
  const field = (name: keyof Batch) => spec.data?.columns.find((column) => column.name === name);
  const label = (name: keyof Batch) => (language === "en" ? field(name)?.label_en : field(name)?.label) ?? "";
  const status = field("status") ?? { name: "status", label: "", kind: "select" };
  const count = (value: number) => formatNumber(value);
  return (
    <Section
      flush
      title={t(M.recent)}
      extra={
        <Button type="link" size="small" onClick={() => navigate("/ingest/batches")}>
          {t(M.allBatches)}
        </Button>
      }
    >
      <Table<Batch>
        className="rows-open"
        size="small"
        rowKey="id"
        dataSource={batches}
        pagination={false}
        scroll={{ x: "max-content" }}
        onRow={(one) => ({ onClick: () => navigate(`/ingest/batches?id=${one.id}`) })}
        columns={[
          { title: t(M.feed), dataIndex: "feed", className: "mono" },
          { title: t(M.institution), dataIndex: "org_code", render: (code: string) => <OrgName code={code} /> },
          ...(brief ? [] : [{ title: t(M.dataset), dataIndex: "dataset", className: "mono" }]),
          {
            title: label("status"),
            dataIndex: "status",
            render: (value: string) => <FieldValue value={value} field={status} />,
          },
          { title: t(M.rowsIn), dataIndex: "rows_in", align: "right", className: "num", render: count },
          { title: t(M.rowsStd), dataIndex: "rows_std", align: "right", className: "num", render: count },
          {
            title: t(M.quarantined),
            dataIndex: "rows_quarantined",
            align: "right",
            className: "num",
            render: (value: number) => <span className={value ? "warn" : "faint"}>{formatNumber(value)}</span>,
          },
          { title: label("started_at"), dataIndex: "started_at", className: "num", render: formatMinute },
        ]}
      />
    </Section>
  );
}
