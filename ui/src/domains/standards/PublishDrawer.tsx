import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, DatePicker, Drawer, Form, Input, Result, Segmented, Table } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { api } from "@/kernel/client";
import { useT, useTitle } from "@/kernel/i18n";
import { QueryView, Refused } from "@/kernel/state";
import { Files } from "./Files";
import { M } from "./messages";
import { useBranch } from "./queries";
import type { ItemHead, Publication } from "./types";

type Source = "dataset" | "catalogue";
interface Values {
  title: string;
  number?: string;
  note?: string;
  effective?: Dayjs;
}

/** Choose datasets, give the specification a name, publish: the files are there at once. */
export function PublishDrawer({ onClose }: { onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [source, setSource] = useState<Source>("dataset");
  const [chosen, setChosen] = useState<Record<Source, string[]>>({ dataset: [], catalogue: [] });
  const count = chosen.dataset.length + chosen.catalogue.length;
  const publish = useMutation({
    mutationFn: (values: Values) =>
      api.post<Publication>("/api/standards/publications", {
        title: values.title,
        number: values.number ?? "",
        note: values.note ?? "",
        effective_from: values.effective?.format("YYYY-MM-DD") ?? null,
        datasets: (["dataset", "catalogue"] as const).flatMap((kind) => chosen[kind].map((code) => ({ kind, code }))),
      }),
    onSuccess: ({ number }) => {
      message.success(t(M.published, { number }));
      client.invalidateQueries({ queryKey: ["standards"] });
    },
  });
  const made = publish.data;
  return (
    <Drawer
      open
      size={860}
      title={t(M.publish)}
      onClose={onClose}
      extra={
        !made && (
          <Button type="primary" disabled={count === 0} loading={publish.isPending} onClick={() => form.submit()}>
            {t(M.doPublish)}
          </Button>
        )
      }
    >
      {made ? (
        <Result
          status="success"
          title={t(M.published, { number: made.number })}
          subTitle={made.title}
          extra={<Files id={made.id} />}
        />
      ) : (
        <div className="stack">
          <p className="muted">{t(M.publishNote)}</p>
          {publish.error && <Refused error={publish.error} />}
          <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => publish.mutate(values)}>
            <Form.Item
              name="title"
              label={t(M.publishTitle)}
              rules={[{ required: true, whitespace: true, message: "" }]}
            >
              <Input maxLength={200} />
            </Form.Item>
            <div className="row" style={{ alignItems: "flex-start" }}>
              <Form.Item name="number" label={t(M.number)}>
                <Input placeholder={t(M.numberHint)} maxLength={60} />
              </Form.Item>
              <Form.Item name="effective" label={t(M.effective)}>
                <DatePicker />
              </Form.Item>
            </div>
            <Form.Item name="note" label={t(M.remark)} style={{ marginBottom: 0 }}>
              <Input.TextArea rows={2} maxLength={2000} />
            </Form.Item>
          </Form>
          <span className="row">
            <Segmented
              value={source}
              onChange={setSource}
              options={[
                { value: "dataset", label: `${t(M.platform)} ${chosen.dataset.length || ""}` },
                { value: "catalogue", label: `${t(M.catalogue)} ${chosen.catalogue.length || ""}` },
              ]}
            />
            <span className="muted">{t(M.chosen, { count })}</span>
          </span>
          <Choice
            key={source}
            source={source}
            chosen={chosen[source]}
            onChange={(codes) => setChosen({ ...chosen, [source]: codes })}
          />
        </div>
      )}
    </Drawer>
  );
}

interface ChoiceProps {
  source: Source;
  chosen: string[];
  onChange: (codes: string[]) => void;
}

function Choice({ source, chosen, onChange }: ChoiceProps) {
  const t = useT();
  const title = useTitle();
  const query = useBranch(source);
  const [text, setText] = useState("");
  return (
    <QueryView query={query}>
      {(items) => (
        <>
          <Input
            allowClear
            placeholder={t(M.findHere)}
            value={text}
            onChange={(event) => setText(event.target.value)}
            style={{ width: 260 }}
          />
          <Table<ItemHead>
            size="small"
            rowKey="code"
            dataSource={items.filter((one) => `${one.code} ${one.title}`.toLowerCase().includes(text.toLowerCase()))}
            rowSelection={{
              preserveSelectedRowKeys: true,
              selectedRowKeys: chosen,
              onChange: (keys) => onChange(keys.map(String)),
            }}
            pagination={{ defaultPageSize: 20, hideOnSinglePage: true }}
            columns={[
              { title: t(M.code), dataIndex: "code", className: "mono nowrap" },
              { title: t(M.name), key: "title", render: (_, one) => title(one) },
              { title: t(M.standard), dataIndex: "standard", className: "nowrap" },
              { title: t(M.version), dataIndex: "version", render: (version: number) => `v${version}` },
              { title: t(M.parts), dataIndex: "size", align: "right", className: "num" },
            ]}
          />
        </>
      )}
    </QueryView>
  );
}
