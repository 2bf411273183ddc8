import { DatabaseOutlined, DownloadOutlined, EditOutlined } from "@ant-design/icons";
import { Button, Descriptions, Drawer, Dropdown, Tabs, Tag } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { formatMinute, NOTHING } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { useMay } from "@/kernel/session";
import { QueryView } from "@/kernel/state";
import { BeginModal } from "./BeginModal";
import { ContentTab } from "./ContentTab";
import { ImpactTab } from "./ImpactTab";
import { KINDS, M } from "./messages";
import { A } from "./messages_adopting";
import { R } from "./messages_revising";
import { datasetFile, FORMATS, useItem } from "./queries";
import { Basis } from "./StandardsPage";
import type { ItemKey, ItemView } from "./types";
import { VersionsTab } from "./VersionsTab";

interface Props {
  item: ItemKey;
  onClose: () => void;
  onOpen: (item: ItemKey) => void;
}

/** One item: what it says, what its versions changed, what uses it. */
export function ItemDrawer({ item, onClose, onOpen }: Props) {
  const query = useItem(item);
  const t = useT();
  const may = useMay();
  const title = useTitle();
  const navigate = useNavigate();
  const [beginning, setBeginning] = useState<"change" | "review" | "retire">();
  return (
    <Drawer
      open
      size={980}
      onClose={onClose}
      title={
        query.data ? (
          <span className="row">
            {title(query.data)} <span className="faint mono">{item.code}</span>
          </span>
        ) : (
          item.code
        )
      }
      extra={
        <>
          {may("standards.write") && item.kind === "catalogue" && query.data && !query.data.valid_to && (
            <Button icon={<DatabaseOutlined />} onClick={() => navigate(`/standards/adopt/${item.code}`)}>
              {t(A.adopt)}
            </Button>
          )}{" "}
          {may("standards.write") && query.data && !query.data.valid_to && (
            <Dropdown
              menu={{
                items: (["change", "review", "retire"] as const).map((key) => ({
                  key,
                  label: t({ change: R.revise, review: R.review, retire: R.retire }[key]),
                })),
                onClick: ({ key }) => setBeginning(key as "change" | "review" | "retire"),
              }}
            >
              <Button icon={<EditOutlined />}>{t(R.title)}</Button>
            </Dropdown>
          )}{" "}
          {(item.kind === "dataset" || item.kind === "catalogue") && <Downloads item={item} />}
        </>
      }
    >
      <QueryView query={query}>{(view) => <Shown view={view} onOpen={onOpen} />}</QueryView>
      {beginning && <BeginModal item={item} operation={beginning} onClose={() => setBeginning(undefined)} />}
    </Drawer>
  );
}

function Downloads({ item }: { item: ItemKey }) {
  const t = useT();
  return (
    <Dropdown
      menu={{
        items: FORMATS.map(([key, label]) => ({ key, label })),
        onClick: ({ key }) => window.location.assign(datasetFile(item, key)),
      }}
    >
      <Button icon={<DownloadOutlined />}>{t(M.download)}</Button>
    </Dropdown>
  );
}

function Shown({ view, onOpen }: { view: ItemView; onOpen: (item: ItemKey) => void }) {
  const t = useT();
  return (
    <div className="stack">
      <Descriptions
        size="small"
        column={3}
        items={[
          { key: "kind", label: t(M.type), children: t(KINDS[view.kind]) },
          { key: "standard", label: t(M.standard), children: view.standard },
          {
            key: "version",
            label: t(M.version),
            children: (
              <span className="row">
                v{view.version} {view.valid_to ? <Tag>{t(M.ended)}</Tag> : <Tag color="green">{t(M.inForce)}</Tag>}
              </span>
            ),
          },
          { key: "edition", label: t(M.edition), children: view.edition },
          { key: "valid", label: t(M.validFrom), children: formatMinute(view.valid_from) },
          { key: "basis", label: t(M.basis), children: <Basis verified={view.verified} /> },
          { key: "provenance", label: t(M.provenance), span: 3, children: view.provenance || NOTHING },
        ]}
      />
      <Tabs
        size="small"
        destroyOnHidden
        items={[
          { key: "content", label: t(M.content), children: <ContentTab view={view} onOpen={onOpen} /> },
          {
            key: "versions",
            label: `${t(M.versions)} ${view.versions.length}`,
            children: <VersionsTab view={view} />,
          },
          { key: "impact", label: t(M.impact), children: <ImpactTab view={view} /> },
        ]}
      />
    </div>
  );
}
