import dayjs from "dayjs";
import { describe, expect, it } from "vitest";
import { filtersToSpan, spanToFilters } from "./filters";

const day = { name: "day", label: "日期", kind: "date" };
const moment = { name: "at", label: "时间", kind: "datetime" };

describe("spanToFilters", () => {
  it("bounds dates by both days", () => {
    expect(spanToFilters(day, [dayjs("2024-01-01"), dayjs("2024-01-31")])).toEqual({
      "day.gte": "2024-01-01",
      "day.lte": "2024-01-31",
    });
  });

  it("bounds moments by local midnights so that the last day counts whole", () => {
    const filters = spanToFilters(moment, [dayjs("2024-01-01T09:30"), dayjs("2024-01-31T10:00")]);
    expect(dayjs(filters["at.gte"]).format("YYYY-MM-DD HH:mm:ss")).toBe("2024-01-01 00:00:00");
    expect(dayjs(filters["at.lt"]).format("YYYY-MM-DD HH:mm:ss")).toBe("2024-02-01 00:00:00");
  });

  it("clears both bounds together", () => {
    expect(spanToFilters(day, null)).toEqual({ "day.gte": null, "day.lte": null });
  });

  it.each([day, moment])("is undone by filtersToSpan ($kind)", (field) => {
    const filters = spanToFilters(field, [dayjs("2024-01-01"), dayjs("2024-01-31")]) as Record<string, string>;
    expect(filtersToSpan(field, filters)?.map((one) => one.format("YYYY-MM-DD"))).toEqual(["2024-01-01", "2024-01-31"]);
  });
});
