// One visit planned by hand: what the rules say of it is shown before it is taken.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api, asProblem } from "../api";
import { Act, Dialog, Field, problemText, Verdict } from "../ui";
import { said, t } from "../words";
import { saidText } from "../words/faults";
import { Choice, dayAfter, done, today, useOfficers } from "./work";

interface Entry {
	date: string;
	from: string;
	to: string;
	case: string;
	officer: string;
	second: string;
	place: string;
	purpose: string;
	approach: string;
	agreed: boolean;
}

interface Reason {
	pack: string;
	rule: string;
	verdict: string;
	why: { en: string; zh: string };
	citation: { en: string; zh: string };
}

interface Checked {
	answer: string;
	next: string | null;
	reasons: Reason[];
	problem: string | null;
	refused: string | null;
	column: string | null;
}

const PURPOSES = ["collect", "care", "service", "document", "location", "terminate", "remedy_notice", "required_by_law", "repossess"];
const APPROACHES = ["remind", "negotiate", "verify", "deliver", "care"];

/** Ask the server when the form has come to rest; null: it is not filled in. */
function useCheck(entry: Entry): { checked: Checked | null; problem: string | null } {
	const [state, setState] = useState<{ checked: Checked | null; problem: string | null }>({ checked: null, problem: null });
	const isWhole = entry.case !== "" && entry.officer !== "" && entry.date !== "" && entry.from !== "" && entry.to !== "";
	useEffect(() => {
		let isCurrent = true;
		setState({ checked: null, problem: null });
		const wait = setTimeout(async () => {
			if (!isWhole) return;
			try {
				const checked = await api.post<Checked>("/plans/check", entry);
				const refused = checked.refused && saidText(checked.refused);
				if (isCurrent) setState({ checked: { ...checked, refused }, problem: null });
			} catch (error) {
				if (isCurrent) setState({ checked: null, problem: problemText(asProblem(error)) });
			}
		}, 300);
		return () => { isCurrent = false; clearTimeout(wait); };
	}, [JSON.stringify(entry)]);
	return state;
}

export function NewPlan(props: { caseId: string; onClose: () => void; onDone: () => void }): VNode {
	const officers = useOfficers();
	const [entry, setEntry] = useState<Entry>({
		date: dayAfter(today(), 1), from: "10:00", to: "12:00", case: props.caseId, officer: "", second: "",
		place: "home", purpose: "collect", approach: "remind", agreed: false,
	});
	const { checked, problem } = useCheck(entry);
	const set = (change: Partial<Entry>) => setEntry({ ...entry, ...change });
	const text = (name: "date" | "from" | "to" | "case", type: "text" | "date" | "time") => (
		<Field label={t(`work.plan.${name}`)} error={checked?.refused && checked.column === name && checked.reasons.length === 0 ? checked.refused : null}>
			{(attrs) => <input {...attrs} {...({ type } as { type: "date" })} value={entry[name]} onInput={(e) => set({ [name]: e.currentTarget.value })} />}
		</Field>
	);
	const person = (name: "officer" | "second") => (
		<Field label={t(`work.plan.${name}`)} error={checked?.refused && checked.column === name ? checked.refused : null}>{(attrs) => (
			<select {...attrs} value={entry[name]} onChange={(e) => set({ [name]: e.currentTarget.value })}>
				<option value="">{t(name === "officer" ? "work.choose" : "work.alone")}</option>
				{officers.data?.rows.map((o) => <option key={o.id} value={o.id}>{o.name} ({o.id})</option>)}
			</select>
		)}</Field>
	);
	const take = async () => {
		await api.post("/plans", { ...entry, agreed: entry.agreed ? "yes" : "no" });
		done("work.plan.done", { case: entry.case, date: entry.date });
		props.onDone();
		props.onClose();
	};
	return (
		<Dialog title={t("work.plan.new")} onClose={props.onClose} isWide>
			<div class="grid">
				{text("case", "text")}{text("date", "date")}{text("from", "time")}{text("to", "time")}
				{person("officer")}{person("second")}
				<Choice label={t("work.place")} value={entry.place} of={["home", "work", "other"]} words="work.place" onChange={(place) => set({ place })} />
				<Choice label={t("work.purpose")} value={entry.purpose} of={PURPOSES} words="work.purpose" onChange={(purpose) => set({ purpose })} />
				<Choice label={t("work.approach")} value={entry.approach} of={APPROACHES} words="work.approach" onChange={(approach) => set({ approach })} />
			</div>
			<label class="tick"><input type="checkbox" checked={entry.agreed} onChange={(e) => set({ agreed: e.currentTarget.checked })} /> {t("work.plan.agreed")}</label>
			<Answer checked={checked} problem={problem} />
			<div class="row">
				<Act run={take} kind="main" disabled={checked === null || checked.refused !== null}>{t("work.plan.take")}</Act>
				<button type="button" onClick={props.onClose}>{t("shell.cancel")}</button>
			</div>
		</Dialog>
	);
}

function Answer({ checked, problem }: { checked: Checked | null; problem: string | null }): VNode {
	return (
		<div class="plan-answer" role="status">
			{problem && <p class="trouble">{problem}</p>}
			{checked && checked.refused !== null && checked.reasons.length === 0 && <p class="trouble">{checked.refused}</p>}
			{checked && (checked.refused === null || checked.reasons.length > 0) && (
				<p><Verdict of={checked.answer} /> {t(`work.plan.answer.${checked.answer}`)}{checked.next && ` ${t("work.plan.next", { at: checked.next.slice(0, 16).replace("T", " ") })}`}</p>
			)}
			{checked && <ul class="reasons">
				{checked.reasons.map((r) => <li key={`${r.pack} ${r.rule}`} data-verdict={r.verdict}>{said(r.why)} <span class="zone">{r.rule} · {said(r.citation)}</span></li>)}
			</ul>}
		</div>
	);
}
