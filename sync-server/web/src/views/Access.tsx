// A borrower asks what is known of him: everything of his case in one step, the sealed parts
// opened here, and by reason what could not be.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api } from "../api";
import { keyProblem, loadDirectory, unlock } from "../keys";
import { useUntilLocked } from "../parts/locked";
import { countAttachments, logExport, NOTE, DETAIL, openCardOf, openNotes, type Opened, type OpenedCard } from "../sealed";
import { useSession } from "../session";
import { Act, Progress } from "../ui";
import type { Seen } from "../views";
import { t } from "../words";
import type { AnswerData, Contact } from "./answerdata";
import { Local, PrintButton, offset, wall, word } from "./ProofParts";
import "./Reports.css";

interface Part { contact: Contact; notes: Opened[]; attachments: number; isOfOthers: boolean }
interface Copy { data: AnswerData; card: OpenedCard; parts: Part[] }

/** What somebody else than the borrower said or was told is not the borrower's to have. */
const isOfOthers = (c: Contact) => ["third_party", "spouse", "guarantor"].includes(c.with ?? "");

async function gather(id: string, onPart: (done: number, of: number) => void): Promise<Copy> {
	await unlock();
	const directory = await loadDirectory();
	await logExport("access.html", { case: id });
	const data = await api.get<AnswerData>("/reports/answer", { case: id });
	const card = await openCardOf(id, directory);
	const parts: Part[] = [];
	for (const contact of data.contacts) {
		const hides = isOfOthers(contact);
		const notes = hides || contact.imported ? [] : await openNotes(contact.id, [NOTE, DETAIL]);
		const attachments = hides || contact.imported ? 0 : await countAttachments(contact.id);
		parts.push({ contact, notes, attachments, isOfOthers: hides });
		onPart(parts.length, data.contacts.length);
	}
	return { data, card, parts };
}

export function Access({ params }: Seen): VNode {
	const id = params.id ?? "";
	const [copy, setCopy] = useUntilLocked<Copy | null>(null);
	const [far, setFar] = useState({ done: 0, of: 0 });
	const [trouble, setTrouble] = useState("");
	const run = async () => {
		setTrouble("");
		try {
			setCopy(await gather(id, (done, of) => setFar({ done, of })));
		} catch (error) {
			setTrouble(keyProblem(error));
		}
	};
	return (
		<div class="answer">
			{!copy && (
				<section class="card">
					<h1>{t("proof.access.title")}</h1>
					<p>{t("proof.answer.case", { id })}</p>
					<p>{t("proof.access.lead")}</p>
					<p><Act kind="main" run={run}>{t("proof.access.make")}</Act></p>
					{far.of > 0 && <Progress done={far.done} of={far.of} text={t("proof.contact")} />}
					{trouble && <p class="trouble" role="alert">{trouble}</p>}
				</section>
			)}
			{copy && <Shown copy={copy} />}
		</div>
	);
}

function Shown({ copy }: { copy: Copy }): VNode {
	const { data, card, parts } = copy;
	const { who } = useSession();
	const closed = [
		...(card.why ? [t("proof.access.card", { why: card.why })] : []),
		...parts.flatMap((p) => p.notes.filter((n) => n.why).map((n) => t("proof.access.note", { at: wall(p.contact.begin), why: n.why! }))),
		...parts.filter((p) => p.isOfOthers).map((p) => t("proof.access.others", { at: wall(p.contact.begin) })),
	];
	return (
		<article>
			<header class="answer-head">
				<div class="row"><h1>{t("proof.access.title")}</h1><PrintButton /></div>
				<p><b>{t("proof.answer.case", { id: data.case.id })}</b></p>
				<p>{t("proof.answer.zone", { zone: data.zone })}</p>
				<p>{t("proof.answer.made", { at: `${wall(data.made_at)} ${offset(data.made_at)}`, zone: data.zone, who: who?.name ?? "" })}</p>
			</header>
			<h2>{t("proof.access.kept")}</h2>
			<Card card={card} />
			<h2>{t("proof.answer.contacts")}</h2>
			{parts.map((p) => <PartBlock key={p.contact.id} part={p} zone={data.zone} />)}
			<h2>{t("proof.answer.events")}</h2>
			<ul class="lines">{data.events.map((e) => <li key={e.id}><Local at={e.at} zone={data.zone} /> <b>{word("kind", e.kind)}</b></li>)}</ul>
			<h2>{t("proof.access.closed")}</h2>
			{closed.length === 0 ? <p>{t("proof.access.closed.none")}</p> : <ul class="lines">{closed.map((line) => <li>{line}</li>)}</ul>}
			<p class="hint">{t("proof.access.without")}</p>
		</article>
	);
}

function Card({ card }: { card: OpenedCard }): VNode {
	const c = card.card ?? {};
	const lines: [string, string | undefined][] = [
		["name", c.name], ["address", c.address], ["phones", c.phones?.map((p) => p.number).join(", ")],
		["owed", c.amount], ["overdue", c.daysOverdue], ["remark", c.remark],
	];
	const known = lines.filter(([, value]) => value);
	return known.length === 0 ? <p>{t("proof.answer.noevents")}</p>
		: <ul class="lines">{known.map(([key, value]) => <li><b>{t(`proof.access.${key}`)}</b>: {value}</li>)}</ul>;
}

function PartBlock({ part, zone }: { part: Part; zone: string }): VNode {
	const c = part.contact;
	return (
		<section class="contact">
			<header><h3>{word("channel", c.channel)}{c.place ? ` ${word("place", c.place)}` : ""}</h3><Local at={c.begin} zone={zone} /><span class="id">{c.id}</span></header>
			<p>{[c.outcome && t("proof.answer.outcome", { outcome: word("outcome", c.outcome) }), c.business && t("proof.answer.business", { business: word("business", c.business) }),
				c.imported && t("proof.answer.imported", { source: word("source", c.source) })].filter(Boolean).join(" · ")}</p>
			{part.notes.filter((n) => n.text !== null).map((n) => <blockquote class="note-text">{n.text}</blockquote>)}
			{part.attachments > 0 && <p>{t("proof.access.attachments", { n: part.attachments })}</p>}
		</section>
	);
}
