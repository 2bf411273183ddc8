import { useT } from "@/kernel/i18n";
import { W } from "../messages";

const KEYS = [
  ["↑ ↓", W.keyMove],
  ["1–9", W.keyPick],
  ["Enter", W.keyConfirm],
  ["N", W.keyNone],
  ["A", W.keyAsk],
  ["R", W.keyReopen],
  ["/", W.keySearch],
] as const;

/** The keys of the bench, always in sight. */
export function Shortcuts() {
  const t = useT();
  return (
    <div className="shortcuts" title={t(W.keys)}>
      {KEYS.map(([key, what]) => (
        <span key={key}>
          <kbd>{key}</kbd> {t(what)}
        </span>
      ))}
    </div>
  );
}
