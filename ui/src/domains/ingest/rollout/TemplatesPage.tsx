import { useNavigate } from "react-router";
import { ResourcePage } from "@/kernel/resource/ResourcePage";
import { useMay } from "@/kernel/session";

/** All templates; for those who maintain sources a row opens the rollout itself. */
export function TemplatesPage() {
  const may = useMay();
  const navigate = useNavigate();
  return (
    <ResourcePage
      name="ingest.templates"
      onOpen={may("ingest.write") ? (row) => navigate(`/ingest/templates/${String(row.id)}`) : undefined}
    />
  );
}
