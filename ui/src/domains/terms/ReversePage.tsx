import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Input, Select, Table } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { OrgName } from "@/kernel/fields/OrgName";
import { formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { ExportButton } from "@/kernel/resource/ExportButton";
import { Empty, ErrorState, QueryView } from "@/kernel/state";
import { TerminologyName } from "./kinds";
import { M } from "./messages";
import type { Entry, Reverse, ReverseTerm } from "./types";
import "./terms.css";

const SIZE = 20;

/** From the standard term to what every institution calls it. */
export function ReversePage() {
  const t = useT();
  const [q, setQ] = useState("");
  const [target, setTarget] = useState<string | null>(null);
  const [page, setPage] = useState(1);
  const query = useQuery({
    queryKey: ["terms", "reverse", target, q, page],
    queryFn: ({ signal }) => api.get<Reverse>("/api/terms/reverse", { target, q, page, page_size: SIZE }, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead
        title={t(M.reverse)}
        note={t(M.reverseNote)}
        extra={
          <>
            <Input.Search
              allowClear
              style={{ width: 240 }}
              placeholder={t(M.searchStandard)}
              onSearch={(text) => {
                setQ(text.trim());
                setPage(1);
              }}
            />
            <Select
              allowClear
              style={{ width: 220 }}
              placeholder={t(M.target)}
              value={target ?? undefined}
              onChange={(value?: string) => {
                setTarget(value ?? null);
                setPage(1);
              }}
              options={(query.data?.targets ?? []).map((value) => ({ value, label: <TerminologyName code={value} /> }))}
            />
            <ExportButton path="/api/terms/reverse/export" query={{ target, q }} disabled={!query.data?.total} />
          </>
        }
      />
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Section flush>
          <Table<ReverseTerm>
            size="small"
            loading={query.isFetching && !query.data}
            rowKey={(term) => `${term.target}|${term.standard_code}`}
            dataSource={query.data?.items ?? []}
            locale={{ emptyText: <Empty text={t(target || q ? M.noneFound : M.nothingMapped)} /> }}
            expandable={{ expandedRowRender: (term) => <SourceEntries term={term} />, expandRowByClick: true }}
            pagination={{
              current: page,
              pageSize: SIZE,
              total: query.data?.total ?? 0,
              showSizeChanger: false,
              hideOnSinglePage: true,
              onChange: setPage,
            }}
            columns={[
              {
                title: t(M.standardTerm),
                render: (_, term) => (
                  <>
                    <span className="mono">{term.standard_code}</span> {term.standard_name}
                  </>
                ),
              },
              { title: t(M.target), dataIndex: "target", render: (code: string) => <TerminologyName code={code} /> },
              { title: t(M.entries), dataIndex: "entries", align: "right", render: (n: number) => formatNumber(n) },
              { title: t(M.institutions), dataIndex: "institutions", align: "right" },
              { title: t(M.records), dataIndex: "records", align: "right", render: (n: number) => formatNumber(n) },
            ]}
          />
        </Section>
      )}
    </>
  );
}

function SourceEntries({ term: { target, standard_code } }: { term: ReverseTerm }) {
  const t = useT();
  const query = useQuery({
    queryKey: ["terms", "reverse-entries", target, standard_code],
    queryFn: ({ signal }) =>
      api.get<Entry[]>("/api/terms/reverse/entries", { target, code: standard_code, page_size: 200 }, signal),
  });
  return (
    <QueryView query={query} rows={2}>
      {(entries) => (
        <table className="plain-table">
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.id}>
                <td>
                  <OrgName code={entry.org_code} />
                </td>
                <td>{entry.system}</td>
                <td>
                  <span className="mono faint">{entry.code}</span> {entry.name}
                </td>
                <td className="right num">{formatNumber(entry.records)}</td>
                <td>
                  {t(M.decidedBy)} {entry.decided_name ?? "—"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </QueryView>
  );
}
