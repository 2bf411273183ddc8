/** What a scenario is given. */
import type { Page } from "playwright-core";

export interface Scene {
  page: Page;
  username: string;
  password: string;
  complaints: string[];
  settled: () => Promise<void>;
}

/** Scenarios by name. */
export type Scenes = Record<string, (scene: Scene) => Promise<void>>;

export function expect(condition: boolean, what: string): void {
  if (!condition) {
    throw new Error(`expected: ${what}`);
  }
}
