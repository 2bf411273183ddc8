import { UploadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App, Button, Form, Input, Modal, Select, Upload } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { useT, useTitle } from "@/kernel/i18n";
import { useChanged } from "@/kernel/resource/api";
import { ResourcePage } from "@/kernel/resource/ResourcePage";
import type { Page } from "@/kernel/resource/types";
import { useMay } from "@/kernel/session";
import { Refused } from "@/kernel/state";
import { TerminologyChoice } from "./kinds";
import { M } from "./messages";
import type { MergeReport, Progress } from "./types";

/** What people's decisions have taught; another region's knowledge is merged in here. */
export function KnowledgePage() {
  const t = useT();
  const may = useMay();
  const [importing, setImporting] = useState(false);
  return (
    <>
      <ResourcePage
        name="terms.pairs"
        extra={
          may("terms.manage") && (
            <Button icon={<UploadOutlined />} onClick={() => setImporting(true)}>
              {t(M.importPairs)}
            </Button>
          )
        }
      />
      {importing && <ImportPairs onClose={() => setImporting(false)} />}
    </>
  );
}

function ImportPairs({ onClose }: { onClose: () => void }) {
  const t = useT();
  const forget = useChanged();
  const { message } = App.useApp();
  const title = useTitle();
  const [failure, setFailure] = useState<unknown>(null);
  const [wish, setWish] = useState({ kind: "diagnosis", target: "", region: "" });
  const [file, setFile] = useState<File | null>(null);
  const [busy, setBusy] = useState(false);
  const kinds = useQuery({
    queryKey: ["terms", "progress"],
    queryFn: ({ signal }) => api.get<Progress>("/api/terms/progress", undefined, signal),
  }).data?.kinds;
  const policies = useQuery({
    queryKey: ["terms", "policies"],
    queryFn: ({ signal }) => api.get<Page<{ kind: string; target: string | null }>>("/api/terms/policies", {}, signal),
  }).data?.items;
  const target = wish.target || policies?.find((policy) => policy.kind === wish.kind)?.target || "";
  const send = async () => {
    const data = new FormData();
    for (const [name, value] of Object.entries({ ...wish, target })) {
      data.append(name, value);
    }
    data.append("file", file as File);
    setBusy(true);
    setFailure(null);
    try {
      const report = await api.post<MergeReport>("/api/terms/pairs/import", data);
      message.success(t(M.merged, { ...report }), 6);
      await forget("/api/terms/pairs");
      onClose();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t(M.importPairs)}
      onCancel={onClose}
      onOk={send}
      okText={t(M.load)}
      cancelText={t(M.cancel)}
      confirmLoading={busy}
      okButtonProps={{ disabled: !file || !target || !wish.region }}
    >
      <Form layout="vertical">
        <Form.Item label={t(M.kind)} required>
          <Select
            value={wish.kind}
            onChange={(kind: string) => setWish({ ...wish, kind, target: "" })}
            options={(kinds ?? []).map((kind) => ({
              value: kind.code ?? "",
              label: title(kind),
            }))}
          />
        </Form.Item>
        <Form.Item label={t(M.target)} required>
          <TerminologyChoice value={target} onChange={(chosen) => setWish({ ...wish, target: chosen ?? "" })} />
        </Form.Item>
        <Form.Item label={t(M.region)} required>
          <Input value={wish.region} onChange={(event) => setWish({ ...wish, region: event.target.value })} />
        </Form.Item>
        <Form.Item label={t(M.file)} required extra={t(M.pairsHint)}>
          <Upload
            accept=".csv,.xlsx"
            maxCount={1}
            beforeUpload={(chosen) => {
              setFile(chosen);
              return false;
            }}
          >
            <Button icon={<UploadOutlined />}>{t(M.pickFile)}</Button>
          </Upload>
        </Form.Item>
      </Form>
      {failure !== null && <Refused error={failure} />}
    </Modal>
  );
}
