import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Popconfirm, Space, Tag, Tooltip } from "antd";
import { Link } from "react-router";
import { ShareBar } from "@/kernel/chart/ShareBar";
import { api } from "@/kernel/client";
import { NOTHING } from "@/kernel/format";
import { useT, useTitle } from "@/kernel/i18n";
import type { CellProps } from "@/kernel/resource/overrides";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { Files } from "./Files";
import { M } from "./messages";
import { C } from "./messages_monitoring";
import { useAttributes } from "./queries";
import "./standards.css";

function PublicationTitle({ value, row }: CellProps) {
  const t = useT();
  const may = useMay();
  const client = useQueryClient();
  const explain = useExplain();
  const { message } = App.useApp();
  const id = String(row.id);
  const withdraw = useMutation({
    mutationFn: () => api.post(`/api/standards/publications/${id}/withdraw`),
    onSuccess: () => client.invalidateQueries(),
    onError: (error) => message.error(explain(error).detail || explain(error).title),
  });
  const current = row.status === "current";
  return (
    // The row opens on a click; its links are not meant by that.
    <Space orientation="vertical" size={0} onClick={(event) => event.stopPropagation()}>
      <div>{String(value)}</div>
      <span className="row">
        <Files id={id} />
        {current && may("standards.publish") && (
          <Popconfirm title={t(M.withdrawAsk)} onConfirm={() => withdraw.mutate()}>
            <Button type="text" size="small" danger loading={withdraw.isPending}>
              {t(M.withdraw)}
            </Button>
          </Popconfirm>
        )}
      </span>
    </Space>
  );
}

function Attributes({ value }: CellProps) {
  const title = useTitle();
  const declared = useAttributes().data ?? [];
  const held = (value ?? {}) as Record<string, string>;
  return (
    <>
      {declared
        .filter(({ name }) => held[name])
        .map((one) => `${title(one)} ${held[one.name]}`)
        .join(" · ")}
    </>
  );
}

function Share({ value, field }: CellProps) {
  if (field.name === "score") {
    return <span className="num">{typeof value === "number" ? value.toFixed(2) : NOTHING}</span>;
  }
  return <ShareBar share={typeof value === "number" ? value / 100 : null} />;
}

/** The version that figures were held against; a former one stands out. */
export function HeldAgainst({ value, row }: Pick<CellProps, "value"> & { row: { version?: unknown } }) {
  const t = useT();
  if (typeof value !== "number") {
    return <span className="faint">{NOTHING}</span>;
  }
  const former = typeof row.version === "number" && value < row.version;
  return (
    <Tooltip title={former ? t(C.former) : undefined}>
      <Tag color={former ? "orange" : "default"}>v{value}</Tag>
    </Tooltip>
  );
}

/** The code of a dataset leads to its page in the catalogue. */
function DatasetLink({ value }: CellProps) {
  return (
    <Link to={`/catalog/datasets/${encodeURIComponent(String(value))}`} onClick={(event) => event.stopPropagation()}>
      {String(value)}
    </Link>
  );
}

export const cells = { Attributes, DatasetLink, HeldAgainst, PublicationTitle, Share };
