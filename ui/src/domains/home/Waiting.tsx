import { RightOutlined } from "@ant-design/icons";
import { useNavigate } from "react-router";
import { formatNumber } from "@/kernel/format";
import { type Message, useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { M } from "./messages";

export interface WaitingItem {
  text: Message;
  count: number | undefined;
  to: string;
}

/** What asks for somebody's attention; what is at zero does not. */
export function Waiting({ items }: { items: WaitingItem[] }) {
  const t = useT();
  const navigate = useNavigate();
  const due = items.filter((item) => item.count);
  return (
    <Section flush title={t(M.waiting)}>
      {due.length === 0 ? (
        <p className="muted waiting-none">{t(M.nothing)}</p>
      ) : (
        <ul className="waiting">
          {due.map((item) => (
            <li key={item.to}>
              <button type="button" onClick={() => navigate(item.to)}>
                <span>{t(item.text)}</span>
                <b className="num">{formatNumber(item.count)}</b>
                <RightOutlined />
              </button>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
