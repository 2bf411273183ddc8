import { describe, expect, it } from "vitest";
import { summarise } from "./summary";
import type { Batch, Feed, Source } from "./types";

const source: Source = {
  id: "1",
  code: "his",
  title: "HIS",
  org_code: "A",
  system: "HIS",
  connector: "files",
  updated_at: "",
};
const feed = (code: string): Feed => ({
  id: code,
  code,
  title: code,
  org_code: "A",
  origin: "t",
  dataset: "d",
  mode: "full",
  priority: "normal",
  updated_at: "",
});
const batch = (change: Partial<Batch>): Batch => ({
  id: "b",
  feed: "his.a",
  source: "his",
  origin: "t",
  mode: "full",
  dataset: "d",
  org_code: "A",
  number: 1,
  status: "standardised",
  rows_in: 10,
  rows_std: 8,
  rows_quarantined: 2,
  rows_deleted: 0,
  started_at: "2024-01-01",
  finished_at: null,
  ...change,
});

describe("summarise", () => {
  it("counts a full capture once, however often it ran, and no other source's", () => {
    const batches = [
      batch({ started_at: "2024-01-03", status: "unchanged" }),
      batch({ started_at: "2024-01-02" }),
      batch({}),
      batch({ source: "his2", feed: "his2.a" }),
    ];
    const [one] = summarise([source], [feed("his.a"), feed("his.b"), feed("his2.a")], batches);
    expect(one).toMatchObject({ feeds: 2, rowsIn: 10, rowsStd: 8, quarantined: 2, lastAt: "2024-01-03" });
  });

  it("adds increments to the last whole capture before them", () => {
    const increment = (rows: number) =>
      batch({ mode: "timestamp", rows_in: rows, rows_std: rows, rows_quarantined: 0 });
    const idle = batch({ mode: "timestamp", status: "unchanged", rows_in: 7 });
    const repair = batch({ mode: "repair", rows_in: 1, rows_std: 1, rows_quarantined: 0 });
    const before = [batch({ mode: "replay" }), increment(99)];
    const [one] = summarise([source], [], [idle, increment(2), repair, increment(3), ...before]);
    expect(one).toMatchObject({ rowsIn: 16, rowsStd: 14, quarantined: 2 });
  });

  it("does not count what failed or is still under way", () => {
    const batches = [batch({ status: "capturing", rows_in: 5 }), batch({ status: "failed", rows_in: 6 }), batch({})];
    expect(summarise([source], [], batches)[0]).toMatchObject({ rowsIn: 10, running: 1 });
  });

  it("counts a feed as failed only when its newest batch failed", () => {
    const mended = [batch({}), batch({ status: "failed" })];
    const broken = [batch({ feed: "his.b", status: "failed" }), batch({ feed: "his.b" })];
    const [one] = summarise([source], [], [...mended, ...broken, batch({ feed: "his.c", status: "capturing" })]);
    expect(one).toMatchObject({ failed: 1, running: 1 });
  });

  it("is all zero for a source that never ran", () => {
    expect(summarise([source], [], [])[0]).toMatchObject({ rowsIn: 0, failed: 0, lastAt: null });
  });
});
