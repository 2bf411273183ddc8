import { Collapse } from "antd";
import { useT } from "@/kernel/i18n";
import { R } from "./messages";

/** The statements of both sides, folded. */
export function Statements({ source, platform }: { source?: string | null; platform?: string | null }) {
  const t = useT();
  const items = [
    { key: "source", label: t(R.sourceSql), text: source },
    { key: "platform", label: t(R.platformSql), text: platform },
  ].filter((one) => one.text);
  return items.length === 0 ? null : (
    <Collapse
      size="small"
      items={items.map(({ key, label, text }) => ({ key, label, children: <pre className="json">{text}</pre> }))}
    />
  );
}
