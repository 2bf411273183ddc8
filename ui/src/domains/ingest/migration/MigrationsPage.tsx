import { useNavigate } from "react-router";
import { ResourcePage } from "@/kernel/resource/ResourcePage";

/** All platforms that are taken over; a row opens the migration itself. */
export function MigrationsPage() {
  const navigate = useNavigate();
  return <ResourcePage name="ingest.migrations" onOpen={(row) => navigate(`/ingest/migrations/${String(row.id)}`)} />;
}
