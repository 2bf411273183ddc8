import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import type { components } from "@/api/schema";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import type { DetailProps } from "@/kernel/resource/overrides";
import { useMay } from "@/kernel/session";
import { QueryView } from "@/kernel/state";
import { D } from "./messages";

type DocumentText = components["schemas"]["DocumentText"];

/** A document: its bytes to download, its text where it has one. Both are recorded, so neither is fetched unasked. */
function DocumentDetail({ row }: DetailProps) {
  const t = useT();
  const [shown, setShown] = useState(false);
  const path = `/api/ingest/documents/${String(row.id)}`;
  return (
    <div className="stack">
      <p className="row">
        <Button href={`${path}/content`} download>
          {t(D.download)}
        </Button>
        {row.status === "read" && !shown && <Button onClick={() => setShown(true)}>{t(D.show)}</Button>}
        <Link to={`/ingest/documents?${new URLSearchParams({ "f.digest": String(row.digest) })}`}>{t(D.same)}</Link>
      </p>
      {row.status === "plain" && <p className="muted">{t(D.noText)}</p>}
      {shown && <Text path={`${path}/text`} />}
    </div>
  );
}

function Text({ path }: { path: string }) {
  const t = useT();
  const text = useQuery({
    queryKey: ["ingest", path],
    queryFn: ({ signal }) => api.get<DocumentText>(path, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <QueryView query={text} rows={4}>
      {(data) => (
        <div>
          <h3>{t(D.text)}</h3>
          <pre className="json">{data.text}</pre>
        </div>
      )}
    </QueryView>
  );
}

/** From a collection to what it has brought. */
function CollectionDetail({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  if (!may("ingest.rows")) {
    return null;
  }
  const source = String(row.source);
  return (
    <div className="stack">
      <p className="row">
        <Link to={`/ingest/documents?${new URLSearchParams({ "f.source": source })}`}>{t(D.documents)}</Link>
        <Link to={`/ingest/documents?${new URLSearchParams({ "f.source": source, "f.status": "unreadable" })}`}>
          {t(D.unreadable)}
        </Link>
      </p>
      {Number(row.refused) > 0 && <Refused path={`/api/ingest/collections/${String(row.id)}/refused`} />}
    </div>
  );
}

function Refused({ path }: { path: string }) {
  const t = useT();
  const refused = useQuery({
    queryKey: ["ingest", path],
    queryFn: ({ signal }) => api.get<components["schemas"]["RefusedFiles"]>(path, undefined, signal),
  });
  return (
    <QueryView query={refused} rows={2}>
      {(data) => (
        <div>
          <h3>{t(D.refused)}</h3>
          <pre className="json">{data.files.join("\n")}</pre>
        </div>
      )}
    </QueryView>
  );
}

export const documentDetails = { "ingest.documents": DocumentDetail, "ingest.collections": CollectionDetail };
