// What was promised or asked for at the door, by when the house wants it answered.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, type Page } from "../api";
import { keyProblem, openNote } from "../keys";
import { useUntilLocked } from "../parts/locked";
import { Choice, done, MoreButton, useMore } from "../parts/work";
import { may, Right } from "../rights";
import { useSession } from "../session";
import { Act, Dialog, Empty, Field, Go, Load, Table, Time, toast } from "../ui";
import { t } from "../words";
import "./Cases.css";

interface Asked {
	visit: number;
	contact: string;
	dev: string;
	note: number | null;
	case: string;
	agency: string;
	asked: "promise" | "instalment" | "extension" | "reduction";
	at_ms: number;
	due_ms: number;
	decision: "open" | "granted" | "refused";
	reason: string | null;
	decided_by: string | null;
	decided_ms: number | null;
	zone: string;
}

const REASONS = ["agreed", "partly", "no_means_shown", "too_long", "policy"];

export function FollowUps(): VNode {
	const { who } = useSession();
	const [state, setState] = useState("open");
	const [chosen, setChosen] = useState<Asked | null>(null);
	const [details, setDetails] = useUntilLocked<Map<number, string>>(new Map());
	const list = useMore<Asked>((after) => api.get<Page<Asked>>("/followups", { after, state }), [state]);
	const open = async (row: Asked) => {
		try {
			const { text } = await openNote(row.dev, row.note!);
			setDetails(new Map(details).set(row.visit, text));
		} catch (error) {
			toast(keyProblem(error), { isBad: true });
		}
	};
	return (
		<>
			<h1>{t("work.followups")}</h1>
			<p class="hint">{t("work.followups.hint")}</p>
			<Field label={t("work.state")}>{(attrs) => (
				<select {...attrs} value={state} onChange={(e) => setState(e.currentTarget.value)}>
					{["open", "all"].map((x) => <option key={x} value={x}>{t(`work.asked.${x}`)}</option>)}
				</select>
			)}</Field>
			<Load of={list} show={() => list.rows.length === 0
				? <Empty title={t("work.followups.none")}><p>{t("work.followups.none.hint")}</p></Empty>
				: <Table caption={t("work.followups")} rows={list.rows} rowKey={(a) => String(a.visit)} columns={[
					{ title: t("work.asked"), cell: (a) => t(`work.asked.${a.asked}`) },
					{ title: t("work.case"), cell: (a) => <Go to={`/case/${encodeURIComponent(a.case)}`}>{a.case}</Go> },
					{ title: t("work.visit"), cell: (a) => <Go to={`/visit/${encodeURIComponent(a.contact)}`}><Time ms={a.at_ms} zone={a.zone} /></Go> },
					{ title: t("work.due"), cell: (a) => <span class={a.decision === "open" && a.due_ms < Date.now() ? "chip" : ""}><Time ms={a.due_ms} zone={a.zone} /></span> },
					{ title: t("work.details"), cell: (a) => details.get(a.visit)
						? <pre class="sealed-detail">{details.get(a.visit)}</pre>
						: a.note === null ? t("work.asked.nodetail") : may(who, Right.NOTES) && <Act run={() => open(a)}>{t("work.details.one")}</Act> },
					{ title: t("work.answer"), cell: (a) => a.decision === "open"
						? may(who, Right.WORK) && <button type="button" onClick={() => setChosen(a)}>{t("work.answer")}</button>
						: <>{t(`work.answer.${a.asked === "promise" ? "promise" : "request"}.${a.decision}`)}<div class="hint">{a.decided_by} <Time ms={a.decided_ms} zone={a.zone} /></div></> },
				]} />} />
			<MoreButton of={list} />
			{chosen && <AnswerDialog asked={chosen} onClose={() => setChosen(null)} onDone={list.reload} />}
		</>
	);
}

function AnswerDialog({ asked, onClose, onDone }: { asked: Asked; onClose: () => void; onDone: () => void }): VNode {
	const isPromise = asked.asked === "promise";
	const words = isPromise ? "work.answer.promise" : "work.answer.request";
	const [answer, setAnswer] = useState("");
	const [reason, setReason] = useState("");
	const run = async () => {
		await api.post(`/followups/${asked.visit}/answer`, {
			granted: answer === "granted", reason: isPromise ? (answer === "granted" ? "kept" : "not_kept") : reason,
		});
		done("work.answer.done");
		onDone();
		onClose();
	};
	return (
		<Dialog title={t("work.answer.title", { what: t(`work.asked.${asked.asked}`), case: asked.case })} onClose={onClose}>
			<p>{t(isPromise ? "work.answer.hint.promise" : "work.answer.hint.request")}</p>
			<Choice label={t("work.answer")} value={answer} of={["granted", "refused"]} words={words} onChange={setAnswer} empty={t("work.choose")} />
			{!isPromise && <Choice label={t("work.reason")} value={reason} of={REASONS} words="work.answer.reason" onChange={setReason} empty={t("work.choose")} />}
			<div class="row">
				<Act run={run} kind="main" disabled={answer === "" || (!isPromise && reason === "")}>{t("work.answer")}</Act>
				<button type="button" onClick={onClose}>{t("shell.cancel")}</button>
			</div>
		</Dialog>
	);
}
