/** Carry out one scenario: node e2e/run.ts NAME; the server and the user come from SUWEN_E2E_*. `--list` names them. */
import { join } from "node:path";
import { settled, signIn, visit } from "./browser.ts";
import { scenarios } from "./scenarios.ts";
import { expect } from "./scene.ts";

function given(name: string): string {
  const value = process.env[`SUWEN_E2E_${name}`];
  if (!value) {
    throw new Error(`SUWEN_E2E_${name} is not set`);
  }
  return value;
}

async function main(name: string): Promise<void> {
  if (name === "--list") {
    process.stdout.write(`${Object.keys(scenarios).join("\n")}\n`);
    return;
  }
  const scenario = scenarios[name];
  if (!scenario) {
    throw new Error(`unknown scenario ${name}; known: ${Object.keys(scenarios).join(", ")}`);
  }
  const [username, password] = [given("USER"), given("PASSWORD")];
  const { browser, page, complaints } = await visit(given("URL"));
  // Only ends what hangs: a slow machine is no failure.
  page.setDefaultTimeout(600_000);
  try {
    await signIn(page, username, password, given("NEXT_PASSWORD"));
    await scenario({ page, username, password: given("NEXT_PASSWORD"), complaints, settled: () => settled(page) });
    expect(complaints.length === 0, `no complaint of the browser: ${complaints.join(" | ")}`);
  } catch (error) {
    const pictures = process.env.SUWEN_E2E_PICTURES;
    if (pictures) {
      await page.screenshot({ path: join(pictures, `${name}.png`) }).catch(() => undefined);
    }
    throw error;
  } finally {
    await browser.close();
  }
}

main(process.argv[2] ?? "--list").catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
