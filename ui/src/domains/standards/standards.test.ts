import { describe, expect, test } from "vitest";
import { columnsOf } from "./ComparePage";
import { attributesUsed, cellOf, changed, shownIn } from "./draft";
import { M } from "./messages";
import { daysOf } from "./TrendChart";

describe("columnsOf", () => {
  test("reads pasted lines, parted by tabs or commas", () => {
    const read = columnsOf("xm\t姓名\tvarchar\t50\nje\t金额,元\tdecimal(10,2)\t\n\ncsrq，出生日期, date\n");
    expect(read).toEqual([
      { name: "xm", title: "姓名", type: "varchar", length: 50 },
      { name: "je", title: "金额,元", type: "decimal(10,2)", length: null },
      { name: "csrq", title: "出生日期", type: "date", length: null },
    ]);
  });
});

describe("daysOf", () => {
  test("keeps the share of fields until it is noted anew, and leaves days without rows empty", () => {
    const figure = { org_code: "A", dataset: "patient", met: 0, of: 0 };
    const found = daysOf([
      { ...figure, measure: "mapped", value: 75, day: "2024-01-01" },
      { ...figure, measure: "score", value: 88, day: "2024-01-03" },
      { ...figure, measure: "accepted", value: 99, day: "2024-01-02" },
    ]);
    expect(found).toEqual({
      categories: ["2024-01-01", "2024-01-02", "2024-01-03"],
      mapped: [75, 75, 75],
      accepted: [null, 99, null],
      score: [null, null, 88],
    });
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

  test("edits the attributes of codes, and takes an empty one away", () => {
    const rows = [{ code: "1", attributes: { form: "片剂" } }, { code: "2" }];
    const filled = changed(rows, 1, "attributes.strength", "0.25g");
    expect(filled[1]).toEqual({ code: "2", attributes: { strength: "0.25g" } });
    expect(shownIn(filled[1] ?? {}, "attributes.strength")).toBe("0.25g");
    expect([...attributesUsed(filled)]).toEqual(["form", "strength"]);
    expect(changed(rows, 0, "attributes.form", null)[0]).toEqual({ code: "1", attributes: {} });
  });
});
