import { UploadOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Tooltip, Upload } from "antd";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { useExplain } from "@/kernel/state";
import type { Boundaries } from "../../types";
import { MAP } from "./MapPage";
import { N } from "./messages";

/** Puts the borders of a GeoJSON file in place of those there are; what is wrong with it is told with its place. */
export function ImportButton() {
  const t = useT();
  const explain = useExplain();
  const client = useQueryClient();
  const { message, modal } = App.useApp();
  const send = useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      form.append("file", file);
      return api.post<Boundaries>("/api/ingest/map/boundaries", form);
    },
    onSuccess: async (made) => {
      message.success(t(N.imported, { count: made.divisions }));
      await client.invalidateQueries({ queryKey: MAP });
    },
    onError: (error) => {
      const problem = explain(error);
      modal.error({ title: problem.title, content: problem.detail });
    },
  });
  return (
    <Tooltip title={t(N.importHint)}>
      <Upload
        accept=".json,.geojson"
        showUploadList={false}
        beforeUpload={(file) => {
          send.mutate(file);
          return false;
        }}
      >
        <Button icon={<UploadOutlined />} loading={send.isPending}>
          {t(N.import)}
        </Button>
      </Upload>
    </Tooltip>
  );
}
