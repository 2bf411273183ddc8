import { describe, expect, it } from "vitest";
import { shareOf, sumOf } from "../share";
import type { Dictionary, Entry, ProgressCell } from "../types";
import { commandOf } from "./keys";
import { type Portions, withoutEntry } from "./queries";

const key = (name: string, more: Partial<KeyboardEvent> = {}) =>
  commandOf({ key: name, code: "", shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });

describe("commandOf", () => {
  it("reads the keys of the bench", () => {
    expect(key("ArrowDown")).toEqual({ do: "move", by: 1 });
    expect(key("Enter")).toEqual({ do: "confirm" });
    expect(key("2", { code: "Digit2" })).toEqual({ do: "pick", place: 1, add: false });
  });
  it("adds with shift, whatever sign the digit's key then gives", () => {
    expect(key("@", { code: "Digit2", shiftKey: true })).toEqual({ do: "pick", place: 1, add: true });
  });
  it("leaves the browser its own keys", () => {
    expect(key("a", { ctrlKey: true })).toBeNull();
    expect(key("F5")).toBeNull();
  });
});

describe("withoutEntry", () => {
  const dictionary = {
    open_entries: 2,
    asked_entries: 0,
    review_entries: 0,
    mapped_entries: 1,
    none_entries: 0,
    mapped_records: 10,
    none_records: 0,
  } as Dictionary;
  const items = [
    { id: "a", records: 7 },
    { id: "b", records: 5 },
  ] as Entry[];
  const data: Portions = {
    pages: [{ dictionary, items, next: null, review_required: false, precision: 0.99, acceptance: null }],
    pageParams: [null],
  };

  it("takes a decided entry off the list and moves its counts", () => {
    const [page] = withoutEntry(data, "a", "open", "mapped").pages;
    expect(page?.items.map((entry) => entry.id)).toEqual(["b"]);
    expect(page?.dictionary).toMatchObject({ open_entries: 1, mapped_entries: 2, mapped_records: 17, none_records: 0 });
    const [back] = withoutEntry(data, "b", "mapped", "open").pages;
    expect(back?.dictionary).toMatchObject({ open_entries: 3, mapped_entries: 0, mapped_records: 5 });
  });
  it("changes nothing for an entry that is not there", () => {
    expect(withoutEntry(data, "c", "open", "none")).toBe(data);
  });
});

describe("shareOf", () => {
  const cell = (records: number, done_records: number, entries = 4, done_entries = 1) =>
    ({ records, done_records, entries, done_entries }) as ProgressCell;

  it("weighs by records, and counts entries where there are none", () => {
    expect(shareOf(cell(200, 150))).toBe(0.75);
    expect(shareOf(cell(0, 0))).toBe(0.25);
    expect(shareOf(cell(0, 0, 0, 0))).toBeNull();
  });
  it("sums cells", () => {
    const full = { dictionaries: 1, asked_entries: 0, review_entries: 2, owed: 1 };
    expect(
      sumOf([
        { ...cell(10, 5), ...full },
        { ...cell(20, 5), ...full },
      ]),
    ).toMatchObject({
      records: 30,
      done_records: 10,
      review_entries: 4,
      owed: 2,
    });
  });
});
