import { Alert } from "antd";
import { Link } from "react-router";
import { formatDateTime } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import type { NodeQuestion } from "../types";
import { R } from "./messages";

/** Milliseconds between two looks whether a node has answered. */
export const WAIT = 5000;

/** What an edge node was asked for and has not brought yet, and why it could not so far. */
export function NodeAsked({ asked }: { asked: NodeQuestion }) {
  const t = useT();
  return (
    <Alert
      type={asked.error ? "warning" : "info"}
      showIcon
      title={t(R.asked, { node: asked.node, at: formatDateTime(asked.ordered_at) })}
      description={
        <>
          {asked.error && <div>{asked.error}</div>}
          <div className="muted">
            {t(R.nodeSeen, { at: asked.seen_at ? formatDateTime(asked.seen_at) : t(R.never) })}
            {" · "}
            <Link to={`/ingest/deliveries?${new URLSearchParams({ "f.feed": asked.feed })}`}>{t(R.toDeliveries)}</Link>
          </div>
        </>
      }
    />
  );
}
