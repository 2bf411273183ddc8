import { Button, Input, type InputRef, Space, Tag } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { OrgName } from "@/kernel/fields/OrgName";
import { formatMinute, formatNumber } from "@/kernel/format";
import { useT } from "@/kernel/i18n";
import { Section } from "@/kernel/layout/Section";
import { QueryView } from "@/kernel/state";
import { M, W } from "../messages";
import type { Dictionary, EntryDetail } from "../types";
import { CandidateRow, type Choice } from "./CandidateRow";
import { commandOf, isField } from "./keys";
import { useEntry, useTerms } from "./queries";

export interface Wish {
  action?: "map" | "none" | "ask" | "reopen";
  review?: boolean;
  codes?: string[];
  note?: string;
}

interface Props {
  id: string;
  dictionary: Dictionary;
  canMap: boolean;
  onDecide: (entry: EntryDetail, wish: Wish) => Promise<void>;
  onMove: (by: number) => void;
}

/** One entry: what it is, its candidates with reasons and parts, and the decision. */
export function EntryPanel({ id, dictionary, canMap, onDecide, onMove }: Props) {
  const query = useEntry(id);
  return (
    <Section className="bench-panel">
      <QueryView query={query} rows={8}>
        {(entry) => (
          <Opened
            key={`${entry.id}|${entry.version}`}
            entry={entry}
            dictionary={dictionary}
            canMap={canMap}
            onDecide={onDecide}
            onMove={onMove}
          />
        )}
      </QueryView>
    </Section>
  );
}

/** What is chosen to begin with: what the entry is mapped to, else the terms that its best answer consists of. */
function firstChoice(entry: EntryDetail): string[] {
  if (entry.mapped) {
    return entry.mapped.split("##");
  }
  const best = entry.top_code?.split("##") ?? [];
  return best.every((code) => entry.candidates.some((one) => one.code === code)) ? best : [];
}

function Opened({ entry, dictionary, canMap, onDecide, onMove }: Omit<Props, "id"> & { entry: EntryDetail }) {
  const t = useT();
  const [codes, setCodes] = useState<string[]>(() => firstChoice(entry));
  const [text, setText] = useState("");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const searchBox = useRef<InputRef>(null);
  const found = useTerms(dictionary.id, entry.id, text.trim());
  const listed: Choice[] = text.trim() ? (found.data ?? []) : entry.candidates;
  const names = new Map([
    ...entry.candidates.map((one): [string, string] => [one.code, one.name]),
    ...(entry.mapped?.split("##") ?? []).map((code, place): [string, string] => [
      code,
      entry.mapped_name?.split("##")[place] ?? code,
    ]),
    ...(found.data ?? []).map((term): [string, string] => [term.code, term.name]),
  ]);
  const kept = useRef(names);
  for (const [code, name] of names) {
    kept.current.set(code, name);
  }
  const pick = useCallback(
    (code: string, add: boolean) =>
      setCodes((held) => (add ? (held.includes(code) ? held.filter((one) => one !== code) : [...held, code]) : [code])),
    [],
  );
  const send = useCallback(
    async (wish: Wish) => {
      if (!canMap || busy) {
        return;
      }
      setBusy(true);
      await onDecide(entry, { note, ...wish });
      setBusy(false);
    },
    [canMap, busy, onDecide, entry, note],
  );
  const waiting = entry.state === "review";
  const settled = entry.state === "mapped" || entry.state === "none";
  const confirm = useCallback(
    () => (waiting ? send({ review: true }) : codes.length ? send({ action: "map", codes }) : undefined),
    [waiting, send, codes],
  );

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const command = isField(event.target) ? null : commandOf(event);
      if (!command) {
        return;
      }
      // A focused button would take Enter as its own click.
      event.preventDefault();
      switch (command.do) {
        case "move":
          onMove(command.by);
          break;
        case "pick":
          if (listed[command.place]) {
            pick((listed[command.place] as Choice).code, command.add);
          }
          break;
        case "confirm":
          void confirm();
          break;
        case "none":
        case "ask":
        case "reopen":
          void send({ action: command.do });
          break;
        case "search":
          searchBox.current?.focus();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [listed, pick, confirm, send, onMove]);

  return (
    <>
      <header className="entry-head">
        <div>
          <h2>{entry.name}</h2>
          <Space size={12} wrap className="muted">
            <span className="mono">{entry.code}</span>
            <span>
              {formatNumber(entry.records)} {t(M.records)}
            </span>
            {Object.entries(entry.parts).map(([name, value]) => (
              <Tag key={name}>{value}</Tag>
            ))}
            {entry.former_name && <span>← {entry.former_name}</span>}
          </Space>
        </div>
        {entry.mapped && (
          <div className="entry-now">
            <span className="muted">{t(W.now)}</span>
            <b>
              <span className="mono">{entry.mapped}</span> {entry.mapped_name?.replaceAll("##", " + ")}
            </b>
            <span className="faint">
              {[entry.decided_name, entry.decided_at && formatMinute(entry.decided_at), entry.reviewed_name]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </div>
        )}
      </header>
      {entry.note && <p className="entry-note">{entry.note}</p>}
      {entry.renewal && (
        <RenewalNote renewal={entry.renewal} onTake={canMap ? (codes) => send({ action: "map", codes }) : undefined} />
      )}
      <Input
        ref={searchBox}
        allowClear
        size="small"
        value={text}
        placeholder={t(W.searchTerms)}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" || event.key === "Enter") {
            searchBox.current?.blur();
          }
        }}
        suffix={<kbd>/</kbd>}
      />
      <ol className="candidates">
        {listed.map((candidate, place) => (
          <CandidateRow
            key={candidate.code}
            candidate={candidate}
            place={place}
            chosen={codes.includes(candidate.code)}
            onPick={(add) => pick(candidate.code, add)}
          />
        ))}
        {listed.length === 0 && (
          <li className="muted candidates-none">
            {text.trim() ? t(W.noCandidates) : entry.matched ? t(W.noCandidates) : t(W.matching)}
          </li>
        )}
      </ol>
      {canMap && (
        <footer className="entry-decide">
          {waiting ? (
            <>
              <Button type="primary" loading={busy} onClick={() => send({ review: true })}>
                {t(W.approve)} <kbd>Enter</kbd>
              </Button>
              <Button onClick={() => send({ review: false })}>{t(W.sendBack)}</Button>
            </>
          ) : (
            <>
              <Button type="primary" loading={busy} disabled={codes.length === 0} onClick={confirm}>
                {codes.length > 1 ? t(W.confirmMany, { count: codes.length }) : t(W.confirm)} <kbd>Enter</kbd>
              </Button>
              <Button onClick={() => send({ action: "none" })}>
                {t(W.noneButton)} <kbd>N</kbd>
              </Button>
              <Button onClick={() => send({ action: "ask" })}>
                {t(W.askButton)} <kbd>A</kbd>
              </Button>
            </>
          )}
          {(settled || entry.state === "asked") && (
            <Button onClick={() => send({ action: "reopen" })}>
              {t(W.reopen)} <kbd>R</kbd>
            </Button>
          )}
          <Input
            size="small"
            value={note}
            maxLength={500}
            placeholder={t(waiting ? W.backWhy : W.askWhat)}
            onChange={(event) => setNote(event.target.value)}
          />
          <span className="entry-chosen muted">
            {codes.map((code) => `${code} ${kept.current.get(code) ?? ""}`).join(" + ")}
          </span>
        </footer>
      )}
      {entry.elsewhere.length > 0 && (
        <div className="entry-elsewhere">
          <h4>{t(W.elsewhere)}</h4>
          {entry.elsewhere.map((other) => (
            <p key={`${other.org_code}|${other.system}|${other.mapped}`}>
              <OrgName code={other.org_code} /> · {other.system} → <span className="mono">{other.mapped}</span>{" "}
              {other.mapped_name}
            </p>
          ))}
        </div>
      )}
    </>
  );
}

interface RenewalProps {
  renewal: NonNullable<EntryDetail["renewal"]>;
  onTake?: (codes: string[]) => void;
}

/** Why a mapped entry is open again: its term did not come into the new edition as it was. */
function RenewalNote({ renewal, onTake }: RenewalProps) {
  const t = useT();
  const term = (codes: string, names: string | null) =>
    codes
      .split("##")
      .map((code, place) => `${code} ${names?.split("##")[place] ?? ""}`)
      .join(" + ");
  const reason = { retired: W.retired, renamed: W.renamed, recoded: W.recoded, merged: W.merged }[renewal.reason];
  const proposed = renewal.proposed_codes;
  return (
    <p className="entry-note">
      {t(W.renewed, {
        edition: renewal.edition || "—",
        former: term(renewal.former_codes, renewal.former_names),
        reason: reason ? t(reason) : renewal.reason,
      })}
      {proposed && onTake && (
        <Button type="link" size="small" onClick={() => onTake(proposed.split("##"))}>
          {t(W.takeProposal, { term: term(proposed, renewal.proposed_names) })}
        </Button>
      )}
    </p>
  );
}
