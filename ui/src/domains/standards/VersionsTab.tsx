import { Select, Table, Tag } from "antd";
import { useState } from "react";
import { formatMinute, NOTHING } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Empty, QueryView } from "@/kernel/state";
import { DiffTable } from "./DiffTable";
import { M } from "./messages";
import { useDifferences } from "./queries";
import type { ItemView } from "./types";

/** The versions of an item, and what changed between any two of them. */
export function VersionsTab({ view }: { view: ItemView }) {
  const t = useT();
  const [newest, former] = view.versions;
  const [before, setBefore] = useState(former?.version ?? 1);
  const [after, setAfter] = useState(newest?.version ?? 1);
  const options = view.versions.map(({ version, edition }) => ({ value: version, label: `v${version} · ${edition}` }));
  return (
    <div className="stack">
      <Table
        size="small"
        rowKey="version"
        dataSource={view.versions}
        pagination={false}
        columns={[
          {
            title: t(M.version),
            dataIndex: "version",
            render: (version: number, one) => (
              <span className="row">
                v{version} {one.valid_to ? <Tag>{t(M.ended)}</Tag> : <Tag color="green">{t(M.inForce)}</Tag>}
              </span>
            ),
          },
          { title: t(M.edition), dataIndex: "edition" },
          { title: t(M.provenance), dataIndex: "pack", className: "mono" },
          { title: t(M.validFrom), dataIndex: "valid_from", className: "num", render: formatMinute },
          {
            title: t(M.validTo),
            dataIndex: "valid_to",
            className: "num",
            render: (moment: string | null) => (moment ? formatMinute(moment) : NOTHING),
          },
        ]}
      />
      {view.versions.length < 2 ? (
        <p className="muted">{t(M.oneVersion)}</p>
      ) : (
        <>
          <span className="row">
            {t(M.before)} <Select size="small" value={before} options={options} onChange={setBefore} /> {t(M.after)}{" "}
            <Select size="small" value={after} options={options} onChange={setAfter} />
          </span>
          <Between view={view} before={before} after={after} />
        </>
      )}
    </div>
  );
}

function Between({ view, before, after }: { view: ItemView; before: number; after: number }) {
  const t = useT();
  const query = useDifferences(view, before, after);
  return (
    <QueryView query={query} isEmpty={(rows) => rows.length === 0} empty={<Empty text={t(M.noDifference)} />}>
      {(rows) => <DiffTable rows={rows} />}
    </QueryView>
  );
}
