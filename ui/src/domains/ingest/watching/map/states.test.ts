import { describe, expect, it } from "vitest";
import type { MapNode } from "../../types";
import { bow, chosen, extent } from "./states";

const node = (org_code: string, more: Partial<MapNode> = {}): MapNode => ({
  org_code,
  name: `机构${org_code}`,
  division_code: null,
  longitude: null,
  latitude: null,
  state: "fine",
  feeds: 1,
  failing: 0,
  quiet: 0,
  running: 0,
  alarms: 0,
  data_at: null,
  p95: null,
  edges: [],
  ...more,
});

describe("chosen", () => {
  it("puts the urgent first and narrows by text and state", () => {
    const nodes = [node("A"), node("B", { state: "off" }), node("C", { state: "failing" })];
    expect(chosen(nodes, "", new Set()).map((one) => one.org_code)).toEqual(["C", "A", "B"]);
    expect(chosen(nodes, "b", new Set()).map((one) => one.org_code)).toEqual(["B"]);
    expect(chosen(nodes, "", new Set(["fine"])).map((one) => one.org_code)).toEqual(["A"]);
  });
});

describe("extent", () => {
  it("holds borders and nodes, and is nothing where nothing has a place", () => {
    expect(extent(null, [node("A")])).toBeNull();
    const borders = { west: 110, south: 30, east: 111, north: 31 };
    expect(extent(borders, [node("A", { longitude: 112, latitude: 30.5 })])).toEqual([110, 30, 112, 31]);
  });
});

describe("bow", () => {
  it("begins and ends where it should", () => {
    const points = bow([0, 0], [2, 0], 4);
    expect([points[0], points[4], points.length]).toEqual([[0, 0], [2, 0], 5]);
    expect(points[2]?.[1]).toBeGreaterThan(0);
  });
});
