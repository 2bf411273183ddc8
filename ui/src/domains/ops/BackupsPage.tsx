import { SaveOutlined } from "@ant-design/icons";
import { Alert, App, Button, Input, Modal } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { ResourcePage } from "@/kernel/resource/ResourcePage";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { M } from "./messages";

/** Ask what the backup is for, begin it, follow its job. */
function NewBackup({ onClose }: { onClose: () => void }) {
  const t = useT();
  const explain = useExplain();
  const follow = useFollowJob();
  const { message } = App.useApp();
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const begin = async () => {
    setBusy(true);
    try {
      for (const job of jobsOf(await api.post("/api/ops/backups", { note: note.trim() || null }))) {
        follow(job, t(M.began));
      }
      onClose();
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={t(M.title)} okText={t(M.make)} onOk={begin} confirmLoading={busy} onCancel={onClose}>
      <div className="stack">
        <span className="muted">{t(M.what)}</span>
        <Input
          placeholder={t(M.note)}
          maxLength={200}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          onPressEnter={begin}
        />
      </div>
    </Modal>
  );
}

/** Every backup with who made and who checked it; how to bring one back. */
export function BackupsPage() {
  const t = useT();
  const may = useMay();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <ResourcePage
        name="ops.backups"
        top={<Alert type="info" showIcon title={t(M.how)} style={{ marginBottom: 14 }} />}
        extra={
          may("ops.write") && (
            <Button type="primary" icon={<SaveOutlined />} onClick={() => setAsking(true)}>
              {t(M.make)}
            </Button>
          )
        }
      />
      {asking && <NewBackup onClose={() => setAsking(false)} />}
    </>
  );
}
