import { describe, expect, it } from "vitest";
import { byElement, codeFor, columnExpression, draftOf, EMPTY_MAPPING, feedOf, withSuggestion } from "./draft";
import type { Draft } from "./types";

const DRAFT: Draft = {
  code: "visits",
  title: "",
  table: "visits.csv",
  query: null,
  dataset: "encounter",
  mode: "full",
  changing: null,
  overlap: 300,
  loss: 0.5,
  follow: true,
  key: [],
  columns: {},
  leaves: null,
};

describe("a feed that is being written", () => {
  it("gets a code that the API takes", () => {
    expect(codeFor("dbo.Out Visit.csv")).toBe("out_visit");
    expect(codeFor("book.xlsx#2023 Q1")).toBe("q1");
    expect(codeFor("门诊")).toBe("feed");
  });

  it("quotes column names only where SQL needs it", () => {
    expect(columnExpression("就诊流水号")).toBe("就诊流水号");
    expect(columnExpression('a "b')).toBe('"a ""b"');
  });

  it("brings the rules of what may leave back as they came, and none where they say nothing", () => {
    const rules = { columns: ["id"], where: "kind <> 'X'", masks: { pid: "name" as const } };
    const stored = { ...feedOf({ ...DRAFT, leaves: rules }) } as unknown as Parameters<typeof draftOf>[0];
    expect(feedOf(draftOf(stored)).leaves).toEqual(rules);
    expect(feedOf({ ...DRAFT, leaves: { columns: [], where: " ", masks: {} } }).leaves).toBeNull();
    expect(feedOf({ ...DRAFT, leaves: rules, mode: "log" }).leaves).toBeNull();
  });

  it("keeps what was written when a suggestion comes", () => {
    const own = { ...DRAFT, key: ["no"], columns: { name: { ...EMPTY_MAPPING, expr: "nm" } } };
    const [filled, count] = withSuggestion(own, { name: "name", phone: "tel no" }, ["id"]);
    expect(count).toBe(1);
    expect(filled.columns.name?.expr).toBe("nm");
    expect(filled.columns.phone?.expr).toBe('"tel no"');
    expect(filled.key).toEqual(["no"]);
  });

  it("leaves out elements without an expression, and what its origin is not", () => {
    const columns = { name: { ...EMPTY_MAPPING, expr: " " }, phone: { ...EMPTY_MAPPING, expr: "tel" } };
    const sent = feedOf({ ...DRAFT, columns });
    expect(Object.keys(sent.columns as object)).toEqual(["phone"]);
    expect(sent).not.toHaveProperty("query");
    expect(feedOf({ ...DRAFT, table: null, query: "SELECT 1" })).not.toHaveProperty("table");
  });

  it("comes back as it was stored", () => {
    const stored = feedOf({ ...DRAFT, mode: "timestamp", changing: "at", key: ["id"] });
    expect(feedOf(draftOf(stored as never))).toEqual(stored);
    const told = feedOf({ ...DRAFT, mode: "log", follow: false, key: ["id"] });
    expect(told.capture).toEqual({ mode: "log", follow: false });
    expect(feedOf(draftOf(told as never))).toEqual(told);
    expect(feedOf({ ...DRAFT, mode: "outbox" }).capture).toEqual({ mode: "outbox", follow: true });
  });

  it("puts problems at their elements", () => {
    const problem = { place: "columns", level: "error", title: "", detail: "", received: null, allowed: null } as const;
    const found = byElement([
      { ...problem, element: "name" },
      { ...problem, place: "key", element: null },
    ]);
    expect([...found.keys()]).toEqual(["name", ""]);
  });
});
