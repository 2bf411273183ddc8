import { useQuery } from "@tanstack/react-query";
import { Checkbox, Tag } from "antd";
import { useState } from "react";
import { useParams } from "react-router";
import { api } from "@/kernel/client";
import { formatDateTime, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { PageHead } from "@/kernel/layout/PageHead";
import { Section } from "@/kernel/layout/Section";
import { LakeRows } from "@/kernel/resource/LakeRows";
import { mayUnmask, useSession } from "@/kernel/session";
import { QueryView } from "@/kernel/state";
import type { Mirror } from "../types";
import { X } from "./messages";

/** A source table as it stands there now, with the batch that this is known from. */
export function MirrorPage() {
  const t = useT();
  const session = useSession();
  const { id = "" } = useParams();
  const [clear, setClear] = useState(false);
  const path = `/api/ingest/mirrors/${id}`;
  const mirror = useQuery({
    queryKey: ["row", path],
    queryFn: ({ signal }) => api.get<Mirror>(path, undefined, signal),
  });
  return (
    <QueryView query={mirror}>
      {(data) => (
        <>
          <PageHead
            back={{ to: "/ingest/mirrors", label: t(X.mirrors) }}
            title={
              <>
                {data.origin} <span className="faint mono">{data.feed}</span>
              </>
            }
            note={
              <>
                {data.number > 0 &&
                  t(X.standing, {
                    number: data.number,
                    time: formatDateTime(data.as_of),
                    rows: formatNumber(data.rows),
                  })}{" "}
                {data.behind ? <Tag color="orange">{t(X.behind, { count: data.behind })}</Tag> : null}
                {!data.included && <Tag>{t(X.off)}</Tag>}
              </>
            }
          />
          <Section>
            <LakeRows
              path={`${path}/rows`}
              more={clear ? { unmask: "true" } : undefined}
              empty={t(X.empty)}
              extra={
                mayUnmask(session.data) && (
                  <Checkbox checked={clear} onChange={(event) => setClear(event.target.checked)}>
                    {t(X.clear)}
                  </Checkbox>
                )
              }
            />
          </Section>
        </>
      )}
    </QueryView>
  );
}
