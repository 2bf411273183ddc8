import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import { formatNumber, formatShort } from "@/kernel/format";
import { useLanguage, useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { useMay, useSession } from "@/kernel/session";
import type { Asset } from "../catalog/types";
import { useIngest } from "../ingest/queries";
import { RecentBatches } from "../ingest/RecentBatches";
import { summarise } from "../ingest/summary";
import type { Counts } from "../patients/types";
import { toneOf } from "../quality/OverviewPage";
import type { Overview } from "../quality/types";
import { Documents } from "../standards/Documents";
import { QualityByOrg, VisitsTrend, Volumes } from "./charts";
import { M } from "./messages";
import type { Todo } from "./types";
import { Waiting } from "./Waiting";
import "./home.css";

/** What came in, what waits, how good it is, how much there is; each part only for those who may see it. */
export function HomePage() {
  const t = useT();
  const may = useMay();
  const navigate = useNavigate();
  const { language } = useLanguage();
  const session = useSession();
  const sees = {
    ingest: may("ingest.read"),
    catalog: may("catalog.read"),
    patients: may("patients.read"),
    quality: may("quality.read"),
    metrics: may("metrics.read"),
  };
  const ingest = useIngest(sees.ingest);
  const assets = useQuery({
    queryKey: ["catalog", "datasets"],
    queryFn: ({ signal }) => api.get<Asset[]>("/api/catalog/datasets", undefined, signal),
    enabled: sees.catalog,
  });
  const counts = useQuery({
    queryKey: ["patients", "counts"],
    queryFn: ({ signal }) => api.get<Counts>("/api/patients/counts", undefined, signal),
    enabled: sees.patients,
  });
  const quality = useQuery({
    queryKey: ["quality", "overview"],
    queryFn: ({ signal }) => api.get<Overview>("/api/quality/overview", undefined, signal),
    enabled: sees.quality,
  });
  const todos = useQuery({
    queryKey: ["todos"],
    queryFn: ({ signal }) => api.get<Todo[]>("/api/todos", undefined, signal),
  });
  const sources = ingest.data && summarise(ingest.data.sources, ingest.data.feeds, ingest.data.batches);
  const received = sources?.reduce((sum, one) => sum + one.rowsIn, 0);
  const orgs = session.data?.scope.orgs;
  return (
    <div className="stack">
      <PageHead
        title={t(M.hello, { name: session.data?.display_name ?? "" })}
        note={orgs ? t(M.scopeSome, { count: orgs.length }) : t(M.scopeAll)}
      />
      <div className="grid home-cards">
        {sees.ingest && (
          <Stat
            label={t(M.received)}
            value={received}
            unit={t(M.rowsUnit)}
            short
            note={sources && t(M.fromSources, { count: sources.length })}
            onClick={() => navigate("/ingest")}
          />
        )}
        {sees.catalog && (
          <Stat
            label={t(M.standard)}
            value={assets.data?.reduce((sum, one) => sum + one.rows, 0)}
            unit={t(M.rowsUnit)}
            short
            note={assets.data && t(M.inDatasets, { count: assets.data.filter((one) => one.rows > 0).length })}
            onClick={() => navigate("/catalog/datasets")}
          />
        )}
        {sees.patients && (
          <Stat
            label={t(M.persons)}
            value={counts.data?.persons}
            unit={t(M.personUnit)}
            note={counts.data && t(M.shared, { count: formatNumber(counts.data.shared) })}
            onClick={() => navigate("/patients")}
          />
        )}
        {sees.quality && (
          <Stat
            label={t(M.quality)}
            value={quality.data?.overall.score}
            tone={quality.data && toneOf(quality.data.overall)}
            note={quality.data && t(M.checks, { count: formatShort(quality.data.overall.checked, language) })}
            onClick={() => navigate("/quality")}
          />
        )}
      </div>
      <div className="grid grid-main">
        <div className="stack">
          {sees.metrics && <VisitsTrend />}
          {sees.ingest && ingest.data && <RecentBatches batches={ingest.data.batches.slice(0, 8)} brief />}
        </div>
        <div className="stack">
          <Waiting
            items={[
              ...(todos.data ?? []).map((todo) => ({
                text: [todo.title, todo.title_en] as const,
                count: todo.count,
                to: todo.path,
              })),
              {
                text: M.quarantine,
                count: sources?.reduce((sum, one) => sum + one.quarantined, 0),
                to: "/ingest/quarantine",
              },
              { text: M.suspects, count: counts.data?.suspects, to: "/patients/suspects" },
              {
                text: M.failedFeeds,
                count: sources?.reduce((sum, one) => sum + one.failed, 0),
                to: "/ingest/batches?f.status=failed",
              },
              { text: M.failing, count: quality.data?.overall.failed, to: "/quality" },
            ]}
          />
          {may("standards.read") && <Documents />}
          {quality.data && quality.data.orgs.length > 0 && <QualityByOrg scores={quality.data.orgs} />}
          {assets.data && <Volumes assets={assets.data} />}
        </div>
      </div>
    </div>
  );
}
