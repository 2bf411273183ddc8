import { describe, expect, it } from "vitest";
import { isOutside } from "@/kernel/chart/options";
import { distinct, stayOf } from "./EncounterCard";
import { yearsOf } from "./TimelineTab";
import type { Encounter } from "./types";

function encounter(change: Partial<Encounter>): Encounter {
  return {
    key: "1",
    org_code: "A",
    encounter: null,
    title: "门诊",
    type_code: "1",
    started_at: null,
    ended_at: null,
    department: null,
    diagnoses: [],
    counts: {},
    events: [],
    ...change,
  };
}

describe("yearsOf", () => {
  it("groups by year in the order given, and dates an encounter by its events when it has no own date", () => {
    const event = {
      dataset: "lab_result",
      at: "2022-03-01T08:00:00",
      text: "x",
      note: null,
      abnormal: false,
      id: "e",
    };
    const groups = yearsOf([
      encounter({ key: "a", started_at: "2023-05-01T08:00:00" }),
      encounter({ key: "b", started_at: "2023-01-01T08:00:00" }),
      encounter({ key: "c", events: [event] }),
      encounter({ key: "d" }),
    ]);
    expect(groups.map(([year, list]) => [year, list.map((one) => one.key)])).toEqual([
      ["2023", ["a", "b"]],
      ["2022", ["c"]],
      ["—", ["d"]],
    ]);
  });
});

describe("distinct", () => {
  it("leaves a name out that stands there with its code", () => {
    expect(distinct(["高血压", "高血压 I10.x00", "高血压性心脏病 I11.900"])).toEqual([
      "高血压 I10.x00",
      "高血压性心脏病 I11.900",
    ]);
  });
});

describe("stayOf", () => {
  const times = { started_at: "2024-01-01T10:00:00", ended_at: "2024-01-04T11:00:00" };
  it("is the days of an admission, at least one", () => {
    expect(stayOf(encounter({ type_code: "3", ...times }))).toBe(3);
    expect(stayOf(encounter({ type_code: "3", ...times, ended_at: "2024-01-01T12:00:00" }))).toBe(1);
  });
  it("is told of admissions only", () => {
    expect(stayOf(encounter({ type_code: "1", ...times }))).toBeNull();
  });
});

describe("isOutside", () => {
  it("judges by the bounds that are known", () => {
    const at = "2024-01-01";
    expect(isOutside({ at, value: 7, low: 3.9, high: 6.1 })).toBe(true);
    expect(isOutside({ at, value: 6.1, low: 3.9, high: 6.1 })).toBe(false);
    expect(isOutside({ at, value: 3, low: 3.9, high: null })).toBe(true);
    expect(isOutside({ at, value: 999, low: null, high: null })).toBe(false);
  });
});
