import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Select, Table, Tag, Tooltip } from "antd";
import { Link, useSearchParams } from "react-router";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import { OrgName } from "@/kernel/fields/OrgName";
import { NOTHING } from "@/kernel/format";
import { type Message, useT, useTitle } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { Empty, QueryView } from "@/kernel/state";
import { C } from "./messages";

type Matrix = components["schemas"]["Matrix"];
type Cell = components["schemas"]["MatrixCell"];

const TONES: [string, Message][] = [
  ["green", C.reconciled],
  ["blue", C.landed],
  ["orange", C.partly],
  ["default", C.nothing],
  ["red", C.failing],
];

function tone(cell: Cell): string {
  if (cell.failing || cell.overdue) {
    return "red";
  }
  if (cell.expected > 0 && cell.reconciled === cell.expected) {
    return "green";
  }
  if (cell.expected > 0 && cell.landed === cell.expected) {
    return "blue";
  }
  return cell.landed ? "orange" : "default";
}

/** Institutions by systems: what is to come, and how much of it has come. */
export function MatrixPage() {
  const t = useT();
  const title = useTitle();
  const [search, setSearch] = useSearchParams();
  const phase = search.get("phase") ?? undefined;
  const matrix = useQuery({
    queryKey: ["ingest", "matrix", phase],
    queryFn: ({ signal }) => api.get<Matrix>("/api/ingest/scheme_matrix", { phase }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  return (
    <>
      <PageHead
        title={t(C.title)}
        note={t(C.note)}
        extra={
          <span className="row">
            <Link to="/ingest/schemes">
              <Button>{t(C.schemes)}</Button>
            </Link>
            <Link to="/ingest/scheme_tables">
              <Button>{t(C.list)}</Button>
            </Link>
          </span>
        }
      />
      <QueryView query={matrix} isEmpty={(data) => data.rows.length === 0 && !phase} empty={<Empty text={t(C.none)} />}>
        {(data) => (
          <Section>
            <div className="stack">
              <div className="row">
                <Select
                  aria-label={t(C.phase)}
                  style={{ minWidth: 160 }}
                  value={phase ?? ""}
                  onChange={(value) => setSearch(value ? { phase: value } : {})}
                  options={[
                    { value: "", label: `${t(C.phase)} · ${t(C.all)}` },
                    ...data.phases.map((one) => ({ value: one, label: one })),
                  ]}
                />
                {TONES.map(([color, words]) => (
                  <Tag key={color} color={color}>
                    {t(words)}
                  </Tag>
                ))}
              </div>
              <Table
                size="small"
                rowKey="org_code"
                dataSource={data.rows}
                pagination={data.rows.length > 50 ? { pageSize: 50 } : false}
                scroll={{ x: "max-content" }}
                columns={[
                  {
                    title: t(C.org),
                    dataIndex: "org_code",
                    fixed: "left" as const,
                    render: (code: string) => <OrgName code={code} />,
                  },
                  ...data.systems.map((system) => ({
                    title: title(system),
                    key: system.code,
                    align: "center" as const,
                    render: (_: unknown, row: Matrix["rows"][number]) => {
                      const cell = row.cells.find((one) => one.system === system.code);
                      return cell ? <CellLink org={row.org_code} cell={cell} /> : NOTHING;
                    },
                  })),
                ]}
              />
            </div>
          </Section>
        )}
      </QueryView>
    </>
  );
}

function CellLink({ org, cell }: { org: string; cell: Cell }) {
  const t = useT();
  const { expected, landed, reconciled, failing, overdue } = cell;
  const query = new URLSearchParams({ "f.org_code": org, "f.system": cell.system });
  return (
    <Tooltip title={t(C.cell, { expected, landed, reconciled, failing, overdue })}>
      <Link to={`/ingest/scheme_tables?${query}`}>
        <Tag color={tone(cell)}>
          {landed}/{expected}
        </Tag>
      </Link>
    </Tooltip>
  );
}
