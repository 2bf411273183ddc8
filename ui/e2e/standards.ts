/** What people do in the standards center. Each scenario stands alone and starts signed in. */
import { expect, type Scenes } from "./scene.ts";

export const standards: Scenes = {
  /** A value set is found by its initials, revised, and the draft shows what it changes. */
  async standards({ page, settled }) {
    await page.goto("/standards");
    await settled();
    await page.getByPlaceholder("按代码、名称或拼音首字母查找全部标准").fill("hyzkdm");
    await page.locator(".standards-hit", { hasText: "GB/T 2261.2" }).first().click();
    await page.getByRole("button", { name: "标准制修订" }).click();
    await page.getByRole("menuitem", { name: "修订", exact: true }).click();
    await page.getByLabel("事由").fill("增加一项");
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /确\s*定/ })
      .click();
    await page.waitForURL(/\/standards\/proposals\/./);
    await settled();
    await page.getByRole("button", { name: /起\s*草/ }).click();
    await page
      .locator(".ant-popover")
      .getByRole("button", { name: /确\s*定/ })
      .click();
    await page
      .getByRole("button", { name: "退回起草" })
      .or(page.getByRole("button", { name: "征求意见" }))
      .waitFor();
    await page.getByRole("tab", { name: "草案" }).click();
    await page.getByRole("button", { name: "增加一行" }).click();
    const cells = page.locator(".ant-table-row").first().getByRole("textbox");
    await cells.nth(0).fill("99");
    await cells.nth(1).fill("其他婚姻状况");
    await page.getByRole("button", { name: "保存草案" }).click();
    await page.getByRole("tab", { name: "与现行版本的差异 1" }).click();
    await page.locator(".diff-added", { hasText: "其他婚姻状况" }).waitFor();
    // Given up again, so that the scenario can be played twice.
    await page.getByRole("button", { name: /终\s*止/ }).click();
    await page
      .locator(".ant-popover")
      .getByRole("button", { name: /确\s*定/ })
      .click();
    await page.getByRole("button", { name: "征求意见" }).waitFor({ state: "detached" });
  },

  /** From an institution's figures to the rules that fail, and how they went day by day. */
  async conformance({ page, settled }) {
    await page.goto("/standards/conformance");
    await settled();
    await page.locator(".ant-table-row").first().click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText("字段映射率").first().waitFor();
    await settled();
    await drawer.getByText("只看不合格").click();
    expect((await drawer.locator(".ant-table-row").count()) > 0, "the dataset has rules");
    await drawer.getByRole("tab", { name: "数据元" }).click();
    await drawer.locator(".ant-tag", { hasText: "已映射" }).first().waitFor();
    await drawer.getByRole("tab", { name: "走势" }).click();
    await drawer.locator("[_echarts_instance_] text", { hasText: "字段映射率" }).first().waitFor();
  },

  /** A table of a connected source is read where it is, held against a dataset, and the outcome downloaded. */
  async comparing({ page, settled }) {
    const choose = async (place: number, text: string) => {
      await page.locator(".section .ant-select").nth(place).click();
      await page.keyboard.type(text);
      await page.locator(".ant-select-item-option:visible").filter({ hasText: text }).first().click();
    };
    await page.goto("/standards/compare");
    await settled();
    await choose(0, "encounter");
    await choose(1, "qh_his");
    await settled();
    await page.locator(".section .ant-select").nth(2).click();
    await page.locator(".ant-select-item-option:visible").first().click();
    await page.getByRole("button", { name: /比\s*对/ }).click();
    await page.locator(".section-flush .ant-table-row").first().waitFor();
    const loading = page.waitForEvent("download");
    await page.locator(".section-flush").getByRole("button", { name: "导出" }).hover();
    await page.getByRole("menuitem", { name: "CSV" }).click();
    expect((await loading).suggestedFilename().endsWith(".csv"), "the comparison is downloaded");
  },

  /** A dataset of the catalogue becomes a proposal of the platform's; taken back, so that it can be played twice. */
  async adopting({ page, settled }) {
    await page.goto("/standards?kind=catalogue&item=catalogue:HDSD00.18");
    await settled();
    await page
      .getByRole("link", { name: "采用为平台数据集" })
      .or(page.getByRole("button", { name: "采用为平台数据集" }))
      .click();
    await page.waitForURL("**/standards/adopt/HDSD00.18");
    await page.getByText("声明可以采用").waitFor();
    const code = page.getByLabel("数据集代码（湖表名）");
    const proposed = await code.inputValue();
    await code.fill("1 bad");
    await page.getByText("还不能采用：").waitFor();
    await code.fill(proposed);
    await page.getByText("声明可以采用").waitFor();
    await page.getByRole("button", { name: "提交采用" }).click();
    await page.waitForURL(/\/standards\/proposals\/./);
    await settled();
    await page.getByRole("button", { name: /终\s*止/ }).click();
    await page
      .locator(".ant-popover")
      .getByRole("button", { name: /确\s*定/ })
      .click();
    await page.getByRole("button", { name: /终\s*止/ }).waitFor({ state: "detached" });
  },
};
