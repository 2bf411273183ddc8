import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useT } from "@/kernel/i18n";
import { ResourcePage } from "@/kernel/resource/ResourcePage";
import { useMay } from "@/kernel/session";
import { BeginModal } from "./BeginModal";
import { R } from "./messages_revising";

/** All proposals; a row opens its page. */
export function ProposalsPage() {
  const t = useT();
  const may = useMay();
  const navigate = useNavigate();
  const [beginning, setBeginning] = useState(false);
  return (
    <>
      <ResourcePage
        name="standards.proposals"
        onOpen={(row) => navigate(`/standards/proposals/${row.id}`)}
        extra={
          may("standards.write") && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setBeginning(true)}>
              {t(R.begin)}
            </Button>
          )
        }
      />
      {beginning && <BeginModal onClose={() => setBeginning(false)} />}
    </>
  );
}
