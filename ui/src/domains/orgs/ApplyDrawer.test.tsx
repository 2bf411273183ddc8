import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { renderAt } from "../../testing/render";
import { serve } from "../../testing/server";
import { ApplyDrawer } from "./ApplyDrawer";
import type { Registration } from "./types";

const field = (name: string, label: string) => ({ name, label, kind: "text" });
const change = [field("org_code", "机构"), field("code", "代码"), field("name", "名称"), field("location", "位置")];
const KIND = {
  code: "department",
  title: "科室",
  title_en: "Department",
  keys: ["org_code", "code"],
  org_field: "org_code",
  forms: { register: change, change, cancel: change },
};
const DRAFT = {
  id: "r1",
  kind: "department",
  operation: "change",
  org_code: "A",
  content: { org_code: "A", code: "01", name: "心血管内科" },
};
const PRESENT = { org_code: "A", code: "01", name: "内科", location: "三楼" };

it("fills in what is registered around a draft's own changes", async () => {
  const asked = serve({
    "GET /api/orgs/registrations/kinds": () => [KIND],
    "POST /api/orgs/registrations/check": () => ({ problems: [], similar: [], present: PRESENT }),
    "PUT /api/orgs/registrations/r1": () => DRAFT,
  });
  const done = vi.fn();
  const draft = DRAFT as unknown as Registration;
  renderAt("/", [{ path: "/", element: <ApplyDrawer registration={draft} onClose={vi.fn()} onDone={done} /> }]);
  await userEvent.type(await screen.findByLabelText("代码"), "{Backspace}1");
  await waitFor(() => expect(screen.getByLabelText("位置")).toHaveProperty("value", "三楼"));
  expect(screen.getByLabelText("名称")).toHaveProperty("value", "心血管内科");
  await userEvent.click(screen.getByRole("button", { name: /存为草稿|草\s*稿/ }));
  await waitFor(() => expect(done).toHaveBeenCalled());
  const sent = asked.find((one) => one.method === "PUT")?.body;
  expect(sent).toMatchObject({ content: { org_code: "A", code: "01", name: "心血管内科" } });
});
