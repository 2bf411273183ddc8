import { CloudUploadOutlined } from "@ant-design/icons";
import { Button, Input, Table, Tag, Tooltip, Tree } from "antd";
import { useDeferredValue, useState } from "react";
import { useSearchParams } from "react-router";
import { formatNumber } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { useMay } from "@/kernel/session";
import { Empty, QueryView } from "@/kernel/state";
import { ItemDrawer } from "./ItemDrawer";
import { GROUPS, KINDS, M } from "./messages";
import { PublishDrawer } from "./PublishDrawer";
import { useBranch, useSearch, useTree } from "./queries";
import type { Hit, ItemHead, ItemKey, Kind } from "./types";
import "./standards.css";

/** The tree of catalogues, the search across everything, and each item in a drawer. */
export function StandardsPage() {
  const t = useT();
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const [publishing, setPublishing] = useState(false);
  const text = search.get("q") ?? "";
  const shown = useDeferredValue(text.trim());
  const kind = (search.get("kind") ?? "dataset") as Kind;
  const branch = search.get("branch") ?? undefined;
  const opened = search.get("item");
  const change = (next: Record<string, string | undefined>) =>
    setSearch(
      (old) => {
        for (const [name, value] of Object.entries(next)) {
          if (value) {
            old.set(name, value);
          } else {
            old.delete(name);
          }
        }
        return old;
      },
      { replace: true },
    );
  const open = (item: ItemKey) => change({ item: `${item.kind}:${item.code}` });
  return (
    <>
      <PageHead
        title={t(M.title)}
        note={t(M.note)}
        extra={
          may("standards.publish") && (
            <Button type="primary" icon={<CloudUploadOutlined />} onClick={() => setPublishing(true)}>
              {t(M.publish)}
            </Button>
          )
        }
      />
      <div className="standards">
        <aside className="standards-tree">
          <CatalogueTree kind={kind} branch={branch} onPick={(next) => change({ ...next, q: undefined })} />
        </aside>
        <section className="list-page standards-main">
          <div className="filter-bar">
            <Input.Search
              allowClear
              style={{ maxWidth: 440 }}
              placeholder={t(M.find)}
              value={text}
              onChange={(event) => change({ q: event.target.value || undefined })}
            />
          </div>
          {shown ? <Found text={shown} onOpen={open} /> : <BranchItems kind={kind} branch={branch} onOpen={open} />}
        </section>
      </div>
      {opened && <ItemDrawer item={keyOf(opened)} onClose={() => change({ item: undefined })} onOpen={open} />}
      {publishing && <PublishDrawer onClose={() => setPublishing(false)} />}
    </>
  );
}

function keyOf(text: string): ItemKey {
  const at = text.indexOf(":");
  return { kind: text.slice(0, at) as Kind, code: text.slice(at + 1) };
}

interface TreeProps {
  kind: Kind;
  branch?: string;
  onPick: (place: { kind: Kind; branch?: string }) => void;
}

function CatalogueTree({ kind, branch, onPick }: TreeProps) {
  const title = useTitle();
  const query = useTree();
  return (
    <QueryView query={query} rows={12}>
      {(kinds) => (
        <Tree
          blockNode
          defaultExpandedKeys={[kind]}
          selectedKeys={[branch === undefined ? kind : `${kind}/${branch}`]}
          onSelect={(_, { node }) => {
            const [picked, ...rest] = String(node.key).split("/");
            onPick({ kind: picked as Kind, branch: rest.length > 0 ? rest.join("/") : undefined });
          }}
          treeData={kinds.map((one) => ({
            key: one.kind,
            title: <Counted text={title(one)} count={one.count} />,
            children: one.branches.map((part) => ({
              key: `${one.kind}/${part.key}`,
              title: <Counted text={title(part)} count={part.count} />,
            })),
          }))}
        />
      )}
    </QueryView>
  );
}

function Counted({ text, count }: { text: string; count: number }) {
  return (
    <span className="standards-counted">
      <span className="clip" title={text}>
        {text}
      </span>
      <span className="faint num">{formatNumber(count)}</span>
    </span>
  );
}

function BranchItems({ kind, branch, onOpen }: Omit<TreeProps, "onPick"> & { onOpen: (item: ItemKey) => void }) {
  const t = useT();
  const title = useTitle();
  const query = useBranch(kind, branch);
  return (
    <QueryView query={query}>
      {(items) => (
        <Table<ItemHead>
          className="rows-open"
          size="small"
          rowKey="code"
          dataSource={items}
          pagination={{ defaultPageSize: 20, showSizeChanger: true, hideOnSinglePage: true }}
          onRow={(one) => ({ onClick: () => onOpen(one) })}
          columns={[
            { title: t(M.code), dataIndex: "code", className: "mono nowrap", sorter: byText("code") },
            {
              title: t(M.name),
              key: "title",
              sorter: byText("title"),
              render: (_, one) => (
                <Button type="link" size="small" className="standards-name" onClick={() => onOpen(one)}>
                  {title(one)}
                </Button>
              ),
            },
            { title: t(M.standard), dataIndex: "standard", className: "nowrap" },
            { title: t(M.edition), dataIndex: "edition", className: "num" },
            { title: t(M.version), dataIndex: "version", className: "num", render: (version: number) => `v${version}` },
            { title: t(M.parts), dataIndex: "size", align: "right", className: "num", render: partsOf },
            { title: t(M.basis), key: "verified", render: (_, one) => <Basis verified={one.verified} /> },
          ]}
        />
      )}
    </QueryView>
  );
}

const byText = (name: "code" | "title") => (a: ItemHead, b: ItemHead) => a[name].localeCompare(b[name], "zh");
const partsOf = (size: number) => (size ? formatNumber(size) : "");

/** Whether the facts were read from some text; what was not is marked, so that nobody relies on it unawares. */
export function Basis({ verified }: { verified: boolean }) {
  const t = useT();
  return verified ? (
    <span className="faint">{t(M.verified)}</span>
  ) : (
    <Tooltip title={t(M.unverifiedHint)}>
      <Tag color="gold">{t(M.unverified)}</Tag>
    </Tooltip>
  );
}

function Found({ text, onOpen }: { text: string; onOpen: (item: ItemKey) => void }) {
  const t = useT();
  const query = useSearch(text);
  return (
    <QueryView query={query} isEmpty={(groups) => groups.length === 0} empty={<Empty text={t(M.nothingFound)} />}>
      {(groups) => (
        <div className="standards-found">
          {groups.map((group) => (
            <section key={group.group}>
              <h3>
                {t(GROUPS[group.group as keyof typeof GROUPS])}{" "}
                <span className="faint">{t(M.hitsOf, { count: formatNumber(group.count) })}</span>
              </h3>
              {group.hits.map((hit) => (
                <FoundOne key={`${hit.item}/${hit.code}`} hit={hit} inside={group.group !== "item"} onOpen={onOpen} />
              ))}
            </section>
          ))}
        </div>
      )}
    </QueryView>
  );
}

function FoundOne({ hit, inside, onOpen }: { hit: Hit; inside: boolean; onOpen: (item: ItemKey) => void }) {
  const t = useT();
  return (
    <button type="button" className="standards-hit" onClick={() => onOpen({ kind: hit.kind, code: hit.item })}>
      <span className="mono">{hit.code}</span>
      <span>{hit.title}</span>
      <span className="faint">{inside ? hit.context : `${t(KINDS[hit.kind])} · ${hit.context}`}</span>
    </button>
  );
}
