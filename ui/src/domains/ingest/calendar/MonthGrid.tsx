import dayjs from "dayjs";
import { formatNumber, formatShort } from "@/kernel/format";
import { useLanguage, useT } from "@/kernel/i18n";
import type { CalendarDay } from "../types";
import { C } from "./messages";

const WEEK = [C.monday, C.tuesday, C.wednesday, C.thursday, C.friday, C.saturday, C.sunday];

interface Props {
  month: string;
  days: CalendarDay[];
  chosen: string | null;
  onChoose: (day: string) => void;
}

/** A month in weeks from Monday; each day says whether its figures agree. */
export function MonthGrid({ month, days, chosen, onChoose }: Props) {
  const t = useT();
  const told = new Map(days.map((day) => [day.day, day]));
  const first = dayjs(month);
  const blank = (first.day() + 6) % 7;
  const dates = Array.from({ length: first.daysInMonth() }, (_, at) => first.add(at, "day").format("YYYY-MM-DD"));
  return (
    <div className="month">
      {WEEK.map((name) => (
        <span key={name[1]} className="month-week">
          {t(name)}
        </span>
      ))}
      {dates.map((date, at) => (
        <button
          key={date}
          type="button"
          className={`month-day ${toneOf(told.get(date))} ${date === chosen ? "on" : ""}`}
          style={at === 0 ? { gridColumnStart: blank + 1 } : undefined}
          aria-pressed={date === chosen}
          onClick={() => onChoose(date)}
        >
          <span className="month-date num">{at + 1}</span>
          <Told day={told.get(date)} />
        </button>
      ))}
    </div>
  );
}

function toneOf(day: CalendarDay | undefined): string {
  if (!day) {
    return "";
  }
  return day.different || day.indicators_different || day.open ? "is-bad" : day.unchecked ? "is-warn" : "is-good";
}

function Told({ day }: { day: CalendarDay | undefined }) {
  const t = useT();
  const { language } = useLanguage();
  if (!day) {
    return null;
  }
  const checked = formatNumber(day.checked);
  return (
    <>
      {day.different > 0 && (
        <span className="bad">{t(C.cellDifferent, { different: formatNumber(day.different), checked })}</span>
      )}
      {day.checked > 0 && day.different === 0 && <span className="good">{t(C.cellEqual, { checked })}</span>}
      {day.indicators > 0 && (
        <span className={day.indicators_different ? "bad" : "good"}>
          {t(day.indicators_different ? C.cellIndicators : C.cellIndicatorsEqual, {
            different: formatNumber(day.indicators_different),
            checked: formatNumber(day.indicators),
          })}
        </span>
      )}
      {day.unchecked > 0 && <span className="warn">{t(C.cellUnchecked, { count: formatNumber(day.unchecked) })}</span>}
      {day.checked > 0 && <span className="faint">{t(C.rows, { count: formatShort(day.rows_source, language) })}</span>}
    </>
  );
}
