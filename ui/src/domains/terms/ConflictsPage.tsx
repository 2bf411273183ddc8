import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Input, Pagination, Select } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "@/kernel/client";
import { OrgName } from "@/kernel/fields/OrgName";
import { formatNumber } from "@/kernel/format";
import { useLanguage, useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { ExportButton } from "@/kernel/resource/ExportButton";
import { Empty, QueryView } from "@/kernel/state";
import { M } from "./messages";
import type { Conflicts, Progress } from "./types";
import "./terms.css";

const SIZE = 20;

/** Names that institutions mapped differently, side by side. */
export function ConflictsPage() {
  const t = useT();
  const { language } = useLanguage();
  const [kind, setKind] = useState<string | null>(null);
  const [q, setQ] = useState("");
  const [page, setPage] = useState(1);
  const kinds = useQuery({
    queryKey: ["terms", "progress"],
    queryFn: ({ signal }) => api.get<Progress>("/api/terms/progress", undefined, signal),
  }).data?.kinds;
  const titleOf = (code: string) => {
    const found = kinds?.find((one) => one.code === code);
    return (language === "zh" ? found?.title : found?.title_en) ?? code;
  };
  const query = useQuery({
    queryKey: ["terms", "conflicts", kind, q, page],
    queryFn: ({ signal }) => api.get<Conflicts>("/api/terms/conflicts", { kind, q, page, page_size: SIZE }, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead
        title={t(M.conflicts)}
        note={t(M.conflictsNote)}
        extra={
          <>
            <Input.Search
              allowClear
              style={{ width: 220 }}
              placeholder={t(M.sourceName)}
              onSearch={(text) => {
                setQ(text.trim());
                setPage(1);
              }}
            />
            <Select
              allowClear
              style={{ width: 150 }}
              placeholder={t(M.kind)}
              value={kind ?? undefined}
              onChange={(value?: string) => {
                setKind(value ?? null);
                setPage(1);
              }}
              options={(kinds ?? []).map((one) => ({ value: one.code ?? "", label: titleOf(one.code ?? "") }))}
            />
            <ExportButton path="/api/terms/conflicts/export" query={{ kind, q }} disabled={!query.data?.total} />
          </>
        }
      />
      <QueryView
        query={query}
        isEmpty={(data) => data.total === 0}
        empty={
          <Section>
            <Empty text={t(kind || q ? M.noneFound : M.noConflict)} />
          </Section>
        }
      >
        {(data) => (
          <div className="stack">
            {data.items.map((conflict) => (
              <Section
                flush
                key={`${conflict.kind}|${conflict.name}`}
                title={conflict.name}
                hint={titleOf(conflict.kind)}
              >
                <table className="plain-table conflict-table">
                  <thead>
                    <tr>
                      <th>{t(M.standardTerm)}</th>
                      <th>{t(M.institution)}</th>
                      <th>{t(M.system)}</th>
                      <th>{t(M.sourceName)}</th>
                      <th className="right">{t(M.records)}</th>
                      <th>{t(M.decidedBy)}</th>
                      <th />
                    </tr>
                  </thead>
                  <tbody>
                    {conflict.sides.map((side) => (
                      <tr key={side.entry_id}>
                        <td>
                          <span className="mono">{side.mapped}</span> {side.mapped_name}
                        </td>
                        <td>
                          <OrgName code={side.org_code} />
                        </td>
                        <td>{side.system}</td>
                        <td>
                          <span className="mono faint">{side.code}</span> {side.name}
                        </td>
                        <td className="right num">{formatNumber(side.records)}</td>
                        <td>{side.decided_name ?? "—"}</td>
                        <td className="right">
                          <Link to={`/terms/bench/${side.dictionary_id}?state=mapped&entry=${side.entry_id}`}>
                            {t(M.toBench)}
                          </Link>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Section>
            ))}
            <Pagination
              align="end"
              current={page}
              pageSize={SIZE}
              total={data.total}
              showSizeChanger={false}
              hideOnSinglePage
              onChange={setPage}
            />
          </div>
        )}
      </QueryView>
    </>
  );
}
