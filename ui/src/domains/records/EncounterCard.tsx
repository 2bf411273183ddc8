import { useQuery } from "@tanstack/react-query";
import { Button, Popover, Tag } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { api } from "@/kernel/client";
import { Coded, FieldValue, fieldOf, OrgName } from "@/kernel/fields";
import { formatDate, formatDateTime } from "@/kernel/format";
import { useLanguage, useT, useTitle } from "@/kernel/i18n";
import { QueryView } from "@/kernel/state";
import { M } from "./messages";
import type { Encounter, EventRow, Section, TimelineEvent } from "./types";

const FIRST = 5;
/** 门诊, 急诊, 住院, 体检: the eye finds the admissions among the visits. */
const TONES: Record<string, string> = { "1": "default", "2": "orange", "3": "blue", "4": "green" };

/** Days in hospital, shown for stays only. */
export function stayOf({ type_code, started_at, ended_at }: Encounter): number | null {
  return type_code === "3" && started_at && ended_at
    ? Math.max(dayjs(ended_at).diff(dayjs(started_at), "day"), 1)
    : null;
}

/** A diagnosis named once: "高血压" says nothing beside "高血压 I10.x00". */
export function distinct(names: string[]): string[] {
  return names.filter((name, index) => names.every((other, at) => at === index || !other.startsWith(`${name} `)));
}

/** The whole row behind a line, fetched when it is opened. */
function Detail({ person, event }: { person: string; event: TimelineEvent }) {
  const { language } = useLanguage();
  const query = useQuery({
    queryKey: ["records", person, "event", event.dataset, event.id],
    queryFn: ({ signal }) =>
      api.get<EventRow>(`/api/records/persons/${person}/events/${event.dataset}/${event.id}`, {}, signal),
  });
  return (
    <QueryView query={query}>
      {({ columns, row, titles }) => (
        <dl className="event-detail">
          {columns
            .filter(({ name }) => row[name] !== null && row[name] !== undefined && row[name] !== "")
            .map((column) => {
              const { name, title, title_en } = column;
              return (
                <div key={name}>
                  <dt className="faint" title={name}>
                    {(language === "en" && title_en) || title}
                  </dt>
                  <dd>
                    {titles[name] ? (
                      <Coded code={row[name]} titles={titles[name]} />
                    ) : (
                      <FieldValue value={row[name]} field={fieldOf(column)} />
                    )}
                  </dd>
                </div>
              );
            })}
        </dl>
      )}
    </QueryView>
  );
}

interface Props {
  person: string;
  encounter: Encounter;
  sections: Section[];
}

/** One encounter with what happened in it, most telling first. */
export function EncounterCard({ person, encounter, sections }: Props) {
  const t = useT();
  const title = useTitle();
  const [kind, setKind] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const nameOf = (dataset: string) => title(sections.find((one) => one.dataset === dataset) ?? { title: dataset });
  const events = encounter.events.filter((event) => !kind || event.dataset === kind);
  const shown = open || kind ? events : events.slice(0, FIRST);
  const stay = stayOf(encounter);
  const at = encounter.started_at ?? encounter.events[0]?.at ?? null;
  return (
    <article className="encounter">
      <time className="encounter-day num" dateTime={at ?? undefined}>
        <b>{at ? dayjs(at).format("MM-DD") : "—"}</b>
        <span className="faint">{encounter.started_at ? dayjs(encounter.started_at).format("HH:mm") : ""}</span>
      </time>
      <div className="encounter-body">
        <header className="row">
          <Tag color={TONES[encounter.type_code ?? ""]}>{encounter.title || t(M.noEncounter)}</Tag>
          <b>
            <OrgName code={encounter.org_code} />
          </b>
          <span className="muted">{encounter.department}</span>
          {stay !== null && (
            <span className="muted num">
              {formatDate(encounter.started_at)} – {formatDate(encounter.ended_at)} · {t(M.days, { days: stay })}
            </span>
          )}
        </header>
        {encounter.diagnoses.length > 0 && (
          <p className="encounter-diagnoses">
            <span className="faint">{t(M.diagnosis)}</span> {distinct(encounter.diagnoses).join("；")}
          </p>
        )}
        <div className="row encounter-kinds">
          {Object.entries(encounter.counts).map(([dataset, count]) => (
            <Tag.CheckableTag
              key={dataset}
              checked={kind === dataset}
              onChange={(checked) => setKind(checked ? dataset : null)}
            >
              {nameOf(dataset)} <span className="num">{count}</span>
            </Tag.CheckableTag>
          ))}
        </div>
        <ul className="events">
          {shown.map((event) => (
            <li key={event.id} className={event.abnormal ? "event event-abnormal" : "event"}>
              <time className="num faint" title={formatDateTime(event.at)}>
                {event.at ? dayjs(event.at).format("MM-DD HH:mm") : ""}
              </time>
              <span className="muted event-kind" title={nameOf(event.dataset)}>
                {nameOf(event.dataset)}
              </span>
              <Popover
                trigger="click"
                placement="bottomLeft"
                title={`${nameOf(event.dataset)} · ${t(M.eventDetail)}`}
                content={<Detail person={person} event={event} />}
              >
                <button type="button" className="event-text">
                  {event.text}
                </button>
              </Popover>
              {event.note && <span className="muted event-note">{event.note}</span>}
            </li>
          ))}
        </ul>
        {!kind && events.length > FIRST && (
          <Button type="link" size="small" className="encounter-more" onClick={() => setOpen(!open)}>
            {open ? t(M.less) : t(M.more, { count: events.length - FIRST })}
          </Button>
        )}
      </div>
    </article>
  );
}
