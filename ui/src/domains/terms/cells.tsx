import { Link } from "react-router";
import type { CellProps } from "@/kernel/resource/overrides";

/** The name of a dictionary leads to its bench; lists of persons have none. */
function DictionaryLink({ value, row }: CellProps) {
  return row.kind === "staff" ? (
    <span>{String(value)}</span>
  ) : (
    <Link to={`/terms/bench/${String(row.id)}`}>{String(value)}</Link>
  );
}

/** The name of an entry that a new edition left unmapped leads to it at the bench. */
function EntryLink({ value, row }: CellProps) {
  const place = `state=${String(row.state)}&entry=${String(row.entry_id)}`;
  return <Link to={`/terms/bench/${String(row.dictionary_id)}?${place}`}>{String(value)}</Link>;
}

export const cells = { DictionaryLink, EntryLink };
