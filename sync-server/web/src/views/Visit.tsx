// One visit: why each finding is one and how sure that is, what was decided, and what stands beside.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad } from "../api";
import { Decide, useHeld, type Decision, type Listed } from "../decide";
import { keyProblem, openNote } from "../keys";
import { panels } from "../panels";
import { useUntilLocked } from "../parts/locked";
import { Right, may } from "../rights";
import { useSession } from "../session";
import { Act, Go, Load, Time, Verdict } from "../ui";
import type { Seen } from "../views";
import { has, said, t } from "../words";
import type { QueueRow } from "./Queue";
import "./Visit.css";

interface Said {
	en: string;
	zh: string;
}
interface Review {
	decision: Decision;
	reason: string;
	who: string;
	at_ms: number;
	inputs_hash: string;
	leaf: number;
}
interface Finding {
	finding: string;
	pack: string;
	pack_revision: number;
	pack_title: Said;
	rule: string;
	text: Said;
	verdict: string;
	severity: number;
	strength: string;
	confidence: string;
	citation: Said;
	why: Said;
	inputs: Record<string, unknown>;
	next?: string;
	lifted_by?: string;
	missing?: string;
	provisional: boolean;
	inputs_hash: string;
	revisions: { revision: number; verdict: string; provisional: boolean; judged_ms: number; inputs_hash: string }[];
	reviewed: Review[];
	proposals: Review[];
	replies: { dev: string; seq: number; at_ms: number; officer: string }[];
	decision: Decision | null;
	answered: boolean;
	uphold_from_ms?: number;
}
interface Data extends QueueRow {
	end_ms: number | null;
	officers: string[];
	outcome: string | null;
	marks: string[];
	corrections: { what: string; was: string | number | null; is: string | number | null }[];
	linked: string[];
	notes: number;
	imported: boolean;
	waiting: boolean;
	problem?: string;
	device: string | null;
	records: { seq: number; name: string; at_ms: number; sealed: boolean; erased: boolean }[];
	findings: Finding[];
	passed: Finding[];
}

export function Visit({ params }: Seen): VNode {
	const id = params.id ?? "";
	const visit = useLoad(() => api.get<Data>(`/visits/${encodeURIComponent(id)}`), [id]);

	return <Load of={visit} show={(data) => <Whole id={id} data={data} reload={visit.reload} />} />;
}

function Whole({ id, data, reload }: { id: string; data: Data; reload: () => void }): VNode {
	return (
		<>
			<p class="no-print"><Go to="/queue">{t("queue.back")}</Go></p>
			<h1>{t("queue.visit.title", { case: data.case })} <Time ms={data.begin_ms} zone={data.zone} /></h1>
			{data.waiting && <p class="hint" role="status">{t("queue.visit.waiting")}</p>}
			{data.problem && <p class="trouble">{t("queue.visit.problem")} {data.problem}</p>}
			<div class="visit">
				<div>
					{data.findings.map((f) => <Card key={f.finding} of={f} visit={data} reload={reload} />)}
					{data.findings.length === 0 && <p class="card">{t("queue.clean.long")}</p>}
					<Passed of={data.passed} />
				</div>
				<div>
					<Facts of={data} />
					<Panels id={id} data={data} />
				</div>
			</div>
		</>
	);
}

/** Parts of other pages about this visit. */
function Panels({ id, data }: { id: string; data: Data }): VNode {
	const { who } = useSession();
	const shown = panels.filter((p) => p.of === "visit" && may(who, p.right)).sort((a, b) => a.order - b.order);
	return (
		<>
			{shown.map((p) => (
				<section class="card" key={p.title} aria-label={t(p.title)}><h2>{t(p.title)}</h2><p.show id={id} data={data} /></section>
			))}
		</>
	);
}

/** What was recorded, in a column of its own. */
function Facts({ of }: { of: Data }): VNode {
	const rows: [string, VNode | string][] = [
		["case", <Go to={`/case/${of.case}`}>{of.case}</Go>],
		["officers", of.officers.join(", ") || of.officer || "–"],
		["agency", of.agency],
		["begin", <Time ms={of.begin_ms} zone={of.zone} hasSeconds />],
		["end", <Time ms={of.end_ms} zone={of.zone} hasSeconds />],
		["outcome", of.outcome ? word("outcome", of.outcome) : "–"],
		["device", of.device ? <Go to={`/device/${of.device}`}><code>{of.device.slice(0, 8)}…</code></Go> : t("queue.imported")],
		["marks", of.marks.length ? of.marks.map((m) => word("mark", m)).join("; ") : "–"],
	];
	return (
		<aside class="card visit-facts" aria-label={t("queue.facts")}>
			<h2>{t("queue.facts")}</h2>
			<dl>{rows.map(([k, v]) => <><dt>{t(`queue.fact.${k}`)}</dt><dd>{v}</dd></>)}</dl>
			{of.corrections.length > 0 && <h3>{t("queue.corrections")}</h3>}
			<ul>{of.corrections.map((c) => (
				<li>{t(`queue.fact.${c.what}`)}: <del>{version(c.was, of.zone)}</del> → {version(c.is, of.zone)}</li>
			))}</ul>
			{of.linked.length > 0 && <h3>{t("queue.linked")}</h3>}
			<ul>{of.linked.map((l) => <li><Go to={`/visit/${l}`}>{l}</Go></li>)}</ul>
			<details>
				<summary>{t("queue.records", { n: of.records.length })}</summary>
				<ul>{of.records.map((r) => <li>{r.seq} {r.name}{r.sealed ? "" : ` (${t("queue.unsealed")})`}{r.erased ? ` (${t("queue.erased")})` : ""}</li>)}</ul>
			</details>
		</aside>
	);
}

function word(kind: string, value: string): string {
	return has(`queue.${kind}.${value}`) ? t(`queue.${kind}.${value}`) : value;
}

function version(value: string | number | null, zone: string): VNode | string {
	return typeof value === "number" ? <Time ms={value} zone={zone} /> : value ?? "–";
}

/** What the rule looked at, as a table that reads without knowing the program. */
function Inputs({ of }: { of: Record<string, unknown> }): VNode | null {
	const names = Object.keys(of);
	if (names.length === 0) return null;
	return (
		<table class="inputs">
			<caption>{t("queue.inputs")}</caption>
			<tbody>{names.map((n) => <tr key={n}><th scope="row">{word("input", n)}</th><td>{value(of[n])}</td></tr>)}</tbody>
		</table>
	);
}

function value(of: unknown): string {
	if (typeof of === "boolean") return t(of ? "queue.yes" : "queue.no");
	if (Array.isArray(of)) return of.map(value).join(", ") || "–";
	const text = String(of ?? "–");
	return /^\d{4}-\d\d-\d\dT/.test(text) ? text.replace("T", " ") : text;
}

/** What would settle it: when it is allowed, who may lift it, what is not known. */
function remedy(f: Finding): string {
	if (f.next) return t("queue.next", { at: value(f.next) });
	if (f.lifted_by) return t("queue.lifted", { who: word("lift", f.lifted_by) });
	return f.missing ? t("queue.missing", { what: word("input", f.missing) }) : "";
}

function Card({ of: f, visit, reload }: { of: Finding; visit: Data; reload: () => void }): VNode {
	const held = useHeld().get(f.finding);
	return (
		<article class="card finding" aria-label={said(f.why)}>
			<p class="row">
				<Verdict of={f.verdict} />
				{f.provisional && <span class="tag" title={t("queue.provisional.long")}>{t("queue.tag.provisional")}</span>}
				{(held ?? f.decision) && <span class="tag">{t(`queue.decision.${held ?? f.decision}`)}</span>}
			</p>
			<h2>{said(f.why)}</h2>
			<p>{t("queue.rule")} <b>{f.rule}</b>: {said(f.text)}</p>
			<p class="hint">{f.strength === "house policy" ? "" : <>{said(f.citation)} · </>}{t(`queue.strength.${f.strength}`)} · {t(`queue.confidence.${f.confidence}`)}<br />{said(f.pack_title)} ({f.pack} r{f.pack_revision})</p>
			{remedy(f) && <p>{remedy(f)}</p>}
			<Inputs of={f.inputs} />
			<Talk of={f} zone={visit.zone} />
			<Buttons of={f} visit={visit} reload={reload} isHeld={held !== undefined} />
			<Revisions of={f} zone={visit.zone} />
		</article>
	);
}

/** What an officer answered: opened here, with the supervisor's key, as a note is. */
function Reply({ dev, seq }: { dev: string; seq: number }): VNode {
	const { who } = useSession();
	const [text, setText] = useUntilLocked<string | null>(null);
	const [problem, setProblem] = useState("");
	const open = async () => {
		setProblem("");
		try {
			setText((await openNote(dev, seq)).text);
		} catch (error) {
			setProblem(keyProblem(error));
		}
	};
	if (text !== null) return <blockquote>{text}</blockquote>;
	return (
		<>
			<span class="hint">{t("queue.answered.sealed")}</span>{" "}
			{may(who, Right.NOTES) && <Act run={open}>{t("queue.answered.open")}</Act>}
			{problem && <p class="hint" role="alert">{problem}</p>}
		</>
	);
}

/** Replies, proposals and decisions, in order. */
function Talk({ of: f, zone }: { of: Finding; zone: string }): VNode | null {
	const lines = [
		...f.replies.map((r) => ({ at: r.at_ms, node: <>{t("queue.answered", { who: r.officer })} <Time ms={r.at_ms} zone={zone} /> <Reply dev={r.dev} seq={r.seq} /></> })),
		...f.proposals.map((r) => ({ at: r.at_ms, node: <>{t("queue.line.proposed", { who: r.who, what: t(`queue.decision.${r.decision}`) })} <Reason of={r} zone={zone} /></> })),
		...f.reviewed.map((r) => ({ at: r.at_ms, node: <>{t("queue.line.decided", { who: r.who, what: t(`queue.decision.${r.decision}`) })} <Reason of={r} zone={zone} />{r.inputs_hash !== f.inputs_hash && <span class="tag">{t("queue.other.inputs")}</span>}</> })),
	].sort((a, b) => a.at - b.at);
	if (lines.length === 0) return null;
	return <ul class="talk">{lines.map((l) => <li>{l.node}</li>)}</ul>;
}

function Reason({ of, zone }: { of: Review; zone: string }): VNode {
	const reasons = useLoad(() => api.get<{ rows: { id: string; text: Said }[] }>("/reasons"), []);
	const text = reasons.data?.rows.find((r) => r.id === of.reason)?.text;
	return <>{text ? said(text) : of.reason} <Time ms={of.at_ms} zone={zone} /></>;
}

function Revisions({ of: f, zone }: { of: Finding; zone: string }): VNode {
	return (
		<details>
			<summary>{t("queue.revisions", { n: f.revisions.length })}</summary>
			<ol>{f.revisions.map((r) => (
				<li key={r.revision} value={r.revision}>{t(`verdict.${r.verdict}`)}{r.provisional ? ` (${t("queue.tag.provisional")})` : ""} <Time ms={r.judged_ms} zone={zone} hasSeconds /></li>
			))}</ol>
			<p class="hint">{t("queue.inputs.hash")} <code>{f.inputs_hash.slice(0, 16)}…</code> · {t("queue.finding.id")} <code>{f.finding}</code></p>
		</details>
	);
}

function Buttons({ of: f, visit, reload, isHeld }: { of: Finding; visit: Data; reload: () => void; isHeld: boolean }): VNode | null {
	const { who } = useSession();
	const [decision, setDecision] = useState<Decision | null>(null);
	const isProposal = may(who, Right.PROPOSE) && !may(who, Right.REVIEW);
	const isOwn = who !== null && visit.officer !== "" && (visit.officer === who.officer || visit.officer === who.id);
	const early = f.uphold_from_ms !== undefined && Date.now() < f.uphold_from_ms;
	const listed: Listed = { finding: f.finding, inputs_hash: f.inputs_hash, why: f.why, rule: f.rule, contact: visit.contact, begin_ms: visit.begin_ms, zone: visit.zone };

	if (isHeld || !(isProposal || may(who, Right.REVIEW)) || f.uphold_from_ms === undefined) return null;
	if (isOwn) return <p class="hint">{t("queue.own")}</p>;
	return (
		<div class="actions no-print">
			{f.decision
				? <button type="button" onClick={() => setDecision("reopen")}>{t(isProposal ? "queue.do.propose.reopen" : "queue.do.reopen")}</button>
				: (["excuse", "dismiss", "uphold"] as const).map((d) => (
					<button type="button" key={d} disabled={d === "uphold" && early && !isProposal} onClick={() => setDecision(d)}>{t(isProposal ? `queue.do.propose.${d}` : `queue.do.${d}`)}</button>
				))}
			{!f.decision && early && !isProposal && <span class="hint">{t("queue.early")} <Time ms={f.uphold_from_ms} zone={visit.zone} /></span>}
			{decision && <Decide decision={decision} findings={[listed]} isProposal={isProposal} onClose={() => setDecision(null)} onSent={reload} />}
		</div>
	);
}

function Passed({ of }: { of: Finding[] }): VNode {
	return (
		<details class="card">
			<summary>{t("queue.passed", { n: of.length })}</summary>
			<ul>{of.map((f) => <li key={f.finding}><b>{f.rule}</b> {said(f.text)} <span class="hint">{said(f.citation)}</span></li>)}</ul>
		</details>
	);
}
