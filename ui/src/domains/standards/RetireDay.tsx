import { Button, DatePicker } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useT } from "@/kernel/i18n";
import { useMay } from "@/kernel/session";
import { R } from "./messages_revising";
import type { Act } from "./ProposalPage";
import type { Proposal } from "./types";

/** The day on which an item is to be retired; without one it goes as soon as that is approved. */
export function RetireDay({ proposal, act }: { proposal: Proposal; act: Act }) {
  const t = useT();
  const may = useMay();
  const [day, setDay] = useState(proposal.effective_from);
  const editable = ["research", "drafting"].includes(proposal.stage) && may("standards.write");
  return (
    <span className="row">
      <DatePicker
        disabled={!editable}
        placeholder={t(R.onPublication)}
        value={day ? dayjs(day) : null}
        onChange={(chosen) => setDay(chosen ? chosen.format("YYYY-MM-DD") : null)}
      />
      {editable && (
        <Button
          type="primary"
          onClick={() => act(`${proposal.id}/draft`, { body: {}, effective_from: day ?? null }, "put")}
        >
          {t(R.keep)}
        </Button>
      )}
    </span>
  );
}
