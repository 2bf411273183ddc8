import { PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { App, Button, Upload } from "antd";
import { useNavigate } from "react-router";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { useChanged } from "@/kernel/resource/api";
import { ResourcePage } from "@/kernel/resource/ResourcePage";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { S } from "./messages";
import "../ingest.css";
import type { ImportReport } from "./types";

/** All sources; one is made here, or brought in as a definition file. */
export function SourcesPage() {
  const t = useT();
  const may = useMay();
  const navigate = useNavigate();
  const explain = useExplain();
  const forget = useChanged();
  const { message } = App.useApp();

  const bringIn = async (file: File) => {
    try {
      const report = await api.post<ImportReport>("/api/ingest/definitions/yaml", { yaml: await file.text() });
      const { source, created, updated, unchanged } = report;
      const counts = { created: created.length, updated: updated.length, unchanged: unchanged.length };
      message.success(t(S.imported, { source, ...counts }), 6);
      await forget("/api/ingest/sources");
    } catch (error) {
      const { title, detail } = explain(error);
      message.error([title, detail].filter(Boolean).join("："), 10);
    }
  };

  return (
    <ResourcePage
      name="ingest.sources"
      onOpen={may("ingest.write") ? (row) => navigate(`/ingest/sources/${String(row.code)}`) : undefined}
      extra={
        may("ingest.write") && (
          <>
            <Upload
              accept=".yaml,.yml"
              showUploadList={false}
              beforeUpload={(file) => {
                void bringIn(file);
                return false;
              }}
            >
              <Button icon={<UploadOutlined />}>{t(S.import)}</Button>
            </Upload>
            <Button type="primary" icon={<PlusOutlined />} onClick={() => navigate("/ingest/sources/new")}>
              {t(S.newSource)}
            </Button>
          </>
        )
      }
    />
  );
}
