import { describe, expect, it } from "vitest";
import { headersOf, headerText, keyText, kindOf } from "./delivery";

describe("messages of a distribution", () => {
  it("reads headers as they are written, values with colons too", () => {
    const headers = { SOAPAction: '"urn:up:load"', "X-Key": "a" };
    expect(headersOf(headerText(headers))).toEqual(headers);
    expect(headersOf(" X-Key :  a \n\n: b")).toEqual({ "X-Key": "a" });
  });
  it("shows a key without its institution", () => {
    expect(keyText('{"org_code":"1","encounter_id":"v1","n":2}')).toBe("v1 · 2");
    expect(keyText("***")).toBe("***");
  });
  it("knows the kind of target by what is kept when the form does not ask for it", () => {
    expect(kindOf("kafka", {})).toBe("kafka");
    expect(kindOf(undefined, { envelope: "record" })).toBe("kafka");
    expect(kindOf(undefined, { path: "/x" })).toBe("platform");
  });
});
