import { describe, expect, it } from "vitest";
import * as format from "./format";

describe("format", () => {
  it.each([
    [1234567.891, "1,234,567.89"],
    ["12.50", "12.5"],
    [0, "0"],
    [null, "—"],
    ["", "—"],
    ["abc", "—"],
    [true, "—"],
  ])("number %s reads %s", (value, text) => expect(format.formatNumber(value)).toBe(text));

  it.each([
    [9999, "zh", "9,999"],
    [123456, "zh", "12.35 万"],
    [-230000000, "zh", "-2.3 亿"],
    [12345, "en", "12.35K"],
    [1500000, "en", "1.5M"],
  ] as const)("short %s in %s reads %s", (value, language, text) =>
    expect(format.formatShort(value, language)).toBe(text),
  );

  it.each([
    [0.1234, "12.3%"],
    [1, "100.0%"],
    [null, "—"],
  ])("share %s reads %s", (value, text) => expect(format.formatPercent(value)).toBe(text));

  it.each([
    [0.052, "+5.2%"],
    [-0.1, "-10.0%"],
    [0, "0.0%"],
    [undefined, "—"],
  ])("change %s reads %s", (value, text) => expect(format.formatChange(value)).toBe(text));

  it.each([
    [0, "0 B"],
    [1536, "1.5 KB"],
    [5 * 1024 ** 3, "5 GB"],
  ])("%s bytes read %s", (value, text) => expect(format.formatBytes(value)).toBe(text));

  it.each([
    [0.25, "250 ms"],
    [12.34, "12.3 s"],
    [245, "4 min 05 s"],
    [7380, "2 h 03 min"],
  ])("%s seconds read %s", (value, text) => expect(format.formatDuration(value)).toBe(text));

  it("leaves what is no date as it came", () => {
    expect(format.formatDate("2024-02-30x")).toBe("2024-02-30x");
    expect(format.formatDate("2024-02-03T04:05:06")).toBe("2024-02-03");
    expect(format.formatDateTime(null)).toBe("—");
  });

  it("counts whole years only, and no impossible ages", () => {
    expect(format.ageOf("2000-06-15", "2024-06-14")).toBe(23);
    expect(format.ageOf("2000-06-15", "2024-06-15")).toBe(24);
    expect(format.ageOf("2030-01-01", "2024-01-01")).toBeNull();
    expect(format.ageOf(null)).toBeNull();
  });
});
