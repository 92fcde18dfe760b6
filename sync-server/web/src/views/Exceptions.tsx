// What does not fit: never blocked at the door, always settled at the desk, with a reason.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, type Page } from "../api";
import { done, MoreButton, PLAN_REASONS, ReasonDialog, SETTLE_REASONS, useMore } from "../parts/work";
import { may, Right } from "../rights";
import { useSession } from "../session";
import { Empty, Field, Go, Load, Table, Time, toast } from "../ui";
import { said, t } from "../words";
import "./Cases.css";

interface Exception {
	kind: "plan" | "amend" | "standing" | "no_fix" | "open_end";
	key: string;
	case: string | null;
	agency: string;
	subject: string;
	officer: string | null;
	rule: string | null;
	why: { en: string; zh: string } | null;
	at_ms: number;
	settled: boolean;
	reason: string | null;
	settled_by: string | null;
	settled_ms: number | null;
	zone: string;
}

const KINDS = ["plan", "no_fix", "amend", "open_end", "standing"];

export function Exceptions(): VNode {
	const { who } = useSession();
	const [kind, setKind] = useState("");
	const [state, setState] = useState("open");
	const [chosen, setChosen] = useState<Exception | null>(null);
	const list = useMore<Exception>((after) => api.get<Page<Exception>>("/exceptions", { after, kind, state }), [kind, state]);
	const reopen = async (e: Exception) => {
		await api.post("/exceptions/reopen", { kind: e.kind, key: e.key });
		list.reload();
	};
	const settle = async (reason: string) => {
		const e = chosen!;
		if (e.kind === "plan") {
			await api.post(`/plans/${e.key}/close`, { reason });
			done("work.exception.done");
		} else {
			await api.post("/exceptions/settle", { kind: e.kind, key: e.key, reason });
			toast(t("work.exception.done"), { undo: () => void reopen(e) });
		}
		list.reload();
	};
	return (
		<>
			<h1>{t("work.exceptions")}</h1>
			<p class="hint">{t("work.exceptions.hint")}</p>
			<form class="card row" role="search" aria-label={t("work.filter")} onSubmit={(e) => e.preventDefault()}>
				<Field label={t("work.exception.kind")}>{(attrs) => (
					<select {...attrs} value={kind} onChange={(e) => setKind(e.currentTarget.value)}>
						<option value="">{t("work.all")}</option>
						{KINDS.map((x) => <option key={x} value={x}>{t(`work.exception.${x}`)}</option>)}
					</select>
				)}</Field>
				<Field label={t("work.state")}>{(attrs) => (
					<select {...attrs} value={state} onChange={(e) => setState(e.currentTarget.value)}>
						{["open", "settled"].map((x) => <option key={x} value={x}>{t(`work.exception.state.${x}`)}</option>)}
					</select>
				)}</Field>
			</form>
			<Load of={list} show={() => list.rows.length === 0
				? <Empty title={t("work.exceptions.none")}><p>{t("work.exceptions.none.hint")}</p></Empty>
				: <Table caption={t("work.exceptions")} rows={list.rows} rowKey={(e) => `${e.kind} ${e.key}`} columns={[
					{ title: t("work.exception.kind"), cell: (e) => <>{e.why ? said(e.why) : t(`work.exception.${e.kind}`)}{e.rule && <div class="zone">{e.why && `${t(`work.exception.${e.kind}`)} · `}{e.rule}</div>}</> },
					{ title: t("work.about"), cell: (e) => <Subject of={e} /> },
					{ title: t("work.officer"), cell: (e) => e.officer ?? "–" },
					{ title: t("work.when"), cell: (e) => <Time ms={e.at_ms} zone={e.zone} /> },
					{ title: t("work.action"), cell: (e) => e.settled
						? <>{t(`work.settle.${e.reason}`)}<div class="hint">{e.settled_by} <Time ms={e.settled_ms} zone={e.zone} /></div></>
						: may(who, Right.WORK) && <button type="button" onClick={() => setChosen(e)}>{t("work.exception.settle")}</button> },
				]} />} />
			<MoreButton of={list} />
			{chosen && <ReasonDialog title={t("work.exception.settle")} text={t("work.exception.settle.hint")}
				reasons={chosen.kind === "plan" ? PLAN_REASONS : SETTLE_REASONS}
				words={chosen.kind === "plan" ? "work.plan.reason" : "work.settle"}
				act={t("work.exception.settle")} onClose={() => setChosen(null)} run={settle} />}
		</>
	);
}

function Subject({ of }: { of: Exception }): VNode {
	const [kind = "", id = ""] = of.subject.split(":", 2);
	const link = of.subject.startsWith("v-") ? <Go to={`/visit/${encodeURIComponent(of.subject)}`}>{t("work.visit")}</Go>
		: kind === "device" ? <Go to={`/device/${id}`}>{t("work.device")}</Go>
			: kind === "agency" ? <Go to="/agencies">{t("work.subject.agency", { id })}</Go>
				: kind === "officer" ? <Go to="/officers">{t("work.subject.officer", { id })}</Go> : null;
	return <>{of.case && <Go to={`/case/${encodeURIComponent(of.case)}`}>{of.case}</Go>}{of.case && link && " · "}{link}{!of.case && !link && of.subject}</>;
}
