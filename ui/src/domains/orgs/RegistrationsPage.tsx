import { PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useT } from "@/kernel/i18n";
import { ResourcePage } from "@/kernel/resource/ResourcePage";
import { useMay } from "@/kernel/session";
import { ApplyDrawer } from "./ApplyDrawer";
import { BatchDrawer } from "./BatchDrawer";
import { M } from "./messages";

/** All applications; a row opens its page. */
export function RegistrationsPage() {
  const t = useT();
  const may = useMay();
  const navigate = useNavigate();
  const [open, setOpen] = useState<"one" | "file" | null>(null);
  return (
    <>
      <ResourcePage
        name="orgs.registrations"
        onOpen={(row) => navigate(`/orgs/registrations/${row.id}`)}
        extra={
          may("orgs.register") && (
            <>
              <Button icon={<UploadOutlined />} onClick={() => setOpen("file")}>
                {t(M.byFile)}
              </Button>
              <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen("one")}>
                {t(M.apply)}
              </Button>
            </>
          )
        }
      />
      {open === "one" && (
        <ApplyDrawer onClose={() => setOpen(null)} onDone={({ id }) => navigate(`/orgs/registrations/${id}`)} />
      )}
      {open === "file" && <BatchDrawer onClose={() => setOpen(null)} />}
    </>
  );
}
