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

/** Batches, newest first → per source the sums over the batches that brought rows, and the state of each feed's newest. */
export function summarise(sources: Source[], feeds: Feed[], batches: Batch[]): SourceSummary[] {
  return sources.map((source) => {
    const own = batches.filter((batch) => batch.source === source.code);
    const newest = new Map<string, Batch>();
    for (const batch of own) {
      if (!newest.has(batch.feed)) {
        newest.set(batch.feed, batch);
      }
    }
    const latest = [...newest.values()];
    const sum = (of: (batch: Batch) => number) => own.reduce((total, batch) => total + of(batch), 0);
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
