import { colour } from "@/kernel/theme";
import type { MapNode } from "../../types";
import { N } from "./messages";

export type State = MapNode["state"];

/** States in the order of their urgency, with colour and what they mean. */
export const STATES: { state: State; colour: string; word: (typeof N)["fine"]; help: (typeof N)["fine"] }[] = [
  { state: "lost", colour: "#7a1f3d", word: N.lost, help: N.lostHelp },
  { state: "running", colour: "#2f7fd0", word: N.running, help: N.runningHelp },
  { state: "failing", colour: colour.bad, word: N.failing, help: N.failingHelp },
  { state: "late", colour: "#d9922b", word: N.late, help: N.lateHelp },
  { state: "silent", colour: "#8674b0", word: N.silent, help: N.silentHelp },
  { state: "fine", colour: colour.good, word: N.fine, help: N.fineHelp },
  { state: "off", colour: "#a3adb7", word: N.off, help: N.offHelp },
];

export const colourOf = (state: State) => STATES.find((one) => one.state === state)?.colour ?? colour.faint;
export const wordOf = (state: State) => STATES.find((one) => one.state === state)?.word ?? N.off;

/** A node whose place is known. */
export type Placed = MapNode & { longitude: number; latitude: number };

export const isPlaced = (node: MapNode): node is Placed => node.longitude !== null && node.latitude !== null;

/** The nodes that a text and a choice of states let through, the most urgent first. */
export function chosen(nodes: MapNode[], text: string, states: Set<State>): MapNode[] {
  const wanted = text.trim().toLowerCase();
  const rank = (node: MapNode) => STATES.findIndex((one) => one.state === node.state);
  return nodes
    .filter((one) => states.size === 0 || states.has(one.state))
    .filter((one) => !wanted || one.name.toLowerCase().includes(wanted) || one.org_code.toLowerCase().includes(wanted))
    .sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name, "zh"));
}

/** West, south, east, north of what is to be seen, with a margin; null where nothing has a place. */
export function extent(
  borders: { west: number; south: number; east: number; north: number } | null,
  nodes: MapNode[],
): [number, number, number, number] | null {
  const placed = nodes.filter(isPlaced);
  const xs = [...(borders ? [borders.west, borders.east] : []), ...placed.map((one) => one.longitude)];
  const ys = [...(borders ? [borders.south, borders.north] : []), ...placed.map((one) => one.latitude)];
  if (!xs.length) {
    return null;
  }
  const margin = borders ? 0 : 0.05;
  return [Math.min(...xs) - margin, Math.min(...ys) - margin, Math.max(...xs) + margin, Math.max(...ys) + margin];
}

/** A bow from one point to another, as so many points. */
export function bow(from: [number, number], to: [number, number], points = 32): [number, number][] {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const middle = [(from[0] + to[0]) / 2 - dy * 0.18, (from[1] + to[1]) / 2 + dx * 0.18];
  return Array.from({ length: points + 1 }, (_, step) => {
    const t = step / points;
    const along = (axis: 0 | 1) =>
      (1 - t) ** 2 * from[axis] + 2 * (1 - t) * t * (middle[axis] ?? 0) + t ** 2 * to[axis];
    return [along(0), along(1)];
  });
}
