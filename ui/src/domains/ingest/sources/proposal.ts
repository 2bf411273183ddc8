/** A proposal while a person looks through it: what was changed, and the feeds that come of it. */
import { columnExpression, EMPTY_MAPPING } from "./draft";
import type { ColumnMapping, Proposal, ProposedColumn, ProposedFeed, ProposedTable } from "./types";

/** What a person decided for a column: its element (null: no counterpart) and how its values are mapped. */
export interface Edit {
  element: string | null;
  mapping?: ColumnMapping;
}

/** By feed and column. */
export type Edits = Record<string, Record<string, Edit>>;

export interface Ready {
  table: ProposedTable;
  feed: ProposedFeed;
  /** Elements that a feed cannot do without and that no column stands for. */
  missing: string[];
}

/** The element that stands behind a column now. */
export function elementOf(column: ProposedColumn, edit?: Edit): string | null {
  return edit ? edit.element : column.accepted ? (column.element ?? null) : null;
}

/** How an element is made of a column now. */
export function mappingOf(column: ProposedColumn, edit?: Edit): ColumnMapping {
  if (edit?.mapping) {
    return edit.mapping;
  }
  const own = elementOf(column, edit) === column.element;
  const expr = (own && column.expression) || columnExpression(column.column);
  return { ...EMPTY_MAPPING, expr, map: own ? (column.map?.codes ?? {}) : {} };
}

/** Every proposed feed with what it still lacks. */
export function readyFeeds(proposal: Proposal, edits: Edits): Ready[] {
  return proposal.tables.flatMap((table) =>
    table.feeds.map((feed) => {
      const changed = edits[feed.code] ?? {};
      const given = new Set(feed.columns.map((one) => elementOf(one, changed[one.column])));
      const key = feed.key.length > 0 || (feed.needed ?? []).some((name) => given.has(name));
      const missing = (feed.needed ?? []).filter((name) => !given.has(name));
      return { table, feed, missing: key ? missing : [...missing, "key"] };
    }),
  );
}

/** The definition of a feed as it is now. */
export function feedFrom({ table, feed }: Ready, edits: Record<string, Edit>): Record<string, unknown> {
  const columns: Record<string, ColumnMapping> = {};
  for (const [element, value] of Object.entries(feed.constants ?? {})) {
    columns[element] = { ...EMPTY_MAPPING, expr: `'${value}'` };
  }
  const behind = new Map<string, string>();
  for (const one of feed.columns) {
    const element = elementOf(one, edits[one.column]);
    if (element) {
      columns[element] = mappingOf(one, edits[one.column]);
      behind.set(element, one.column);
    }
  }
  const key = feed.key.length ? feed.key : [behind.get((feed.needed ?? [])[0] ?? "") ?? ""];
  const capture = feed.changing ? { mode: "timestamp", column: feed.changing } : { mode: "full" };
  return { code: feed.code, title: feed.title, table: table.name, dataset: feed.dataset, capture, key, columns };
}
