/** The look: light, calm, dense. One accent; colour otherwise only where it carries meaning. */
import { type ThemeConfig, theme } from "antd";

type Algorithm = typeof theme.compactAlgorithm;

/** The compact algorithm also shrinks the text; its spacing is wanted, its font size is not. */
const dense: Algorithm = (seed, map) => {
  const plain = theme.defaultAlgorithm(seed);
  const fonts = Object.fromEntries(
    Object.entries(plain).filter(([name]) => /^(fontSize|lineHeight|fontHeight)/.test(name)),
  );
  return { ...theme.compactAlgorithm(seed, map ?? plain), ...fonts };
};

export const FONT = '"Noto Sans SC", -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", sans-serif';

export const colour = {
  accent: "#1f6c8f",
  ink: "#1d2630",
  soft: "#5d6b78",
  faint: "#8a96a3",
  line: "#e5e8ec",
  ground: "#f6f7f9",
  surface: "#ffffff",
  good: "#2c8a5b",
  warn: "#b9770e",
  bad: "#c2453a",
} as const;

/** Series colours: told apart also in grey and by the colour-blind. */
export const SERIES = ["#1f6c8f", "#d08a3c", "#5aa392", "#8674b0", "#c0635c", "#7d8b99", "#a3b86c", "#4f86c6"];

/** Whether the reader has asked the system for less motion. */
export const STILL = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

export const THEME: ThemeConfig = {
  algorithm: dense,
  token: {
    motion: !STILL,
    colorPrimary: colour.accent,
    colorInfo: colour.accent,
    colorLink: colour.accent,
    colorSuccess: colour.good,
    colorWarning: colour.warn,
    colorError: colour.bad,
    colorTextBase: colour.ink,
    colorBgLayout: colour.ground,
    colorBorderSecondary: colour.line,
    fontFamily: FONT,
    fontSize: 13,
    fontSizeSM: 12,
    borderRadius: 5,
    controlHeight: 32,
    fontWeightStrong: 500,
    colorBgMask: "rgba(24, 36, 48, 0.28)",
    // The palette made from a muted colour turns grey in its lightest steps.
    colorPrimaryBg: "#e7f0f4",
    colorInfoBg: "#e7f0f4",
    colorInfoBorder: "#bcd7e3",
    colorSuccessBg: "#e8f4ed",
    colorSuccessBorder: "#c2e2d0",
    colorWarningBg: "#fcf2e0",
    colorWarningBorder: "#efd9ad",
    colorErrorBg: "#fcecea",
    colorErrorBorder: "#f0c9c5",
  },
  components: {
    Table: {
      headerBg: "#fafbfc",
      headerColor: colour.soft,
      headerSplitColor: "transparent",
      cellPaddingBlockSM: 6,
      cellPaddingInlineSM: 10,
      rowHoverBg: "#f4f8fa",
    },
    Menu: {
      itemHeight: 30,
      itemMarginBlock: 1,
      itemMarginInline: 8,
      itemSelectedBg: "#e7f0f4",
      itemSelectedColor: colour.accent,
      groupTitleColor: colour.faint,
      groupTitleFontSize: 12,
    },
    Card: { headerFontSize: 13, headerHeight: 40, bodyPadding: 14, headerPadding: 14 },
    Descriptions: { labelBg: "#fafbfc", itemPaddingBottom: 6 },
    Tabs: { horizontalMargin: "0 0 12px 0" },
    Drawer: { paddingLG: 18 },
  },
};

/** Score 0..100 → the colour of its judgement. */
export function scoreColour(score: number | null | undefined): string {
  if (score === null || score === undefined) {
    return colour.faint;
  }
  return score >= 95 ? colour.good : score >= 80 ? colour.warn : colour.bad;
}
