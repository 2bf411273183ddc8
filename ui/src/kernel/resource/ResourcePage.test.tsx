import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { renderAt } from "../../testing/render";
import { type Answer, Refusal, serve } from "../../testing/server";
import { ResourceRoute } from "./ResourceRoute";
import type { ResourceSpec } from "./types";

const SPEC: ResourceSpec = {
  name: "demo.rules",
  domain: "demo",
  title: "规则",
  title_en: "Rules",
  path: "/api/demo/rules",
  key: "id",
  can: { create: true, update: true, delete: true, export: true, unmask: false },
  default_sort: ["name"],
  actions: [{ name: "run", title: "运行", title_en: "Run", confirm: null }],
  overrides: {},
  columns: [
    { name: "id", label: "编号", kind: "id", hide: ["list"] },
    { name: "name", label: "名称", kind: "text", filter: true, sort: true },
    { name: "level", label: "级别", kind: "select", filter: true, options: [{ value: "high", label: "高" }] },
    { name: "count", label: "次数", kind: "integer", sort: true },
  ],
  create: [{ name: "name", label: "名称", kind: "text", required: true }],
  update: [{ name: "name", label: "名称", kind: "text", required: true }],
};
const ROW = { id: "r1", name: "主键唯一", level: "high", count: 1234 };
const PAGE = { items: [ROW], total: 41, page: 1, page_size: 20 };

function open(address: string, answers: Record<string, Answer> = {}, spec: ResourceSpec = SPEC) {
  const asked = serve({
    "GET /api/resources/demo.rules": () => spec,
    "GET /api/demo/rules": () => PAGE,
    "GET /api/demo/rules/r1": () => ROW,
    ...answers,
  });
  const router = renderAt(address, [{ path: "*", element: <ResourceRoute /> }]);
  const lists = () => asked.filter((one) => one.path === "/api/demo/rules" && one.method === "GET");
  return { asked, router, lists };
}

describe("ResourcePage", () => {
  it("draws columns and rows as described", async () => {
    open("/demo/rules");
    expect(await screen.findByText("主键唯一")).toBeTruthy();
    expect(screen.getByRole("heading", { name: "规则" })).toBeTruthy();
    const heads = screen.getAllByRole("columnheader").map((head) => head.textContent);
    expect(heads).toEqual(expect.arrayContaining(["名称", "级别", "次数"]));
    expect(heads).not.toContain("编号");
    expect(screen.getByText("1,234")).toBeTruthy();
    expect(screen.getByText("共 41 条")).toBeTruthy();
  });

  it("asks for what the address says", async () => {
    const { lists } = open("/demo/rules?page=2&sort=-count&q=abc&f.level=high");
    await screen.findByText("主键唯一");
    expect(Object.fromEntries(lists()[0]?.query ?? [])).toEqual({
      page: "2",
      page_size: "20",
      sort: "-count",
      q: "abc",
      "f.level": "high",
    });
  });

  it("uses the declared order when the address gives none", async () => {
    const { lists } = open("/demo/rules");
    await screen.findByText("主键唯一");
    expect(lists()[0]?.query.get("sort")).toBe("name");
  });

  it("writes search and filter into the address", async () => {
    const { router, lists } = open("/demo/rules?page=3");
    await userEvent.type(await screen.findByRole("searchbox"), "血糖{Enter}");
    await waitFor(() => expect(router.state.location.search).toContain("q="));
    expect(new URLSearchParams(router.state.location.search).get("page")).toBeNull();
    await waitFor(() => expect(lists().at(-1)?.query.get("q")).toBe("血糖"));
    await userEvent.type(screen.getByLabelText("名称", { selector: "input" }), "x{Enter}");
    await waitFor(() => expect(lists().at(-1)?.query.get("f.name.contains")).toBe("x"));
    await userEvent.click(screen.getByRole("button", { name: "重置" }));
    await waitFor(() => expect(router.state.location.search).toBe(""));
  });

  it("sorts on the server", async () => {
    const { lists } = open("/demo/rules");
    await screen.findByText("主键唯一");
    await userEvent.click(screen.getByRole("columnheader", { name: "次数" }));
    await waitFor(() => expect(lists().at(-1)?.query.get("sort")).toContain("count"));
  });

  it("opens the detail of a row and offers what may be done", async () => {
    const { router, asked } = open("/demo/rules", { "POST /api/demo/rules/r1/run": () => undefined });
    await userEvent.click(await screen.findByText("主键唯一"));
    const drawer = await screen.findByRole("dialog");
    expect(new URLSearchParams(router.state.location.search).get("id")).toBe("r1");
    await userEvent.click(await within(drawer).findByRole("button", { name: /运\s*行/ }));
    await waitFor(() => expect(asked.some((one) => one.path === "/api/demo/rules/r1/run")).toBe(true));
  });

  it("creates a row, and shows the server's complaint at its field", async () => {
    let tries = 0;
    const complaint = { status: 422, code: "invalid", errors: [{ field: "body.name", message: "名称已被使用" }] };
    const create = () => {
      tries += 1;
      return tries === 1 ? new Refusal(422, complaint) : ROW;
    };
    const { asked, lists } = open("/demo/rules", { "POST /api/demo/rules": create });
    await screen.findByText("主键唯一");
    await userEvent.click(screen.getByRole("button", { name: /新\s*建/ }));
    const form = await screen.findByRole("dialog");
    await userEvent.click(within(form).getByRole("button", { name: /保\s*存/ }));
    expect(await within(form).findByText("请填写名称")).toBeTruthy();
    await userEvent.type(within(form).getByLabelText("名称", { selector: "input" }), "新规则");
    await userEvent.click(within(form).getByRole("button", { name: /保\s*存/ }));
    expect(await within(form).findByText("名称已被使用")).toBeTruthy();
    const before = lists().length;
    await userEvent.click(within(form).getByRole("button", { name: /保\s*存/ }));
    await waitFor(() => expect(lists().length).toBeGreaterThan(before));
    expect(asked.filter((one) => one.method === "POST").at(-1)?.body).toEqual({ name: "新规则" });
  });

  it("offers nothing that the user may not do", async () => {
    const can = { create: false, update: false, delete: false, export: false, unmask: false };
    open("/demo/rules?id=r1", {}, { ...SPEC, can, actions: [] });
    const drawer = await screen.findByRole("dialog");
    await within(drawer).findByText("1,234");
    expect(screen.queryByRole("button", { name: /新\s*建|导\s*出|编\s*辑|删\s*除|运\s*行/ })).toBeNull();
  });

  it("says so when nothing is there, and when the filters hide all", async () => {
    open("/demo/rules?q=x", { "GET /api/demo/rules": () => ({ ...PAGE, items: [], total: 0 }) });
    expect(await screen.findByText("没有符合条件的数据")).toBeTruthy();
  });

  it("shows a failure with its reason and tries again", async () => {
    const answer = vi
      .fn()
      .mockReturnValueOnce(
        new Refusal(503, { title: "服务暂不可用", detail: "数据库忙", status: 503, retryable: true }),
      )
      .mockReturnValue(PAGE);
    open("/demo/rules", { "GET /api/demo/rules": answer });
    expect(await screen.findByText("服务暂不可用")).toBeTruthy();
    expect(screen.getByText("数据库忙")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: /重\s*试/ }));
    expect(await screen.findByText("主键唯一")).toBeTruthy();
  });

  it("tells an unknown address from a forbidden one", async () => {
    open("/demo/nothing");
    expect(await screen.findByText("页面不存在")).toBeTruthy();
  });
});
