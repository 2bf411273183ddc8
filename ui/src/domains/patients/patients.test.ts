import { describe, expect, it } from "vitest";
import { verdictOf, weightOf } from "./Comparison";

describe("weightOf", () => {
  it("finds the weight under the field's name, also nested or without its _code", () => {
    expect(weightOf({ name: 4.2 }, "name")).toBe(4.2);
    expect(weightOf({ sex: -3 }, "sex_code")).toBe(-3);
    expect(weightOf({ mw_phone: 7 }, "phone")).toBe(7);
    expect(weightOf({ birth: 14.3 }, "birth_date")).toBe(14.3);
    expect(weightOf({ id_no: { weight: 9, level: 2 } }, "id_no")).toBe(9);
  });

  it("is nothing where nothing was compared", () => {
    expect(weightOf({ name: 4.2 }, "phone")).toBeNull();
    expect(weightOf({ name: "same" }, "name")).toBeNull();
  });
});

describe("verdictOf", () => {
  it("does not call a missing value a difference", () => {
    expect(verdictOf("a", "a")).toBe("same");
    expect(verdictOf("a", "b")).toBe("different");
    expect(verdictOf("a", null)).toBe("unknown");
    expect(verdictOf("", "b")).toBe("unknown");
  });
});
