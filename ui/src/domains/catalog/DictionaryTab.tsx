import { Button, Popover, Table, Tag } from "antd";
import { formatText, NOTHING } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import { QueryView } from "@/kernel/state";
import { type Dictionary, type Element, useDictionary, type ValueSet } from "../standards/dictionary";
import { M } from "./messages";

/** What every column means, by the standard it is taken from. */
export function DictionaryTab({ code }: { code: string }) {
  const dictionary = useDictionary(code);
  return <QueryView query={dictionary}>{(data) => <Elements dictionary={data} />}</QueryView>;
}

function Elements({ dictionary: { dataset, value_sets } }: { dictionary: Dictionary }) {
  const t = useT();
  const title = useTitle();
  return (
    <div className="stack">
      <p className="muted">
        {dataset.standard} · {t(M.key)} <span className="mono">{dataset.key.join(" + ")}</span> · {t(M.time)}{" "}
        <span className="mono">{dataset.time_column ?? NOTHING}</span>
      </p>
      <Table<Element>
        size="small"
        rowKey="name"
        dataSource={dataset.elements}
        pagination={false}
        scroll={{ x: "max-content" }}
        columns={[
          {
            title: t(M.element),
            key: "title",
            render: (_, one) => (
              <>
                {title(one)} {dataset.key.includes(one.name) && <Tag color="blue">{t(M.keyHint)}</Tag>}
                <div className="faint mono">{one.name}</div>
              </>
            ),
          },
          { title: t(M.de), dataIndex: "de", className: "mono", render: formatText },
          { title: t(M.type), dataIndex: "type", className: "mono" },
          { title: t(M.format), dataIndex: "format", className: "mono", render: formatText },
          {
            title: t(M.valueSet),
            dataIndex: "value_set",
            render: (set: string | null) => <SetButton set={value_sets.find((one) => one.code === set)} code={set} />,
          },
          {
            title: t(M.required),
            dataIndex: "required",
            render: (required: boolean) => (required ? <Tag color="orange">{t(M.required)}</Tag> : null),
          },
          { title: t(M.grade), dataIndex: "grade", align: "right", className: "num" },
          { title: t(M.maskedMark), dataIndex: "mask", render: (mask: string | null) => mask && <Tag>{mask}</Tag> },
          { title: t(M.source), dataIndex: "source", className: "muted" },
        ]}
      />
    </div>
  );
}

const SHOWN = 60;

function SetButton({ set, code }: { set: ValueSet | undefined; code: string | null }) {
  const t = useT();
  const title = useTitle();
  if (!code) {
    return <span className="faint">{NOTHING}</span>;
  }
  if (!set) {
    return <span className="mono">{code}</span>;
  }
  return (
    <Popover
      trigger="click"
      placement="left"
      title={
        <>
          {set.title} <span className="faint">{t(M.valueSetOf, { code: set.code, count: set.items.length })}</span>
        </>
      }
      content={
        <div style={{ maxHeight: 320, overflow: "auto", minWidth: 220 }}>
          {set.items.slice(0, SHOWN).map((item) => (
            <div key={item.code}>
              <span className="mono faint" style={{ display: "inline-block", minWidth: 56 }}>
                {item.code}
              </span>
              {title(item)}
            </div>
          ))}
          {set.items.length > SHOWN && <span className="faint">…</span>}
        </div>
      }
    >
      <Button type="link" size="small" style={{ padding: 0 }}>
        {set.title}
      </Button>
    </Popover>
  );
}
