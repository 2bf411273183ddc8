import { useNavigate } from "react-router";
import { Stat } from "@/kernel/chart/Stat";
import { useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { Empty, QueryView } from "@/kernel/state";
import { M } from "./messages";
import { useIngest } from "./queries";
import { RecentBatches } from "./RecentBatches";
import { SourceCard } from "./SourceCard";
import { summarise } from "./summary";
import "./ingest.css";

/** All sources with what they last brought, and the newest batches. */
export function IngestPage() {
  const t = useT();
  const navigate = useNavigate();
  const query = useIngest();
  return (
    <>
      <PageHead title={t(M.title)} note={t(M.note)} />
      <QueryView query={query}>
        {({ sources, feeds, batches }) => {
          const summaries = summarise(sources, feeds, batches);
          const sum = (of: (one: (typeof summaries)[number]) => number) =>
            summaries.reduce((total, one) => total + of(one), 0);
          const failed = sum((one) => one.failed);
          return (
            <div className="stack">
              <div className="grid grid-cards">
                <Stat label={t(M.sources)} value={sources.length} note={`${feeds.length} ${t(M.feeds)}`} />
                <Stat label={t(M.rowsIn)} value={sum((one) => one.rowsIn)} unit={t(M.rowsUnit)} short />
                <Stat label={t(M.rowsStd)} value={sum((one) => one.rowsStd)} unit={t(M.rowsUnit)} short />
                <Stat
                  label={t(M.quarantined)}
                  value={sum((one) => one.quarantined)}
                  unit={t(M.rowsUnit)}
                  tone={sum((one) => one.quarantined) ? "warn" : undefined}
                  onClick={() => navigate("/ingest/quarantine")}
                />
                <Stat
                  label={t(M.failedFeeds)}
                  value={failed}
                  tone={failed ? "bad" : undefined}
                  onClick={() => navigate("/ingest/batches?f.status=failed")}
                />
              </div>
              {summaries.length === 0 ? (
                <Section>
                  <Empty text={t(M.noSource)} />
                </Section>
              ) : (
                <div className="grid grid-wide-cards">
                  {summaries.map((one) => (
                    <SourceCard key={one.source.code} summary={one} />
                  ))}
                </div>
              )}
              <RecentBatches batches={batches.slice(0, 12)} />
            </div>
          );
        }}
      </QueryView>
    </>
  );
}
