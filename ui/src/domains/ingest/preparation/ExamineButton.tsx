import { App, Button } from "antd";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { P } from "./messages";

/** Has the latest batches counted, for those who may run feeds. */
export function ExamineButton() {
  const t = useT();
  const may = useMay();
  const explain = useExplain();
  const follow = useFollowJob();
  const { message } = App.useApp();
  const examine = async () => {
    try {
      for (const job of jobsOf(await api.post("/api/ingest/preparation/examine", {}))) {
        follow(job, t(P.examining));
      }
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    }
  };
  return may("ingest.run") ? (
    <Button type="primary" onClick={examine}>
      {t(P.examine)}
    </Button>
  ) : null;
}
