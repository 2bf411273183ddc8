import { formatPercent, NOTHING } from "../format";

/** A share 0..1 as a small bar with its number. */
export function ShareBar({ share, digits = 1 }: { share: number | null; digits?: number }) {
  if (share === null) {
    return <span className="faint">{NOTHING}</span>;
  }
  return (
    <span className="nowrap">
      <span className="share">
        <i style={{ width: `${Math.min(share, 1) * 100}%` }} />
      </span>
      <span className="num">{formatPercent(share, digits)}</span>
    </span>
  );
}
