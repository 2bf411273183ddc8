import { DatePicker } from "antd";
import dayjs from "dayjs";
import { useT } from "@/kernel/i18n";
import { useListState } from "@/kernel/resource/listState";
import { ResourcePage } from "@/kernel/resource/ResourcePage";
import { M } from "./messages";
import "./orgs.css";

/** Who changed what of a registered thing, when; and what was registered at a moment. */
export function HistoryPage() {
  const t = useT();
  const { state, change } = useListState();
  const moment = state.filters["valid_to.gt"];
  return (
    <ResourcePage
      name="orgs.history"
      extra={
        <span className="row">
          <span className="faint">{t(M.asOf)}</span>
          <DatePicker
            showTime
            value={moment ? dayjs(moment) : null}
            onChange={(chosen) =>
              change({
                "f.valid_from.lte": chosen ? chosen.toISOString() : null,
                "f.valid_to.gt": chosen ? chosen.toISOString() : null,
              })
            }
          />
        </span>
      }
    />
  );
}
