import { Tooltip } from "antd";
import { OrgName, SexName } from "@/kernel/fields";
import { formatMinute, formatNumber, NOTHING } from "@/kernel/format";
import { type Message, useT } from "@/kernel/i18n";
import { M } from "./messages";
import type { Identity, Suspect } from "./types";

const ROWS: [keyof Identity, Message][] = [
  ["name", M.name],
  ["sex_code", M.sex],
  ["birth_date", M.birth],
  ["id_no", M.idNo],
  ["health_card_no", M.card],
  ["phone", M.phone],
  ["address", M.address],
];

/** How much a comparison weighs, in bits, if the evidence speaks of this field. */
export function weightOf(evidence: Record<string, unknown>, field: string): number | null {
  const plain = (name: string) => name.replace(/^mw_|_(code|date)$/g, "");
  const entry = Object.entries(evidence).find(([name]) => name === field || plain(name) === plain(field));
  const value = entry?.[1];
  const weight = typeof value === "object" && value !== null && "weight" in value ? value.weight : value;
  return typeof weight === "number" && Number.isFinite(weight) ? weight : null;
}

/** Same, different, or not to be told because a side is missing. */
export function verdictOf(left: unknown, right: unknown): "same" | "different" | "unknown" {
  return left && right ? (left === right ? "same" : "different") : "unknown";
}

function Weight({ bits }: { bits: number | null }) {
  if (bits === null) {
    return <span className="faint">{NOTHING}</span>;
  }
  const share = Math.min(Math.abs(bits) / 20, 1) * 36;
  return (
    <div className="weight" title={`${formatNumber(bits, 2)} bit`}>
      <span
        className={bits >= 0 ? "weight-for" : "weight-against"}
        style={{ width: `${share}%`, [bits >= 0 ? "left" : "right"]: bits >= 0 ? "40%" : "60%" }}
      />
      <em className="num">
        {bits > 0 ? "+" : ""}
        {formatNumber(bits, 1)}
      </em>
    </div>
  );
}

function Value({ identity, field }: { identity: Identity; field: keyof Identity }) {
  const value = identity[field];
  if (value === null || value === "") {
    return <span className="faint">{NOTHING}</span>;
  }
  return field === "sex_code" ? <SexName code={String(value)} /> : String(value);
}

/** Two identities side by side, what differs standing out, with the weight of each comparison. */
export function Comparison({ suspect }: { suspect: Suspect }) {
  const t = useT();
  const { left, right, evidence } = suspect;
  return (
    <table className="comparison">
      <thead>
        <tr>
          <th>{t(M.field)}</th>
          <th>{t(M.left)}</th>
          <th>{t(M.right)}</th>
          <th>
            <Tooltip title={t(M.evidenceHint)}>{t(M.evidence)}</Tooltip>
          </th>
        </tr>
      </thead>
      <tbody>
        {ROWS.map(([field, label]) => (
          <tr key={field} className={`compare-${verdictOf(left[field], right[field])}`}>
            <th>{t(label)}</th>
            <td>
              <Value identity={left} field={field} />
            </td>
            <td>
              <Value identity={right} field={field} />
            </td>
            <td>
              <Weight bits={weightOf(evidence, field)} />
            </td>
          </tr>
        ))}
        <tr>
          <th>{t(M.institution)}</th>
          <td>
            <OrgName code={left.org_code} />
          </td>
          <td>
            <OrgName code={right.org_code} />
          </td>
          <td />
        </tr>
        <tr>
          <th>{t(M.patientId)}</th>
          <td className="mono">{left.patient_id}</td>
          <td className="mono">{right.patient_id}</td>
          <td />
        </tr>
        <tr>
          <th>{t(M.seen)}</th>
          <td className="num">{formatMinute(left.seen_at)}</td>
          <td className="num">{formatMinute(right.seen_at)}</td>
          <td />
        </tr>
      </tbody>
    </table>
  );
}
