import { formatNumber } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { M } from "./messages";
import type { Selection } from "./OverviewPage";
import type { Overview, Score } from "./types";

/** 100 is calm, 95 is noticed, below 80 is loud: the shade grows with what is lost. */
export function shadeOf(score: number | null): string {
  if (score === null) {
    return "transparent";
  }
  const lost = Math.min(Math.max(100 - score, 0), 40);
  if (lost <= 5) {
    return `rgba(44, 138, 91, ${0.24 - lost * 0.036})`;
  }
  return lost <= 20 ? `rgba(208, 138, 60, ${0.14 + lost * 0.018})` : `rgba(194, 69, 58, ${0.2 + lost * 0.012})`;
}

interface Props {
  overview: Overview;
  selection: Selection;
  onSelect: (selection: Selection) => void;
}

/** Scores of every dataset at every institution; the margins are the scores of a whole row or column. */
export function Matrix({ overview: { orgs, datasets, cells, overall }, selection, onSelect }: Props) {
  const t = useT();
  const title = useTitle();
  const scores = new Map(cells.map((cell) => [`${cell.org_code}|${cell.dataset}`, cell]));
  const columns = datasets.filter((one) => one.checked > 0);

  const cell = (score: Score | undefined, org: string | null, dataset: string | null, name: string) => {
    const on = selection.org === org && selection.dataset === dataset && (org !== null || dataset !== null);
    const value = score?.score ?? null;
    return (
      <td key={`${org}|${dataset}`} style={{ background: shadeOf(value) }} className={on ? "matrix-on" : undefined}>
        {value === null ? (
          <span className="faint">·</span>
        ) : (
          <button
            type="button"
            className="num"
            title={`${name}：${formatNumber(score?.failed)} / ${formatNumber(score?.checked)}`}
            onClick={() => onSelect(on ? { org: null, dataset: null } : { org, dataset })}
          >
            {value === 100 ? "100" : value.toFixed(1)}
          </button>
        )}
      </td>
    );
  };

  return (
    <div className="matrix-box">
      <table className="matrix">
        <thead>
          <tr>
            <th />
            <th>{t(M.allDatasets)}</th>
            {columns.map((one) => (
              <th key={one.code} title={one.code}>
                {title(one)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {orgs.map((org) => (
            <tr key={org.code}>
              <th title={org.code}>{title(org)}</th>
              {cell(org, org.code, null, title(org))}
              {columns.map((one) =>
                cell(scores.get(`${org.code}|${one.code}`), org.code, one.code, `${title(org)} · ${title(one)}`),
              )}
            </tr>
          ))}
          <tr className="matrix-all">
            <th>{t(M.allDatasets)}</th>
            {cell(overall, null, null, t(M.overall))}
            {columns.map((one) => cell(one, null, one.code, title(one)))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}
