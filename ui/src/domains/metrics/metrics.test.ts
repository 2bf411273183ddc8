import { describe, expect, it } from "vitest";
import { monthsBefore } from "./BoardPage";
import { toneOfChange } from "./change";

describe("toneOfChange", () => {
  it("welcomes a rise only where more is better", () => {
    expect(toneOfChange(5, "up")).toBe("good");
    expect(toneOfChange(5, "down")).toBe("bad");
    expect(toneOfChange(-5, "down")).toBe("good");
  });

  it("judges nothing where nothing changed, nothing is known, or no way is better", () => {
    expect(toneOfChange(0, "up")).toBe("muted");
    expect(toneOfChange(null, "down")).toBe("muted");
    expect(toneOfChange(5, "neutral")).toBe("muted");
  });
});

describe("monthsBefore", () => {
  it("begins at the first day of the month", () => {
    expect(monthsBefore("2024-03-31", 12)).toBe("2023-03-01");
    expect(monthsBefore("2024-02-29", 1)).toBe("2024-01-01");
  });
});
