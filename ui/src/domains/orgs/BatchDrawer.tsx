import { DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { Alert, App, Button, Drawer, Form, Segmented, Space, Table, Upload } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { address, api } from "@/kernel/client";
import { OrgChoice } from "@/kernel/fields/FieldInput";
import { FIRST_PLACE, type Place, SheetChoice } from "@/kernel/fields/SheetChoice";
import { formatNumber, formatText } from "@/kernel/format";
import { useSaid, useT, useTitle } from "@/kernel/i18n";
import { useChanged } from "@/kernel/resource/api";
import { useSession } from "@/kernel/session";
import { Mistakes, Refused } from "@/kernel/state";
import { M } from "./messages";
import { useKinds } from "./queries";
import type { BatchReport, Operation } from "./types";
import { formOf, sheetsOf } from "./upload";

const PATH = "/api/orgs/registrations";
const OPERATIONS: Operation[] = ["register", "change", "cancel"];

/** A file of applications: template, file, what is wrong with which row, and only then all of it. */
export function BatchDrawer({ onClose }: { onClose: () => void }) {
  const t = useT();
  const title = useTitle();
  const navigate = useNavigate();
  const forget = useChanged();
  const said = useSaid();
  const { message } = App.useApp();
  const own = useSession().data?.scope.orgs;
  const kinds = useKinds().data ?? [];
  const [kindCode, setKind] = useState("department");
  const [operation, setOperation] = useState<Operation>("register");
  const [org, setOrg] = useState(own?.length === 1 ? (own[0] ?? "") : "");
  const [file, setFile] = useState<File | null>(null);
  const [sheets, setSheets] = useState<string[]>([]);
  const [place, setPlace] = useState(FIRST_PLACE);
  const [report, setReport] = useState<BatchReport | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const kind = kinds.find((one) => one.code === kindCode);
  const fields = kind?.forms[operation] ?? [];

  const send = async (chosen: File, path: string, at: Place): Promise<BatchReport | undefined> => {
    const form = formOf(chosen, at);
    form.append("kind", kindCode);
    form.append("operation", operation);
    form.append("org_code", kind?.org_field ? "" : org);
    setBusy(true);
    setFailure(null);
    try {
      const told = await api.post<BatchReport>(`${PATH}/${path}`, form);
      setReport(told);
      return told;
    } catch (error) {
      setReport(null);
      setFailure(error);
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  const takeIn = async () => {
    const told = file && (await send(file, "batch", place));
    if (told?.batch) {
      message.success(t(M.taken, { count: formatNumber(told.rows), batch: told.batch }));
      await forget(PATH);
      navigate(`/orgs/registrations?f.batch.contains=${encodeURIComponent(told.batch)}`);
      onClose();
    }
  };
  const look = async (chosen: File, at: Place, known?: string[]) => {
    setFile(chosen);
    setPlace(at);
    setSheets(known ?? (await sheetsOf(chosen)));
    await send(chosen, "batch/preview", at);
  };
  const anew = () => {
    setFile(null);
    setReport(null);
    setFailure(null);
  };
  return (
    <Drawer
      open
      size={820}
      title={t(M.byFile)}
      onClose={onClose}
      footer={
        <Space>
          <Button type="primary" loading={busy} disabled={!file || !report || report.error_count > 0} onClick={takeIn}>
            {t(M.submit)}
          </Button>
        </Space>
      }
    >
      <div className="stack">
        <span className="row">
          <Segmented
            value={kindCode}
            onChange={(code) => {
              setKind(code);
              anew();
            }}
            options={kinds.map((one) => ({ value: one.code, label: title(one) }))}
          />
          <Segmented
            value={operation}
            onChange={(next) => {
              setOperation(next);
              anew();
            }}
            options={OPERATIONS.map((one) => ({ value: one, label: t(M[one]) }))}
          />
        </span>
        {kind && !kind.org_field && (
          <Form.Item label={t(M.applicant)} layout="vertical" extra={t(M.platform)}>
            <OrgChoice value={org || undefined} onChange={(value) => setOrg(String(value ?? ""))} />
          </Form.Item>
        )}
        <span className="row">
          {(["xlsx", "csv"] as const).map((format) => (
            <Button
              key={format}
              icon={<DownloadOutlined />}
              href={address(`${PATH}/template`, { kind: kindCode, operation, format })}
            >
              {t(M.template)} {format}
            </Button>
          ))}
          <Upload
            accept=".csv,.xlsx"
            showUploadList={false}
            beforeUpload={(chosen) => {
              void look(chosen, FIRST_PLACE);
              return false;
            }}
          >
            <Button type={file ? "default" : "primary"} icon={<UploadOutlined />} loading={busy}>
              {t(M.file)}
            </Button>
          </Upload>
          {file && <b>{file.name}</b>}
          {file && <SheetChoice sheets={sheets} place={place} onChange={(at) => look(file, at, sheets)} />}
        </span>
        <span className="faint">{t(M.fileHint)}</span>
        {failure !== null && <Refused error={failure} />}
        {report && report.error_count > 0 && (
          <>
            <Alert type="error" title={t(M.errors, { count: formatNumber(report.error_count) })} />
            <Mistakes mistakes={report.errors} total={report.error_count} />
          </>
        )}
        {report && report.error_count === 0 && (
          <>
            <Alert type="success" title={t(M.rows, { count: formatNumber(report.rows) })} />
            <Table<Record<string, unknown>>
              size="small"
              title={() => t(M.firstRows)}
              rowKey={(row) => JSON.stringify(row)}
              dataSource={report.first}
              pagination={false}
              scroll={{ x: "max-content" }}
              columns={fields.map((field) => ({
                title: said(field.label, field.label_en),
                key: field.name,
                render: (_, row) => formatText(row[field.name]),
              }))}
            />
          </>
        )}
      </div>
    </Drawer>
  );
}
