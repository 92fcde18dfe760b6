// The findings queue: one line a visit, worst first; or causes, decided in groups.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { api, useLoad, type Page } from "../api";
import { Decide, undoLast, useHeld, type Decision, type Listed } from "../decide";
import { Right, may } from "../rights";
import { useSession } from "../session";
import { Act, Dialog, Empty, Go, Load, Table, Time, Verdict, goTo, toast, useKeys, type Column } from "../ui";
import type { Seen } from "../views";
import { said, t } from "../words";
import { Causes } from "./Causes";
import "./Queue.css";

export interface OpenFinding extends Listed {
	pack: string;
	verdict: string;
	severity: number;
	provisional: boolean;
	cause: string;
	decision: Decision | null;
}
export interface QueueRow {
	contact: string;
	case: string;
	agency: string;
	officer: string;
	channel: string;
	begin_ms: number;
	zone: string;
	state: "open" | "decided" | "clean";
	fails: number;
	reviews: number;
	decided: number;
	proposed: number;
	replied: number;
	provisional: boolean;
	worst: OpenFinding | null;
}

const FILTERS = ["day", "agency", "officer", "rule", "verdict", "severity", "reviewed", "provisional"] as const;

/** The address with one filter changed. */
function withFilter(query: URLSearchParams, name: string, value: string): string {
	const next = new URLSearchParams(query);
	if (value) next.set(name, value);
	else next.delete(name);
	const text = next.toString();
	return text ? `/queue?${text}` : "/queue";
}

function Choice(props: { name: string; query: URLSearchParams; values: string[] }): VNode {
	return (
		<label>{t(`queue.filter.${props.name}`)}
			<select value={props.query.get(props.name) ?? ""} onChange={(e) => goTo(withFilter(props.query, props.name, e.currentTarget.value))}>
				<option value="">{t(`queue.${props.name}.any`)}</option>
				{props.values.map((v) => <option key={v} value={v}>{t(`queue.${props.name}.${v}`)}</option>)}
			</select>
		</label>
	);
}

function Text(props: { name: string; query: URLSearchParams }): VNode {
	return (
		<label>{t(`queue.filter.${props.name}`)}
			<input type="text" size={10} value={props.query.get(props.name) ?? ""} data-filter={props.name}
				onChange={(e) => goTo(withFilter(props.query, props.name, e.currentTarget.value.trim()))} />
		</label>
	);
}

function Day({ query }: { query: URLSearchParams }): VNode {
	return (
		<label>{t("queue.filter.day")}
			<input type="date" value={query.get("day") ?? ""} onChange={(e) => goTo(withFilter(query, "day", e.currentTarget.value))} />
		</label>
	);
}

function Filters({ query }: { query: URLSearchParams }): VNode {
	return (
		<form class="filters" role="search" aria-label={t("queue.filters")} onSubmit={(e) => e.preventDefault()}>
			<Day query={query} />
			<Text name="agency" query={query} />
			<Text name="officer" query={query} />
			<Text name="rule" query={query} />
			<Choice name="verdict" query={query} values={["fail", "review"]} />
			<Choice name="severity" query={query} values={["1", "2", "3", "4", "5"]} />
			<Choice name="reviewed" query={query} values={["decided", "all"]} />
			<Choice name="provisional" query={query} values={["yes", "no"]} />
			{FILTERS.some((f) => query.has(f)) && <Go to={query.has("causes") ? "/queue?causes=1" : "/queue"}>{t("queue.filter.none")}</Go>}
		</form>
	);
}

/** The filters as the API takes them. */
export function asked(query: URLSearchParams): Record<string, string | null> {
	return Object.fromEntries(FILTERS.map((f) => [f, query.get(f)]));
}

export function Queue({ query }: Seen): VNode {
	const isCauses = query.has("causes");

	useKeys({ "/": () => document.querySelector<HTMLInputElement>("[data-filter=officer]")?.focus() });
	return (
		<div class="queue">
			<h1>{t("queue.title")}</h1>
			<Filters query={query} />
			<nav class="tabs" aria-label={t("queue.views")}>
				<Go to={withFilter(query, "causes", "")} aria-current={isCauses ? undefined : "page"}>{t("queue.byvisit")}</Go>
				<Go to={withFilter(query, "causes", "1")} aria-current={isCauses ? "page" : undefined}>{t("queue.bycause")}</Go>
			</nav>
			{isCauses ? <Causes query={query} /> : <Visits key={query.toString()} query={query} />}
		</div>
	);
}

/** Pages read so far, one after the other. */
function useVisits(query: URLSearchParams) {
	const [more, setMore] = useState<QueueRow[]>([]);
	const [next, setNext] = useState<string | null>(null);
	const first = useLoad(async () => {
		const page = await api.get<Page<QueueRow>>("/visits", asked(query));
		setMore([]);
		setNext(page.next);
		return page;
	}, [query.toString()]);
	const read = async () => {
		const page = await api.get<Page<QueueRow>>("/visits", { ...asked(query), after: next });
		setMore([...more, ...page.rows]);
		setNext(page.next);
	};
	return { first, rows: [...(first.data?.rows ?? []), ...more], next, read };
}

function Tags({ row }: { row: QueueRow }): VNode {
	const rest = row.fails + row.reviews - 1;
	return (
		<>
			{rest > 0 && <span class="tag">{t("queue.tag.more", { n: rest })}</span>}
			{row.provisional && <span class="tag">{t("queue.tag.provisional")}</span>}
			{row.replied > 0 && <span class="tag">{t("queue.tag.replied")}</span>}
			{row.proposed > 0 && <span class="tag">{t("queue.tag.proposed")}</span>}
			{row.decided > 0 && <span class="tag">{t("queue.tag.decided", { n: row.decided })}</span>}
		</>
	);
}

function columns(props: { selected: Set<string>; onSelect: (id: string) => void; held: Map<string, Decision> }): Column<QueueRow>[] {
	return [
		{ title: "", cell: (r) => <input type="checkbox" checked={props.selected.has(r.contact)} aria-label={t("queue.select", { id: r.contact })} onChange={() => props.onSelect(r.contact)} /> },
		{ title: t("queue.col.verdict"), cell: (r) => <Verdict of={r.worst?.verdict ?? "pass"} /> },
		{
			title: t("queue.col.why"), cell: (r) => {
				const decision = r.worst && (props.held.get(r.worst.finding) ?? r.worst.decision);
				return (
					<>
						<Go to={`/visit/${r.contact}`} class={`queue-why${decision ? " is-held" : ""}`}>{r.worst ? said(r.worst.why) : t("queue.clean")}</Go>
						{decision && <span class="tag">{t(`queue.decision.${decision}`)}</span>}
						<Tags row={r} />
					</>
				);
			},
		},
		{ title: t("queue.col.case"), cell: (r) => <Go to={`/case/${r.case}`}>{r.case}</Go> },
		{ title: t("queue.col.officer"), cell: (r) => r.officer || "–" },
		{ title: t("queue.col.when"), cell: (r) => <Time ms={r.begin_ms} zone={r.zone} /> },
	];
}

function Visits({ query }: { query: URLSearchParams }): VNode {
	const { who } = useSession();
	const { first, rows, next, read } = useVisits(query);
	const [at, setAt] = useState(0);
	const [selected, setSelected] = useState(new Set<string>());
	const [asking, setAsking] = useState<{ decision: Decision; findings: Listed[] } | null>(null);
	const [isHelp, setHelp] = useState(false);
	const list = useRef<HTMLDivElement>(null);
	const held = useHeld();
	const isProposal = may(who, Right.PROPOSE) && !may(who, Right.REVIEW);
	const mayDecide = isProposal || may(who, Right.REVIEW);
	const current = rows[Math.min(at, rows.length - 1)];

	useEffect(() => {
		list.current?.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
	}, [at]);
	const select = (id: string) => {
		const after = new Set(selected);
		if (!after.delete(id)) after.add(id);
		setSelected(after);
	};
	const decide = (decision: Decision) => {
		const chosen = rows.filter((r) => (selected.size > 0 ? selected.has(r.contact) : r === current));
		const findings = chosen.filter((r) => r.worst && !held.has(r.worst.finding)).map((r) => ({ ...r.worst!, begin_ms: r.begin_ms, zone: r.zone }));
		if (!mayDecide || findings.length === 0) return;
		if (decision === "uphold" && findings.length > 1) toast(t("queue.onebyone"), { isBad: true });
		else setAsking({ decision, findings });
	};
	useKeys({
		j: () => setAt(Math.min(at + 1, rows.length - 1)),
		k: () => setAt(Math.max(at - 1, 0)),
		ArrowDown: () => setAt(Math.min(at + 1, rows.length - 1)),
		ArrowUp: () => setAt(Math.max(at - 1, 0)),
		Enter: () => current && goTo(`/visit/${current.contact}`),
		x: () => current && select(current.contact),
		e: () => decide("excuse"),
		d: () => decide("dismiss"),
		u: () => decide("uphold"),
		z: () => { if (undoLast()) toast(t("queue.undone")); },
		"?": () => setHelp(true),
	});
	return (
		<div ref={list}>
			{mayDecide && rows.length > 0 && <Actions count={selected.size} decide={decide} onHelp={() => setHelp(true)} isProposal={isProposal} />}
			<Load of={first} show={() => rows.length === 0
				? <Empty title={t("queue.empty")}><p>{t("queue.empty.hint")}</p></Empty>
				: <Table caption={t("queue.title")} columns={columns({ selected, onSelect: select, held })} rows={rows} rowKey={(r) => r.contact}
					{...(current ? { current: current.contact } : {})} onOpen={(r) => goTo(`/visit/${r.contact}`)} />} />
			{next && <p><Act run={read}>{t("shell.more")}</Act></p>}
			{asking && <Decide decision={asking.decision} findings={asking.findings} isProposal={isProposal} onClose={() => setAsking(null)}
				onSent={() => { setSelected(new Set()); first.reload(); }} />}
			{isHelp && <Help onClose={() => setHelp(false)} />}
		</div>
	);
}

function Actions(props: { count: number; decide: (d: Decision) => void; onHelp: () => void; isProposal: boolean }): VNode {
	return (
		<div class="actions">
			<span class="hint">{props.count > 0 ? t("queue.selected", { n: props.count }) : t("queue.selected.none")}</span>
			{(["excuse", "dismiss", "uphold"] as const).map((d) => (
				<button type="button" key={d} disabled={d === "uphold" && props.count > 1} onClick={() => props.decide(d)}>
					{t(props.isProposal ? `queue.do.propose.${d}` : `queue.do.${d}`)} <kbd aria-hidden="true">{d[0]}</kbd>
				</button>
			))}
			<button type="button" class="plain" onClick={props.onHelp}>{t("shell.keys")} <kbd aria-hidden="true">?</kbd></button>
		</div>
	);
}

function Help({ onClose }: { onClose: () => void }): VNode {
	const keys = ["j", "k", "Enter", "x", "e", "d", "u", "z", "/", "?"];
	return (
		<Dialog title={t("shell.keys")} onClose={onClose}>
			<dl class="keys">
				{keys.map((k) => <><dt><kbd>{k}</kbd></dt><dd>{t(`queue.key.${k}`)}</dd></>)}
			</dl>
		</Dialog>
	);
}
