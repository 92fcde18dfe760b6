// One complaint: what is known, what the borrower wrote (opened here, with one's own key), its
// hold, and the answer with a preview of what the borrower will see.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, asProblem, useLoad, type Problem } from "../api";
import { keyProblem, openSealed } from "../keys";
import { ofBase64 } from "../keys/crypto";
import { useUntilLocked } from "../parts/locked";
import { Right, may } from "../rights";
import { useSession } from "../session";
import { Act, Dialog, Field, Go, Load, Time, Trouble, toast } from "../ui";
import { t } from "../words";
import { Deadline, type Complaint as Row } from "./Complaints";
import "./Complaints.css";

const DECISIONS = ["upheld", "partly", "not_upheld", "granted", "declined", "passed_on"];
const REASONS = ["breach_found", "officer_reminded", "officer_replaced", "visits_stopped", "times_kept", "no_breach_found",
	"no_such_visit", "not_our_people", "data_sent", "plan_agreed", "plan_not_possible", "required_by_law", "asked_twice", "taken_back"];

/** As POST /complaints/ID/open answers, base64. */
interface Part {
	kc: string;
	ct: string;
	capsules: string;
	key_ids: string;
	aad: string;
}

export function Complaint({ params }: { params: Record<string, string> }): VNode {
	const id = params.id ?? "";
	const row = useLoad(() => api.get<Row>(`/complaints/${encodeURIComponent(id)}`), [id]);
	return (
		<>
			<p class="care-back"><Go to="/complaints">← {t("care.title")}</Go></p>
			<Load of={row} show={(c) => <One row={c} reload={row.reload} />} />
		</>
	);
}

function One({ row, reload }: { row: Row; reload: () => void }): VNode {
	const { who } = useSession();
	const decides = may(who, Right.ANSWER), proposes = may(who, Right.PROPOSE);
	const isOpen = row.state === "open";
	return (
		<>
			<h1>{t(`care.kind.${row.kind}`)} <span class="care-id">{row.id}</span></h1>
			<div class="care-two">
				<Facts row={row} />
				<Words row={row} />
			</div>
			{isOpen && decides && row.case === null && <LinkCase row={row} done={reload} />}
			{isOpen && row.proposed && <p class="card">{t("care.proposed", { by: row.proposed.by, decision: t(`care.decision.${row.proposed.decision}`) })}</p>}
			{isOpen && (decides || proposes) && <AnswerForm row={row} proposes={!decides} done={reload} />}
			{row.decided && <Decided row={row} />}
			{isOpen && decides && row.hold && <Hold row={row} done={reload} />}
		</>
	);
}

function Facts({ row }: { row: Row }): VNode {
	return (
		<section class="card" aria-label={t("care.one", { id: row.id })}>
			<dl class="care-facts">
				<dt>{t("care.deadline")}</dt><dd><Deadline of={row} /></dd>
				<dt>{t("care.source")}</dt><dd>{t(`care.source.${row.source}`)}</dd>
				<dt>{t("care.received")}</dt><dd><Time ms={Date.parse(row.received)} zone={row.zone} /></dd>
				<dt>{t("care.visit")}</dt>
				<dd>{row.visit ? <Go to={`/visit/${row.visit}`}>{row.visit}</Go> : row.source === "code" ? t("care.visit.waits") : "–"}</dd>
				<dt>{t("care.case")}</dt><dd>{row.case ? <Go to={`/case/${row.case}`}>{row.case}</Go> : "–"}</dd>
				<dt>{t("care.about")}</dt><dd>{[row.officer, row.team, row.agency].filter(Boolean).join(" · ") || "–"}</dd>
				{row.day && <><dt>{t("care.day")}</dt><dd>{row.day}</dd></>}
				{row.windows && <><dt>{t("care.windows")}</dt><dd>{row.windows.map(windowText).join("; ")}</dd></>}
				<dt>{t("care.hold")}</dt>
				<dd>{row.hold && row.case
					? <>{t("care.hold.until")} <Time ms={Date.parse(row.hold.until)} zone={row.zone} />{row.hold.renewals > 0 && `, ${t("care.hold.renewed")}`}</>
					: t("care.hold.none")}</dd>
			</dl>
		</section>
	);
}

function windowText(w: { days: string[]; from?: string; to?: string }): string {
	return `${w.days.map((d) => t(`care.dayname.${d}`)).join(" ")}${w.from ? ` ${w.from}–${w.to}` : ""}`;
}

/** What was sealed, opened in this page. */
function Words({ row }: { row: Row }): VNode {
	const { who } = useSession();
	const [opened, setOpened] = useUntilLocked<{ words: Record<string, string>; answer: string | null } | null>(null);
	const [problem, setProblem] = useState("");
	const open = async () => {
		setProblem("");
		try {
			const parts = await api.post<{ words: Part; answer: Part | null }>(`/complaints/${row.id}/open`);
			const words = JSON.parse(await textOf(parts.words)) as Record<string, string>;
			setOpened({ words, answer: parts.answer && await textOf(parts.answer) });
		} catch (error) {
			setProblem(keyProblem(error));
		}
	};
	return (
		<section class="card">
			<h2>{t("care.words")}</h2>
			{!row.has_text && <p>{t("care.words.none")}</p>}
			{row.has_text && !opened && <>
				<p class="hint">{t("care.words.sealed")}</p>
				{who?.role !== "manager" && <Act run={open} kind="main">{t("care.words.open")}</Act>}
			</>}
			{problem && <p class="trouble" role="alert">{problem}</p>}
			{opened && <Opened words={opened.words} answer={opened.answer} />}
		</section>
	);
}

async function textOf(part: Part): Promise<string> {
	const ids = ofBase64(part.key_ids), capsules = ofBase64(part.capsules);
	const plain = await openSealed({ kind: "card", kc: ofBase64(part.kc), ct: ofBase64(part.ct), aad: ofBase64(part.aad),
		rows: [{ keyIds: ids, capsules }] });
	return new TextDecoder().decode(plain);
}

function Opened({ words, answer }: { words: Record<string, string>; answer: string | null }): VNode {
	const members = ["text", "contact", "who", "place"].filter((m) => words[m]);
	return (
		<dl class="care-words">
			{members.length === 0 && <p>{t("care.words.empty")}</p>}
			{members.map((m) => <><dt>{t(`care.words.${m}`)}</dt><dd>{words[m]}</dd></>)}
			{answer && <><dt>{t("care.words.answer")}</dt><dd>{answer}</dd></>}
		</dl>
	);
}

function LinkCase({ row, done }: { row: Row; done: () => void }): VNode {
	const [id, setId] = useState("");
	const link = async () => {
		await api.post(`/complaints/${row.id}/link`, { case: id.trim() });
		toast(t("care.link.saved"));
		done();
	};
	return (
		<section class="card">
			<h2>{t("care.link")}</h2>
			<div class="row">
				<Field label={t("care.case")} hint={t("care.link.hint")}>
					{(attrs) => <input {...attrs} name="case" value={id} onInput={(e) => setId(e.currentTarget.value)} />}
				</Field>
				<Act run={link} disabled={id.trim() === ""}>{t("care.link.go")}</Act>
			</div>
		</section>
	);
}

function Choice(props: { label: string; name: string; words: string[]; of: string; value: string; set: (value: string) => void }): VNode {
	return (
		<Field label={props.label}>
			{(attrs) => (
				<select {...attrs} name={props.name} required value={props.value} onChange={(e) => props.set(e.currentTarget.value)}>
					<option value="">{t("care.choose")}</option>
					{props.words.map((w) => <option key={w} value={w}>{t(`care.${props.of}.${w}`)}</option>)}
				</select>
			)}
		</Field>
	);
}

function AnswerForm({ row, proposes, done }: { row: Row; proposes: boolean; done: () => void }): VNode {
	const [decision, setDecision] = useState("");
	const [reason, setReason] = useState("");
	const [text, setText] = useState("");
	const [problem, setProblem] = useState<Problem | null>(null);
	const hasText = row.has_receipt && !proposes;
	const send = async (e: Event) => {
		e.preventDefault();
		try {
			await api.post(`/complaints/${row.id}/${proposes ? "propose" : "answer"}`, { decision, reason, ...(hasText ? { text } : {}) });
			toast(t(proposes ? "care.sent.propose" : "care.sent"));
			done();
		} catch (error) {
			setProblem(asProblem(error));
		}
	};
	return (
		<form class="card" onSubmit={send}>
			<h2>{t(proposes ? "care.propose" : "care.answer")}</h2>
			<p class="hint">{t(proposes ? "care.propose.hint" : "care.own")}</p>
			<div class="row">
				<Choice label={t("care.decision")} name="decision" words={DECISIONS} of="decision" value={decision} set={setDecision} />
				<Choice label={t("care.reason")} name="reason" words={REASONS} of="reason" value={reason} set={setReason} />
			</div>
			{hasText && <Field label={t("care.text")} hint={t("care.text.hint")}>
				{(attrs) => <textarea {...attrs} name="text" required maxLength={4000} rows={5} value={text} onInput={(e) => setText(e.currentTarget.value)} />}
			</Field>}
			{!row.has_receipt && <p class="hint">{t("care.text.visit")}</p>}
			{!proposes && decision && <Preview decision={decision} text={hasText ? text : ""} />}
			{problem && <Trouble problem={problem} />}
			<button type="submit" class="main">{t(proposes ? "care.send.propose" : row.hold ? "care.send" : "care.send.plain")}</button>
		</form>
	);
}

/** As the page of the receipt shows it. */
function Preview({ decision, text }: { decision: string; text: string }): VNode {
	return (
		<section class="care-preview" aria-label={t("care.preview")}>
			<p class="hint">{t("care.preview")}</p>
			<p><b>{t(`care.seen.${decision}`)}</b></p>
			{text && <p class="care-plain">{text}</p>}
		</section>
	);
}

function Decided({ row }: { row: Row }): VNode | null {
	const d = row.decided;
	if (!d) return null;
	return (
		<section class="card">
			<h2>{t("care.decided")}</h2>
			<p><b>{t(`care.decision.${d.decision}`)}</b>: {t(`care.reason.${d.reason}`)}</p>
			<p class="hint">{t("care.decided.by", { by: d.by })}, <Time ms={Date.parse(d.at)} zone={row.zone} /></p>
		</section>
	);
}

function Hold({ row, done }: { row: Row; done: () => void }): VNode {
	const [isOpen, setOpen] = useState(false);
	const [reason, setReason] = useState("");
	const change = (how: "renew" | "lift") => async () => {
		await api.post(`/complaints/${row.id}/hold`, { do: how, reason });
		toast(t("care.hold.saved"));
		setOpen(false);
		done();
	};
	return (
		<p>
			<button type="button" onClick={() => setOpen(true)}>{t("care.hold.change")}</button>
			{isOpen && <Dialog title={t("care.hold.change")} onClose={() => setOpen(false)}>
				<Choice label={t("care.reason")} name="hold-reason" words={REASONS} of="reason" value={reason} set={setReason} />
				<div class="row">
					<Act run={change("renew")} disabled={reason === "" || (row.hold?.renewals ?? 0) > 0}>{t("care.hold.renew")}</Act>
					<Act run={change("lift")} kind="danger" disabled={reason === ""}>{t("care.hold.lift")}</Act>
				</div>
			</Dialog>}
		</p>
	);
}
