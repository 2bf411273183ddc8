import { UploadOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, InputNumber, Modal, Select, Upload } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { FIRST_PLACE, type Place, SheetChoice } from "@/kernel/fields/SheetChoice";
import { formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Refused } from "@/kernel/state";
import { Y } from "./messages";
import type { Year, YearKind, YearReport } from "./types";
import { formOf, sheetsOf } from "./upload";

export const PATH = "/api/orgs/years";

function useSent(onClose: () => void) {
  const t = useT();
  const client = useQueryClient();
  const { message } = App.useApp();
  return async (report: YearReport) => {
    message.success(t(Y.done, { year: report.year, count: formatNumber(report.added + report.changed) }));
    await client.invalidateQueries({ queryKey: ["orgs", "years"] });
    onClose();
  };
}

/** Copy another year, or the register as it stands, into a year. */
export function CopyModal({ kind, years, onClose }: { kind: YearKind; years: Year[]; onClose: () => void }) {
  const t = useT();
  const sent = useSent(onClose);
  const now = new Date().getFullYear();
  const [year, setYear] = useState(now);
  const newest = years.find((one) => one.year < now)?.year;
  const [from, setFrom] = useState<number | null>(newest ?? null);
  const [replace, setReplace] = useState(false);
  const taken = years.some((one) => one.year === year);
  const copy = useMutation({
    mutationFn: () => api.post<YearReport>(`${PATH}/${kind}/copy`, { year, before: from, replace }),
    onSuccess: sent,
  });
  const sources: { value: number; label: string }[] = years.map((one) => ({
    value: one.year,
    label: `${one.year}（${formatNumber(one[kind])}）`,
  }));
  return (
    <Modal
      open
      title={`${t(Y.copy)} · ${t(Y[kind])}`}
      okText={t(Y.copy)}
      okButtonProps={{ disabled: (taken && !replace) || (kind === "divisions" && from === null) }}
      confirmLoading={copy.isPending}
      onOk={() => copy.mutate()}
      onCancel={onClose}
    >
      <div className="stack">
        <span className="row">
          <Select
            style={{ minWidth: 200 }}
            value={from ?? 0}
            onChange={(value) => setFrom(value || null)}
            options={kind === "institutions" ? [{ value: 0, label: t(Y.register) }, ...sources] : sources}
          />
          →
          <InputNumber min={1949} max={2999} value={year} onChange={(value) => value && setYear(value)} />
        </span>
        {taken && (
          <Checkbox checked={replace} onChange={(event) => setReplace(event.target.checked)}>
            {t(Y.replace, { year })}
          </Checkbox>
        )}
        {copy.error && <Refused error={copy.error} />}
      </div>
    </Modal>
  );
}

/** Make a file a year's copy: counted first, then taken in whole. */
export function ImportModal({ kind, first, onClose }: { kind: YearKind; first: number; onClose: () => void }) {
  const t = useT();
  const sent = useSent(onClose);
  const [year, setYear] = useState(first);
  const [file, setFile] = useState<File | null>(null);
  const [sheets, setSheets] = useState<string[]>([]);
  const [place, setPlace] = useState(FIRST_PLACE);
  const send = useMutation({
    mutationFn: ({ chosen, at, preview }: { chosen: File; at: Place; preview: boolean }) => {
      const form = formOf(chosen, at);
      form.append("preview_only", String(preview));
      return api.post<YearReport>(`${PATH}/${kind}/${year}/import`, form);
    },
    onSuccess: (report, { preview }) => (preview ? undefined : sent(report)),
  });
  const look = async (chosen: File, at: Place, known?: string[]) => {
    setFile(chosen);
    setPlace(at);
    setSheets(known ?? (await sheetsOf(chosen)));
    send.mutate({ chosen, at, preview: true });
  };
  const counted = send.data && send.variables?.preview ? send.data : undefined;
  return (
    <Modal
      open
      title={`${t(Y.import)} · ${t(Y[kind])}`}
      okText={t(Y.import)}
      okButtonProps={{ disabled: !file || !counted }}
      confirmLoading={send.isPending}
      onOk={() => file && send.mutate({ chosen: file, at: place, preview: false })}
      onCancel={onClose}
    >
      <div className="stack">
        <span className="row">
          <InputNumber
            min={1949}
            max={2999}
            value={year}
            onChange={(value) => {
              if (value) {
                setYear(value);
                setFile(null);
                send.reset();
              }
            }}
          />
          <Upload
            accept=".csv,.xlsx"
            showUploadList={false}
            beforeUpload={(chosen) => {
              void look(chosen, FIRST_PLACE);
              return false;
            }}
          >
            <Button icon={<UploadOutlined />}>{t(Y.file)}</Button>
          </Upload>
          {file && <b>{file.name}</b>}
        </span>
        {file && <SheetChoice sheets={sheets} place={place} onChange={(at) => look(file, at, sheets)} />}
        <span className="faint">{t(Y.whole)}</span>
        {counted && (
          <Alert
            type={counted.removed > 0 ? "warning" : "info"}
            title={t(Y.would, {
              added: formatNumber(counted.added),
              changed: formatNumber(counted.changed),
              removed: formatNumber(counted.removed),
              unchanged: formatNumber(counted.unchanged),
            })}
          />
        )}
        {send.error && <Refused error={send.error} />}
      </div>
    </Modal>
  );
}
