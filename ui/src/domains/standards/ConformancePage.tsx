import { LineChartOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { jobsOf, useFollowJob } from "@/kernel/jobs";
import { ResourcePage } from "@/kernel/resource/ResourcePage";
import { useMay } from "@/kernel/session";
import { ConformanceDrawer } from "./ConformanceDrawer";
import { C } from "./messages_monitoring";
import { OverallTrend } from "./OverallTrend";
import type { ConformanceRow } from "./types";

/** How far the data of every institution conform to the datasets in force; a row opens what stands behind it. */
export function ConformancePage() {
  const t = useT();
  const may = useMay();
  const follow = useFollowJob();
  const [opened, setOpened] = useState<ConformanceRow>();
  const [overall, setOverall] = useState(false);
  const observe = async () => {
    for (const id of jobsOf(await api.post("/api/standards/conformance/observe"))) {
      follow(id, t(C.observe));
    }
  };
  return (
    <>
      <ResourcePage
        name="standards.conformance"
        onOpen={(row) => setOpened(row as unknown as ConformanceRow)}
        extra={
          <>
            <Button icon={<LineChartOutlined />} onClick={() => setOverall(true)}>
              {t(C.overall)}
            </Button>
            {may("standards.write") && <Button onClick={observe}>{t(C.observe)}</Button>}
          </>
        }
      />
      {overall && <OverallTrend onClose={() => setOverall(false)} />}
      {opened && <ConformanceDrawer row={opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}
