/**
 * Carry out scenarios in one browser: node e2e/run.ts NAME...; without a name those that come line by line, each
 * answered by a line of JSON, {"scenario", "failure": text or null}. The server and the user come from SUWEN_E2E_*.
 * `--list` names the scenarios.
 */
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { BrowserContext } from "playwright-core";
import { enter, launched, settled, visit } from "./browser.ts";
import { scenarios } from "./scenarios.ts";
import { expect } from "./scene.ts";

function given(name: string): string {
  const value = process.env[`SUWEN_E2E_${name}`];
  if (!value) {
    throw new Error(`SUWEN_E2E_${name} is not set`);
  }
  return value;
}

/** The browser of all scenarios; only what it has fetched outlives one, and nothing a failure. */
class Stage {
  private context: BrowserContext | undefined;

  async play(name: string): Promise<void> {
    const scenario = scenarios[name];
    if (!scenario) {
      throw new Error(`unknown scenario ${name}; known: ${Object.keys(scenarios).join(", ")}`);
    }
    const [username, password] = [given("USER"), given("PASSWORD")];
    const context = await this.empty();
    await enter(context, username, password);
    const { page, complaints } = await visit(context);
    // Only ends what hangs: a slow machine is no failure.
    page.setDefaultTimeout(600_000);
    try {
      await scenario({ page, username, password, complaints, settled: () => settled(page) });
      expect(complaints.length === 0, `no complaint of the browser: ${complaints.join(" | ")}`);
      await page.close();
    } catch (error) {
      const pictures = process.env.SUWEN_E2E_PICTURES;
      if (pictures) {
        await page.screenshot({ path: join(pictures, `${name}.png`) }).catch(() => undefined);
      }
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.context?.close().catch(() => undefined);
    this.context = undefined;
  }

  /** A browser that knows nobody: no cookie, no stored choice, no page but the blank one that keeps it open. */
  private async empty(): Promise<BrowserContext> {
    if (this.context) {
      await this.context.setStorageState({ cookies: [], origins: [] });
    } else {
      this.context = await launched(given("URL"));
      // A browser that died is replaced.
      this.context.on("close", () => {
        this.context = undefined;
      });
    }
    return this.context;
  }
}

function told(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function main(names: string[]): Promise<void> {
  if (names[0] === "--list") {
    process.stdout.write(`${Object.keys(scenarios).join("\n")}\n`);
    return;
  }
  const stage = new Stage();
  try {
    for (const name of names) {
      await stage.play(name);
    }
    for await (const scenario of names.length ? [] : createInterface({ input: process.stdin })) {
      const failure = await stage.play(scenario).then(() => null, told);
      process.stdout.write(`${JSON.stringify({ scenario, failure })}\n`);
    }
  } finally {
    await stage.close();
  }
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${told(error)}\n`);
  process.exit(1);
});
