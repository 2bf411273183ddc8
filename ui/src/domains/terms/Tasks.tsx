import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Space, Table, Tag } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { ShareBar } from "@/kernel/chart/ShareBar";
import { api } from "@/kernel/client";
import { OrgName } from "@/kernel/fields/OrgName";
import { formatNumber } from "@/kernel/format";
import { useLanguage, useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import type { Page } from "@/kernel/resource/types";
import { useMay, useSession } from "@/kernel/session";
import { ErrorState, useExplain } from "@/kernel/state";
import { M } from "./messages";
import type { Selection } from "./ProgressPage";
import { shareOfDictionary } from "./share";
import type { Dictionary, Progress } from "./types";

interface Props {
  progress: Progress;
  selection: Selection;
  onClear: () => void;
}

const SIZE = 15;

/** The dictionaries behind a figure: who maps them, how far they are, the way to the bench. */
export function Tasks({ progress, selection, onClear }: Props) {
  const t = useT();
  const may = useMay();
  const navigate = useNavigate();
  const explain = useExplain();
  const client = useQueryClient();
  const { message } = App.useApp();
  const { language } = useLanguage();
  const me = useSession().data;
  const key = `${selection.org}|${selection.kind}`;
  const [at, setAt] = useState({ key, page: 1 });
  const page = at.key === key ? at.page : 1;
  const query = useQuery({
    queryKey: ["terms", "tasks", selection, page],
    queryFn: ({ signal }) =>
      api.get<Page<Dictionary>>(
        "/api/terms/dictionaries",
        {
          page,
          page_size: SIZE,
          sort: "-records",
          "f.org_code": selection.org,
          "f.kind": selection.kind ?? progress.kinds.map((kind) => kind.code),
        },
        signal,
      ),
    placeholderData: keepPreviousData,
  });
  const kindOf = (code: string) => {
    const kind = progress.kinds.find((one) => one.code === code);
    return (language === "zh" ? kind?.title : kind?.title_en) ?? code;
  };
  const change = async (held: Dictionary, what: "claim" | "release") => {
    try {
      await api.post(`/api/terms/dictionaries/${held.id}/${what}`);
      await client.invalidateQueries({ queryKey: ["terms"] });
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    }
  };
  if (query.isError) {
    return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  }
  return (
    <Section
      flush
      title={t(M.tasks)}
      hint={query.data ? formatNumber(query.data.total) : ""}
      extra={
        (selection.org ?? selection.kind) && (
          <Button type="link" size="small" onClick={onClear}>
            {t(M.clear)}
          </Button>
        )
      }
    >
      <Table<Dictionary>
        size="small"
        rowKey="id"
        loading={query.isFetching && !query.data}
        dataSource={query.data?.items ?? []}
        scroll={{ x: "max-content" }}
        pagination={{
          current: page,
          pageSize: SIZE,
          total: query.data?.total ?? 0,
          showSizeChanger: false,
          hideOnSinglePage: true,
          onChange: (next) => setAt({ key, page: next }),
        }}
        columns={[
          { title: t(M.institution), dataIndex: "org_code", render: (code: string) => <OrgName code={code} /> },
          { title: t(M.kind), dataIndex: "kind", render: kindOf },
          {
            title: t(M.name),
            dataIndex: "title",
            render: (title: string, held) => <Link to={`/terms/bench/${held.id}`}>{title}</Link>,
          },
          { title: t(M.share), render: (_, held) => <ShareBar share={shareOfDictionary(held)} /> },
          {
            title: t(M.open),
            dataIndex: "open_entries",
            align: "right",
            render: (count: number, held) => (
              <span className="num">
                {formatNumber(count)}
                <span className="faint"> / {formatNumber(held.entries)}</span>
              </span>
            ),
          },
          {
            title: t(M.review),
            dataIndex: "review_entries",
            align: "right",
            render: (count: number) => <span className={count ? "warn num" : "faint num"}>{formatNumber(count)}</span>,
          },
          { title: t(M.records), dataIndex: "records", align: "right", render: (n: number) => formatNumber(n) },
          {
            title: t(M.claimedBy),
            dataIndex: "claimed_name",
            render: (name: string | null) => (name ? <Tag>{name}</Tag> : <span className="faint">—</span>),
          },
          {
            key: "do",
            align: "right",
            render: (_, held) => (
              <Space size={4}>
                {may("terms.map") && !held.claimed_by && (
                  <Button size="small" onClick={() => change(held, "claim")}>
                    {t(M.claim)}
                  </Button>
                )}
                {held.claimed_by && (held.claimed_by === me?.id || may("terms.manage")) && (
                  <Button size="small" onClick={() => change(held, "release")}>
                    {t(M.release)}
                  </Button>
                )}
                <Button size="small" type="primary" ghost onClick={() => navigate(`/terms/bench/${held.id}`)}>
                  {t(M.toBench)}
                </Button>
              </Space>
            ),
          },
        ]}
      />
    </Section>
  );
}
