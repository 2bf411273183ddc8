import { App, Button, DatePicker } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { api } from "@/kernel/client";
import { useT } from "@/kernel/i18n";
import { K } from "@/kernel/messages";
import { useChanged } from "@/kernel/resource/api";
import type { DetailProps } from "@/kernel/resource/overrides";
import { useMay } from "@/kernel/session";
import { useExplain } from "@/kernel/state";
import { Expected } from "./Expected";
import { R } from "./messages_revising";

/** The day by which a standard is to be reviewed, to be moved by who maintains standards. */
function ReviewDay({ row }: DetailProps) {
  const t = useT();
  const may = useMay();
  const explain = useExplain();
  const forget = useChanged();
  const { message } = App.useApp();
  const [day, setDay] = useState(String(row.review_due));
  if (!may("standards.write")) {
    return null;
  }
  const keep = async () => {
    try {
      await api.put("/api/standards/proposals/review-day", { kind: row.kind, code: row.code, due: day });
      message.success(t(K.saved));
      await forget("/api/standards/reviews");
    } catch (error) {
      message.error(explain(error).title);
    }
  };
  return (
    <span className="row">
      {t(R.reviewDay)}
      <DatePicker
        allowClear={false}
        value={dayjs(day)}
        onChange={(chosen) => chosen && setDay(chosen.format("YYYY-MM-DD"))}
      />
      <Button disabled={day === row.review_due} onClick={keep}>
        {t(R.saveDay)}
      </Button>
    </span>
  );
}

export const details = {
  "standards.reviews": ReviewDay,
  "standards.elements": Expected,
  "standards.data_elements": Expected,
  "standards.catalogue_elements": Expected,
};
