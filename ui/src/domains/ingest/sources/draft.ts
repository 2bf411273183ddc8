/** A feed between the screen and the API. */
import type {
  CaptureMode,
  ColumnMapping,
  Draft,
  FeedDefinition,
  Leaving,
  MappingProblem,
  ReadinessWanted,
} from "./types";

export const EMPTY_MAPPING: ColumnMapping = { expr: "", map: {}, default: null, blank: null, invalid: "quarantine" };

export const NO_RULES: Leaving = { columns: null, where: null, masks: {} };

/** Rules that say something; null where everything may leave. */
function rulesOf(leaves: Leaving | null): Leaving | null {
  if (leaves === null) {
    return null;
  }
  const where = leaves.where?.trim() || null;
  const columns = leaves.columns?.length ? leaves.columns : null;
  const empty = columns === null && where === null && Object.keys(leaves.masks).length === 0;
  return empty ? null : { columns, where, masks: leaves.masks };
}

/** Says whether the source itself tells the changes of a feed. */
export function isTold(mode: CaptureMode | undefined): mode is ReadinessWanted["mode"] {
  return mode === "log" || mode === "outbox" || mode === "push";
}

/** A first code for a feed of a table: `dbo.Out Visit.csv` → `out_visit`. */
export function codeFor(table: string): string {
  const bare = (table.split("#").at(-1) ?? "")
    .replace(/\.(csv|txt|tsv|dat|xlsx|xlsm|parquet)$/i, "")
    .split(".")
    .at(-1);
  const plain = (bare ?? "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "");
  return plain.slice(0, 40) || "feed";
}

/** What the screen shows of a stored feed. */
export function draftOf(feed: FeedDefinition): Draft {
  return {
    code: feed.code,
    title: feed.title ?? "",
    table: feed.table ?? null,
    query: feed.query ?? null,
    dataset: feed.dataset,
    mode: feed.capture?.mode ?? "full",
    changing: feed.capture?.column ?? null,
    overlap: feed.capture?.overlap_seconds ?? 300,
    loss: feed.capture?.largest_loss ?? 0.5,
    follow: feed.capture?.follow ?? true,
    key: [...(feed.key ?? [])],
    columns: { ...feed.columns },
    leaves: feed.leaves ? { ...NO_RULES, ...feed.leaves } : null,
  };
}

/** What the API takes: elements without an expression are left out. */
export function feedOf(draft: Draft): Record<string, unknown> {
  const columns = Object.fromEntries(Object.entries(draft.columns).filter(([, one]) => one.expr.trim() !== ""));
  return {
    code: draft.code,
    title: draft.title,
    ...(draft.query !== null ? { query: draft.query } : { table: draft.table }),
    dataset: draft.dataset,
    capture: captureOf(draft),
    key: draft.key,
    columns,
    // Of changes that are told, all columns of every row come.
    leaves: isTold(draft.mode) ? null : rulesOf(draft.leaves),
  };
}

function captureOf(draft: Draft): Record<string, unknown> {
  switch (draft.mode) {
    case "timestamp":
      return { mode: "timestamp", column: draft.changing, overlap_seconds: draft.overlap };
    case "compare":
      return { mode: "compare", largest_loss: draft.loss };
    case "log":
    case "outbox":
    case "push":
      return { mode: draft.mode, follow: draft.follow };
    default:
      return { mode: "full" };
  }
}

/** A column's name as an expression: quoted where SQL would read it otherwise. */
export function columnExpression(name: string): string {
  return /^[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*$/.test(name) ? name : `"${name.replace(/"/g, '""')}"`;
}

/** The draft with suggested columns at elements that have none; says how many were filled. */
export function withSuggestion(draft: Draft, suggestion: Record<string, string>, key: string[]): [Draft, number] {
  const fresh = Object.entries(suggestion).filter(([element]) => !draft.columns[element]?.expr);
  const columns = { ...draft.columns };
  for (const [element, column] of fresh) {
    columns[element] = { ...EMPTY_MAPPING, ...columns[element], expr: columnExpression(column) };
  }
  return [{ ...draft, columns, key: draft.key.length ? draft.key : key }, fresh.length];
}

/** The problems of each element, those of no element under "". */
export function byElement(problems: MappingProblem[]): Map<string, MappingProblem[]> {
  const found = new Map<string, MappingProblem[]>();
  for (const one of problems) {
    const place = one.element ?? "";
    found.set(place, [...(found.get(place) ?? []), one]);
  }
  return found;
}
