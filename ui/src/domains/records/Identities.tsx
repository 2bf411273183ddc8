import { useQuery } from "@tanstack/react-query";
import { Table } from "antd";
import { api } from "@/kernel/client";
import { OrgName, SexName } from "@/kernel/fields";
import { formatMinute, formatNumber, formatText, NOTHING } from "@/kernel/format";
import { type Message, useT } from "@/kernel/i18n";
import { QueryView } from "@/kernel/state";
import { M as P } from "../patients/messages";
import type { HistoryLine, Identity, PersonDetail } from "../patients/types";
import { M } from "./messages";

const ACTIONS: Record<string, Message> = {
  created: ["建立", "Created"],
  attached: ["归入", "Attached"],
  moved: ["移入", "Moved"],
  merged: ["合并", "Merged"],
  split: ["拆出", "Split"],
};

const RULES: Record<string, Message> = {
  resident_id: ["身份证号", "Resident id"],
  health_card: ["健康卡号", "Health card"],
  resident_id_and_name: ["身份证号与姓名", "Resident id and name"],
  health_card_and_name: ["健康卡号与姓名", "Health card and name"],
  probabilistic: ["概率匹配", "Probabilistic"],
  manual: ["人工", "By hand"],
  review: ["人工核对", "Review"],
};

/** What was joined into this person, why, and when. */
export function Identities({ person }: { person: PersonDetail }) {
  const t = useT();
  const history = useQuery({
    queryKey: ["patients", "history", person.id],
    queryFn: ({ signal }) => api.get<HistoryLine[]>(`/api/patients/persons/${person.id}/history`, undefined, signal),
  });
  const rule = (code: string | null) => (code ? t(RULES[code] ?? [code, code]) : NOTHING);
  return (
    <div className="stack">
      <Table<Identity>
        size="small"
        rowKey="patient_key"
        dataSource={person.members}
        pagination={false}
        scroll={{ x: "max-content" }}
        columns={[
          { title: t(P.institution), dataIndex: "org_code", render: (code: string) => <OrgName code={code} /> },
          { title: t(P.patientId), dataIndex: "patient_id", className: "mono" },
          { title: t(P.name), dataIndex: "name", render: formatText },
          { title: t(P.sex), dataIndex: "sex_code", render: (code: string | null) => <SexName code={code} /> },
          { title: t(P.birth), dataIndex: "birth_date", className: "num", render: formatText },
          { title: t(P.idNo), dataIndex: "id_no", className: "num", render: formatText },
          { title: t(P.card), dataIndex: "health_card_no", className: "num", render: formatText },
          { title: t(P.phone), dataIndex: "phone", className: "num", render: formatText },
          { title: t(P.address), dataIndex: "address", render: formatText },
          { title: t(M.rule), dataIndex: "linked_by", render: rule },
          {
            title: t(M.linkedScore),
            dataIndex: "linked_score",
            align: "right",
            render: (score: number | null) => (score === null ? NOTHING : formatNumber(score, 3)),
          },
        ]}
      />
      <h3>{t(M.history)}</h3>
      <QueryView query={history} rows={3}>
        {(lines) => (
          <Table<HistoryLine>
            size="small"
            rowKey={(line) => `${line.at}|${line.action}|${line.patient_key}`}
            dataSource={lines}
            pagination={lines.length > 20 ? { pageSize: 20, size: "small" } : false}
            columns={[
              { title: t(M.at), dataIndex: "at", className: "num nowrap", render: formatMinute },
              { title: t(M.action), dataIndex: "action", render: (code: string) => t(ACTIONS[code] ?? [code, code]) },
              { title: t(M.source), dataIndex: "patient_key", className: "mono", render: formatText },
              { title: t(M.rule), dataIndex: "rule", render: rule },
              { title: t(M.by), dataIndex: "by", render: formatText },
              { title: t(M.reason), dataIndex: "reason", render: formatText },
            ]}
          />
        )}
      </QueryView>
    </div>
  );
}
