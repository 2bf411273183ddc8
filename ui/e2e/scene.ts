/** What a scenario is given. */
import type { Page } from "playwright-core";

export interface Scene {
  page: Page;
  username: string;
  password: string;
  complaints: string[];
  settled: () => Promise<void>;
}

export function expect(condition: boolean, what: string): void {
  if (!condition) {
    throw new Error(`expected: ${what}`);
  }
}
