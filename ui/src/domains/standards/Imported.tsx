import { Alert } from "antd";
import { useT } from "@/kernel/i18n";
import type { Job } from "@/kernel/jobs";
import { I } from "./messages_revising";
import type { ListPreview } from "./types";

/** What became of an import; while a job does it, where that stands. */
export function Imported({ told, job }: { told: ListPreview; job: Job | undefined }) {
  const t = useT();
  if (!told.job_id) {
    return <Alert type="success" title={told.version ? t(I.imported, { version: told.version }) : t(I.sameList)} />;
  }
  switch (job?.status) {
    case "succeeded":
      return <Alert type="success" title={t(I.jobDone)} />;
    case "failed":
      return <Alert type="error" title={t(I.jobFailed)} description={job.error} />;
    case "cancelled":
      return <Alert type="warning" title={t(I.jobCancelled)} />;
    default:
      return <Alert type="info" title={t(I.byJob)} />;
  }
}
