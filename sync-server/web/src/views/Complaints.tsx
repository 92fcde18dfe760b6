// The inbox of complaints and requests, by deadline, and the codes that wait for their visits.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad, type Page } from "../api";
import { Empty, Go, Load, Table, Time, goTo, localText } from "../ui";
import { t } from "../words";
import "./Complaints.css";

/** As GET /complaints answers. */
export interface Complaint {
	id: string;
	kind: string;
	source: "code" | "page" | "visit";
	state: "open" | "answered";
	overdue: boolean;
	agency: string | null;
	team: string | null;
	officer: string | null;
	case: string | null;
	visit: string | null;
	day: string | null;
	windows: { days: string[]; from?: string; to?: string }[] | null;
	received: string;
	deadline: string;
	zone: string;
	hold: { until: string; renewals: number } | null;
	proposed: { by: string; decision: string } | null;
	decided: { by: string; at: string; decision: string; reason: string } | null;
	has_text: boolean;
	has_receipt: boolean;
}
interface Inbox extends Page<Complaint> {
	open: number;
	overdue: number;
}
interface Code {
	code: string;
	entered: string;
	overdue: boolean;
}

const STATES = ["open", "overdue", "answered", ""] as const;
const DAY_MS = 86400000;

/** Whole days from today, in the complaint's zone, to its deadline; below 0: overdue. */
function daysLeft(c: Complaint): number {
	const today = localText(Date.now(), c.zone).slice(0, 10);
	return Math.round((Date.parse(c.deadline) - Date.parse(today)) / DAY_MS);
}

/** The deadline in words, and in a colour that only repeats them. */
export function Deadline({ of }: { of: Complaint }): VNode {
	const left = daysLeft(of);
	const says = of.state === "answered" ? t("care.done")
		: left < 0 ? t("care.left.late", { n: -left })
		: left === 0 ? t("care.left.today") : t("care.left.days", { n: left });
	const mark = of.state === "answered" ? "done" : left < 0 ? "late" : left <= 3 ? "soon" : "time";
	return <span class="care-deadline">{of.deadline} <span class={`care-left ${mark}`}>{says}</span></span>;
}

export function Complaints({ query }: { query: URLSearchParams }): VNode {
	const state = query.get("state") ?? "open";
	const first = useLoad(() => api.get<Inbox>("/complaints", { state }), [state]);
	const codes = useLoad(() => api.get<Page<Code>>("/codes/waiting"), []);
	return (
		<>
			<h1>{t("care.title")}</h1>
			<nav class="care-states row" aria-label={t("care.filter")}>
				{STATES.map((s) => (
					<Go key={s} to={`/complaints?state=${s}`} class="button" aria-current={s === state ? "page" : undefined}>
						{t(`care.${s || "all"}`)}{first.data && countOf(s, first.data)}
					</Go>
				))}
			</nav>
			<Load of={first} show={(inbox) => <Rows key={state} first={inbox} state={state} />} />
			<Load of={codes} show={(page) => page.rows.length > 0 ? <Codes rows={page.rows} /> : null} />
		</>
	);
}

function countOf(state: string, inbox: Inbox): string {
	return state === "open" ? ` (${inbox.open})` : state === "overdue" ? ` (${inbox.overdue})` : "";
}

/** The first page, and those that were asked for after it. */
function Rows({ first, state }: { first: Inbox; state: string }): VNode {
	const [more, setMore] = useState<Inbox[]>([]);
	const rows = [first, ...more].flatMap((p) => p.rows);
	const next = (more.at(-1) ?? first).next;
	const load = async () => {
		const page = await api.get<Inbox>("/complaints", { state, after: next });
		setMore((pages) => [...pages, page]);
	};
	if (rows.length === 0) return <Empty title={t("care.none")}><p>{t("care.none.hint")}</p></Empty>;
	return (
		<>
			<Table caption={t("care.title")} rows={rows} rowKey={(c) => c.id} onOpen={(c) => goTo(`/complaint/${c.id}`)} columns={[
				{ title: t("care.what"), cell: (c) => <Go to={`/complaint/${c.id}`}>{t(`care.kind.${c.kind}`)}</Go> },
				{ title: t("care.deadline"), cell: (c) => <Deadline of={c} /> },
				{ title: t("care.case"), cell: (c) => <>{c.case ?? "–"}{c.hold && c.case && <span class="care-held">{t("care.held")}</span>}</> },
				{ title: t("care.about"), cell: (c) => c.officer ?? "–" },
				{ title: t("care.agency"), cell: (c) => c.agency ?? "–", isExtra: true },
				{ title: t("care.received"), cell: (c) => <Time ms={Date.parse(c.received)} zone={c.zone} />, isExtra: true },
			]} />
			{next && <p><button type="button" onClick={load}>{t("care.more")}</button></p>}
		</>
	);
}

function Codes({ rows }: { rows: Code[] }): VNode {
	const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
	return (
		<section class="card care-codes">
			<h2>{t("care.codes")}</h2>
			<p class="hint">{t("care.codes.hint")}</p>
			<Table caption={t("care.codes")} rows={rows} rowKey={(c) => c.code} columns={[
				{ title: t("care.codes.code"), cell: (c) => <code>{c.code}</code> },
				{ title: t("care.codes.entered"), cell: (c) => <Time ms={Date.parse(c.entered)} zone={zone} /> },
				{ title: t("care.state"), cell: (c) => <span class={`care-left ${c.overdue ? "late" : "time"}`}>{t(c.overdue ? "care.codes.late" : "care.codes.waits")}</span> },
			]} />
		</section>
	);
}

/** Of one case, for its page. */
export function CaseComplaints({ id }: { id: string }): VNode {
	const list = useLoad(() => api.get<Inbox>("/complaints", { case: id, limit: 50 }), [id]);
	return <Load of={list} show={(page) => page.rows.length === 0 ? <p class="hint">{t("care.none")}</p> : (
		<ul class="care-list">
			{page.rows.map((c) => <li key={c.id}><Go to={`/complaint/${c.id}`}>{t(`care.kind.${c.kind}`)}</Go> <Deadline of={c} /></li>)}
		</ul>
	)} />;
}
