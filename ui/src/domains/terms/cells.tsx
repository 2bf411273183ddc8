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

export const cells = { DictionaryLink };
