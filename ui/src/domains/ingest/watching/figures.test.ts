import { describe, expect, it } from "vitest";
import { batchesPath, latencyUnit, silentFor } from "./figures";
import { W } from "./messages";

describe("latencyUnit", () => {
  it("goes with the longest", () => {
    expect(latencyUnit([null, 0.4, 12]).unit).toBe(W.seconds);
    expect(latencyUnit([0.4, 301]).unit).toBe(W.minutes);
    expect(latencyUnit([86_400, 1]).unit).toBe(W.hours);
    expect(latencyUnit([]).size).toBe(1);
  });
});

describe("batchesPath", () => {
  it("takes whole days of China, the last one too", () => {
    const path = new URL(batchesPath("2026-02-27", "2026-02-28", { "f.status": "failed" }), "http://suwen");
    expect(path.searchParams.get("f.started_at.gte")).toBe("2026-02-27T00:00:00+08:00");
    expect(path.searchParams.get("f.started_at.lt")).toBe("2026-03-01T00:00:00+08:00");
    expect(path.searchParams.get("f.status")).toBe("failed");
  });
});

describe("silentFor", () => {
  const now = Date.parse("2026-03-10T00:00:00Z");
  it("is told in hours, then in days", () => {
    expect(silentFor("2026-03-09T01:00:00Z", now)).toEqual([W.hourUnit, 23]);
    expect(silentFor("2026-03-01T00:00:00Z", now)).toEqual([W.dayUnit, 9]);
    expect(silentFor("2026-03-11T00:00:00Z", now)).toEqual([W.hourUnit, 0]);
  });
});
