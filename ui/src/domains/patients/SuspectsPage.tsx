import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Empty as AntEmpty, App, Button, Input, Pagination, Segmented, Space, Switch } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { api } from "@/kernel/client";
import { formatNumber } from "@/kernel/format";
import { type Message, useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { mayUnmask, useSession } from "@/kernel/session";
import { QueryView, useExplain } from "@/kernel/state";
import { Comparison } from "./Comparison";
import { M } from "./messages";
import type { Suspect, SuspectPage } from "./types";
import "./suspects.css";

const STATES: Record<string, Message> = { open: M.open, same: M.same, different: M.different };

/** Pairs of identities that may be one person, judged one after another. */
export function SuspectsPage() {
  const t = useT();
  const explain = useExplain();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [search, setSearch] = useSearchParams();
  const status = search.get("status") ?? "open";
  const page = Number(search.get("page") ?? 1);
  const chosen = search.get("id");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState<string | null>(null);
  const [unmask, setUnmask] = useState(false);
  const may = mayUnmask(useSession().data);
  const query = useQuery({
    queryKey: ["patients", "suspects", status, page, unmask],
    queryFn: ({ signal }) =>
      api.get<SuspectPage>(
        "/api/patients/suspects",
        { status, page, page_size: 20, ...(unmask ? { unmask } : {}) },
        signal,
      ),
    gcTime: unmask ? 0 : undefined,
  });
  const go = (change: Record<string, string>) => {
    setReason("");
    setSearch({ status, page: String(page), ...change }, { replace: true });
  };

  const decide = async (suspect: Suspect, verdict: "same" | "different") => {
    setBusy(verdict);
    try {
      await api.post(`/api/patients/suspects/${suspect.id}/decision`, { verdict, reason: reason.trim() || null });
      message.success(t(M.decided));
      const items = query.data?.items ?? [];
      const next = items[items.findIndex((item) => item.id === suspect.id) + 1];
      go(next ? { id: next.id } : {});
      await client.invalidateQueries({ queryKey: ["patients"] });
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："));
    } finally {
      setBusy(null);
    }
  };

  return (
    <>
      <PageHead
        title={t(M.suspects)}
        note={t(M.suspectsNote)}
        extra={
          <Space size="middle">
            {may && (
              <Space size={6}>
                <Switch size="small" checked={unmask} onChange={setUnmask} aria-label={t(M.unmask)} />
                <span className="muted">{t(unmask ? M.unmasked : M.unmask)}</span>
              </Space>
            )}
            <Segmented
              value={status}
              options={Object.entries(STATES).map(([value, label]) => ({ value, label: t(label) }))}
              onChange={(value) => go({ status: value, page: "1" })}
            />
          </Space>
        }
      />
      <QueryView
        query={query}
        isEmpty={(data) => data.items.length === 0}
        empty={
          <Section>
            <AntEmpty className="state" image={AntEmpty.PRESENTED_IMAGE_SIMPLE} description={t(M.noneOpen)} />
          </Section>
        }
      >
        {(data) => {
          const suspect = data.items.find((item) => item.id === chosen) ?? data.items[0];
          return (
            <div className="suspects">
              <Section flush className="suspect-list" title={t(M.score)} hint={`${data.total} ${t(M.pairUnit)}`}>
                <ul>
                  {data.items.map((item) => (
                    <li key={item.id}>
                      <button
                        type="button"
                        className={item.id === suspect?.id ? "suspect suspect-on" : "suspect"}
                        onClick={() => go({ id: item.id })}
                      >
                        <span className="clip">
                          {item.left.name ?? "—"} / {item.right.name ?? "—"}
                        </span>
                        <span className="num muted">{formatNumber(item.score * 100, 1)}%</span>
                      </button>
                    </li>
                  ))}
                </ul>
                <Pagination
                  simple
                  size="small"
                  current={page}
                  total={data.total}
                  pageSize={20}
                  hideOnSinglePage
                  onChange={(next) => go({ page: String(next) })}
                />
              </Section>
              {suspect && (
                <Section>
                  <Comparison suspect={suspect} />
                  {suspect.status === "open" ? (
                    <div className="suspect-decide">
                      <Input
                        placeholder={t(M.reason)}
                        value={reason}
                        maxLength={500}
                        onChange={(event) => setReason(event.target.value)}
                      />
                      <Button loading={busy === "different"} onClick={() => decide(suspect, "different")}>
                        {t(M.different)}
                      </Button>
                      <Button type="primary" loading={busy === "same"} onClick={() => decide(suspect, "same")}>
                        {t(M.same)}
                      </Button>
                    </div>
                  ) : (
                    <p className="muted suspect-decided">
                      {t(STATES[suspect.status] ?? M.open)} · {suspect.decided_by}
                    </p>
                  )}
                </Section>
              )}
            </div>
          );
        }}
      </QueryView>
    </>
  );
}
