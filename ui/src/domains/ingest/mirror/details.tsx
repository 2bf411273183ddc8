import { Link } from "react-router";
import { useT } from "@/kernel/i18n";
import { JobProgress } from "@/kernel/jobs";
import type { DetailProps } from "@/kernel/resource/overrides";
import { useMay } from "@/kernel/session";
import { X } from "./messages";

/** The way to the rows of a mirrored table, and how far a sync is that runs. */
function MirrorLinks({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  return (
    <>
      {row.status === "running" && typeof row.job_run_id === "string" && <JobProgress id={row.job_run_id} />}
      {may("ingest.rows") && <Link to={`/ingest/mirrors/${String(row.id)}`}>{t(X.open)}</Link>}
    </>
  );
}

export const mirrorDetails = { "ingest.mirrors": MirrorLinks };
