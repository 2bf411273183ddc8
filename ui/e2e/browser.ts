/** A real Chromium that comes from npm: no browser of the system is needed. */
import chromium from "@sparticuz/chromium";
import { type BrowserContext, chromium as engine, type Page } from "playwright-core";

export interface Visit {
  context: BrowserContext;
  page: Page;
  /** What the page complained of: script errors and failed requests of its own. */
  complaints: string[];
}

const LAUNCHES = 3;
// Pages are drawn by the processor: going through an emulated graphics card costs more than the page itself.
const FLAGS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"];

/** Start Chromium with a new profile; now and then it dies while starting, before there is anything to test. */
export async function launched(
  baseURL: string,
  size = { width: 1440, height: 900 },
  left = LAUNCHES,
): Promise<BrowserContext> {
  try {
    return await engine.launchPersistentContext("", {
      executablePath: await chromium.executablePath(),
      args: FLAGS,
      headless: true,
      baseURL,
      viewport: size,
      locale: "zh-CN",
      timezoneId: "Asia/Shanghai",
      reducedMotion: "reduce",
    });
  } catch (error) {
    if (left === 1) {
      throw error;
    }
    return launched(baseURL, size, left - 1);
  }
}

/** Open a page that writes down its complaints. */
export async function visit(context: BrowserContext): Promise<Visit> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(`console: ${message.text().slice(0, 300)}`);
    }
  });
  page.on("response", (response) => {
    const url = new URL(response.url());
    if (response.status() >= 500) {
      complaints.push(`${response.status()} ${url.pathname}`);
    }
  });
  return { context, page, complaints };
}

/** Sign in without a page. */
export async function enter(context: BrowserContext, username: string, password: string): Promise<void> {
  const headers = { "X-Suwen-Request": "1" };
  const answer = await context.request.post("/api/auth/login", { headers, data: { username, password } });
  if (!answer.ok()) {
    throw new Error(`${username} cannot sign in: ${answer.status()} ${await answer.text()}`);
  }
}

/** Sign in; a one-time password is changed to `next` on the way. Returns the password that holds now. */
export async function signIn(page: Page, username: string, password: string, next: string): Promise<string> {
  await page.goto("/login");
  await page.getByPlaceholder("用户名").fill(username);
  await page.getByPlaceholder("密码").fill(password);
  await page.getByRole("button", { name: /登\s*录/ }).click();
  await page.waitForURL((url) => url.pathname !== "/login");
  if (new URL(page.url()).pathname !== "/password") {
    return password;
  }
  await page.getByLabel("当前密码").fill(password);
  await page.getByLabel("新密码", { exact: true }).fill(next);
  await page.getByLabel("再次输入新密码").fill(next);
  await page.getByRole("button", { name: "修改密码" }).click();
  await page.waitForURL((url) => url.pathname !== "/password");
  return next;
}

/** Two frames: what was just clicked has begun to happen. */
function begun(page: Page): Promise<void> {
  return page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );
}

/** Wait until the page shows data: it says itself (aria-busy) whether a page or an answer is on its way. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  // Until the app has begun, nothing is there that could say it is busy.
  await page.locator("#root > *").first().waitFor({ state: "attached" });
  // Twice: what came first may ask for more.
  for (let round = 0; round < 2; round += 1) {
    await begun(page);
    await page.locator('[aria-busy="true"]').first().waitFor({ state: "hidden" });
    await page.locator(".ant-spin-spinning").first().waitFor({ state: "hidden" });
  }
  // Drawers slide in: what moves only once has come to its place.
  await page.evaluate(async () => {
    const once = document
      .getAnimations()
      .filter((one) => one.effect?.getTiming().iterations !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(once.map((one) => one.finished));
  });
  // A letter drawn for the first time asks for its part of the font.
  await begun(page);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}
