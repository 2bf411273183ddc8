import { BranchesOutlined } from "@ant-design/icons";
import { Button, Input, Table, Tag } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { optionLabel } from "@/kernel/fields";
import { formatText } from "@/kernel/format";
import { useLanguage, useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { Empty, QueryView } from "@/kernel/state";
import { S } from "./messages";
import { useColumns, useConnectors, useDocument, useTables } from "./queries";
import type { TableSeen } from "./types";

/** What the source shows: tables with their columns, each the beginning of a feed. */
export function Tables({ code }: { code: string }) {
  const t = useT();
  const { language } = useLanguage();
  const navigate = useNavigate();
  const tables = useTables(code);
  const [text, setText] = useState("");
  const connector = useDocument(code).data?.source.connector;
  const queries = useConnectors().data?.find((one) => one.name === connector)?.capabilities.queries;
  const start = (table?: string) =>
    navigate(`/ingest/sources/${code}/feeds/new${table ? `?table=${encodeURIComponent(table)}` : "?query=1"}`);
  return (
    <Section
      flush
      title={t(S.tables)}
      hint={t(S.tablesHint)}
      extra={
        <span className="row">
          {queries ? (
            <Button size="small" onClick={() => start()}>
              {t(S.byQuery)}
            </Button>
          ) : null}
          <Input.Search
            size="small"
            allowClear
            placeholder={t(S.searchTable)}
            style={{ width: 200 }}
            onChange={(event) => setText(event.target.value)}
          />
        </span>
      }
    >
      <QueryView query={tables} isEmpty={(found) => found.length === 0} empty={<Empty text={t(S.noTables)} />}>
        {(found) => (
          <Table<TableSeen>
            size="small"
            rowKey="name"
            dataSource={found.filter((one) => one.name.toLowerCase().includes(text.toLowerCase()))}
            pagination={{ pageSize: 20, size: "small", hideOnSinglePage: true, showSizeChanger: false }}
            expandable={{ expandedRowRender: (table) => <Columns code={code} table={table.name} /> }}
            columns={[
              { title: t(S.table), dataIndex: "name", className: "mono" },
              {
                title: t(S.kind),
                dataIndex: "kind",
                width: 100,
                className: "muted",
                render: (kind: string) => optionLabel({ value: kind, label: kind }, language),
              },
              {
                title: t(S.usedBy),
                dataIndex: "feeds",
                render: (feeds: string[]) =>
                  feeds.map((feed) => (
                    <Tag key={feed} color="blue">
                      {feed}
                    </Tag>
                  )),
              },
              {
                key: "map",
                align: "right",
                render: (_, table) => (
                  <Button size="small" icon={<BranchesOutlined />} onClick={() => start(table.name)}>
                    {t(S.map)}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </QueryView>
    </Section>
  );
}

function Columns({ code, table }: { code: string; table: string }) {
  const t = useT();
  const columns = useColumns(code, { table });
  return (
    <QueryView query={columns} rows={3}>
      {(found) => (
        <Table
          size="small"
          rowKey="name"
          dataSource={found.columns}
          pagination={false}
          columns={[
            { title: t(S.column), dataIndex: "name", className: "mono", width: 260 },
            { title: t(S.type), dataIndex: "type", className: "mono", width: 180 },
            { title: t(S.comment), dataIndex: "comment", render: formatText },
          ]}
        />
      )}
    </QueryView>
  );
}
