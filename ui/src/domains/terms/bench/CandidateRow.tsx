import { useLanguage, useT, useTitle } from "@/kernel/i18n";
import { W } from "../messages";
import type { Candidate } from "../types";

/** A standard term that may be chosen; one from the search has no score. */
export type Choice = Pick<Candidate, "code" | "name"> & Partial<Candidate>;

const SIGNS = { same: "=", convertible: "≈", different: "≠", unknown: "?" };

interface Props {
  candidate: Choice;
  place: number;
  chosen: boolean;
  onPick: (add: boolean) => void;
}

/** A candidate: its number key, term, score, the reason, and how the parts compare. */
export function CandidateRow({ candidate, place, chosen, onPick }: Props) {
  const t = useT();
  const title = useTitle();
  const { language } = useLanguage();
  const parts = (candidate.parts ?? []).filter((part) => part.source || part.standard);
  return (
    <li>
      <button
        type="button"
        className={chosen ? "candidate candidate-on" : "candidate"}
        onClick={(event) => onPick(event.shiftKey)}
      >
        {place < 9 ? <kbd>{place + 1}</kbd> : <span />}
        <span className="candidate-term">
          <b>{candidate.name}</b> <span className="mono muted">{candidate.code}</span>
          {candidate.accepted && <em className="good">{t(W.automatic)}</em>}
          {candidate.reason && <small>{(language === "en" && candidate.reason_en) || candidate.reason}</small>}
          {parts.length > 0 && (
            <span className="parts">
              {parts.map((part) => (
                <span
                  key={part.name}
                  className={`part part-${part.verdict}`}
                  title={language === "en" ? part.note_en : part.note}
                >
                  {title(part)} {part.source ?? t(W.unknown)} {SIGNS[part.verdict]} {part.standard ?? t(W.unknown)}
                </span>
              ))}
            </span>
          )}
        </span>
        {candidate.score !== undefined && (
          <span className="candidate-score">
            <i style={{ width: `${Math.min(candidate.score, 1) * 100}%` }} />
            <span className="num">{candidate.score.toFixed(3)}</span>
          </span>
        )}
      </button>
    </li>
  );
}
