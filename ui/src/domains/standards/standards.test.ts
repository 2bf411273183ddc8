import { describe, expect, test } from "vitest";
import { columnsOf } from "./ComparePage";
import { linesOf } from "./ConformancePage";
import { cellOf, changed } from "./draft";
import { M } from "./messages";

describe("columnsOf", () => {
  test("reads pasted lines, parted by tabs or commas", () => {
    const read = columnsOf("xm\t姓名\tvarchar\t50\n\ncsrq，出生日期, date\n");
    expect(read).toEqual([
      { name: "xm", title: "姓名", type: "varchar", length: 50 },
      { name: "csrq", title: "出生日期", type: "date", length: null },
    ]);
  });
});

describe("linesOf", () => {
  test("puts what the rooms know of an institution's dataset on one line", () => {
    const figure = { org_code: "A", dataset: "patient" };
    const lines = linesOf([
      { ...figure, measure: "mapped", value: 75, rows: null, version: "v1" },
      { ...figure, measure: "accepted", value: 99, rows: 10, version: null },
      { ...figure, org_code: "B", measure: "score", value: 88, rows: 5, version: "v1" },
    ]);
    expect(lines.map(({ org, mapped, accepted, score, rows }) => [org, mapped, accepted, score, rows])).toEqual([
      ["A", 75, 99, null, 10],
      ["B", null, null, 88, null],
    ]);
  });
});

describe("draft", () => {
  test("stores numbers as numbers and nothing for an empty cell", () => {
    const length = { name: "length", title: M.length, kind: "number" } as const;
    expect([cellOf(length, "50"), cellOf(length, " "), cellOf(length, "5x")]).toEqual([50, null, "5x"]);
    const rows = [{ code: "1" }, { code: "2" }];
    expect(changed(rows, 1, "code", "3")).toEqual([{ code: "1" }, { code: "3" }]);
    expect(rows[1]).toEqual({ code: "2" });
  });
});
