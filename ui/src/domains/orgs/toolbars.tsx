import { ImportOutlined, UploadOutlined } from "@ant-design/icons";
import { Alert, Button, Modal, Upload } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { formatNumber } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { useChanged } from "@/kernel/resource/api";
import type { ToolbarProps } from "@/kernel/resource/overrides";
import { Refused } from "@/kernel/state";
import { M } from "./messages";
import type { ImportReport } from "./types";

/** Takes in a file of what the list shows, all or nothing, and says what came of it. */
function ImportButton({ spec }: ToolbarProps) {
  const t = useT();
  const title = useTitle();
  const forget = useChanged();
  const [open, setOpen] = useState(false);
  const [report, setReport] = useState<ImportReport | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  if (!spec.can.create) {
    return null;
  }
  const begin = () => {
    setReport(null);
    setFailure(null);
    setOpen(true);
  };
  const takeIn = async (file: File) => {
    const form = new FormData();
    form.append("file", file);
    setBusy(true);
    setReport(null);
    setFailure(null);
    try {
      setReport(await api.post<ImportReport>(`${spec.path}/import`, form));
      await forget(spec.path);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button icon={<ImportOutlined />} onClick={begin}>
        {t(M.importFile)}
      </Button>
      <Modal
        open={open}
        width={720}
        title={t(M.importTitle, { title: title(spec) })}
        footer={null}
        onCancel={() => setOpen(false)}
      >
        <div className="stack">
          <span className="muted">{t(M.importHint)}</span>
          <Upload
            accept=".csv,.xlsx"
            showUploadList={false}
            beforeUpload={(file) => {
              void takeIn(file);
              return false;
            }}
          >
            <Button type="primary" icon={<UploadOutlined />} loading={busy}>
              {t(M.file)}
            </Button>
          </Upload>
          {failure !== null && <Refused error={failure} />}
          {report && (
            <Alert
              type="success"
              showIcon
              title={t(M.imported, {
                added: formatNumber(report.added),
                changed: formatNumber(report.changed),
                unchanged: formatNumber(report.unchanged),
              })}
            />
          )}
        </div>
      </Modal>
    </>
  );
}

export const toolbars = { ImportButton };
