import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Modal, Slider, Switch, Table } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { formatNumber, formatPercent } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { useFollowJob } from "@/kernel/jobs";
import { QueryView, useExplain } from "@/kernel/state";
import { M, W } from "../messages";
import type { Accept, Dictionary, Entry, Undo, Worth } from "../types";
import { formatScore, WorthText } from "./Worth";

interface Props {
  dictionary: Dictionary;
  worth: Worth | null;
  precision: number;
  onClose: () => void;
  onDone: () => void;
}

/** Accept all candidates from a score on: what it would map is shown first, and it can be undone. */
export function BatchModal({ dictionary, worth, precision, onClose, onDone }: Props) {
  const t = useT();
  const explain = useExplain();
  const { message, notification } = App.useApp();
  const follow = useFollowJob();
  const threshold = worth?.threshold ?? null;
  // Without a threshold only what was confirmed under this very name, or is called like the standard term, scores 1.
  const [score, setScore] = useState(threshold ?? 1);
  const [only, setOnly] = useState(false);
  const [busy, setBusy] = useState(false);
  const path = `/api/terms/dictionaries/${dictionary.id}/accept`;
  const wish = { min_score: score, only_accepted: only };
  const query = useQuery({
    queryKey: ["terms", "accept", dictionary.id, score, only],
    queryFn: () => api.post<Accept>(path, { ...wish, preview: true }),
    staleTime: 0,
    gcTime: 0,
  });
  const told = (error: unknown) => {
    const { title, detail } = explain(error);
    message.error([title, detail].filter(Boolean).join("："), 8);
  };
  const undo = async (batch: string) => {
    try {
      const { undone, kept, job_id } = await api.post<Undo>(`/api/terms/batches/${batch}/undo`);
      notification.destroy(batch);
      if (job_id) {
        follow(job_id, t(W.undoing));
      } else {
        message.success(t(W.undone, { undone, kept: kept ?? 0 }), 6);
      }
      onDone();
    } catch (error) {
      told(error);
    }
  };
  const take = async () => {
    setBusy(true);
    try {
      const { batch_id, job_id, entries } = await api.post<Accept>(path, { ...wish, preview: false });
      onDone();
      onClose();
      if (job_id) {
        follow(job_id, t(W.accepting, { count: formatNumber(entries) }));
      } else if (batch_id) {
        notification.success({
          key: batch_id,
          title: t(W.taken, { count: entries }),
          actions: (
            <Button size="small" onClick={() => undo(batch_id)}>
              {t(W.undo)}
            </Button>
          ),
          placement: "bottomRight",
          duration: 0,
        });
      }
    } catch (error) {
      told(error);
    } finally {
      setBusy(false);
    }
  };
  const count = query.data?.entries ?? 0;
  return (
    <Modal
      open
      width={760}
      title={t(W.batch)}
      onCancel={onClose}
      cancelText={t(M.cancel)}
      onOk={take}
      okText={t(W.take, { count: formatNumber(count) })}
      okButtonProps={{ disabled: count === 0 || query.isFetching }}
      confirmLoading={busy}
    >
      <div className="batch-wish">
        <span>{t(W.leastScore)}</span>
        <Slider
          min={Math.min(0.5, threshold ?? 0.5)}
          max={1}
          marks={threshold === null ? undefined : { [threshold]: formatPercent(precision) }}
          step={0.005}
          defaultValue={score}
          onChangeComplete={setScore}
          tooltip={{ formatter: (value) => (value === undefined ? "" : formatScore(value)) }}
        />
        <b className="num">{formatScore(score)}</b>
        <Switch size="small" checked={only} onChange={setOnly} />
        <span>{t(W.onlyAccepted)}</span>
      </div>
      <p className="batch-worth">
        <WorthText worth={worth} precision={precision} />
      </p>
      <QueryView query={query} rows={6}>
        {({ entries, records, sample, assured }) => (
          <>
            {!assured && entries > 0 && (
              <Alert
                type="warning"
                showIcon
                className="batch-warning"
                title={t(W.notAssured, { stated: formatPercent(precision) })}
              />
            )}
            <p>
              <b>{t(W.willAccept, { entries: formatNumber(entries), records: formatNumber(records) })}</b>
              <span className="muted"> {sample.length > 0 && t(W.lowest)}</span>
            </p>
            <Table<Entry>
              size="small"
              rowKey="id"
              dataSource={sample}
              pagination={false}
              scroll={{ y: 300 }}
              columns={[
                { title: t(W.source), dataIndex: "name" },
                {
                  title: t(W.standard),
                  render: (_, entry) => (
                    <>
                      <span className="mono">{entry.top_code}</span> {entry.top_name?.replaceAll("##", " + ")}
                    </>
                  ),
                },
                {
                  title: t(M.records),
                  dataIndex: "records",
                  align: "right",
                  width: 90,
                  render: (n: number) => formatNumber(n),
                },
                { title: "", dataIndex: "top_score", align: "right", width: 70, render: (n: number) => n.toFixed(3) },
              ]}
            />
          </>
        )}
      </QueryView>
    </Modal>
  );
}
