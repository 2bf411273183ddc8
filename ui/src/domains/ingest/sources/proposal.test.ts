import { describe, expect, it } from "vitest";
import { elementOf, feedFrom, mappingOf, readyFeeds } from "./proposal";
import type { Proposal, ProposedColumn } from "./types";

const column = (name: string, part: Partial<ProposedColumn> = {}): ProposedColumn =>
  ({ column: name, type: "VARCHAR", comment: "", element: null, accepted: false, confidence: 0, ...part }) as never;

const PROPOSAL = {
  source: "his",
  tables: [
    {
      name: "brxx",
      feeds: [
        {
          dataset: "patient",
          code: "brxx",
          title: "病人",
          key: [],
          changing: "gxsj",
          needed: ["patient_id"],
          constants: { nationality_code: "156" },
          columns: [
            column("brid", { element: "patient_id", accepted: false, confidence: 0.4 }),
            column("xb", {
              element: "sex_code",
              accepted: true,
              map: { codes: { M: "1" }, unknown: ["X"], confidence: 1 },
            }),
          ],
        },
      ],
    },
  ],
} as unknown as Proposal;

describe("a proposal that is looked through", () => {
  it("lacks what nobody decided yet", () => {
    expect(readyFeeds(PROPOSAL, {})[0]?.missing).toEqual(["patient_id", "key"]);
    const decided = { brxx: { brid: { element: "patient_id" } } };
    expect(readyFeeds(PROPOSAL, decided)[0]?.missing).toEqual([]);
  });

  it("becomes a feed with what was decided, its value maps and what the table's name tells", () => {
    const edits = { brid: { element: "patient_id" } };
    const [ready] = readyFeeds(PROPOSAL, { brxx: edits });
    const feed = ready && feedFrom(ready, edits);
    expect(feed).toMatchObject({ table: "brxx", key: ["brid"], capture: { mode: "timestamp", column: "gxsj" } });
    expect(feed?.columns).toMatchObject({
      patient_id: { expr: "brid" },
      sex_code: { expr: "xb", map: { M: "1" } },
      nationality_code: { expr: "'156'" },
    });
  });

  it("drops a value map with the element that it belonged to", () => {
    const sex = PROPOSAL.tables[0]?.feeds[0]?.columns[1] as ProposedColumn;
    expect(elementOf(sex, { element: null })).toBeNull();
    expect(mappingOf(sex, { element: "marital_code" }).map).toEqual({});
  });
});
