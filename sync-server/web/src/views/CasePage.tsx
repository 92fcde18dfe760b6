// A case: its contacts over all channels on one line of time, the windows in which rules
// counted, and what other areas show of it.
import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import { api, useLoad } from "../api";
import { may } from "../rights";
import { panels } from "../panels";
import { useSession } from "../session";
import { channelText, eventText, outcomeText } from "../trail/say";
import { spot, type Span } from "../trail/axis";
import { Axis } from "../trail/timeline";
import { Empty, Go, Load, localText, Table, Time, Verdict } from "../ui";
import { said, t } from "../words";
import type { Seen } from "../views";

interface Said { en: string | null; zh: string | null }
interface Finding { id: string; pack: string; rule: string; verdict: string; severity: number; is_provisional: boolean; why: Said }
interface Contact {
	id: string; channel: string | null; by: string | null; begin_ms: number; end_ms: number | null; is_open: boolean;
	officers: string[]; outcome: string | null; is_imported: boolean; worst: string | null; is_provisional: boolean; findings: Finding[];
}
interface Event { id: string | null; kind: string | null; at_ms: number; from_ms: number | null; until_ms: number | null; is_imported: boolean }
interface Window {
	kind: "count" | "spacing" | "cool_off"; pack: string; rule: string; contact: string; verdict: string;
	from: string; to: string; from_ms: number; until_ms: number; count: number; limit: number | null;
	counts_channels?: boolean; counted: string[]; is_exact: boolean;
}
interface Rule { text: Said; citation: Said; revision: number }
interface History {
	case: string; agency: string; zone: string; is_closed: boolean; problem: string | null; is_provisional: boolean; imported: number;
	packs: { id: string; revision: number; title: Said }[]; rules: Record<string, Rule>;
	contacts: Contact[]; events: Event[]; windows: Window[]; next: string | null;
}

export function CasePage({ params }: Seen): VNode {
	const id = params.id!;
	const [before, setBefore] = useState<string | null>(null);
	const history = useLoad(() => api.get<History>(`/cases/${id}/history`, { before }), [id, before]);
	return (
		<>
			<h1>{t("trail.case")} {id}</h1>
			<Load of={history} show={(data) => (
				<>
					<Facts data={data} />
					<Panels id={id} />
					<section class="card">
						<h2>{t("trail.history")}</h2>
						{data.contacts.length === 0
							? <Empty title={t("trail.history.none")}><p>{t("trail.history.none.do")}</p></Empty>
							: <Contacts key={before ?? ""} data={data} />}
						{data.next && <button type="button" onClick={() => setBefore(data.next)}>{t("trail.history.older")}</button>}
					</section>
				</>
			)} />
		</>
	);
}

function Facts({ data }: { data: History }): VNode {
	return (
		<div class="card">
			{data.problem && <p class="trail-warn">{t("trail.history.problem", { why: data.problem })}</p>}
			{data.is_provisional && <p><b class="trail-provisional">◌ {t("trail.provisional")}</b></p>}
			{data.is_closed && <p>{t("trail.history.closed")}</p>}
			{data.imported > 0 && <p>{t("trail.history.imported", { n: data.imported })}</p>}
			<p class="hint">{t("trail.history.packs", { packs: data.packs.map((p) => `${p.id} r${p.revision}`).join(", ") || "–" })} · {data.zone}</p>
		</div>
	);
}

/** What other areas show of a case. */
function Panels({ id }: { id: string }): VNode | null {
	const { who } = useSession();
	const mine = panels.filter((p) => p.of === "case" && may(who, p.right)).sort((a, b) => a.order - b.order);
	const data = useLoad(() => mine.length > 0 ? api.get<unknown>(`/cases/${id}`) : Promise.resolve(null), [id]);
	if (mine.length === 0 || data.data === null) return null;
	return (
		<>
			{mine.map((p) => (
				<section class="card case-panel" key={p.title}><h2>{t(p.title)}</h2><p.show id={id} data={data.data} /></section>
			))}
		</>
	);
}

// -- the line of time ---------------------------------------------------------------------

const DAY = 86400000;

/** All contacts, events and the windows of the one chosen. */
function spanOf(data: History, windows: Window[]): Span {
	const ends = [...data.contacts.map((c) => c.begin_ms), ...data.contacts.map((c) => c.end_ms ?? c.begin_ms), ...windows.flatMap((w) => [w.from_ms, w.until_ms])];
	const from = Math.min(...ends), until = Math.max(...ends), room = Math.max(DAY / 2, (until - from) * 0.03);
	return { from: from - room, until: until + room };
}

/** The newest contact that a rule was broken by, else that a person must decide, else the newest. */
function firstChoice(data: History): string {
	const newest = [...data.contacts].reverse();
	const pick = newest.find((c) => c.worst === "fail") ?? newest.find((c) => c.worst === "review") ?? newest[0]!;
	return pick.id;
}

function Contacts({ data }: { data: History }): VNode {
	const [chosen, setChosen] = useState(firstChoice(data));
	const windows = useMemo(() => data.windows.filter((w) => w.contact === chosen), [data, chosen]);
	const span = useMemo(() => spanOf(data, windows), [data, windows]);
	const counted = new Set(windows.flatMap((w) => w.counted));
	const contact = data.contacts.find((c) => c.id === chosen)!;
	return (
		<>
			<CaseLine data={data} span={span} windows={windows} chosen={chosen} counted={counted} onChoose={setChosen} />
			<WindowTable data={data} contact={contact} windows={windows} />
			<ContactTable data={data} chosen={chosen} onChoose={setChosen} />
		</>
	);
}

function CaseLine(props: {
	data: History; span: Span; windows: Window[]; chosen: string; counted: Set<string>; onChoose: (id: string) => void;
}): VNode {
	const { data, span } = props;
	const channels = ["visit", "call", "sms", "email", "message", "letter"].filter((c) => data.contacts.some((k) => k.channel === c));
	const holds = data.events.filter((e) => (e.from_ms ?? e.at_ms) <= span.until && (e.until_ms ?? e.at_ms) >= span.from);
	return (
		<section class="trail-timeline case-line" aria-label={t("trail.case.timeline")}>
			<div class="trail-names" aria-hidden="true">
				{channels.map((c) => <span key={c}>{channelText(c)}</span>)}
				{holds.length > 0 && <span>{t("trail.event")}</span>}
				{props.windows.map((w) => <span key={w.rule + w.kind} title={`${w.pack} ${w.rule}`}>{w.rule}</span>)}
			</div>
			<div class="trail-lanes" aria-hidden="true">
				{channels.map((channel) => (
					<div key={channel} class="trail-lane">
						{data.contacts.filter((c) => c.channel === channel).map((c) => (
							<button key={c.id} type="button" tabIndex={-1} style={spot(span, c.begin_ms, null)}
								class={`point v-${c.worst ?? "none"}${c.is_imported ? " imported" : ""}${props.counted.has(c.id) ? " counted" : ""}${c.id === props.chosen ? " chosen" : ""}`}
								title={`${localText(c.begin_ms, data.zone)} ${channelText(c.channel)} ${outcomeText(c.outcome)}`} onClick={() => props.onChoose(c.id)} />
						))}
					</div>
				))}
				{holds.length > 0 && (
					<div class="trail-lane">
						{holds.map((e, i) => <i key={i} class={e.until_ms !== null || e.from_ms !== null ? "hold" : "point"} title={`${localText(e.at_ms, data.zone)} ${eventText(e.kind)}`}
							style={spot(span, e.from_ms ?? e.at_ms, e.until_ms ?? (e.from_ms !== null ? span.until : null))} />)}
					</div>
				)}
				{props.windows.map((w) => (
					<div key={w.rule + w.kind} class="trail-lane"><i class={`window w-${w.verdict}`} style={spot(span, w.from_ms, w.until_ms)} title={windowText(w)} /></div>
				))}
			</div>
			<Axis span={span} zone={data.zone} hasDate />
		</section>
	);
}

// -- tables -------------------------------------------------------------------------------

function windowText(w: Window): string {
	if (w.kind !== "count") return t(`trail.window.${w.kind}`, { count: w.count });
	return t(w.counts_channels ? "trail.window.channels" : "trail.window.count", { count: w.count, limit: w.limit ?? 0 });
}

function WindowTable({ data, contact, windows }: { data: History; contact: Contact; windows: Window[] }): VNode {
	const of = new Map(data.contacts.map((c) => [c.id, c]));
	const name = (id: string) => { const c = of.get(id); return c ? `${channelText(c.channel)} ${localText(c.begin_ms, data.zone)}` : id; };
	const when = `${localText(contact.begin_ms, data.zone)} ${data.zone}`;
	return (
		<section aria-live="polite" class="trail-windows">
			<h3>{t("trail.window.title", { when })}</h3>
			{windows.length === 0 ? <p class="hint">{t("trail.window.none")}</p> : (
				<Table caption={t("trail.window.title", { when })} rows={windows} rowKey={(w) => w.pack + w.rule + w.kind} columns={[
					{ title: t("trail.window.rule"), cell: (w) => <RuleName rule={data.rules[`${w.pack}/${w.rule}`]} pack={w.pack} id={w.rule} /> },
					{ title: t("trail.window.period"), cell: (w) => t("trail.window.span", { from: w.from, to: w.to }) },
					{ title: t("trail.window.result"), cell: (w) => <>{windowText(w)} <Verdict of={w.verdict} /></> },
					{
						title: t("trail.window.which"), cell: (w) => (
							<><ul class="trail-chips">{w.counted.map((id) => <li key={id}>{name(id)}</li>)}</ul>
								{!w.is_exact && <p class="hint">{t("trail.window.inexact", { count: w.count })}</p>}</>
						),
					},
				]} />
			)}
		</section>
	);
}

function RuleName({ rule, pack, id }: { rule: Rule | undefined; pack: string; id: string }): VNode {
	return <><b>{id}</b> <span class="zone">{pack}</span>{rule && <><br />{said(rule.text)}<br /><span class="hint">{said(rule.citation)}</span></>}</>;
}

function ContactTable({ data, chosen, onChoose }: { data: History; chosen: string; onChoose: (id: string) => void }): VNode {
	return (
		<Table caption={t("trail.history")} rows={[...data.contacts].reverse()} rowKey={(c) => c.id} current={chosen} onOpen={(c) => onChoose(c.id)} columns={[
			{
				title: t("trail.when"), cell: (c) => (
					<button type="button" class="plain trail-row" aria-pressed={c.id === chosen} onClick={() => onChoose(c.id)}><Time ms={c.begin_ms} zone={data.zone} /></button>
				),
			},
			{
				title: t("trail.channel"), cell: (c) => (
					<>{c.channel === "visit" && !c.is_imported ? <Go to={`/visit/${c.id}`}>{channelText(c.channel)}</Go> : channelText(c.channel)}
						{c.is_imported && <span class="hint"> ({t("trail.imported")})</span>}{c.by === "debtor" && <span class="hint"> ({t("trail.bydebtor")})</span>}</>
				),
			},
			{ title: t("trail.outcome"), cell: (c) => outcomeText(c.outcome) || "–" },
			{ title: t("trail.officer"), isExtra: true, cell: (c) => c.officers.join(", ") || "–" },
			{
				title: t("trail.verdict"), cell: (c) => (
					<><Verdict of={c.worst} />{c.is_provisional && <span class="trail-provisional"> {t("trail.provisional")}</span>}
						{c.findings.slice(0, 3).map((f) => <div key={f.id} class="hint"><b>{f.rule}</b> {said(f.why)}</div>)}</>
				),
			},
		]} />
	);
}
