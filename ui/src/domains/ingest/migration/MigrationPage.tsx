import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Popconfirm, Table } from "antd";
import { useNavigate, useParams } from "react-router";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import { formatMinute, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { QueryView } from "@/kernel/state";
import type { MigrationReport } from "../types";
import { useStep } from "./actions";
import { Codes } from "./Codes";
import { Institutions } from "./Institutions";
import { T } from "./messages";

const EVERY = 3000;
type Balance = MigrationReport["tables"][number];

/** A platform that is taken over: whose its rows are, and what of them is here and proven equal. */
export function MigrationPage() {
  const t = useT();
  const { id = "" } = useParams();
  const path = `/api/ingest/migrations/${id}/report`;
  const report = useQuery({
    queryKey: ["rows", path],
    queryFn: ({ signal }) => api.get<MigrationReport>(path, undefined, signal),
    refetchInterval: (query) => (settled(query.state.data) ? false : EVERY),
  });
  return (
    <QueryView query={report}>
      {(data) => (
        <div className="stack">
          <PageHead
            back={{ to: "/ingest/migrations", label: t(T.migrations) }}
            title={data.migration.title}
            note={[
              t(T.note, { source: data.migration.source, columns: data.migration.columns.join("、") }),
              data.migration.tallied_at && t(T.counted, { at: formatMinute(data.migration.tallied_at) }),
            ]
              .filter(Boolean)
              .join(" · ")}
            extra={<Buttons report={data} />}
          />
          {data.migration.error && <Alert type="error" showIcon title={data.migration.error} />}
          {!data.migration.tallied_at && <Alert type="info" showIcon title={t(T.notCounted)} />}
          <Figures report={data} />
          {data.unassigned.length > 0 && <Codes report={data} />}
          <Institutions report={data} />
          <Balances tables={data.tables} />
        </div>
      )}
    </QueryView>
  );
}

/** Whether nothing is to be expected without somebody doing something. */
function settled(report: MigrationReport | undefined): boolean {
  return report?.parts.every((one) => ["left", "accepted", "proven", "different"].includes(one.status)) ?? true;
}

function Buttons({ report }: { report: MigrationReport }) {
  const t = useT();
  const may = useMay();
  const step = useStep();
  const navigate = useNavigate();
  const remove = useStep(() => navigate("/ingest/migrations"));
  const path = `migrations/${report.migration.id}`;
  return (
    <span className="row">
      {may("ingest.write") && (
        <Popconfirm
          title={t(T.deleteAsk)}
          onConfirm={() => remove.mutate({ path, method: "delete", what: report.migration.title })}
        >
          <Button loading={remove.isPending}>{t(T.delete)}</Button>
        </Popconfirm>
      )}
      {may("ingest.run") && (
        <Button
          type={report.migration.tallied_at ? "default" : "primary"}
          loading={step.isPending}
          onClick={() => step.mutate({ path: `${path}/tally`, what: t(T.tally) })}
        >
          {t(T.tally)}
        </Button>
      )}
      {may("ingest.write") && (
        <Button
          disabled={report.migration.institutions === 0}
          loading={step.isPending}
          onClick={() => step.mutate({ path: `${path}/make`, what: t(T.makeAll) })}
        >
          {t(T.makeAll)}
        </Button>
      )}
      {may("ingest.run") && (
        <Popconfirm title={t(T.runAsk)} onConfirm={() => step.mutate({ path: `${path}/run`, what: t(T.runAll) })}>
          <Button disabled={report.migration.institutions === 0} loading={step.isPending}>
            {t(T.runAll)}
          </Button>
        </Popconfirm>
      )}
    </span>
  );
}

function Figures({ report }: { report: MigrationReport }) {
  const t = useT();
  const { migration, parts, shared } = report;
  const moving = parts.filter((one) => one.status !== "left");
  const proven = moving.filter((one) => one.status === "proven" || one.status === "accepted").length;
  const taken = [...moving, ...shared].reduce((sum, one) => sum + (one.rows_raw ?? 0), 0);
  const unit = t(T.rowUnit);
  return (
    <Section>
      <div className="grid figures">
        <Stat label={t(T.rowsThere)} value={migration.rows} unit={unit} short />
        <Stat
          label={t(T.unassignedRows)}
          value={migration.unassigned}
          unit={unit}
          short
          tone={migration.unassigned > 0 ? "warn" : "good"}
          note={migration.tallied_at && migration.unassigned === 0 ? t(T.allAssigned) : undefined}
        />
        <Stat label={t(T.taken)} value={taken} unit={unit} short />
        <Stat
          label={t(T.provenOf)}
          value={proven}
          unit={t(T.orgUnit)}
          note={t(T.of, { count: formatNumber(moving.length) })}
        />
        <Stat
          label={t(T.accepted)}
          value={migration.accepted}
          unit={t(T.orgUnit)}
          note={t(T.of, { count: formatNumber(moving.length) })}
        />
      </div>
    </Section>
  );
}

function Balances({ tables }: { tables: Balance[] }) {
  const t = useT();
  const figure = (title: string, name: "rows" | "assigned" | "left" | "unassigned") => ({
    title,
    dataIndex: name,
    align: "right" as const,
    className: "num",
    sorter: (one: Balance, other: Balance) => one[name] - other[name],
    render: (value: number, row: Balance) => (row.column === null && name !== "rows" ? "—" : formatNumber(value)),
  });
  return (
    <Section title={t(T.tables)} hint={t(T.tablesHint)}>
      <Table<Balance>
        size="small"
        rowKey="feed"
        dataSource={tables}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        locale={{ emptyText: t(T.notCounted) }}
        columns={[
          { title: t(T.table), dataIndex: "origin", className: "mono" },
          {
            title: t(T.column),
            dataIndex: "column",
            render: (column: string | null) =>
              column === null ? <span className="faint">{t(T.whole)}</span> : <span className="mono">{column}</span>,
          },
          figure(t(T.rowsThere), "rows"),
          figure(t(T.assigned), "assigned"),
          figure(t(T.left), "left"),
          figure(t(T.open), "unassigned"),
        ]}
      />
    </Section>
  );
}
