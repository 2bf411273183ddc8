/** What jsdom lacks and antd asks for. */
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";

class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

vi.stubGlobal("ResizeObserver", NoObserver);
vi.stubGlobal("matchMedia", (query: string) => ({
  matches: false,
  media: query,
  addListener: () => undefined,
  removeListener: () => undefined,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));
// jsdom reports pseudo-elements as not implemented; antd asks for them to measure scroll bars.
const computed = window.getComputedStyle.bind(window);
window.getComputedStyle = (element) => computed(element);

// A failing query must not print the whole page; slow machines get time, since nothing here waits for a clock.
configure({ getElementError: (message) => new Error(message ?? ""), asyncUtilTimeout: 20_000 });

beforeEach(() => localStorage.clear());
afterEach(() => cleanup());
