/** What a person does with the pages. Each scenario stands alone and starts signed in. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Scenes } from "./scene.ts";
import { standards } from "./standards.ts";
import { watching } from "./watching.ts";

/** Four visits as a clinic keeps them: one on no day, one of nobody. */
const VISITS = `patient_id,就诊流水号,kind,started_at,dept_name,total_cost
P1,V001,门诊,2024-03-01 08:30:00,内科,120.5
P2,V002,急诊,20240302090000,外科,88
P3,V003,门诊,2024-02-31,外科,10
,V004,门诊,2024-03-04,儿科,15
`;

export const scenarios: Scenes = {
  ...standards,
  ...watching,

  /** A wrong password is refused with a reason, and a page asked for before signing in is shown afterwards. */
  async sign_in({ page, username, password, settled }) {
    await page.context().clearCookies();
    await page.goto("/standards/value_sets");
    await page.waitForURL(/\/login\?next=/);
    await page.getByPlaceholder("用户名").fill(username);
    await page.getByPlaceholder("密码").fill("not-the-password");
    await page.getByRole("button", { name: /登\s*录/ }).click();
    await page.getByRole("alert").waitFor();
    await page.getByPlaceholder("密码").fill(password);
    await page.getByRole("button", { name: /登\s*录/ }).click();
    await page.waitForURL("**/standards/value_sets");
    await settled();
    expect((await page.locator(".ant-table-row").count()) > 0, "the list that was asked for has rows");
  },

  /** Home counts what came in, and every card leads on. */
  async home({ page, settled }) {
    await page.goto("/home");
    await settled();
    const values = await page.locator(".home-cards .stat-value").allInnerTexts();
    expect(values.length === 4 && values.every((value) => !value.includes("—")), `all cards have numbers: ${values}`);
    await page.locator(".home-cards button").first().click();
    await page.waitForURL("**/ingest");
  },

  /** A menu entry, whichever, opens a page without an error. */
  async every_menu_entry({ page, settled, complaints }) {
    // Laying out two thousand letters anew on each of a hundred pages takes longer than all the rest.
    await page.route("**/*.woff2", (route) => route.abort());
    await page.goto("/home");
    await settled();
    const titles = await page.locator(".side-menu .ant-menu-item").allInnerTexts();
    expect(titles.length > 10, `the menu has its entries: ${titles}`);
    for (let index = 0; index < titles.length; index += 1) {
      await page.locator(".side-menu .ant-menu-item").nth(index).click();
      await settled();
      const failures = await page.locator(".ant-result").count();
      expect(failures === 0, `${titles[index]} shows a failure`);
      expect(complaints.length === 0, `${titles[index]}: ${complaints.join(" | ")}`);
    }
  },

  /** An application is told at the field what is wrong while it is filled in, is kept, seen, and taken back. */
  async registration({ page, settled }) {
    await page.goto("/orgs/registrations");
    await settled();
    await page.getByRole("button", { name: "新建申请" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText("机构", { exact: true }).click();
    await drawer.getByLabel("机构代码").fill("123501029900000100");
    await drawer.getByText("统一社会信用代码须为 18 位且校验码正确").waitFor();
    await drawer.getByText("科室", { exact: true }).click();
    await drawer.getByLabel("机构代码").click();
    await page.locator(".ant-select-item-option").first().click();
    await drawer.getByLabel("科室代码").fill("SCENE");
    await drawer.getByLabel("科室名称").fill("场景科");
    await drawer.getByLabel("上级科室").fill("NONE");
    await drawer.getByText("上级科室 NONE 未登记或已注销").waitFor();
    await drawer.getByLabel("上级科室").fill("");
    await drawer.getByRole("button", { name: "提交审核" }).click();
    await page.waitForURL(/\/orgs\/registrations\/./);
    await page.getByText("待审核").first().waitFor();
    // Who applies has no button to approve; taken back, so that the scenario can be played twice.
    expect((await page.getByRole("button", { name: /通\s*过/ }).count()) === 0, "no review of one's own application");
    await page.getByRole("button", { name: /撤\s*回/ }).click();
    await page
      .locator(".ant-popover")
      .getByRole("button", { name: /确\s*定/ })
      .click();
    await page.getByText("已撤回").first().waitFor();
  },

  /** A batch is opened from the sources' page and says what happened to its rows. */
  async batches({ page, settled }) {
    await page.goto("/ingest");
    await settled();
    expect((await page.locator(".source").count()) >= 2, "several sources stand there");
    await page.locator(".section .ant-table-row").first().click();
    await page.waitForURL(/\/ingest\/batches\?id=/);
    await page.getByRole("dialog").getByText("SM3").waitFor();
  },

  /** A source is run again from its card; the job is followed to its end without a reload. */
  async run_source({ page, settled }) {
    await page.goto("/ingest");
    await settled();
    await page
      .locator(".source")
      .first()
      .getByRole("button", { name: /运\s*行/ })
      .click();
    await page.locator(".ant-notification-notice").getByText("成功", { exact: true }).first().waitFor();
  },

  /** Dictionaries are harvested from the landed data; one entry is mapped by keyboard, the others by a batch, undone. */
  async mapping({ page, settled }) {
    await page.goto("/terms");
    await settled();
    await page.getByRole("button", { name: "提取字典" }).click();
    await page.locator(".ant-notification-notice").getByText("成功", { exact: true }).first().waitFor();
    await page.goto("/terms?kind=department");
    await page.getByRole("button", { name: "生成候选" }).click();
    await page.locator(".ant-notification-notice").getByText("成功", { exact: true }).first().waitFor();
    await settled();
    await page.getByRole("link", { name: "qh_his 科室" }).click();
    await page.locator(".candidate").first().waitFor();
    const states = page.locator(".bench-state em");
    const count = async (place: number) => Number(await states.nth(place).innerText());
    const [open, name] = [await count(0), await page.locator(".bench-entry-on .bench-entry-name").innerText()];
    await page.keyboard.press("1");
    await page.keyboard.press("Enter");
    await page.locator(".entry-head h2").filter({ hasNotText: name }).waitFor();
    expect((await count(0)) === open - 1 && (await count(3)) === 1, "one entry went from open to mapped");
    await page.getByRole("button", { name: "批量确认" }).click();
    const accept = page.getByRole("dialog").getByRole("button", { name: /确认这 [1-9]/ });
    await accept.click();
    await page
      .locator(".ant-notification-notice")
      .getByRole("button", { name: /撤\s*销/ })
      .click();
    await page.getByText(/已撤销 \d+ 条，0 条/).waitFor();
    await settled();
    expect((await count(0)) === open - 1, "the batch is undone, the own decision is not");
  },

  /** A number of each day is declared for both sides, each tried first, compared, and what differs is explained. */
  async migration({ page, settled }) {
    const name = `旧平台 ${Date.now()}`;
    await page.goto("/ingest/migrations");
    await settled();
    await page.getByRole("button", { name: /新\s*建/ }).click();
    const form = page.getByRole("dialog");
    await form.locator("#title").fill(name);
    await form.locator("#source").click();
    await page.keyboard.type("qh_his");
    await page.locator(".ant-select-item-option:visible").first().click();
    await form.locator("#columns").click();
    await page.keyboard.type("xb,");
    await form.getByRole("button", { name: /保\s*存/ }).click();
    await page.locator(".ant-table-row", { hasText: name }).click();
    await page.getByText("尚未清点").first().waitFor();
    await page.getByRole("button", { name: "清点原平台" }).click();
    const codes = page.locator(".section", { hasText: "待分配的机构代码" });
    await codes.locator("tbody input[type=checkbox]").first().check();
    await codes.getByRole("button", { name: "不迁移 1 个代码" }).click();
    const asked = page.getByRole("dialog");
    await asked.locator("#title").fill("测试数据");
    await asked.locator("#reason").fill("不属于任何机构");
    await asked.getByRole("button", { name: /确\s*定/ }).click();
    await page.locator(".ant-table-row", { hasText: "不属于任何机构" }).waitFor();
    await page.getByRole("button", { name: /删\s*除/ }).click();
    await page
      .locator(".ant-popconfirm")
      .getByRole("button", { name: /确\s*定/ })
      .click();
    await page.waitForURL(/migrations$/);
    await page.locator(".ant-table-row", { hasText: name }).waitFor({ state: "detached" });
  },

  async indicator({ page, settled }) {
    const within = "jzsj >= :from AND jzsj < :to";
    await page.goto("/ingest/indicators");
    await settled();
    await page.getByRole("button", { name: /新\s*建/ }).click();
    const form = page.getByRole("dialog");
    const name = `门诊人次 ${Date.now()}`;
    await form.locator("#name").fill(name);
    await form.locator("#feeds").click();
    await page.keyboard.type("qh_his.mz_jz");
    await page.locator(".ant-select-item-option:visible").first().click();
    await page.keyboard.press("Escape");
    await form.locator("#source_sql").fill(`DELETE FROM his.mz_jz WHERE ${within}`);
    await form.getByRole("button", { name: "试运行" }).first().click();
    await form.getByText("指标级对账语句无效").waitFor();
    await form
      .locator("#source_sql")
      .fill(`SELECT jzsj::date AS day, count(*) AS value FROM his.mz_jz WHERE ${within} GROUP BY 1`);
    await form.getByRole("button", { name: "试运行" }).first().click();
    await form.getByText(/共 \d+ 条/).waitFor();
    // Twice as many here, so that every day differs.
    await form
      .locator("#platform_sql")
      .fill(
        "SELECT CAST(started_at AS DATE) AS day, 2 * COUNT(*) AS value FROM std.encounter " +
          "WHERE feed = 'qh_his.mz_jz' AND started_at >= :from AND started_at < :to GROUP BY 1",
      );
    await form.getByRole("button", { name: /保\s*存/ }).click();
    await page.locator(".ant-table-row", { hasText: name }).click();
    const drawer = page.locator(".ant-drawer");
    await drawer.getByPlaceholder("开始日期").fill("2024-12-01");
    await drawer.getByPlaceholder("结束日期").fill("2024-12-14");
    await page.keyboard.press("Enter");
    await drawer.getByRole("button", { name: "核对指定日期" }).click();
    await page.locator(".ant-notification-notice").getByText("成功", { exact: true }).first().waitFor();
    const open = `/ingest/indicator_differences?${new URLSearchParams({ "f.status": "open", "f.indicator": name })}`;
    await page.goto(open);
    await settled();
    const days = await page.locator(".ant-table-row").count();
    await page.locator(".ant-table-row").first().click();
    await page.getByLabel("说明原因并关闭").fill("平台按两倍计");
    await page.getByRole("button", { name: "说明原因并关闭" }).click();
    await page.getByText("已由 admin 说明原因后关闭").waitFor();
    await page.goto(open);
    await settled();
    expect((await page.locator(".ant-table-row").count()) === days - 1, "one day is explained, the others are open");
  },

  /** A folder of csv files becomes a source, is mapped onto a dataset with a live check, and run to std. */
  async new_source({ page, settled }) {
    const folder = mkdtempSync(join(tmpdir(), "suwen-e2e-source-"));
    writeFileSync(join(folder, "visits.csv"), VISITS);
    const code = `e2e_${Date.now().toString(36)}`;
    const choose = async (label: string, text: string) => {
      await page.getByLabel(label, { exact: true }).click();
      await page.keyboard.type(text);
      await page.locator(".ant-select-item-option:visible").filter({ hasText: text }).first().click();
    };
    await page.goto("/ingest/sources");
    await settled();
    await page.getByRole("button", { name: "新建来源" }).click();
    await page.locator("#title").fill("东街诊所");
    await page.locator("#code").fill(code);
    await page.locator("#org_code").click();
    await page.locator(".ant-select-item-option:visible").first().click();
    await page.locator("#connector").click();
    await page.locator(".ant-select-item-option:visible").filter({ hasText: "csv" }).click();
    await page.locator("#options_path").fill(folder);
    await page.getByRole("button", { name: "测试连接" }).click();
    await page.getByText("可见 1 张表").waitFor();
    await page.getByRole("button", { name: /保\s*存/ }).click();
    await page.waitForURL(`**/ingest/sources/${code}`);

    await page.locator(".ant-table-row", { hasText: "visits.csv" }).getByRole("button", { name: "映射" }).click();
    await choose("数据集", "encounter");
    const expression = (element: string) => page.getByLabel(`源表达式 ${element}`, { exact: true });
    await expression("started_at").waitFor();
    expect((await expression("patient_id").inputValue()) === "patient_id", "equal names are mapped by themselves");
    // A mistake is told at its element.
    await expression("encounter_id").fill("流水号");
    await page.locator(".problem", { hasText: "源表没有此列" }).waitFor();
    await expression("encounter_id").fill("就诊流水号");
    await expression("encounter_type_code").fill("kind");
    await page.keyboard.press("Escape");
    expect((await page.locator(".form-tight", { hasText: "就诊流水号" }).count()) === 1, "the key is proposed");
    const row = page.locator(".mapping-table .ant-table-row", { hasText: "encounter_type_code" });
    await row.getByRole("button", { name: "设置" }).click();
    const drawer = page.getByRole("dialog");
    for (const [from, to] of [
      ["门诊", "1 门诊"],
      ["急诊", "2 急诊"],
    ]) {
      await drawer.getByRole("button", { name: "添加一行" }).click();
      await drawer
        .getByLabel("源值")
        .last()
        .fill(from ?? "");
      await drawer.locator(".pairs").getByLabel("标准代码").last().click();
      await page.keyboard.type(to ?? "");
      await page.keyboard.press("Enter");
    }
    await drawer.getByRole("button", { name: /确\s*定/ }).click();
    await page.getByText("4 行：2 行可入库，2 行将被隔离").waitFor();
    await page.getByRole("tab", { name: "将被隔离（2）" }).click();
    await page.locator(".preview-tabs").getByText("缺少患者标识").waitFor();

    await page.getByRole("button", { name: "保存并运行" }).click();
    await page.waitForURL(`**/ingest/sources/${code}`);
    await page.locator(".ant-notification-notice").getByText("成功", { exact: true }).first().waitFor();
    await page.goto(`/ingest/batches?f.source=${code}`);
    await settled();
    const batch = await page.locator(".ant-table-row").first().innerText();
    expect(/\b4\b[\s\S]*\b2\b[\s\S]*\b2\b/.test(batch), `four rows in, two standard, two refused: ${batch}`);

    await page.goto(`/ingest/sources/${code}`);
    await page.getByRole("button", { name: "删除" }).first().click();
    const question = page.getByRole("dialog");
    await question.getByRole("checkbox").check();
    await question.getByRole("button", { name: /删\s*除/ }).click();
    await page.waitForURL("**/ingest/sources");
    await settled();
    expect((await page.getByText(code, { exact: true }).count()) === 0, "the source is gone");
  },

  /** An unknown folder is proposed as a whole, one choice is corrected, and the feed that comes of it is there. */
  async propose({ page, settled }) {
    const folder = mkdtempSync(join(tmpdir(), "suwen-e2e-propose-"));
    const lines = [1, 2, 3, 4, 5, 6].map((n) => `V${n},P${n % 3},2024-05-0${n} 08:30:00,头痛${n}天,李大夫,自费`);
    writeFileSync(
      join(folder, "门诊登记.csv"),
      ["就诊流水号,病人编号,就诊日期,主诉,接诊医生,费别", ...lines].join("\n"),
    );
    const code = `e2e_${Date.now().toString(36)}`;
    const headers = { "X-Suwen-Request": "1" };
    const institutions = await (await page.request.get("/api/orgs/institutions")).json();
    const data = {
      code,
      title: "西街诊所",
      org_code: institutions.items[0].org_code,
      connector: "files",
      options: { path: folder },
    };
    expect((await page.request.put(`/api/ingest/sources/${code}`, { headers, data })).ok(), "the source is made");

    await page.goto(`/ingest/sources/${code}`);
    await page.getByRole("button", { name: "映射建议" }).click();
    await page.getByRole("button", { name: "生成映射建议" }).click();
    await page.getByText("1 张表，1 张有对应数据集").waitFor();
    await page.locator(".ant-table-row-expand-icon").first().click();
    const element = (column: string) => page.locator(".ant-table-expanded-row .ant-table-row", { hasText: column });
    await element("病人编号").getByText("患者标识 patient_id").waitFor();
    await element("费别").getByRole("button", { name: "1 条" }).waitFor();
    // The doctor's name is no code: a person says so.
    await element("接诊医生").getByRole("combobox").click();
    await page.keyboard.type("doctor_name");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "建立 1 个采集任务" }).click();
    await page.waitForURL(`**/ingest/sources/${code}`);
    await settled();
    const definition = await (await page.request.get(`/api/ingest/sources/${code}/definition`)).json();
    const columns = definition.feeds[0].columns;
    expect(columns.doctor_name.expr === "接诊医生" && columns.payment_code.map.自费 === "07", "as it was corrected");
    await page.request.delete(`/api/ingest/sources/${code}?with_data=true`, { headers });
  },

  /** A refused row tells its reason and shows the source row. */
  async quarantine({ page, settled }) {
    await page.goto("/ingest/quarantine");
    await settled();
    await page.locator(".ant-table-row").first().click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText("源数据行").waitFor();
    // Eight rows say what was refused and why; the ninth is the first of the source row.
    await drawer.locator(".ant-descriptions-row").nth(8).waitFor();
  },

  /** Rows of a dataset are filtered by a coded column; the filter stays in the address. */
  async dataset_rows({ page, settled }) {
    await page.goto("/catalog/datasets");
    await settled();
    await page.getByRole("link", { name: "就诊" }).first().click();
    await page.waitForURL(/\/catalog\/datasets\/encounter/);
    await page.getByRole("tab", { name: "数据字典" }).click();
    await page.getByText("encounter_type_code", { exact: true }).waitFor();
    await page.getByRole("tab", { name: "数据明细" }).click();
    await settled();
    const all = await page.locator(".ant-pagination-total-text").innerText();
    await page.locator("#filter-encounter_type_code").click();
    await page.locator(".ant-select-item-option").filter({ hasText: "住院" }).first().click();
    await page.waitForURL(/f\.encounter_type_code=/);
    await page.locator(".ant-pagination-total-text").filter({ hasNotText: all }).waitFor();
    expect(page.url().includes("tab=rows"), "the tab stays open");
  },

  /** From where the assets stand to the whole life of one, and on to where something is done about it. */
  async asset_life({ page, settled }) {
    await page.goto("/catalog/assets");
    await settled();
    await page.locator(".asset-stages .stat-link").first().waitFor();
    await page.locator(".ant-table-row").filter({ hasText: "encounter" }).click();
    await page.waitForURL(/\/catalog\/assets\/encounter/);
    await page.locator(".ant-timeline").getByText("首次入库").waitFor();
    expect((await page.locator(".track-stage").count()) === 6, "six stages");
    await page.locator(".track-links").getByRole("link", { name: "采集批次" }).click();
    await page.waitForURL(/\/ingest\/batches\?f\.dataset=encounter/);
  },

  /** From a cell of the matrix to the rows that fail a rule. */
  async quality({ page, settled }) {
    await page.goto("/quality");
    await settled();
    await page.locator(".matrix td button").first().click();
    await page.waitForURL(/org=/);
    await settled();
    await page.getByLabel("只看不合格").uncheck();
    await page.locator(".section-flush .ant-table-row").first().click();
    await page.getByRole("dialog").getByRole("tab", { name: "样例主键" }).waitFor();
  },

  /** A patient is masked until unmasking is asked for and confirmed, and that is written down. */
  async patient({ page, settled }) {
    await page.goto("/patients");
    await settled();
    // One source knows no names: take a person who has one.
    await page
      .locator(".ant-table-row", { has: page.locator("td:first-child .masked") })
      .first()
      .click();
    await page.waitForURL(/\/patients\/[0-9a-f-]{36}/);
    await settled();
    const masked = await page.locator(".patient-name h1").innerText();
    expect(masked.includes("*"), `the name is masked: ${masked.length} letters`);
    expect((await page.locator(".encounter").count()) > 0, "the timeline has encounters");
    await page.getByRole("button", { name: "查看明文" }).click();
    await page
      .locator(".ant-popconfirm")
      .getByRole("button", { name: /确\s*定/ })
      .click();
    await page.getByText("本次查看已记录").waitFor();
    expect(!(await page.locator(".patient-name h1").innerText()).includes("*"), "the name is shown in full");
    await page.goto("/identity/access_log");
    await settled();
    expect((await page.locator(".ant-table-row").count()) > 0, "the access is in the log");
    for (const tab of ["病历资料", "指标趋势", "身份来源"]) {
      await page.goBack();
      await settled();
      await page.getByRole("tab", { name: tab }).click();
      await settled();
      expect((await page.locator(".ant-result").count()) === 0, `${tab} shows a failure`);
      await page.goto("/identity/access_log");
    }
  },

  /** From a number to the rows it stands on. */
  async metrics({ page, settled }) {
    await page.goto("/metrics");
    await settled();
    expect((await page.locator(".board-cards .stat").count()) >= 12, "at least twelve metrics");
    await page.getByRole("button", { name: "查看明细" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText(/行数据得出/).waitFor();
    await settled();
    expect((await drawer.locator(".ant-table-row").count()) > 0, "there are rows behind the number");
  },

  /** A role and a user are made; the role is found by search and removed again. */
  async roles({ page, settled }) {
    await page.goto("/identity/roles");
    await settled();
    await page.getByRole("button", { name: /新\s*建/ }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("代码").fill("e2e_reader");
    await form.getByLabel("名称", { exact: true }).fill("浏览器测试角色");
    await form.getByRole("button", { name: /保\s*存/ }).click();
    await page.locator(".ant-table-row").filter({ hasText: "浏览器测试角色" }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /删\s*除/ })
      .click();
    await page
      .locator(".ant-popconfirm")
      .getByRole("button", { name: /确\s*定/ })
      .click();
    await page.locator(".ant-table-row").filter({ hasText: "浏览器测试角色" }).waitFor({ state: "detached" });
  },

  /** The whole interface changes its language at once and keeps it. */
  async english({ page, settled }) {
    await page.goto("/identity/users");
    await settled();
    await page.getByTestId("language").click();
    await page.getByRole("heading", { name: "Users" }).waitFor();
    await page.reload();
    await settled();
    await page.getByRole("heading", { name: "Users" }).waitFor();
    expect((await page.locator("html").getAttribute("lang")) === "en", "the page says its language");
  },

  /** Chinese is drawn by the font that the pages bring along, on a machine that has none. */
  async chinese_font({ page, settled }) {
    await page.goto("/home");
    await settled();
    const loaded = await page.evaluate(() =>
      [...document.fonts].some((font) => font.family.includes("Noto Sans SC") && font.status === "loaded"),
    );
    expect(loaded, "a part of Noto Sans SC is loaded");
  },
};
