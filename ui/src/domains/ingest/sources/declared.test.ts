import { describe, expect, it } from "vitest";
import { jsonOf, tableName, textOf } from "./declared";

describe("declared calls", () => {
  it("keeps what is typed as it is typed", () => {
    expect(textOf(jsonOf('{"a":1}'))).toBe('{"a":1}');
    expect(textOf(jsonOf('{"a": '))).toBe('{"a": ');
    expect(jsonOf(textOf({ a: [1] }))).toEqual({ a: [1] });
  });
  it("names a table after an operation", () => {
    expect(tableName("Get-Visits.v2")).toBe("Get_Visits_v2");
    expect(tableName("2visits")).toBe("_2visits");
  });
});
