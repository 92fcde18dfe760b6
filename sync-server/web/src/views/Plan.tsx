// Planned visits: of which days, by whom, and whether they were made.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, type Fault, type Page } from "../api";
import { Faults, faultsOf } from "../parts/faults";
import { NewPlan } from "../parts/NewPlan";
import { dayAfter, done, MoreButton, PLAN_REASONS, readFile, ReasonDialog, today, useMore, type Plan as PlanRow } from "../parts/work";
import { may, Right } from "../rights";
import { useSession } from "../session";
import { Act, Dialog, Empty, Field, Go, Load, Table } from "../ui";
import type { Seen } from "../views";
import { t } from "../words";
import "./Cases.css";

export function Plan({ query }: Seen): VNode {
	const { who } = useSession();
	const [from, setFrom] = useState(query.get("from") ?? dayAfter(today(), -1));
	const [to, setTo] = useState(query.get("to") ?? dayAfter(today(), 7));
	const [state, setState] = useState("all");
	const [open, setOpen] = useState<"new" | "file" | null>(query.get("case") ? "new" : null);
	const [closing, setClosing] = useState<PlanRow | null>(null);
	const list = useMore<PlanRow>((after) => api.get<Page<PlanRow>>("/plans", { after, from, to, state }), [from, to, state]);
	return (
		<>
			<h1>{t("work.plan")}</h1>
			<form class="card row" role="search" aria-label={t("work.filter")} onSubmit={(e) => e.preventDefault()}>
				<Field label={t("work.from")}>{(attrs) => <input {...attrs} type="date" value={from} onChange={(e) => setFrom(e.currentTarget.value)} />}</Field>
				<Field label={t("work.to")}>{(attrs) => <input {...attrs} type="date" value={to} onChange={(e) => setTo(e.currentTarget.value)} />}</Field>
				<Field label={t("work.state")}>{(attrs) => (
					<select {...attrs} value={state} onChange={(e) => setState(e.currentTarget.value)}>
						{["all", "open", "made", "closed"].map((x) => <option key={x} value={x}>{t(x === "all" ? "work.state.all" : `work.plan.${x}`)}</option>)}
					</select>
				)}</Field>
				{may(who, Right.WORK) && <div class="row field">
					<button type="button" class="main" onClick={() => setOpen("new")}>{t("work.plan.new")}</button>
					<button type="button" onClick={() => setOpen("file")}>{t("work.plan.file")}</button>
				</div>}
			</form>
			<Load of={list} show={() => list.rows.length === 0
				? <Empty title={t("work.plan.none")}><p>{t("work.plan.none.hint")}</p></Empty>
				: <Plans rows={list.rows} onClose={may(who, Right.WORK) ? setClosing : null} />} />
			<MoreButton of={list} />
			{open === "new" && <NewPlan caseId={query.get("case") ?? ""} onClose={() => setOpen(null)} onDone={list.reload} />}
			{open === "file" && <FromFile onClose={() => setOpen(null)} onDone={list.reload} />}
			{closing && <CloseDialog plan={closing} onClose={() => setClosing(null)} onDone={list.reload} />}
		</>
	);
}

/** What was planned, as rows; also on a case's page. */
export function Plans(props: { rows: PlanRow[]; onClose: ((plan: PlanRow) => void) | null }): VNode {
	const { onClose } = props;
	return (
		<Table caption={t("work.plan")} rows={props.rows} rowKey={(p) => String(p.id)} columns={[
			{ title: t("work.when"), cell: (p) => <>{p.date} {p.from}–{p.to}{p.zone && <span class="zone"> {p.zone}</span>}</> },
			{ title: t("work.case"), cell: (p) => <Go to={`/case/${encodeURIComponent(p.case)}`}>{p.case}</Go> },
			{ title: t("work.who"), cell: (p) => (p.second ? `${p.officer}, ${p.second}` : p.officer) },
			{ title: t("work.what"), cell: (p) => [t(`work.place.${p.place}`), t(`work.purpose.${p.purpose}`), t(`work.approach.${p.approach}`)].join(" · ") },
			{ title: t("work.agreed"), cell: (p) => t(p.agreed ? "work.yes" : "work.no"), isExtra: true },
			{ title: t("work.state"), cell: (p) => <>{t(`work.plan.${p.state}`)}{p.reason && <div class="hint">{t(`work.plan.reason.${p.reason}`)}</div>}</> },
			...(onClose ? [{ title: t("work.action"), cell: (p: PlanRow) => p.state === "open" && <button type="button" onClick={() => onClose(p)}>{t("work.plan.close")}</button> }] : []),
		]} />
	);
}

export function CloseDialog({ plan, onClose, onDone }: { plan: PlanRow; onClose: () => void; onDone: () => void }): VNode {
	const run = async (reason: string) => {
		await api.post(`/plans/${plan.id}/close`, { reason });
		done("work.plan.close.done");
		onDone();
	};
	return (
		<ReasonDialog title={t("work.plan.close")} text={t("work.plan.close.hint", { case: plan.case, date: plan.date })}
			reasons={PLAN_REASONS} words="work.plan.reason" act={t("work.plan.close")} onClose={onClose} run={run} />
	);
}

function FromFile({ onClose, onDone }: { onClose: () => void; onDone: () => void }): VNode {
	const [text, setText] = useState("");
	const [faults, setFaults] = useState<Fault[]>([]);
	const choose = async (input: HTMLInputElement) => {
		setFaults([]);
		setText(await readFile(input));
	};
	const run = async () => {
		try {
			const told = await api.post<{ count: number }>("/plans/import", { text });
			done("work.plan.file.done", { n: told.count });
			onDone();
			onClose();
		} catch (error) {
			setFaults(faultsOf(error));
		}
	};
	return (
		<Dialog title={t("work.plan.file")} onClose={onClose} isWide>
			<p>{t("work.plan.file.hint")}</p>
			<p><code>date,from,to,case,officer,second,place,purpose,approach,agreed</code></p>
			<Field label={t("work.plan.file.choose")}>{(attrs) => <input {...attrs} type="file" accept=".csv,text/csv" onChange={(e) => choose(e.currentTarget)} />}</Field>
			<Faults faults={faults} />
			<div class="row"><Act run={run} kind="main" disabled={text === ""}>{t("work.plan.file.take")}</Act></div>
		</Dialog>
	);
}
