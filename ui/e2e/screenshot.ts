/** Save a picture of each page: node e2e/screenshot.ts ORDER, a JSON file (see tools/screenshot.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { launched, settled, signIn, visit } from "./browser.ts";

interface Order {
  url: string;
  username: string;
  password: string;
  folder: string;
  language: "zh" | "en";
  width: number;
  height: number;
  pages: { name: string; path: string; click?: string; stays: boolean }[];
}

const order = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Order;
const context = await launched(order.url, { width: order.width, height: order.height });
const { page, complaints } = await visit(context);
try {
  await page.addInitScript((language) => localStorage.setItem("suwen.language", language), "zh");
  await page.goto("/login");
  await settled(page);
  await page.screenshot({ path: join(order.folder, "login.png") });
  await signIn(page, order.username, order.password, order.password);
  if (order.language === "en") {
    await page.addInitScript(() => localStorage.setItem("suwen.language", "en"));
  }
  for (const { name, path, click, stays } of order.pages) {
    complaints.length = 0;
    await page.goto(path);
    await settled(page);
    if (click) {
      const before = page.url();
      await page.locator(click).first().click();
      if (!stays) {
        await page.waitForURL((url) => url.href !== before);
      }
      await settled(page);
    }
    await page.screenshot({ path: join(order.folder, `${name}.png`) });
    process.stdout.write(`${name}\t${new URL(page.url()).pathname}\t${complaints.join(" | ")}\n`);
  }
} finally {
  await context.close();
}
