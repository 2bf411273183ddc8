/** What people do when a source misbehaves. Each scenario stands alone and starts signed in. */
import { mkdtempSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Page } from "playwright-core";
import { expect, type Scenes } from "./scene.ts";

const HEADERS = { "X-Suwen-Request": "1" };

/** A clinic of 400 visits on two days, and its feed; `run` carries them in and waits for the end. */
async function clinic(page: Page) {
  const path = join(mkdtempSync(join(tmpdir(), "suwen-e2e-clinic-")), "his.db");
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE visits (id INTEGER PRIMARY KEY, pid TEXT, kind TEXT, started TEXT, cost REAL)");
  const put = database.prepare("INSERT INTO visits VALUES (?, ?, 'O', ?, 1.5)");
  for (let id = 1; id <= 400; id += 1) {
    put.run(id, `P${id}`, `2024-05-0${1 + (id % 2)} 08:00:00`);
  }
  const code = `e2e_${Date.now().toString(36)}`;
  const feed = `${code}.visits`;
  const institutions = await (await page.request.get("/api/orgs/institutions")).json();
  const columns = {
    encounter_id: "id",
    patient_id: "pid",
    encounter_type_code: { expr: "kind", map: { O: "1" }, default: "9" },
    started_at: "started",
    total_cost: "cost",
  };
  const data = {
    source: {
      code,
      title: "南街诊所",
      org_code: institutions.items[0].org_code,
      connector: "sqlite",
      options: { path },
    },
    feeds: [{ code: "visits", table: "visits", dataset: "encounter", key: ["id"], columns }],
  };
  const made = await page.request.post("/api/ingest/definitions", { headers: HEADERS, data });
  expect(made.ok(), `the source is made: ${await made.text()}`);
  const began = async (action: string) => {
    const answer = await page.request.post(`/api/ingest/feeds/${feed}/${action}`, { headers: HEADERS, data: {} });
    return (await answer.json()).job_run_ids[0] as string;
  };
  const ended = async (id: string) => {
    for (;;) {
      const job = await (await page.request.get(`/api/jobs/${id}`)).json();
      if (job.finished_at || job.status === "waiting") {
        return job.status as string;
      }
      await page.waitForTimeout(100);
    }
  };
  const run = async (action = "run") => ended(await began(action));
  const remove = () => page.request.delete(`/api/ingest/sources/${code}?with_data=true`, { headers: HEADERS });
  return { path, code, feed, database, began, ended, run, remove };
}

export const watching: Scenes = {
  /** A feed fails, its rule raises an alarm, somebody says what is done about it, and the next good run clears it. */
  async alarm({ page, settled }) {
    const { path, feed, began, ended, run, remove } = await clinic(page);
    await page.goto("/ingest/alarm_rules");
    await settled();
    await page.getByRole("button", { name: /新\s*建/ }).click();
    const form = page.getByRole("dialog");
    const choose = async (field: string, text: string) => {
      await form.locator(`#${field}`).click();
      await page.keyboard.type(text);
      await page.locator(".ant-select-item-option:visible").filter({ hasText: text }).first().click();
    };
    const title = `诊所失败 ${Date.now()}`;
    await form.locator("#title").fill(title);
    await choose("kind", "连续失败");
    await choose("feed", feed);
    await form.locator("#threshold").fill("1");
    await form.getByRole("button", { name: /保\s*存/ }).click();
    await page.locator(".ant-table-row", { hasText: title }).waitFor();

    renameSync(path, `${path}.away`);
    const gone = await began("run");
    expect((await ended(gone)) !== "succeeded", "a source that is gone is no success");
    // It would be tried again in a while, and the run below would wait for that.
    await page.request.post(`/api/jobs/${gone}/cancel`, { headers: HEADERS });
    const open = `/ingest/alarms?${new URLSearchParams({ "f.status": "open", "f.rule": title })}`;
    await page.goto(open);
    await settled();
    // The rule is looked at when the run has failed, by a worker.
    while ((await page.locator(".ant-table-row").count()) === 0) {
      await page.getByRole("button", { name: "刷新" }).click();
      await settled();
    }
    await page.locator(".ant-table-row", { hasText: "连续失败 1 次" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByLabel("处理说明").fill("诊所停电，已联系，恢复后自动补采");
    await drawer.getByRole("button", { name: "确认告警" }).click();
    await page.getByText("已确认").first().waitFor();

    renameSync(`${path}.away`, path);
    // The run that failed may wait for its retry.
    while ((await run()) !== "succeeded");
    await page.goto(`/ingest/alarms?${new URLSearchParams({ "f.status": "cleared", "f.rule": title })}`);
    await settled();
    while ((await page.locator(".ant-table-row").count()) === 0) {
      await page.getByRole("button", { name: "刷新" }).click();
      await settled();
    }
    await page.locator(".ant-table-row").first().click();
    await page.getByRole("dialog").getByText("情况消失，自动恢复").waitFor();
    await remove();
  },

  /** An institution is found on the map's list by keyboard, its feeds are seen and run again, and it is on the map. */
  async node_map({ page, settled }) {
    const tiles = page.waitForResponse((answer) => /\/api\/ingest\/map\/tiles\//.test(answer.url()));
    await page.goto("/ingest/map");
    await settled();
    expect((await tiles).ok(), "borders come as tiles of the platform's own");
    await page.locator(".map-name", { hasText: "青禾县河口镇卫生院" }).waitFor();
    await page.getByPlaceholder("按名称或代码查找机构").fill("河口");
    await page.keyboard.press("Tab");
    await page.locator(".map-node", { hasText: "青禾县河口镇卫生院" }).focus();
    await page.keyboard.press("Enter");
    const drawer = page.getByRole("dialog");
    await drawer
      .locator(".ant-table-row", { hasText: "qh_clinic." })
      .first()
      .getByRole("button", { name: "再次执行" })
      .click();
    await page.locator(".ant-notification-notice").getByText("成功", { exact: true }).first().waitFor();
  },

  /** Rows that came behind the platform's back are found by reconciliation, located to their keys, and brought in. */
  async difference({ page, settled }) {
    const { feed, database, run, remove } = await clinic(page);
    expect((await run()) === "succeeded", "the first run brings all rows");
    database.exec("INSERT INTO visits VALUES (1001, 'P1', 'O', '2024-05-01 23:59:00', 9)");
    database.exec("UPDATE visits SET cost = 99 WHERE id = 42");
    expect((await run("check")) === "succeeded", "both sides are compared");
    await page.goto(`/ingest/differences?${new URLSearchParams({ "f.status": "open", "f.feed": feed })}`);
    await settled();
    const row = page.locator(".ant-table-row", { hasText: "2024-05-01" });
    expect((await page.locator(".ant-table-row").count()) === 1, "the first of May differs, and no other day");
    await row.click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("button", { name: "定位并补采" }).click();
    await page
      .locator(".ant-popover")
      .getByRole("button", { name: /确\s*定/ })
      .click();
    await page.locator(".ant-notification-notice").getByText("成功", { exact: true }).first().waitFor();
    await page.goto(`/ingest/differences?${new URLSearchParams({ "f.status": "closed", "f.feed": feed })}`);
    await settled();
    await page.locator(".ant-table-row").first().click();
    await drawer.getByText("关闭人：admin").waitFor();
    const keys = await drawer.locator(".ant-table-row", { hasText: /缺失|不同/ }).allInnerTexts();
    expect(
      keys.some((one) => /缺失\s+1001/.test(one)),
      `the row that was missing: ${keys}`,
    );
    const batches = await (await page.request.get(`/api/ingest/batches?f.feed=${feed}`)).json();
    expect(batches.total === 2, "it came in by a batch of its own");
    await remove();
  },
};
