import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { ResourceRoute } from "@/kernel/resource/ResourceRoute";
import { renderAt } from "../../testing/render";
import { Refusal, serve } from "../../testing/server";

const SPEC = {
  name: "orgs.staff",
  domain: "orgs",
  title: "人员",
  title_en: "Staff",
  path: "/api/orgs/staff",
  key: "id",
  can: { create: true, update: true, delete: true, export: true, unmask: false },
  default_sort: [],
  actions: [],
  overrides: { toolbar: "orgs/ImportButton" },
  columns: [{ name: "name", label: "姓名", kind: "text" }],
  create: [],
  update: [],
};
const WRONG = { row: 3, column: "机构代码", column_en: "Institution code", reason: "必填", reason_en: "required" };

it("takes in a file of the list, or says what is wrong with which row", async () => {
  const answers = [
    new Refusal(422, { title: "导入被拒绝", errors: [WRONG], total: 1 }),
    { added: 2, changed: 1, unchanged: 0 },
  ];
  const asked = serve({
    "GET /api/resources/orgs.staff": () => SPEC,
    "GET /api/orgs/staff": () => ({ items: [], total: 0, page: 1, page_size: 20 }),
    "POST /api/orgs/staff/import": () => answers.shift(),
  });
  renderAt("/orgs/staff", [{ path: "*", element: <ResourceRoute /> }]);
  await userEvent.click(await screen.findByRole("button", { name: /导\s*入/ }));
  // The input is another one after each file.
  const choose = (name: string) =>
    userEvent.upload(
      document.querySelector<HTMLInputElement>("input[type=file]") as HTMLInputElement,
      new File([name], name),
    );
  await choose("wrong.csv");
  expect(await screen.findByText("必填")).toBeTruthy();
  await choose("right.csv");
  expect(await screen.findByText("新增 2 条，修改 1 条，0 条未变")).toBeTruthy();
  expect(screen.queryByText("必填")).toBeNull();
  // The list is asked for anew.
  expect(asked.filter((one) => one.path === "/api/orgs/staff" && one.method === "GET").length).toBeGreaterThan(1);
});
