// One case and an interval on one page that can be printed: what a regulator is answered.
import type { VNode } from "preact";
import { useContext, useState } from "preact/hooks";
import { api, useLoad } from "../api";
import { SessionContext } from "../session";
import { Field, goTo, Load, Table, Verdict } from "../ui";
import type { Seen } from "../views";
import { has, language, said, t } from "../words";
import type { AnswerData, Asked, Contact, EventRow, Finding, Handheld, Pack, Version } from "./answerdata";
import { Local, Officer, offset, PrintButton, wall, word } from "./ProofParts";
import "./Reports.css";

const stop = () => (language() === "zh" ? "。" : ".");
const comma = () => (language() === "zh" ? "、" : ", ");

export function Answer({ params, query }: Seen): VNode {
	const id = params.id ?? query.get("case") ?? "";
	const from = query.get("from") ?? "";
	const to = query.get("to") ?? "";
	const loaded = useLoad(
		async () => (id ? api.get<AnswerData>("/reports/answer", { case: id, from, to }) : null), [id, from, to]);
	return (
		<div class="answer">
			{!params.id && <Ask id={id} from={from} to={to} />}
			{id && <Load of={loaded} show={(data) => data && <Shown data={data} isCase={!!params.id} />} />}
		</div>
	);
}

function Ask(props: { id: string; from: string; to: string }): VNode {
	const [id, setId] = useState(props.id);
	const [from, setFrom] = useState(props.from);
	const [to, setTo] = useState(props.to);
	const go = (e: Event) => {
		e.preventDefault();
		goTo(`/report/answer?${new URLSearchParams({ case: id.trim(), from, to })}`);
	};
	return (
		<form class="row no-print report-bar" onSubmit={go}>
			<Field label={t("proof.case")}>{(a) => <input {...a} required value={id} onInput={(e) => setId(e.currentTarget.value)} />}</Field>
			<Field label={t("proof.from")}>{(a) => <input {...a} type="date" value={from} onInput={(e) => setFrom(e.currentTarget.value)} />}</Field>
			<Field label={t("proof.to")}>{(a) => <input {...a} type="date" value={to} onInput={(e) => setTo(e.currentTarget.value)} />}</Field>
			<button type="submit" class="main">{t("proof.show")}</button>
		</form>
	);
}

function Shown({ data, isCase }: { data: AnswerData; isCase: boolean }): VNode {
	return (
		<article>
			<Head data={data} isCase={isCase} />
			<Summary data={data} />
			<h2>{t("proof.answer.contacts")}</h2>
			{data.contacts.length === 0 && <p>{t("proof.answer.nocontacts")}</p>}
			{data.contacts.map((c) => <ContactBlock key={c.id} c={c} zone={data.zone} />)}
			<h2>{t("proof.answer.complaints")}</h2>
			<Complaints data={data} />
			<h2>{t("proof.answer.events")}</h2>
			<Events rows={data.events} zone={data.zone} />
			<h2>{t("proof.answer.packs")}</h2>
			<Packs data={data} />
			<h2>{t("proof.answer.complete")}</h2>
			<Complete data={data} />
		</article>
	);
}

function Head({ data, isCase }: { data: AnswerData; isCase: boolean }): VNode {
	const { who } = useContext(SessionContext);
	return (
		<header class="answer-head">
			<div class="row"><h1>{t(isCase ? "proof.casereport.title" : "proof.answer.title")}</h1><PrintButton /></div>
			<p><b>{t("proof.answer.case", { id: data.case.id })}</b> · {t("proof.agency")} {data.case.agency}{" · "}
				{data.from || data.to ? t("proof.answer.interval", { from: data.from ?? "…", to: data.to ?? "…" }) : t("proof.answer.all")}</p>
			<p>{t("proof.answer.zone", { zone: data.zone })}</p>
			<p>{t("proof.answer.made", { at: `${wall(data.made_at)} ${offset(data.made_at)}`, zone: data.zone, who: who?.name ?? "" })}</p>
			<p class="hint no-print">{t("proof.answer.language")}</p>
		</header>
	);
}

function Summary({ data }: { data: AnswerData }): VNode {
	const visits = data.contacts.filter((c) => c.channel === "visit");
	const linked = visits.filter((c) => c.link).length;
	return (
		<section>
			<p class="summary">{t("proof.answer.count", {
				n: data.contacts.length, visits: visits.length, others: data.contacts.length - visits.length,
				fail: data.contacts.filter((c) => c.verdict === "fail").length,
				review: data.contacts.filter((c) => c.verdict === "review").length,
			})}</p>
			{linked > 0 && <p>{t("proof.answer.links", { n: linked })}</p>}
			{data.problem && <p class="trouble">{t("proof.answer.problem", { why: data.problem })}</p>}
			<p class="hint">{t("proof.answer.said")}</p>
		</section>
	);
}

// -- contacts ----------------------------------------------------------------------------

function ContactBlock({ c, zone }: { c: Contact; zone: string }): VNode {
	const broken = c.findings.filter((f) => f.verdict === "fail" || f.verdict === "review");
	const passed = c.findings.filter((f) => f.verdict === "pass");
	return (
		<section class={`contact ${c.verdict}`}>
			<header>
				<h3>{word("channel", c.channel)}{c.place ? ` ${word("place", c.place)}` : ""}</h3>
				<span><Local at={c.begin} zone={zone} />{c.end ? <> – {c.end.slice(0, 10) === c.begin.slice(0, 10) ? c.end.slice(11, 16) : wall(c.end)}</> : c.open ? ` – ${t("proof.answer.open")}` : ""}</span>
				<Verdict of={c.verdict === "not_judged" ? null : c.verdict} />
				<span class="id">{c.id}</span>
			</header>
			<p>
				<People of={c} />
				{[
					c.outcome && t("proof.answer.outcome", { outcome: word("outcome", c.outcome) }),
					c.with && t("proof.answer.with", { with: word("with", c.with) }),
					c.business && t("proof.answer.business", { business: word("business", c.business) }),
				].filter(Boolean).map((text) => <>{text} · </>)}
				<span class="cite">{c.imported
					? t("proof.answer.imported", { source: word("source", c.source) })
					: t("proof.answer.signed", { device: (c.device ?? "").slice(0, 8), record: c.record ?? 0 })}
				{!c.imported && !c.sealed && `, ${t("proof.answer.unsealed")}`}</span>
			</p>
			{broken.length > 0 && <ul>{broken.map((f) => <FindingLine key={`${f.pack} ${f.rule}`} f={f} />)}</ul>}
			<p class="cite">{t("proof.answer.rules", { n: c.rules_looked_at })}{" "}
				{passed.length > 0 && <>{t("proof.answer.passed")} {passed.map((f) => `${f.pack} ${f.rule}`).join(comma())}{stop()}</>}</p>
			{(c.exceptions ?? []).length > 0 && <p>{t("proof.answer.odd")} {[...new Set(c.exceptions)].map((w) => word("odd", w)).join(language() === "zh" ? ";" : "; ")}{stop()}</p>}
			{(c.versions ?? []).length > 0 && <Versions of={c.versions!} />}
		</section>
	);
}

function People({ of }: { of: Contact }): VNode {
	return (
		<>{of.officers.map((o, i) => (
			<>{i > 0 && comma()}<Officer of={o} />{o.how && o.how !== "holder" ? ` (${word("how", o.how)})` : ""}</>
		))}{of.officers.length > 0 && " · "}</>
	);
}

function FindingLine({ f }: { f: Finding }): VNode {
	return (
		<li>
			<Verdict of={f.verdict} /> <span class="said">{said(f.why)}</span>
			<div class="cite">{f.pack} {f.rule}, r{f.pack_revision}: {said(f.citation)}; {word("strength", f.strength)}; {word("confidence", f.confidence)}
				{f.in_force?.from && `; ${t("proof.answer.validity", { from: f.in_force.from, until: f.in_force.until ?? t("proof.answer.open.end") })}`}
				{f.provisional && `; ${t("proof.provisional")}`}</div>
		</li>
	);
}

function Versions({ of }: { of: Version[] }): VNode {
	const shown = (v: Version, text: string | null) =>
		v.what === "outcome" ? word("outcome", text) : text && text.includes("T") ? `${wall(text)} ${offset(text)}` : text ?? "–";
	return (
		<>
			<p><b>{t("proof.answer.versions")}</b></p>
			<ul>{of.map((v) => (
				<li>{t(v.what === "clock" ? "proof.answer.clock" : "proof.answer.version", { what: word("what", v.what), recorded: shown(v, v.recorded), corrected: shown(v, v.corrected) })}
					{v.at && ` ${t("proof.answer.version.at", { at: wall(v.at) })}`}</li>
			))}</ul>
		</>
	);
}

// -- events, complaints, packs -----------------------------------------------------------

function Complaints({ data }: { data: AnswerData }): VNode {
	if (data.complaints.length + data.requests.length === 0) return <p>{t("proof.answer.nocomplaints")}</p>;
	return (
		<ul class="lines">{data.requests.map((r) => <RequestLine key={r.no} r={r} zone={data.zone} />)}
			{data.complaints.map((c) => (
			<li key={c.id}><Local at={c.at} zone={data.zone} /> · {word("source", c.source)}{" · "}
				{c.closed_at ? t("proof.answer.complaint.closed", { at: `${wall(c.closed_at)} ${offset(c.closed_at)}` }) : t("proof.answer.complaint.open")}
				{c.contact && <> · <span class="id">{c.contact}</span></>}</li>
		))}</ul>
	);
}

function RequestLine({ r, zone }: { r: Asked; zone: string }): VNode {
	return (
		<li><Local at={r.at} zone={zone} /> · <b>{t(`care.kind.${r.kind}`)}</b>{r.source && <>, {t(`care.source.${r.source}`)}</>}{" · "}
			{t("proof.answer.deadline", { at: r.deadline.slice(0, 10) })}{" · "}
			{r.decision
				? `${t("proof.answer.complaint.closed", { at: `${wall(r.decided_at ?? "")} ${offset(r.decided_at ?? "Z")}` })}: ${t(`care.decision.${r.decision}`)}${r.reason ? `, ${t(has(`care.reason.${r.reason}`) ? `care.reason.${r.reason}` : `work.answer.reason.${r.reason}`)}` : ""} (${r.decided_by})`
				: t("proof.answer.complaint.open")}
			{r.hold_until && ` · ${t("proof.answer.held", { at: wall(r.hold_until) })}`}</li>
	);
}

function Events({ rows, zone }: { rows: EventRow[]; zone: string }): VNode {
	if (rows.length === 0) return <p>{t("proof.answer.noevents")}</p>;
	return (
		<ul class="lines">{rows.map((e) => (
			<li key={e.id}><Local at={e.at} zone={zone} /> <b>{word("kind", e.kind)}</b>
				{(e.from || e.until) && `, ${t("proof.answer.validity", { from: e.from ? wall(e.from) : wall(e.at), until: e.until ? wall(e.until) : t("proof.answer.open.end") })}`}
				{e.recorded_by && <>, {t("proof.answer.recordedby", { who: e.recorded_by.name ?? word("by", e.recorded_by.id) })}</>}
				{e.imported && `, ${t("proof.answer.event.imported")} (${word("source", e.source)})`}</li>
		))}</ul>
	);
}

function Packs({ data }: { data: AnswerData }): VNode {
	if (data.packs.length === 0) return <p>{t("proof.answer.nopacks")}</p>;
	const title = (p: Pack) => (language() === "zh" ? p.title_zh : p.title_en);
	return (
		<>
			<ul class="lines">{data.packs.map((p) => (
				<li key={p.id}><b>{title(p)}</b>: {t("proof.answer.pack", { id: p.id, revision: p.revision, published: p.published ?? "–", jurisdiction: p.jurisdiction })}
					<div class="cite">SHA-256 {p.sha256.slice(0, 16)}… {p.sources.map((s) => (s.where ? `${s.title} (${s.where})` : s.title)).join("; ")}</div></li>
			))}</ul>
			<p class="cite">{t("proof.answer.engine", { engine: data.engine, tzdata: data.tzdata || "–" })}</p>
		</>
	);
}

// -- completeness ------------------------------------------------------------------------

function Complete({ data }: { data: AnswerData }): VNode {
	const c = data.completeness;
	const hasNever = c.handhelds.some((h) => !h.last_sync);
	return (
		<>
			<p>{t("proof.answer.complete.lead")}</p>
			{c.handhelds.length === 0 ? <p>{t("proof.answer.nohandhelds")}</p> : (
				<p><b>{c.known_until && !hasNever
					? `${t("proof.answer.known", { at: `${wall(c.known_until)} ${data.zone} ${offset(c.known_until)}` })} ${data.to ? t(c.covers_interval ? "proof.answer.covers" : "proof.answer.covers.not") : ""}`
					: t("proof.answer.unknown")}</b></p>)}
			{c.handhelds.length > 0 && <Handhelds rows={c.handhelds} zone={data.zone} />}
			{c.officers_without_handheld.length > 0 && <p>{t("proof.answer.officers.without", { who: c.officers_without_handheld.map((o) => o.name ?? o.id).join(comma()) })}</p>}
			{data.imported > 0 && <p>{t("proof.answer.importedcount", { n: data.imported })}</p>}
			{data.unreadable > 0 && <p>{t("proof.answer.unreadable", { n: data.unreadable })}</p>}
		</>
	);
}

function Handhelds({ rows, zone }: { rows: Handheld[]; zone: string }): VNode {
	return (
		<Table caption={t("proof.answer.complete")} rows={rows} rowKey={(h) => h.device} columns={[
			{ title: t("proof.handheld"), cell: (h) => <>{h.device.slice(0, 8)} · <Officer of={h.officer} />{!h.approved && <div>{t("proof.unapproved")}</div>}{h.revoked_at && <div>{t("proof.revoked", { at: wall(h.revoked_at) })}</div>}</> },
			{ title: t("proof.why"), cell: (h) => word("near", h.why) },
			{ title: t("proof.synced"), cell: (h) => (h.last_sync ? <Local at={h.last_sync} zone={zone} /> : <b>{t("proof.never")}</b>) },
			{ title: t("proof.records"), cell: (h) => `${h.records}, ${h.sealed} ${t("proof.sealed")}` },
			{ title: t("proof.missing"), cell: (h) => h.missing_parts, isNumber: true },
			{ title: t("proof.quarantined"), cell: (h) => h.quarantined, isNumber: true },
			{ title: t("proof.gaps"), cell: (h) => <Gaps of={h} zone={zone} /> },
		]} />
	);
}

function Gaps({ of, zone }: { of: Handheld; zone: string }): VNode {
	if (!of.gaps) return <span class="none">{t("proof.notlooked")}</span>;
	if (of.gaps.length === 0) return <span>{t("proof.nogaps")}</span>;
	return (
		<ul class="gaps">
			{of.gaps.map((g) => <li>{word("gap", g.reason)}: {wall(g.from)} – {g.until.slice(11, 16)} <span class="zone">{zone}</span></li>)}
			{(of.more_gaps ?? 0) > 0 && <li>{t("proof.moregaps", { n: of.more_gaps ?? 0 })}</li>}
		</ul>
	);
}
