import { UploadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import { formatShort } from "@/kernel/format";
import { useLanguage, useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { useMay } from "@/kernel/session";
import { Empty, QueryView } from "@/kernel/state";
import { JobButtons } from "./Jobs";
import { M } from "./messages";
import { shadeOf, shareOf, sumOf } from "./share";
import { Tasks } from "./Tasks";
import type { Progress, ProgressCell } from "./types";
import { UploadDrawer } from "./UploadDrawer";
import "./terms.css";

export interface Selection {
  org: string | null;
  kind: string | null;
}

/** How far every institution's dictionaries are mapped, and the tasks behind each figure. */
export function ProgressPage() {
  const t = useT();
  const may = useMay();
  const navigate = useNavigate();
  const { language } = useLanguage();
  const [search, setSearch] = useSearchParams();
  const [uploading, setUploading] = useState(false);
  const selection: Selection = { org: search.get("org"), kind: search.get("kind") };
  const query = useQuery({
    queryKey: ["terms", "progress"],
    queryFn: ({ signal }) => api.get<Progress>("/api/terms/progress", undefined, signal),
  });
  const select = ({ org, kind }: Selection) =>
    setSearch({ ...(org ? { org } : {}), ...(kind ? { kind } : {}) }, { replace: true });
  return (
    <>
      <PageHead
        title={t(M.progress)}
        note={t(M.progressNote)}
        extra={
          <>
            <JobButtons />
            {may("terms.manage") && (
              <Button type="primary" icon={<UploadOutlined />} onClick={() => setUploading(true)}>
                {t(M.upload)}
              </Button>
            )}
          </>
        }
      />
      <QueryView
        query={query}
        isEmpty={(data) => data.cells.length === 0}
        empty={
          <Section>
            <Empty text={t(M.nothing)} />
          </Section>
        }
      >
        {(data) => {
          const all = sumOf(data.cells);
          const share = shareOf(all);
          return (
            <div className="stack">
              <div className="grid grid-tight">
                <Stat
                  label={t(M.recordsDone)}
                  value={share === null ? null : share * 100}
                  unit="%"
                  digits={1}
                  note={`${formatShort(all.done_records, language)} / ${formatShort(all.records, language)}`}
                />
                <Stat
                  label={t(M.entriesDone)}
                  value={all.done_entries}
                  note={`/ ${formatShort(all.entries, language)}`}
                />
                <Stat label={t(M.dictionaries)} value={all.dictionaries} />
                <Stat label={t(M.waiting)} value={all.review_entries} tone={all.review_entries ? "warn" : undefined} />
                <Stat label={t(M.asked)} value={all.asked_entries} tone={all.asked_entries ? "warn" : undefined} />
                <Stat
                  label={t(M.owed)}
                  value={all.owed}
                  tone={all.owed ? "warn" : undefined}
                  onClick={() => navigate("/terms/collections")}
                />
              </div>
              <Section title={t(M.matrix)} hint={t(M.matrixHint)}>
                <ProgressMatrix progress={data} selection={selection} onSelect={select} />
              </Section>
              <Tasks progress={data} selection={selection} onClear={() => select({ org: null, kind: null })} />
            </div>
          );
        }}
      </QueryView>
      {uploading && <UploadDrawer onClose={() => setUploading(false)} />}
    </>
  );
}

interface MatrixProps {
  progress: Progress;
  selection: Selection;
  onSelect: (selection: Selection) => void;
}

function ProgressMatrix({ progress: { cells, kinds, orgs }, selection, onSelect }: MatrixProps) {
  const t = useT();
  const { language } = useLanguage();
  const titleOf = (kind: Record<string, string>) => (language === "zh" ? kind.title : kind.title_en);
  const shown = kinds.filter((kind) => cells.some((cell) => cell.kind === kind.code));

  const draw = (held: ProgressCell[], org: string | null, kind: string | null) => {
    const sum = sumOf(held);
    const share = shareOf(sum);
    const on = selection.org === org && selection.kind === kind && (org !== null || kind !== null);
    return (
      <td key={`${org}|${kind}`} style={{ background: shadeOf(share) }} className={on ? "progress-on" : undefined}>
        {held.length === 0 ? (
          <span className="faint">·</span>
        ) : (
          <button
            type="button"
            onClick={() => onSelect(on ? { org: null, kind: null } : { org, kind })}
            title={`${sum.done_entries} / ${sum.entries}`}
          >
            <span className="num">{share === null ? "—" : `${(share * 100).toFixed(share === 1 ? 0 : 1)}%`}</span>
            <span className="progress-entries num">
              {sum.owed > 0 && sum.entries === 0
                ? t(M.owedMark, { count: sum.owed })
                : formatShort(sum.entries, language)}
            </span>
          </button>
        )}
      </td>
    );
  };

  return (
    <div className="progress-box">
      <table className="progress-matrix">
        <thead>
          <tr>
            <th>{t(M.institution)}</th>
            <th>{t(M.all)}</th>
            {shown.map((kind) => (
              <th key={kind.code}>{titleOf(kind)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {orgs.map((org) => {
            const own = cells.filter((cell) => cell.org_code === org.code);
            return (
              <tr key={org.code}>
                <th title={org.code}>{org.name}</th>
                {draw(own, org.code ?? null, null)}
                {shown.map((kind) =>
                  draw(
                    own.filter((cell) => cell.kind === kind.code),
                    org.code ?? null,
                    kind.code ?? null,
                  ),
                )}
              </tr>
            );
          })}
          <tr className="progress-all">
            <th>{t(M.all)}</th>
            {draw(cells, null, null)}
            {shown.map((kind) =>
              draw(
                cells.filter((cell) => cell.kind === kind.code),
                null,
                kind.code ?? null,
              ),
            )}
          </tr>
        </tbody>
      </table>
    </div>
  );
}
