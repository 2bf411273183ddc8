import { Tag, Tooltip } from "antd";
import { Link } from "react-router";
import { OrgName } from "@/kernel/fields/OrgName";
import { formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import type { PictureMember } from "../types";
import { BOX, layoutOf } from "./layout";
import { G } from "./messages";
import { STATES } from "./states";
import "./groups.css";

/** Members in the order in which they run: from left to right, each behind those that it waits for. */
export function Picture({ members }: { members: PictureMember[] }) {
  const { boxes, lines, width, height } = layoutOf(members);
  return (
    <div className="group-picture">
      <div style={{ position: "relative", width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          {lines.map((line) => (
            <path key={`${line.from}>${line.to}`} d={line.path} className="group-line" />
          ))}
        </svg>
        {boxes.map(({ member, x, y }) => (
          <div
            key={member.feed}
            className="group-box"
            style={{ left: x, top: y, width: BOX.width, height: BOX.height }}
          >
            <Member member={member} />
          </div>
        ))}
      </div>
    </div>
  );
}

function Member({ member }: { member: PictureMember }) {
  const t = useT();
  const state = member.status ? STATES[member.status] : undefined;
  const share = member.total ? Math.min(1, member.done / member.total) : null;
  const said = [
    member.rows_in !== null && member.rows_in !== undefined ? t(G.rows, { count: formatNumber(member.rows_in) }) : null,
    member.tries > 1 ? t(G.tries, { n: member.tries }) : null,
    member.status === "running" ? member.stage : null,
  ].filter(Boolean);
  const box = (
    <div className={`group-member group-${member.status ?? "none"}`}>
      <div className="group-title">
        <Link to={`/ingest/feeds?q=${encodeURIComponent(member.feed)}`} title={member.feed}>
          {member.title}
        </Link>
        {state && (
          <Tag color={state.color} className="group-state">
            {t(state.label)}
          </Tag>
        )}
      </div>
      <div className="muted group-note">
        <OrgName code={member.org_code} />
      </div>
      <div className="faint group-note">{said.join(" · ") || <span className="mono">{member.feed}</span>}</div>
      {share !== null && <div className="group-share" style={{ width: `${100 * share}%` }} />}
    </div>
  );
  return member.error ? <Tooltip title={member.error}>{box}</Tooltip> : box;
}
