import { screen } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { renderAt } from "../../testing/render";
import { serve } from "../../testing/server";
import { FieldDetail, FieldValue } from "./display";
import type { FieldSpec } from "./types";

function show(value: unknown, field: Partial<FieldSpec>) {
  const spec = { name: "x", label: "项", kind: "text", ...field };
  renderAt("/", [{ path: "/", element: <FieldValue value={value} field={spec} /> }]);
  return document.body.textContent;
}

beforeEach(() => {
  serve({
    "GET /api/orgs/institutions": () => ({ items: [{ org_code: "A1", name: "县人民医院", short_name: null }] }),
  });
});

describe("FieldValue", () => {
  it.each([
    ["张三", { kind: "text" }, "张三"],
    [1234.5, { kind: "number", unit: "元" }, "1,234.5元"],
    [0.25, { kind: "percent" }, "25.0%"],
    [2048, { kind: "bytes" }, "2 KB"],
    [90, { kind: "duration" }, "1 min 30 s"],
    ["2024-05-06", { kind: "date" }, "2024-05-06"],
    [true, { kind: "switch" }, "是"],
    [false, { kind: "switch" }, "否"],
    ["1", { kind: "sex" }, "男"],
    [["甲", "乙"], { kind: "tags" }, "甲乙"],
    [{ a: 1 }, { kind: "json" }, '{"a":1}'],
    ["?", { kind: "a kind nobody knows" }, "?"],
    [null, { kind: "number" }, "—"],
    ["", { kind: "text" }, "—"],
    [0, { kind: "integer" }, "0"],
  ])("%j as %j reads %s", (value, field, text) => {
    expect(show(value, field)).toBe(text);
  });

  it("names an option by its label, also when its value is a number", () => {
    expect(show(2, { kind: "select", options: [{ value: 2 as unknown as string, label: "地级" }] })).toBe("地级");
  });

  it("marks what is masked", () => {
    show("张**", { masked: true });
    expect(screen.getByRole("img", { name: "eye-invisible" })).toBeTruthy();
  });

  it("names an institution, and falls back to its code", async () => {
    show("A1", { kind: "org" });
    expect(await screen.findByText("县人民医院")).toBeTruthy();
  });

  it("shortens a long id and keeps it whole for copying", () => {
    expect(show("0190f3a2-7b1c-7def-8000-0123456789ab", { kind: "id" })).toContain("0190f3…789ab");
  });
});

describe("FieldDetail", () => {
  it("lays JSON out", () => {
    const field = { name: "x", label: "项", kind: "json" };
    renderAt("/", [{ path: "/", element: <FieldDetail value={{ a: [1] }} field={field} /> }]);
    expect(document.querySelector("pre")?.textContent).toBe('{\n  "a": [\n    1\n  ]\n}');
  });
});
