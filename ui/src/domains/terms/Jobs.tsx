import { BulbOutlined, ImportOutlined, ThunderboltOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { api } from "@/kernel/client";
import { type Message, useT } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { M } from "./messages";

/** Start a job of the room and follow it. */
export function useStart(): (path: string, told: Message, body?: unknown) => Promise<void> {
  const t = useT();
  const explain = useExplain();
  const follow = useFollowJob();
  const { message } = App.useApp();
  return async (path, told, body) => {
    try {
      for (const job of jobsOf(await api.post(path, body))) {
        follow(job, t(told));
      }
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："), 8);
    }
  };
}

/** The room's three long pieces of work: harvest, match, apply. */
export function JobButtons() {
  const t = useT();
  const may = useMay();
  const start = useStart();
  if (!may("terms.manage")) {
    return null;
  }
  return (
    <>
      <Button icon={<ImportOutlined />} onClick={() => start("/api/terms/harvest", M.harvestStarted, {})}>
        {t(M.harvest)}
      </Button>
      <Button icon={<BulbOutlined />} onClick={() => start("/api/terms/suggest", M.matchStarted)}>
        {t(M.matchAll)}
      </Button>
      <Button icon={<ThunderboltOutlined />} onClick={() => start("/api/terms/apply", M.applyStarted)}>
        {t(M.apply)}
      </Button>
    </>
  );
}
