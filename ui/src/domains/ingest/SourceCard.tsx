import { ApiOutlined, PlayCircleOutlined } from "@ant-design/icons";
import { App, Button, Tag } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { ShareBar } from "@/kernel/chart/ShareBar";
import { api } from "@/kernel/client";
import { OrgName } from "@/kernel/fields";
import { formatMinute, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { K } from "@/kernel/messages";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { M } from "./messages";
import type { SourceSummary } from "./summary";

/** One source: whose, of what kind, what it brought; to be tested and run. */
export function SourceCard({ summary }: { summary: SourceSummary }) {
  const t = useT();
  const may = useMay();
  const explain = useExplain();
  const follow = useFollowJob();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const [busy, setBusy] = useState<"test" | "run" | null>(null);
  const { source, rowsIn, rowsStd, quarantined, failed, running, lastAt, feeds } = summary;

  const attempt = async (what: "test" | "run", work: () => Promise<void>) => {
    setBusy(what);
    try {
      await work();
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："), 6);
    } finally {
      setBusy(null);
    }
  };
  const test = () =>
    attempt("test", async () => {
      const options = await api.get<Record<string, unknown>>(`/api/ingest/sources/${source.code}/options`);
      const report = await api.post<{ server: string; tables: string[] }>("/api/ingest/connections/test", {
        connector: source.connector,
        options,
        source: source.code,
      });
      const told = t(M.testTables, { server: report.server, count: report.tables.length });
      message.success(`${t(M.testOk)}：${told}`, 5);
    });
  const run = () =>
    attempt("run", async () => {
      for (const job of jobsOf(await api.post(`/api/ingest/sources/${source.code}/run`))) {
        follow(job, t(M.started, { name: source.title }));
      }
    });

  return (
    <article className="source">
      <header>
        <button type="button" className="source-title" onClick={() => navigate(`/ingest/sources/${source.code}`)}>
          {source.title}
        </button>
        {running > 0 ? (
          <Tag color="processing">{t(K.running)}</Tag>
        ) : failed > 0 ? (
          <Tag color="error">
            {t(K.jobFailed)} {failed}
          </Tag>
        ) : (
          lastAt && <Tag color="success">{t(K.succeeded)}</Tag>
        )}
      </header>
      <p className="muted">
        <OrgName code={source.org_code} /> · {source.system} · {source.connector} · {feeds} {t(M.feeds)}
      </p>
      <dl>
        <div>
          <dt>{t(M.rowsIn)}</dt>
          <dd className="num">{formatNumber(rowsIn)}</dd>
        </div>
        <div>
          <dt>{t(M.quarantined)}</dt>
          <dd className={quarantined ? "num warn" : "num"}>{formatNumber(quarantined)}</dd>
        </div>
        <div>
          <dt>{t(M.share)}</dt>
          <dd>
            <ShareBar share={rowsIn ? rowsStd / rowsIn : null} />
          </dd>
        </div>
      </dl>
      <footer>
        <span className="faint num">{lastAt ? t(M.last, { at: formatMinute(lastAt) }) : t(M.never)}</span>
        <span className="grow" />
        {may("ingest.write") && (
          <Button size="small" icon={<ApiOutlined />} loading={busy === "test"} onClick={test}>
            {t(M.test)}
          </Button>
        )}
        {may("ingest.run") && (
          <Button
            size="small"
            icon={<PlayCircleOutlined />}
            loading={busy === "run"}
            disabled={running > 0}
            onClick={run}
          >
            {t(M.run)}
          </Button>
        )}
      </footer>
    </article>
  );
}
