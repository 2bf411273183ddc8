import { Button, Progress, Table, Tag, Tooltip } from "antd";
import { useT, useTitle } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { DatasetName, useDatasets } from "../../catalog/kinds";
import { S } from "./messages";
import { ProposedColumns } from "./ProposedColumns";
import { type Edit, type Edits, elementOf, type Ready } from "./proposal";
import type { Proposal, ProposedTable } from "./types";

interface Props {
  ready: Ready[];
  proposal: Proposal;
  used: string[];
  failed: Record<string, string>;
  chosen: string[];
  onChoose: (feeds: string[]) => void;
  edits: Edits;
  onEdit: (feed: string, column: string, edit: Edit) => void;
  onOpen: (table: string) => void;
}

/** The tables with what each would feed; a row opens onto its columns. */
export function ProposedTables({ ready, proposal, used, failed, chosen, onChoose, edits, onEdit, onOpen }: Props) {
  const t = useT();
  const none = proposal.tables.filter((one) => one.feeds.length === 0);
  const taken = new Set(used);
  return (
    <>
      <Section flush title={t(S.proposedFeeds)} hint={ready.length}>
        <Table<Ready>
          size="small"
          rowKey={(one) => one.feed.code}
          dataSource={ready}
          pagination={ready.length > 50 ? { pageSize: 50, size: "small" } : false}
          rowSelection={{
            selectedRowKeys: chosen,
            onChange: (keys) => onChoose(keys.map(String)),
            getCheckboxProps: (one) => ({ disabled: one.missing.length > 0, name: one.feed.code }),
          }}
          expandable={{
            expandedRowRender: (one) => (
              <ProposedColumns
                feed={one.feed}
                edits={edits[one.feed.code] ?? {}}
                onEdit={(column, edit) => onEdit(one.feed.code, column, edit)}
              />
            ),
          }}
          columns={[
            {
              title: t(S.table),
              key: "table",
              render: (_, { table, feed }) => (
                <>
                  {table.comment || <span className="mono">{table.name}</span>}
                  {table.comment && <div className="faint mono">{table.name}</div>}
                  {failed[feed.code] && <div className="problem bad">{failed[feed.code]}</div>}
                </>
              ),
            },
            { title: t(S.dataset), key: "dataset", render: (_, { feed }) => <DatasetName code={feed.dataset} /> },
            {
              title: t(S.confidence),
              key: "confidence",
              width: 150,
              render: (_, { table, feed }) => <Sure share={feed.confidence} others={table} />,
            },
            {
              title: t(S.acceptedColumns),
              key: "accepted",
              align: "right",
              className: "num",
              render: (_, { feed }) => {
                const held = edits[feed.code] ?? {};
                const count = feed.columns.filter((one) => elementOf(one, held[one.column])).length;
                return `${count} / ${feed.columns.length}`;
              },
            },
            {
              title: t(S.toDecide),
              key: "open",
              render: (_, { table, feed, missing }) => {
                const held = edits[feed.code] ?? {};
                const open = feed.columns.filter((one) => one.element && !one.accepted && !held[one.column]).length;
                return (
                  <>
                    {missing.length > 0 && <Tag color="red">{t(S.lacks, { names: missing.join(", ") })}</Tag>}
                    {open > 0 && <Tag color="orange">{t(S.openColumns, { count: open })}</Tag>}
                    {taken.has(table.name) && <Tag>{t(S.alreadyFed)}</Tag>}
                  </>
                );
              },
            },
          ]}
        />
      </Section>
      {none.length > 0 && (
        <Section flush title={t(S.noCounterpart)} hint={none.length}>
          <Table<ProposedTable>
            size="small"
            rowKey="name"
            dataSource={none}
            pagination={none.length > 20 ? { pageSize: 20, size: "small" } : false}
            columns={[
              { title: t(S.table), dataIndex: "name", className: "mono" },
              { title: t(S.comment), dataIndex: "comment" },
              { title: t(S.columns), dataIndex: "columns", align: "right", className: "num" },
              { title: t(S.alternatives), key: "others", render: (_, table) => <Others table={table} /> },
              {
                key: "map",
                align: "right",
                render: (_, table) => (
                  <Button size="small" onClick={() => onOpen(table.name)}>
                    {t(S.map)}
                  </Button>
                ),
              },
            ]}
          />
        </Section>
      )}
    </>
  );
}

function Others({ table }: { table: ProposedTable }) {
  const title = useTitle();
  const datasets = useDatasets().data?.items ?? [];
  const name = (code: string) => title(datasets.find((one) => one.code === code) ?? { title: code });
  return (
    <span className="muted">
      {(table.alternatives ?? []).map((one) => `${name(one.code)} ${Math.round(100 * one.confidence)}%`).join("、")}
    </span>
  );
}

/** A confidence as a bar; the other datasets that were thought of as a hint. */
export function Sure({ share, others }: { share: number; others?: ProposedTable }) {
  const percent = Math.round(100 * share);
  const colour = share >= 0.9 ? "#3a8f6b" : share >= 0.5 ? "#c98a1b" : "#b9c2cc";
  const bar = <Progress percent={percent} size="small" strokeColor={colour} status="normal" />;
  return others?.alternatives?.length ? <Tooltip title={<Others table={others} />}>{bar}</Tooltip> : bar;
}
