import type { Dictionary, ProgressCell } from "./types";

/** How much is done, 0..1: by records; by entries where no record is counted; null where there is nothing. */
export function shareOf({
  records,
  done_records,
  entries,
  done_entries,
}: Pick<ProgressCell, "records" | "done_records" | "entries" | "done_entries">): number | null {
  if (records > 0) {
    return done_records / records;
  }
  return entries > 0 ? done_entries / entries : null;
}

export function shareOfDictionary(held: Dictionary): number | null {
  return shareOf({
    records: held.records,
    done_records: held.mapped_records + held.none_records,
    entries: held.entries,
    done_entries: held.mapped_entries + held.none_entries,
  });
}

const SUMMED = [
  "dictionaries",
  "entries",
  "done_entries",
  "records",
  "done_records",
  "asked_entries",
  "review_entries",
  "owed",
] as const;

/** Several cells as one. */
export function sumOf(cells: ProgressCell[]): ProgressCell {
  const sum: ProgressCell = { ...emptyCell };
  for (const cell of cells) {
    for (const name of SUMMED) {
      sum[name] += cell[name];
    }
  }
  return sum;
}

const emptyCell: ProgressCell = {
  org_code: "",
  kind: "",
  dictionaries: 0,
  entries: 0,
  done_entries: 0,
  records: 0,
  done_records: 0,
  asked_entries: 0,
  review_entries: 0,
  owed: 0,
};

/** 1 is calm, the less is done the more the cell asks for work. */
export function shadeOf(share: number | null): string {
  if (share === null) {
    return "transparent";
  }
  return share >= 0.995 ? "rgba(44, 138, 91, 0.24)" : `rgba(22, 104, 132, ${0.06 + share * 0.26})`;
}
