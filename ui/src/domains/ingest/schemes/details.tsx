import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Table } from "antd";
import { Link } from "react-router";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import { NOTHING } from "@/kernel/format";
import { type Message, useSaid, useT } from "@/kernel/i18n";
import type { DetailProps } from "@/kernel/resource/overrides";
import { useMay } from "@/kernel/session";
import { ErrorState } from "@/kernel/state";
import { C } from "./messages";

type Check = components["schemas"]["SchemeCheck"];
type Finding = components["schemas"]["SchemeFinding"];

const DIALECTS: [string, string][] = [
  ["postgres", "PostgreSQL / KingbaseES"],
  ["mysql", "MySQL / MariaDB"],
  ["sqlserver", "SQL Server"],
  ["oracle", "Oracle"],
  ["dm", "达梦 DM"],
];
const STEPS: Record<Finding["step"], Message> = {
  source: C.source,
  connection: C.connection,
  table: C.table,
  columns: C.columns,
  rows: C.rows,
};

/** What can be done with a scheme: see its tables, check its system, make its front database. */
function SchemeDetail({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  const tables = new URLSearchParams({ "f.org_code": String(row.org_code), "f.system": String(row.system) });
  return (
    <div className="stack">
      <Link to={`/ingest/scheme_tables?${tables}`}>{t(C.tables)}</Link>
      {may("ingest.write") && <Checking scheme={String(row.id)} />}
      <div>
        <h3>{t(C.front)}</h3>
        <p className="muted">{t(C.frontHelp)}</p>
        <p className="row">
          {DIALECTS.map(([dialect, name]) => (
            <Button
              key={dialect}
              size="small"
              href={`/api/ingest/schemes/${String(row.id)}/front?dialect=${dialect}`}
              download
            >
              {name}
            </Button>
          ))}
        </p>
      </div>
    </div>
  );
}

function Checking({ scheme }: { scheme: string }) {
  const t = useT();
  const said = useSaid();
  const check = useMutation({ mutationFn: () => api.post<Check>(`/api/ingest/schemes/${scheme}/check`) });
  return (
    <div className="stack">
      <Button onClick={() => check.mutate()} loading={check.isPending} style={{ alignSelf: "flex-start" }}>
        {t(C.check)}
      </Button>
      {check.error && <ErrorState error={check.error} />}
      {check.data && (
        <>
          <Alert type={check.data.good ? "success" : "warning"} showIcon title={t(check.data.good ? C.good : C.bad)} />
          <Table
            size="small"
            rowKey={(one) => `${one.dataset}|${one.step}|${one.what}`}
            dataSource={check.data.findings}
            pagination={false}
            columns={[
              { title: t(C.dataset), dataIndex: "dataset", render: (code: string | null) => code ?? NOTHING },
              { title: t(C.step), dataIndex: "step", render: (step: Finding["step"]) => t(STEPS[step]) },
              {
                title: t(C.finding),
                key: "what",
                render: (_, one) => (
                  <span className={one.good ? "good" : "bad"}>
                    {one.good ? "✓" : "✗"} {said(one.what, one.what_en)}
                  </span>
                ),
              },
            ]}
          />
        </>
      )}
    </div>
  );
}

export const schemeDetails = { "ingest.schemes": SchemeDetail };
