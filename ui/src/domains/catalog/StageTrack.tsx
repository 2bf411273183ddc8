import {
  CheckCircleFilled,
  ClockCircleOutlined,
  ExclamationCircleFilled,
  MinusCircleOutlined,
  StopOutlined,
} from "@ant-design/icons";
import { Tooltip } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { formatDate, formatMinute, formatNumber, formatPercent } from "@/kernel/format";
import { type Message, useT, useTitle } from "@/kernel/i18n";
import { useMay } from "@/kernel/session";
import { A } from "./messages_assets";
import type { AssetStage, StageFigure } from "./types";
import "./catalog.css";

/** The stages of an asset's life side by side: how far it came, its figures, and the pages where one acts. */
export function StageTrack({ code, stages }: { code: string; stages: AssetStage[] }) {
  return (
    <ol className="track">
      {stages.map((stage) => (
        <Stage key={stage.stage} code={code} stage={stage} />
      ))}
    </ol>
  );
}

const STATES: Record<AssetStage["state"], { icon: ReactNode; word: Message }> = {
  passed: { icon: <CheckCircleFilled />, word: A.passed },
  held: { icon: <ExclamationCircleFilled />, word: A.heldHere },
  waiting: { icon: <ClockCircleOutlined />, word: A.waiting },
  free: { icon: <MinusCircleOutlined />, word: A.free },
  ended: { icon: <StopOutlined />, word: A.ended },
};

function Stage({ code, stage }: { code: string; stage: AssetStage }) {
  const t = useT();
  const title = useTitle();
  const may = useMay();
  const { icon, word } = STATES[stage.state];
  const links = linksOf(stage.stage, encodeURIComponent(code)).filter((one) => may(one.permission));
  return (
    <li className={`track-stage track-${stage.state}`}>
      <div className="track-head">
        <span className="track-icon">{icon}</span>
      </div>
      <h3>{title(stage)}</h3>
      <div className="track-state">
        {stage.hold ? title({ title: stage.hold_title, title_en: stage.hold_title_en }) : t(word)}
      </div>
      <dl>
        {stage.figures.map((figure) => (
          <div key={figure.measure}>
            <dt>{title(figure)}</dt>
            <dd className="num">
              <Value figure={figure} />
            </dd>
          </div>
        ))}
      </dl>
      <div className="track-links">
        {links.map((one) => (
          <Link key={one.to} to={one.to}>
            {t(one.label)}
          </Link>
        ))}
      </div>
    </li>
  );
}

function Value({ figure }: { figure: StageFigure }) {
  const t = useT();
  if (figure.at) {
    // The day stands in the narrow track; a moment's time of day is a hover away.
    return <span title={figure.at.length > 10 ? formatMinute(figure.at) : undefined}>{formatDate(figure.at)}</span>;
  }
  if (!figure.percent) {
    return formatNumber(figure.value);
  }
  const counts = { met: formatNumber(figure.met), of: formatNumber(figure.of) };
  return (
    <Tooltip title={figure.of ? t(A.countsBehind, counts) : undefined}>
      <span>{formatPercent(typeof figure.value === "number" ? figure.value / 100 : null)}</span>
    </Tooltip>
  );
}

interface StageLink {
  to: string;
  label: Message;
  permission: string;
}

/** The pages where something can be done about a stage. */
function linksOf(stage: AssetStage["stage"], code: string): StageLink[] {
  const links: Record<AssetStage["stage"], StageLink[]> = {
    standard: [
      { to: `/standards?item=dataset:${code}`, label: A.standardItem, permission: "standards.read" },
      { to: `/standards/reviews?q=${code}`, label: A.review, permission: "standards.read" },
    ],
    collection: [
      { to: `/ingest/feeds?f.dataset=${code}`, label: A.feedList, permission: "ingest.read" },
      { to: `/ingest/batches?f.dataset=${code}`, label: A.batchList, permission: "ingest.read" },
    ],
    mapping: [
      { to: "/terms", label: A.bench, permission: "terms.read" },
      { to: `/terms/applications?f.dataset=${code}`, label: A.applications, permission: "terms.read" },
    ],
    index: [
      { to: "/orgs/departments", label: A.departments, permission: "orgs.read" },
      { to: "/patients/suspects", label: A.suspects, permission: "patients.review" },
    ],
    quality: [
      {
        to: `/quality/totals?f.dataset=${code}&f.failed.gte=1&sort=score`,
        label: A.broken,
        permission: "quality.read",
      },
      { to: `/quality/rules?f.dataset=${code}`, label: A.rules, permission: "quality.read" },
    ],
    use: [
      { to: "/metrics", label: A.metrics, permission: "metrics.read" },
      { to: `/catalog/datasets/${code}`, label: A.browse, permission: "catalog.read" },
    ],
    retired: [],
  };
  return links[stage];
}
