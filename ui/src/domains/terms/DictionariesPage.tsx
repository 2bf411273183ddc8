import { UploadOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useT } from "@/kernel/i18n";
import { ResourcePage } from "@/kernel/resource/ResourcePage";
import { useMay } from "@/kernel/session";
import { M } from "./messages";
import { UploadDrawer } from "./UploadDrawer";
import "./terms.css";

/** All source dictionaries; one is brought in as a file here. */
export function DictionariesPage() {
  const t = useT();
  const may = useMay();
  const [uploading, setUploading] = useState(false);
  return (
    <>
      <ResourcePage
        name="terms.dictionaries"
        extra={
          may("terms.manage") && (
            <Button type="primary" icon={<UploadOutlined />} onClick={() => setUploading(true)}>
              {t(M.upload)}
            </Button>
          )
        }
      />
      {uploading && <UploadDrawer onClose={() => setUploading(false)} />}
    </>
  );
}
