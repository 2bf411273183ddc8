import { describe, expect, it } from "vitest";
import { entryOf, grouped, type MenuItem } from "./menu";

function item(path: string, group: string): MenuItem {
  return {
    path,
    group,
    group_en: `${group}-en`,
    title: path,
    title_en: path,
    icon: "",
    domain: "x",
    permission: "x",
    resource: null,
  };
}

describe("grouped", () => {
  it("joins entries of one group that stand apart, in the order of first appearance", () => {
    const groups = grouped([item("/a", "甲"), item("/b", "乙"), item("/c", "甲")]);
    expect(groups.map((group) => [group.title, group.title_en, group.items.map((one) => one.path)])).toEqual([
      ["甲", "甲-en", ["/a", "/c"]],
      ["乙", "乙-en", ["/b"]],
    ]);
  });
});

describe("entryOf", () => {
  const items = [item("/patients", "甲"), item("/patients/suspects", "甲")];
  it("takes the longest entry that the address begins with, by whole parts", () => {
    expect(entryOf(items, "/patients/suspects")?.path).toBe("/patients/suspects");
    expect(entryOf(items, "/patients/0190")?.path).toBe("/patients");
    expect(entryOf(items, "/patientsx")).toBeUndefined();
  });
});
