// All cases with filters, and what is done to many at once.
import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { api, type Page } from "../api";
import { AssignDialog } from "../parts/Assign";
import { ImportCases } from "../parts/ImportCases";
import { fits, openDetails, useOpened } from "../parts/opened";
import { dayAfter, liveHolds, MoreButton, today, useMore, useOfficers, type CaseRow } from "../parts/work";
import { keyProblem } from "../keys";
import { may, Right } from "../rights";
import { useSession } from "../session";
import { Empty, Field, Go, Load, Progress, Table, toast } from "../ui";
import type { Seen } from "../views";
import { t } from "../words";
import "./Cases.css";

interface Filter {
	officer: string;
	state: string;
	q: string;
	held: boolean;
	no_place: boolean;
	no_officer: boolean;
	stale: boolean;
}
const NONE: Filter = { officer: "", state: "open", q: "", held: false, no_place: false, no_officer: false, stale: false };
const STALE_DAYS = 7;

export function Cases({ query }: Seen): VNode {
	const { who } = useSession();
	const [filter, setFilter] = useState<Filter>({ ...NONE, officer: query.get("officer") ?? "" });
	const [chosen, setChosen] = useState<Set<string>>(new Set());
	const [isAssigning, setAssigning] = useState(false);
	const [isImporting, setImporting] = useState(false);
	const [name, setName] = useState("");
	const opened = useOpened();
	const list = useMore<CaseRow>((after) => api.get<Page<CaseRow>>("/cases", {
		after, limit: 100, officer: filter.officer, state: filter.state, q: filter.q,
		held: filter.held || null, no_place: filter.no_place || null, no_officer: filter.no_officer || null,
		stale: filter.stale ? dayAfter(today(), -STALE_DAYS) : null,
	}), [JSON.stringify(filter)]);
	const shown = list.rows.filter((c) => fits(opened.get(c.case), name));
	const picked = list.rows.filter((c) => chosen.has(c.case) && !c.closed);
	const pick = (ids: string[], on: boolean) => {
		const next = new Set(chosen);
		ids.forEach((id) => (on ? next.add(id) : next.delete(id)));
		setChosen(next);
	};
	return (
		<>
			<h1>{t("work.cases")}</h1>
			<Filters filter={filter} onChange={(f) => { setFilter(f); setChosen(new Set()); }} />
			{may(who, Right.NOTES) && <Details rows={list.rows} name={name} onName={setName} />}
			{may(who, Right.WORK) && <div class="row bulk" role="group" aria-label={t("work.bulk")}>
				<button type="button" onClick={() => pick(shown.map((c) => c.case), true)}>{t("work.select.all")}</button>
				<button type="button" onClick={() => setChosen(new Set())} disabled={chosen.size === 0}>{t("work.select.none")}</button>
				<button type="button" class="main" disabled={picked.length === 0} onClick={() => setAssigning(true)}>{t("work.assign", { n: picked.length })}</button>
				{may(who, Right.NOTES) && <button type="button" onClick={() => setImporting(true)}>{t("work.import")}</button>}
			</div>}
			<Load of={list} show={() => shown.length === 0
				? <Empty title={t(list.rows.length === 0 ? "work.cases.none" : "work.search.none")}><p>{t(list.rows.length === 0 ? "work.cases.none.hint" : "work.search.none.hint")}</p></Empty>
				: <CaseTable rows={shown} chosen={chosen} onPick={may(who, Right.WORK) ? pick : null} />} />
			<MoreButton of={list} />
			{isImporting && <ImportCases onClose={() => setImporting(false)} onDone={list.reload} />}
			{isAssigning && <AssignDialog cases={picked} onClose={() => setAssigning(false)} onDone={() => { setChosen(new Set()); list.reload(); }} />}
		</>
	);
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (f: Filter) => void }): VNode {
	const officers = useOfficers();
	const flag = (name: "held" | "no_place" | "no_officer" | "stale") => (
		<label class="tick"><input type="checkbox" checked={filter[name]} onChange={(e) => onChange({ ...filter, [name]: e.currentTarget.checked })} /> {t(`work.filter.${name}`)}</label>
	);
	return (
		<form class="card row" role="search" aria-label={t("work.filter")} onSubmit={(e) => e.preventDefault()}>
			<Field label={t("work.officer")}>{(attrs) => (
				<select {...attrs} value={filter.officer} onChange={(e) => onChange({ ...filter, officer: e.currentTarget.value })}>
					<option value="">{t("work.all")}</option>
					{officers.data?.rows.map((o) => <option key={o.id} value={o.id}>{o.name} ({o.id})</option>)}
				</select>
			)}</Field>
			<Field label={t("work.state")}>{(attrs) => (
				<select {...attrs} value={filter.state} onChange={(e) => onChange({ ...filter, state: e.currentTarget.value })}>
					{["open", "closed", "all"].map((x) => <option key={x} value={x}>{t(`work.state.${x}`)}</option>)}
				</select>
			)}</Field>
			<Field label={t("work.filter.q")}>{(attrs) => <input {...attrs} value={filter.q} maxLength={40} onChange={(e) => onChange({ ...filter, q: e.currentTarget.value.trim() })} />}</Field>
			<div class="ticks">{flag("held")}{flag("no_place")}{flag("no_officer")}{flag("stale")}</div>
		</form>
	);
}

/** Names and numbers: opened here with the key, and searched here. */
function Details(props: { rows: CaseRow[]; name: string; onName: (text: string) => void }): VNode {
	const opened = useOpened();
	const [step, setStep] = useState<number | null>(null);
	const cases = props.rows.filter((c) => c.card_version !== null && !opened.has(c.case)).map((c) => c.case);
	const [total, setTotal] = useState(0);
	const goes = useRef(true);
	const open = async () => {
		goes.current = true;
		setTotal(cases.length);
		setStep(0);
		try {
			await openDetails(cases, (n) => { setStep(n); return goes.current; });
		} catch (error) {
			toast(keyProblem(error), { isBad: true });
		} finally {
			setStep(null);
		}
	};
	return (
		<section class="card" aria-labelledby="details-title">
			<h2 id="details-title">{t("work.details")}</h2>
			<p class="hint">{t("work.details.hint")}</p>
			<div class="row">
				<Field label={t("work.search")}>{(attrs) => (
					<input {...attrs} type="search" autocomplete="off" value={props.name} disabled={opened.size === 0} onInput={(e) => props.onName(e.currentTarget.value)} />
				)}</Field>
				{step === null
					? <button type="button" disabled={cases.length === 0} onClick={open}>{t("work.details.open", { n: cases.length })}</button>
					: <><Progress done={step} of={total} text={t("work.details.opening")} /><button type="button" onClick={() => { goes.current = false; }}>{t("shell.cancel")}</button></>}
				<span class="hint" role="status">{t("work.details.count", { n: opened.size })}</span>
			</div>
		</section>
	);
}

function CaseTable(props: { rows: CaseRow[]; chosen: Set<string>; onPick: ((ids: string[], on: boolean) => void) | null }): VNode {
	const opened = useOpened();
	const { onPick } = props;
	return (
		<Table caption={t("work.cases")} rows={props.rows} rowKey={(c) => c.case} columns={[
			...(onPick ? [{ title: t("work.select"), cell: (c: CaseRow) => (
				<input type="checkbox" aria-label={t("work.select.one", { case: c.case })} disabled={c.closed} checked={props.chosen.has(c.case)} onChange={(e) => onPick([c.case], e.currentTarget.checked)} />
			) }] : []),
			{ title: t("work.case"), cell: (c) => <><Go to={`/case/${encodeURIComponent(c.case)}`}>{c.case}</Go>{opened.get(c.case)?.name && <div class="case-name">{opened.get(c.case)!.name}</div>}</> },
			{ title: t("work.assigned"), cell: (c) => c.assigned.join(", ") || "–" },
			{ title: t("work.holds"), cell: (c) => (liveHolds(c.holds).length === 0 ? "–" : liveHolds(c.holds).map((h) => <span key={h.id} class="chip">{t(`work.hold.${h.kind}`)}</span>)) },
			{ title: t("work.place"), cell: (c) => t(c.has_place ? "work.place.known" : "work.place.unknown"), isExtra: true },
			{ title: t("work.asof"), cell: (c) => c.as_of ?? "–", isExtra: true },
			{ title: t("work.card"), cell: (c) => t(c.card_version === null ? "work.card.none" : "work.card.sealed"), isExtra: true },
			{ title: t("work.state"), cell: (c) => t(c.closed ? "work.state.closed" : "work.state.open") },
		]} />
	);
}
