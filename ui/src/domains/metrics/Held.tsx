import { Alert, Table } from "antd";
import { Link } from "react-router";
import { FieldValue } from "@/kernel/fields";
import { formatDate, formatDateTime, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { M } from "./messages";
import type { HeldDay } from "./types";

/** Which days of which institutions are not in the figures, and why. */
export function Held({ days }: { days: HeldDay[] }) {
  const t = useT();
  if (days.length === 0) {
    return null;
  }
  const count = new Set(days.map((one) => `${one.org_code}|${one.day}`)).size;
  return (
    <Alert
      type="warning"
      showIcon
      title={t(M.held, { count: formatNumber(count) })}
      description={
        <details>
          <summary>{t(M.heldWhich)}</summary>
          <Table<HeldDay>
            size="small"
            rowKey={(one) => `${one.org_code}|${one.dataset}|${one.day}|${one.kind}|${one.name}`}
            pagination={{ pageSize: 10, hideOnSinglePage: true, size: "small" }}
            dataSource={days}
            columns={[
              {
                title: t(M.heldDay),
                dataIndex: "day",
                className: "num",
                render: (day: string) => <Link to={`/ingest/calendar?month=${day}&day=${day}`}>{formatDate(day)}</Link>,
              },
              {
                title: t(M.institution),
                dataIndex: "org_code",
                render: (code: string) => (
                  <FieldValue value={code} field={{ name: "org_code", label: t(M.institution), kind: "org" }} />
                ),
              },
              {
                title: t(M.heldDataset),
                dataIndex: "dataset",
                render: (code: string) => (
                  <FieldValue value={code} field={{ name: "dataset", label: t(M.heldDataset), kind: "dataset" }} />
                ),
              },
              {
                title: t(M.heldWhy),
                key: "why",
                render: (_, one) => t(one.kind === "quantity" ? M.heldQuantity : M.heldIndicator, { name: one.name }),
              },
              { title: t(M.heldSince), dataIndex: "since", className: "num", render: formatDateTime },
            ]}
          />
        </details>
      }
    />
  );
}
