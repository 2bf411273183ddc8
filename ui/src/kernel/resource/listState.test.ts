import { describe, expect, it } from "vitest";
import { changed, listQuery, readListState } from "./listState";

describe("readListState", () => {
  it("reads page, order, search and filters", () => {
    const search = new URLSearchParams("page=3&page_size=50&sort=-at,name&q=%E5%BC%A0&f.org_code=A&f.at.gte=2024&id=7");
    expect(readListState(search)).toEqual({
      page: 3,
      pageSize: 50,
      sort: ["-at", "name"],
      q: "张",
      filters: { org_code: "A", "at.gte": "2024" },
    });
  });

  it.each(["page=0", "page=-1", "page=x", "page=1.5", ""])("takes the first page for %j", (text) => {
    expect(readListState(new URLSearchParams(text)).page).toBe(1);
  });

  it("never asks for more rows than a page may have", () => {
    expect(readListState(new URLSearchParams("page_size=99999")).pageSize).toBe(200);
  });
});

describe("listQuery", () => {
  it("is what the API reads", () => {
    const state = readListState(new URLSearchParams("sort=-at&f.name.contains=x"));
    expect(listQuery(state)).toEqual({ page: 1, page_size: 20, sort: "-at", "f.name.contains": "x" });
  });
});

describe("changed", () => {
  it("goes back to the first page when the list is narrowed or reordered", () => {
    const next = changed(new URLSearchParams("page=4&q=a"), { "f.org_code": "B" });
    expect(next.toString()).toBe("q=a&f.org_code=B");
  });

  it("keeps the page when only a row is opened", () => {
    expect(changed(new URLSearchParams("page=4"), { id: "7" }).get("page")).toBe("4");
  });

  it("takes cleared values out of the address", () => {
    expect(changed(new URLSearchParams("q=a&sort=x"), { q: "", sort: null }).toString()).toBe("");
  });
});
