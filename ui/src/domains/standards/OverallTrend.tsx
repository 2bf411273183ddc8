import { useQuery } from "@tanstack/react-query";
import { Drawer, Select } from "antd";
import { useState } from "react";
import { api } from "@/kernel/client";
import { useT, useTitle } from "@/kernel/i18n";
import { QueryView } from "@/kernel/state";
import { C } from "./messages_monitoring";
import { useBranch } from "./queries";
import { TrendChart } from "./TrendChart";
import type { ConformanceTrend } from "./types";

/** All institutions that one may see, taken together: of all datasets, or of one. */
export function OverallTrend({ onClose }: { onClose: () => void }) {
  const t = useT();
  const title = useTitle();
  const [dataset, setDataset] = useState<string>();
  const datasets = useBranch("dataset");
  const query = useQuery({
    queryKey: ["standards", "conformance", "trend", dataset],
    queryFn: ({ signal }) => api.get<ConformanceTrend>("/api/standards/conformance/trend", { dataset }, signal),
  });
  return (
    <Drawer open size={980} onClose={onClose} title={t(C.overall)}>
      <div className="stack">
        <Select
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          style={{ width: 320 }}
          placeholder={t(C.allDatasets)}
          value={dataset}
          onChange={setDataset}
          options={datasets.data?.map((one) => ({ value: one.code, label: `${title(one)} ${one.code}` }))}
        />
        <QueryView query={query}>{(found) => <TrendChart {...found} />}</QueryView>
        <span className="faint">{t(C.overallNote)}</span>
      </div>
    </Drawer>
  );
}
