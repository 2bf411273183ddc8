import { expect, test } from "vitest";
import type { PictureMember } from "../types";
import { BOX, layoutOf } from "./layout";

const member = (feed: string, layer: number, ...after: string[]): PictureMember => ({
  feed,
  title: feed,
  org_code: "o",
  after,
  layer,
  tries: 0,
  done: 0,
});

test("members stand in columns by layer, with a line for each dependency", () => {
  const { boxes, lines, width, height } = layoutOf([
    member("a", 0),
    member("b", 1, "a"),
    member("c", 1, "a"),
    member("d", 2, "b", "c"),
  ]);
  expect(boxes.map((box) => [box.member.feed, box.x / (BOX.width + BOX.across)])).toEqual([
    ["a", 0],
    ["b", 1],
    ["c", 1],
    ["d", 2],
  ]);
  expect(lines.map((line) => `${line.from}${line.to}`)).toEqual(["ab", "ac", "bd", "cd"]);
  expect(new Set(boxes.map((box) => `${box.x},${box.y}`)).size).toBe(4);
  expect(width).toBe(3 * BOX.width + 2 * BOX.across);
  expect(height).toBe(2 * BOX.height + BOX.down);
});

test("a group without members is empty", () => {
  expect(layoutOf([])).toEqual({ boxes: [], lines: [], width: 0, height: 0 });
});
