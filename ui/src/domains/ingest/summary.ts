import type { Batch, Feed, Source } from "./types";

/** What a source's feeds last did. */
export interface SourceSummary {
  source: Source;
  feeds: number;
  rowsIn: number;
  rowsStd: number;
  quarantined: number;
  failed: number;
  running: number;
  lastAt: string | null;
}

const RUNNING = new Set(["capturing", "landed"]);
/** Modes whose batches hold only what changed. */
const CHANGES = new Set(["timestamp", "compare", "log", "outbox", "push", "repair"]);

/** The batches, newest first, that make up what a feed holds now. A full capture or a replay holds all rows anew. */
function standing(batches: Batch[]): Batch[] {
  const ended = batches.filter((batch) => batch.status === "standardised" || batch.status === "unchanged");
  const whole = ended.findIndex((batch) => !CHANGES.has(batch.mode));
  return (whole < 0 ? ended : ended.slice(0, whole + 1)).filter(
    (batch, index) => batch.status === "standardised" || index === whole,
  );
}

/** Batches, newest first → per source the rows that its feeds hold now, and the state of each feed's newest batch. */
export function summarise(sources: Source[], feeds: Feed[], batches: Batch[]): SourceSummary[] {
  return sources.map((source) => {
    const own = batches.filter((batch) => batch.source === source.code);
    const byFeed = Map.groupBy(own, (batch) => batch.feed);
    const latest = [...byFeed.values()].flatMap((ofFeed) => ofFeed.slice(0, 1));
    const held = [...byFeed.values()].flatMap(standing);
    const sum = (of: (batch: Batch) => number) => held.reduce((total, batch) => total + of(batch), 0);
    return {
      source,
      feeds: feeds.filter((feed) => feed.code.startsWith(`${source.code}.`)).length,
      rowsIn: sum((batch) => batch.rows_in),
      rowsStd: sum((batch) => batch.rows_std),
      quarantined: sum((batch) => batch.rows_quarantined),
      failed: latest.filter((batch) => batch.status === "failed").length,
      running: latest.filter((batch) => RUNNING.has(batch.status)).length,
      lastAt: own[0]?.started_at ?? null,
    };
  });
}
