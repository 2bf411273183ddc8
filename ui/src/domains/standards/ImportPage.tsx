import { UploadOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { AutoComplete, Button, Checkbox, Form, Input, Select, Table, Tabs, Upload } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { Stat } from "@/kernel/chart/Stat";
import { api } from "@/kernel/client";
import { FIRST_PLACE, type Place, SheetChoice } from "@/kernel/fields/SheetChoice";
import { formatNumber } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { useFollowJob, useJob } from "@/kernel/jobs";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { Mistakes, Refused } from "@/kernel/state";
import { Imported } from "./Imported";
import { I } from "./messages_revising";
import { useAttributes, useBranch } from "./queries";
import type { ListHeader, ListPreview, Renamed } from "./types";

interface Values {
  code: string;
  title: string;
  standard: string;
  edition: string;
  provenance?: string;
  codeColumn: string;
  titleColumns: string[];
  parentColumn?: string;
  englishColumn?: string;
  attributes?: Record<string, string | undefined>;
  complete: boolean;
}

function formOf(file: File, place: Place, values?: Values): FormData {
  const form = new FormData();
  form.append("file", file);
  form.append("sheet", place.sheet);
  form.append("header_row", String(place.header_row));
  if (values) {
    const { codeColumn, titleColumns, parentColumn, englishColumn, attributes, ...rest } = values;
    const columns = {
      code: codeColumn,
      title: titleColumns,
      parent: parentColumn ?? null,
      title_en: englishColumn ?? null,
      attributes: Object.fromEntries(Object.entries(attributes ?? {}).filter(([, column]) => column)),
    };
    form.append("wanted", JSON.stringify({ ...rest, provenance: rest.provenance ?? "", columns }));
    form.append("file_name", file.name);
  }
  return form;
}

/** An official list becomes the next version of a value set: file, columns, preview, import. */
export function ImportPage() {
  const t = useT();
  const title = useTitle();
  const client = useQueryClient();
  const follow = useFollowJob();
  const attributes = useAttributes();
  const [form] = Form.useForm<Values>();
  const asked = useSearchParams()[0].get("code");
  const [file, setFile] = useState<File>();
  const [place, setPlace] = useState(FIRST_PLACE);
  const [sheets, setSheets] = useState<string[]>([]);
  const known = useBranch("value_set");
  const header = useMutation({
    mutationFn: ({ chosen, at }: { chosen: File; at: Place }) =>
      api.post<ListHeader>("/api/standards/lists/header", formOf(chosen, at)),
    onSuccess: ({ columns, sheets: found }) => {
      setSheets(found);
      if (asked) {
        form.setFieldsValue({ code: asked });
        pick(asked);
      }
      form.setFieldsValue({
        codeColumn: columns.code as string,
        titleColumns: columns.title ? [columns.title as string] : [],
        parentColumn: columns.parent as string | undefined,
        englishColumn: columns.title_en as string | undefined,
        attributes: columns.attributes as Record<string, string>,
      });
    },
  });
  const run = useMutation({
    mutationFn: ({ step, values }: { step: "preview" | "import"; values: Values }) =>
      api.post<ListPreview>(`/api/standards/lists/${step}`, formOf(file as File, place, values)),
    onSuccess: ({ job_id }, { step, values }) => {
      if (job_id) {
        follow(job_id, t(I.importOf, { title: values.title }));
      } else if (step === "import") {
        void client.invalidateQueries({ queryKey: ["standards"] });
      }
    },
  });
  const error = header.error ?? run.error;
  const imported = run.variables?.step === "import" ? run.data : undefined;
  const job = useJob(imported?.job_id ?? null).data;
  const again = job?.status === "failed" || job?.status === "cancelled";
  const pick = (code: string) => {
    const found = known.data?.find((one) => one.code === code);
    if (found) {
      form.setFieldsValue({ title: found.title, standard: found.standard, edition: found.edition });
    }
  };
  const look = (chosen: File, at: Place) => {
    setFile(chosen);
    setPlace(at);
    run.reset();
    header.mutate({ chosen, at });
  };
  const needed = [{ required: true, message: "" }];
  const options = header.data?.header.filter(Boolean).map((value) => ({ value, label: value }));
  return (
    <div className="stack">
      <PageHead title={t(I.title)} note={t(I.note)} />
      <Section>
        <span className="row">
          <Upload
            accept=".csv,.xlsx"
            showUploadList={false}
            beforeUpload={(chosen) => {
              setSheets([]);
              look(chosen, FIRST_PLACE);
              return false;
            }}
          >
            <Button type={file ? "default" : "primary"} icon={<UploadOutlined />} loading={header.isPending}>
              {t(I.file)}
            </Button>
          </Upload>
          {file ? <b>{file.name}</b> : <span className="faint">{t(I.fileHint)}</span>}
          {file && <SheetChoice sheets={sheets} place={place} onChange={(at) => look(file, at)} />}
        </span>
      </Section>
      {header.data && (
        <Section title={t(I.target)}>
          <Form
            form={form}
            layout="vertical"
            requiredMark={false}
            initialValues={{ complete: true }}
            onValuesChange={() => run.reset()}
            onFinish={(values) => run.mutate({ step: "preview", values })}
          >
            <div className="standards-form">
              <Form.Item name="code" label={t(I.code)} rules={needed}>
                <AutoComplete
                  placeholder={t(I.codeHint)}
                  showSearch={{
                    filterOption: (typed, one) => String(one?.value).toLowerCase().includes(typed.toLowerCase()),
                  }}
                  options={known.data?.map((one) => ({ value: one.code, label: `${one.code} ${one.title}` }))}
                  onSelect={pick}
                />
              </Form.Item>
              <Form.Item name="title" label={t(I.name)} rules={needed}>
                <Input maxLength={200} />
              </Form.Item>
              <Form.Item name="standard" label={t(I.standard)} rules={needed}>
                <Input maxLength={200} />
              </Form.Item>
              <Form.Item name="edition" label={t(I.edition)} rules={needed}>
                <Input maxLength={200} />
              </Form.Item>
              <Form.Item name="codeColumn" label={t(I.codeColumn)} rules={needed}>
                <Select options={options} />
              </Form.Item>
              <Form.Item name="titleColumns" label={t(I.titleColumn)} rules={needed}>
                <Select mode="multiple" options={options} />
              </Form.Item>
              <Form.Item name="parentColumn" label={t(I.parentColumn)}>
                <Select allowClear options={options} />
              </Form.Item>
              <Form.Item name="englishColumn" label={t(I.englishColumn)}>
                <Select allowClear options={options} />
              </Form.Item>
            </div>
            <p className="muted">{t(I.attributeColumns)}</p>
            <div className="standards-form standards-attributes">
              {attributes.data?.map((one) => (
                <Form.Item key={one.name} name={["attributes", one.name]} label={title(one)}>
                  <Select allowClear placeholder={t(I.noColumn)} options={options} />
                </Form.Item>
              ))}
            </div>
            <span className="row">
              <Button htmlType="submit" loading={run.isPending && run.variables?.step === "preview"}>
                {t(I.preview)}
              </Button>
              <Button
                type="primary"
                disabled={!run.data || run.data.error_count > 0 || (Boolean(imported) && !again)}
                loading={run.isPending && run.variables?.step === "import"}
                onClick={() => run.mutate({ step: "import", values: form.getFieldsValue(true) })}
              >
                {t(I.doImport)}
              </Button>
              <Form.Item name="complete" valuePropName="checked" noStyle>
                <Checkbox>{t(I.complete)}</Checkbox>
              </Form.Item>
            </span>
          </Form>
        </Section>
      )}
      {error && <Refused error={error} />}
      {imported && <Imported told={imported} job={job} />}
      {run.data ? <Outcome preview={run.data} /> : header.data && <Sample header={header.data} />}
    </div>
  );
}

function Sample({ header }: { header: ListHeader }) {
  const t = useT();
  return (
    <Section flush title={t(I.sample)}>
      <Table<string[]>
        size="small"
        rowKey={(row) => row.join("\u0000")}
        dataSource={header.rows}
        pagination={false}
        scroll={{ x: "max-content" }}
        columns={header.header.map((title, at) => ({ title, key: title || at, render: (_, row) => row[at] }))}
      />
    </Section>
  );
}

function Outcome({ preview }: { preview: ListPreview }) {
  const t = useT();
  if (preview.error_count > 0) {
    return (
      <Section flush title={<span className="bad">{t(I.errors, { count: formatNumber(preview.error_count) })}</span>}>
        <Mistakes mistakes={preview.errors} total={preview.error_count} />
      </Section>
    );
  }
  const tab = (key: "added" | "renamed" | "removed", rows: Renamed[]) => ({
    key,
    label: `${t(I[key])} ${formatNumber(preview[key])}`,
    disabled: rows.length === 0,
    children: (
      <Table<Renamed>
        size="small"
        rowKey="code"
        dataSource={rows}
        rowClassName={key === "renamed" ? "" : `diff-${key}`}
        pagination={{ defaultPageSize: 20, hideOnSinglePage: true }}
        columns={[
          { title: t(I.codeOf), dataIndex: "code", className: "mono", width: 180 },
          ...(key === "added"
            ? []
            : [
                {
                  title: t(I.before),
                  dataIndex: "before",
                  render: (text: string) => <span className="diff-was">{text}</span>,
                },
              ]),
          ...(key === "removed" ? [] : [{ title: t(I.after), dataIndex: "after" }]),
        ]}
      />
    ),
  });
  const tabs = [
    tab("renamed", preview.renamed_codes),
    tab("added", preview.added_codes),
    tab("removed", preview.removed_codes),
  ];
  return (
    <>
      <div className="grid grid-cards">
        <Stat label={t(I.rows)} value={preview.rows} />
        <Stat label={t(I.added)} value={preview.added} />
        <Stat label={t(I.renamed)} value={preview.renamed} tone={preview.renamed ? "warn" : undefined} />
        <Stat label={t(I.removed)} value={preview.removed} tone={preview.removed ? "warn" : undefined} />
        <Stat label={t(I.unchanged)} value={preview.unchanged} />
      </div>
      {tabs.some((one) => !one.disabled) && (
        <Section>
          <Tabs size="small" defaultActiveKey={tabs.find((one) => !one.disabled)?.key} items={tabs} />
          <span className="faint">{t(I.firstOnes)}</span>
        </Section>
      )}
    </>
  );
}
