// Deciding about findings: a reason is chosen over what is listed, and it is sent ten seconds
// later, so that it can be taken back until then.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api, asProblem, useLoad } from "./api";
import { Dialog, Field, Load, Time, problemText, toast } from "./ui";
import { said, t } from "./words";
import "./decide.css";

export type Decision = "uphold" | "dismiss" | "excuse" | "reopen";

/** A finding as it was shown to who decides. */
export interface Listed {
	finding: string;
	inputs_hash: string;
	why: { en: string; zh: string };
	rule: string;
	contact: string;
	begin_ms: number;
	zone: string;
}

export interface Reason {
	id: string;
	for: Decision[];
	text: { en: string; zh: string };
}

const WAIT_MS = 10000;

interface Held {
	ids: string[];
	decision: Decision;
	send: () => Promise<void>;
	drop: () => void;
}
let held: Held[] = [];
const watchers = new Set<() => void>();

function changed(): void {
	for (const watch of watchers) watch();
}

/** Findings whose decision waits to be sent: id to decision.  Draws again when it changes. */
export function useHeld(): Map<string, Decision> {
	const [, draw] = useState(0);
	useEffect(() => {
		const watch = () => draw((n) => n + 1);
		watchers.add(watch);
		return () => { watchers.delete(watch); };
	}, []);
	return new Map(held.flatMap((h) => h.ids.map((id) => [id, h.decision] as const)));
}

/** Take back what was decided last and is not sent yet.  False: there is nothing. */
export function undoLast(): boolean {
	const last = held[held.length - 1];
	last?.drop();
	return last !== undefined;
}

addEventListener("beforeunload", (e) => { if (held.length > 0) e.preventDefault(); });

interface Asked {
	decision: Decision;
	reason: string;
	text: string;
	findings: Listed[];
	isProposal: boolean;
}

function hold(asked: Asked, onSent: () => void): void {
	const send = async () => {
		leave();
		try {
			await api.post(asked.isProposal ? "/proposals" : "/reviews", {
				decision: asked.decision, reason: asked.reason, text: asked.text,
				findings: asked.findings.map((f) => ({ finding: f.finding, inputs_hash: f.inputs_hash })),
			});
			toast(t(asked.isProposal ? "queue.proposed.done" : `queue.done.${asked.decision}`, { n: asked.findings.length }));
		} catch (error) {
			toast(problemText(asProblem(error)), { isBad: true });
		}
		onSent();
	};
	const entry: Held = { ids: asked.findings.map((f) => f.finding), decision: asked.decision, send, drop: () => {} };
	const leave = () => {
		held = held.filter((h) => h !== entry);
		changed();
	};
	const timer = setTimeout(() => void send(), WAIT_MS);
	const close = toast(t(`queue.held.${asked.decision}`, { n: asked.findings.length }), {
		ms: WAIT_MS, undo: () => { clearTimeout(timer); leave(); },
	});
	entry.drop = () => { clearTimeout(timer); close(); leave(); };
	held = [...held, entry];
	changed();
}

/** What is decided about, one by one: nothing is decided that was not listed here. */
function Findings({ of, off, onToggle }: { of: Listed[]; off: Set<string>; onToggle: (id: string) => void }): VNode {
	return (
		<ul class="decide-list">
			{of.map((f) => (
				<li key={f.finding}>
					<label>
						<input type="checkbox" checked={!off.has(f.finding)} disabled={of.length === 1} onChange={() => onToggle(f.finding)} />
						<span>{said(f.why)} <span class="zone">{f.rule}</span><br /><Time ms={f.begin_ms} zone={f.zone} /></span>
					</label>
				</li>
			))}
		</ul>
	);
}

/** Choose a reason; the decision waits ten seconds before it is sent. */
export function Decide(props: {
	decision: Decision; findings: Listed[]; isProposal: boolean; onClose: () => void; onSent: () => void;
}): VNode {
	const reasons = useLoad(() => api.get<{ rows: Reason[] }>("/reasons"), []);
	const [reason, setReason] = useState("");
	const [text, setText] = useState("");
	const [off, setOff] = useState(new Set<string>());
	const chosen = props.findings.filter((f) => !off.has(f.finding));
	const toggle = (id: string) => {
		const next = new Set(off);
		if (!next.delete(id)) next.add(id);
		setOff(next);
	};
	const submit = (e: Event) => {
		e.preventDefault();
		if (!reason || chosen.length === 0) return;
		hold({ decision: props.decision, reason, text, findings: chosen, isProposal: props.isProposal }, props.onSent);
		props.onClose();
	};
	return (
		<Dialog title={t(props.isProposal ? `queue.propose.${props.decision}` : `queue.ask.${props.decision}`, { n: chosen.length })} onClose={props.onClose} isWide>
			<form onSubmit={submit}>
				<Findings of={props.findings} off={off} onToggle={toggle} />
				<Load of={reasons} show={(data) => (
					<fieldset class="decide-reasons">
						<legend>{t("queue.reason")}</legend>
						{data.rows.filter((r) => r.for.includes(props.decision)).map((r) => (
							<label key={r.id}><input type="radio" name="reason" value={r.id} checked={reason === r.id} onChange={() => setReason(r.id)} /> {said(r.text)}</label>
						))}
					</fieldset>
				)} />
				<Field label={t("queue.remark")} hint={t("queue.remark.hint")}>
					{(attrs) => <input {...attrs} type="text" maxLength={160} value={text} onInput={(e) => setText(e.currentTarget.value)} />}
				</Field>
				<p class="row">
					<button type="submit" class="main" disabled={!reason || chosen.length === 0}>{t(`queue.do.${props.decision}`)}</button>
					<button type="button" onClick={props.onClose}>{t("shell.cancel")}</button>
				</p>
			</form>
		</Dialog>
	);
}
