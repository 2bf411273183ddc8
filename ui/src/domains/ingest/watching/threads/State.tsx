import { type Message, useT } from "@/kernel/i18n";

const TONES: Record<string, string> = {
  busy: "on",
  running: "on",
  receiving: "on",
  idle: "good",
  open: "good",
  standby: "good",
  paused: "warn",
  waiting: "warn",
  failed: "bad",
  dead: "bad",
  gone: "bad",
  lost: "bad",
  failing: "bad",
  full: "warn",
};

/** A state as a dot and its word; the dot of what is at work breathes. */
export function State({ state, word }: { state: string; word: Message }) {
  const t = useT();
  return (
    <span className={`thread-state thread-${TONES[state] ?? "off"}`}>
      <i />
      {t(word)}
    </span>
  );
}
