import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Input, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "@/kernel/client";
import { formatMinute } from "@/kernel/format";
import { useLanguage, useT } from "@/kernel/i18n";
import { useChanged } from "@/kernel/resource/api";
import type { CellProps, DetailProps } from "@/kernel/resource/overrides";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { A } from "./messagesAlarms";

/** What an alarm says, in the reader's language. */
export function AlarmText({ row }: CellProps) {
  const { language } = useLanguage();
  return <span>{String((language === "en" && row.text_en) || row.text)}</span>;
}

const TONES: Record<string, string> = { critical: "red", warning: "orange" };

export function AlarmSeverity({ value, field }: CellProps) {
  const { language } = useLanguage();
  const option = field.options?.find((one) => one.value === value);
  return <Tag color={TONES[String(value)]}>{language === "en" ? option?.label_en : option?.label}</Tag>;
}

/** What became of an alarm, the lists behind it, and the way to acknowledge it with a note. */
function AlarmDetail({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  const feed = new URLSearchParams({ "f.feed": String(row.feed) });
  return (
    <div className="stack">
      {row.status === "cleared" && (
        <p className="good">{t(row.off ? A.clearedOff : A.clearedGone, { at: formatMinute(row.cleared_at) })}</p>
      )}
      {row.acknowledged_by ? (
        <p>{t(A.acknowledgedBy, { name: String(row.acknowledged_by), at: formatMinute(row.acknowledged_at) })}</p>
      ) : null}
      {row.status !== "cleared" && may("ingest.run") && <Acknowledge id={String(row.id)} />}
      <p className="row">
        <Link to={`/ingest/batches?${feed}`}>{t(A.batches)}</Link>
        <Link to={`/ingest/sources/${String(row.source)}`}>{t(A.source)}</Link>
        <Link to={`/ingest/alarms?${feed}`}>{t(A.history)}</Link>
      </p>
    </div>
  );
}

function Acknowledge({ id }: { id: string }) {
  const t = useT();
  const explain = useExplain();
  const changed = useChanged();
  const { message } = App.useApp();
  const [note, setNote] = useState("");
  const send = useMutation({
    mutationFn: () => api.post(`/api/ingest/alarms/${id}/acknowledge`, { note }),
    onSuccess: async () => {
      message.success(t(A.acknowledged));
      await changed("/api/ingest/alarms");
    },
  });
  const problem = send.error ? explain(send.error) : null;
  return (
    <div className="stack">
      <Input.TextArea
        aria-label={t(A.note)}
        placeholder={t(A.noteHint)}
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={1000}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <Button
        style={{ alignSelf: "flex-start" }}
        loading={send.isPending}
        disabled={note.trim().length < 2}
        onClick={() => send.mutate()}
      >
        {t(A.acknowledge)}
      </Button>
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail} />}
    </div>
  );
}

export const alarmDetails = { "ingest.alarms": AlarmDetail };
