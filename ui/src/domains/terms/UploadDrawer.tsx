import { UploadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Drawer, Form, Input, Select, Space, Upload } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { useOrgs } from "@/kernel/fields/OrgName";
import { FIRST_PLACE, SheetChoice } from "@/kernel/fields/SheetChoice";
import { useT, useTitle } from "@/kernel/i18n";
import { useFollowJob } from "@/kernel/jobs";
import { Refused } from "@/kernel/state";
import { TerminologyChoice } from "./kinds";
import { M } from "./messages";
import type { Columns, LoadReport, Progress } from "./types";

const countsOf = ({ rows, added, changed, vanished, unchanged, version }: LoadReport) => ({
  rows,
  added,
  changed,
  vanished,
  unchanged,
  version,
});

/** A list of an institution's system is brought in: file, columns, preview of the changes, load. */
export function UploadDrawer({ onClose }: { onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const { message } = App.useApp();
  const follow = useFollowJob();
  const title = useTitle();
  const orgs = useOrgs().data;
  const [where, setWhere] = useState({ org_code: "", system: "his", kind: "department", topic: "", target: "" });
  const [file, setFile] = useState<File | null>(null);
  const [found, setFound] = useState<Columns | null>(null);
  const [place, setPlace] = useState(FIRST_PLACE);
  const [columns, setColumns] = useState<Record<string, string>>({});
  const [report, setReport] = useState<LoadReport | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const kinds = useQuery({
    queryKey: ["terms", "progress"],
    queryFn: ({ signal }) => api.get<Progress>("/api/terms/progress", undefined, signal),
  }).data?.kinds;

  const form = (more: Record<string, unknown>) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(more)) {
      data.append(name, String(value));
    }
    return data;
  };
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setRefusal(null);
    setReport(null);
    try {
      await work();
    } catch (error) {
      setRefusal(error);
    } finally {
      setBusy(false);
    }
  };
  const look = (chosen: File, kind: string, at = place) =>
    attempt(async () => {
      const data = form({ kind, ...at });
      data.append("file", chosen);
      const told = await api.post<Columns>("/api/terms/uploads/columns", data);
      setFound(told);
      setColumns(told.guess);
    });
  const send = (preview: boolean) =>
    attempt(async () => {
      if (!file) {
        return;
      }
      const data = form({ ...where, ...place, columns: JSON.stringify(columns), preview_only: preview });
      data.append("file", file);
      const told = await api.post<LoadReport>("/api/terms/uploads", data);
      setReport(told);
      if (told.job_id) {
        follow(told.job_id, t(M.loadOf, { file: file.name }));
        onClose();
      } else if (!preview) {
        message.success(t(M.loaded, { version: told.version }));
        await client.invalidateQueries({ queryKey: ["terms"] });
        await client.invalidateQueries({ queryKey: ["rows"] });
        onClose();
      }
    });
  const ready = Boolean(file && where.org_code && where.system && columns.name);
  return (
    <Drawer
      open
      size={720}
      title={t(M.upload)}
      onClose={onClose}
      footer={
        <Space>
          <Button disabled={!ready} loading={busy} onClick={() => send(true)}>
            {t(M.previewLoad)}
          </Button>
          <Button type="primary" disabled={!ready} loading={busy} onClick={() => send(false)}>
            {t(M.load)}
          </Button>
        </Space>
      }
    >
      <Form layout="vertical" className="upload-form">
        <div className="upload-where">
          <Form.Item label={t(M.institution)} required>
            <Select
              showSearch={{ optionFilterProp: "label" }}
              value={where.org_code || undefined}
              onChange={(org_code: string) => setWhere({ ...where, org_code })}
              options={[...(orgs ?? new Map<string, string>())].map(([value, label]) => ({ value, label }))}
            />
          </Form.Item>
          <Form.Item label={t(M.system)} required>
            <Input value={where.system} onChange={(event) => setWhere({ ...where, system: event.target.value })} />
          </Form.Item>
          <Form.Item label={t(M.kind)} required>
            <Select
              value={where.kind}
              onChange={(kind: string) => {
                setWhere({ ...where, kind });
                if (file) {
                  void look(file, kind);
                }
              }}
              options={(kinds ?? []).map((kind) => ({
                value: kind.code ?? "",
                label: title(kind),
              }))}
            />
          </Form.Item>
          {where.kind === "value_set" && (
            <>
              <Form.Item label={t(M.topic)} required>
                <Input value={where.topic} onChange={(event) => setWhere({ ...where, topic: event.target.value })} />
              </Form.Item>
              <Form.Item label={t(M.target)}>
                <TerminologyChoice
                  value={where.target}
                  onChange={(target) => setWhere({ ...where, target: target ?? "" })}
                />
              </Form.Item>
            </>
          )}
        </div>
        <Form.Item label={t(M.file)} required>
          <Upload
            accept=".csv,.xlsx"
            maxCount={1}
            showUploadList={file ? { showRemoveIcon: false } : false}
            beforeUpload={(chosen) => {
              setFile(chosen);
              setPlace(FIRST_PLACE);
              void look(chosen, where.kind, FIRST_PLACE);
              return false;
            }}
          >
            <Button icon={<UploadOutlined />}>{t(M.pickFile)}</Button>
          </Upload>
        </Form.Item>
      </Form>
      {refusal !== null && <Refused error={refusal} />}
      {report && (
        <Alert type={report.vanished > 0 ? "warning" : "info"} showIcon title={t(M.willBe, countsOf(report))} />
      )}
      {found && (
        <>
          <h4>{t(M.columns)}</h4>
          <SheetChoice
            sheets={found.sheets}
            place={place}
            onChange={(at) => {
              setPlace(at);
              if (file) {
                void look(file, where.kind, at);
              }
            }}
          />
          <table className="upload-columns">
            <tbody>
              {found.fields.map((field) => (
                <tr key={field.name}>
                  <th>{title(field)}</th>
                  <td>
                    <Select
                      size="small"
                      style={{ width: 260 }}
                      value={columns[field.name ?? ""] ?? ""}
                      onChange={(column: string) => setColumns({ ...columns, [field.name ?? ""]: column })}
                      options={[
                        { value: "", label: t(M.notThere) },
                        ...found.header.filter(Boolean).map((name) => ({ value: name, label: name })),
                      ]}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <h4>{t(M.firstLines)}</h4>
          <div className="upload-lines">
            <table>
              <thead>
                <tr>
                  {found.header.map((name) => (
                    <th key={name}>{name}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {found.lines.map((line) => (
                  <tr key={line.join("|")}>
                    {found.header.map((name, place) => (
                      <td key={name}>{line[place]}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Drawer>
  );
}
