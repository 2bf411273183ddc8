import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { Fragment } from "react";
import type { InputProps } from "@/kernel/fields/rooms";
import { useT } from "@/kernel/i18n";
import { useFeedOptions } from "../options";
import { G } from "./messages";
import "./groups.css";

interface Wanted {
  feed: string;
  after: string[];
}

/** Members of a group: a feed each, and those of the others that it waits for. */
export function MembersInput({ id, value, onChange }: InputProps) {
  const t = useT();
  const options = useFeedOptions();
  const members = (value ?? []) as Wanted[];
  const titles = new Map(options.map((one) => [one.value, one.label]));
  const named = new Set(members.map((one) => one.feed));
  const change = (index: number, member: Wanted | null) => {
    const gone = member?.feed === members[index]?.feed ? null : members[index]?.feed;
    const kept = members.flatMap((one, n) => (n === index ? (member ? [member] : []) : [one]));
    // What waited for a member that is gone waits for it no longer.
    onChange?.(kept.map((one) => ({ ...one, after: one.after.filter((code) => code !== gone) })));
  };
  return (
    <div className="group-members" id={id}>
      {members.length > 0 && (
        <>
          <span className="muted">{t(G.member)}</span>
          <span className="muted">{t(G.after)}</span>
          <span />
        </>
      )}
      {members.map((one, index) => (
        <Fragment key={one.feed || `new-${index}`}>
          <Select
            aria-label={t(G.member)}
            value={one.feed || undefined}
            onChange={(feed: string) => change(index, { ...one, feed })}
            options={options.filter((option) => option.value === one.feed || !named.has(option.value))}
            showSearch={{ optionFilterProp: "label" }}
          />
          <Select
            aria-label={t(G.after)}
            mode="multiple"
            placeholder={t(G.atOnce)}
            value={one.after}
            onChange={(after: string[]) => change(index, { ...one, after })}
            options={members
              .filter((other) => other.feed && other.feed !== one.feed)
              .map((other) => ({ value: other.feed, label: titles.get(other.feed) ?? other.feed }))}
            showSearch={{ optionFilterProp: "label" }}
          />
          <Button type="text" icon={<DeleteOutlined />} aria-label={t(G.remove)} onClick={() => change(index, null)} />
        </Fragment>
      ))}
      <Button
        type="dashed"
        icon={<PlusOutlined />}
        disabled={members.some((one) => !one.feed)}
        onClick={() => onChange?.([...members, { feed: "", after: [] }])}
      >
        {t(G.addMember)}
      </Button>
    </div>
  );
}

/** How many members there are. */
export function Members({ value }: { value: unknown }) {
  const t = useT();
  return <span>{t(G.members, { count: ((value ?? []) as Wanted[]).length })}</span>;
}
