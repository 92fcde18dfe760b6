// The roster: in force, and the next one, which this page reads itself before it signs.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api } from "../api";
import { keyProblem, unlock } from "../keys";
import { boxKeyId, hexOf, type Sodium } from "../keys/crypto";
import { changesOf, signRoster, type Change, type Roster } from "../keys/roster";
import { Act, Empty, Field, Table, toast } from "../ui";
import { t } from "../words";
import type { Mine, Rosters } from "./Keys";

interface Person {
	what: "supervisor" | "auditor" | "recovery";
	id: string;
	teams: string;
	keyId: string;
}

function people(roster: Roster, lib: Sodium): Person[] {
	const id = (pk: Uint8Array) => hexOf(boxKeyId(lib, pk));
	return [
		...roster.supervisors.map((s) => ({ what: "supervisor" as const, id: s.id, teams: s.teams.join(", "), keyId: id(s.boxPk) })),
		...roster.auditors.map((a) => ({ what: "auditor" as const, id: a.id, teams: "", keyId: id(a.boxPk) })),
		...(roster.recoveryPk ? [{ what: "recovery" as const, id: "", teams: "", keyId: id(roster.recoveryPk) }] : []),
	];
}

export function RosterCard(props: { mine: Mine; rosters: Rosters; canSign: boolean; reload: () => void }): VNode {
	const { rosters, reload } = props;
	const { inForce, draft, lib } = rosters;
	return (
		<section class="card" aria-labelledby="roster">
			<h2 id="roster">{t("notes.roster")}</h2>
			{inForce
				? <InForce roster={inForce.roster} lib={lib} reload={reload} />
				: <Empty title={t("notes.roster.none")}><p>{t("notes.roster.first")}</p></Empty>}
			{draft && <Draft {...props} />}
			<Propose reload={reload} />
		</section>
	);
}

/** Propose one change of the next roster. */
async function propose(change: object, reload: () => void): Promise<void> {
	await api.post("/roster/draft", change);
	reload();
}

function InForce({ roster, lib, reload }: { roster: Roster; lib: Sodium; reload: () => void }): VNode {
	const leave = async (person: Person) => {
		if (!confirm(t("notes.roster.drop.sure", { id: person.id }))) return;
		await propose({ drop: { what: person.what, id: person.id } }, reload);
		toast(t("notes.roster.proposed"));
	};
	return (
		<>
			<p>{t("notes.roster.version", { version: roster.version, threshold: roster.threshold, count: roster.supervisors.length, officers: roster.officers.length })}
				{roster.supervisors.length === 1 && ` ${t("notes.roster.alone")}`}</p>
			<Table caption={t("notes.roster")} rows={people(roster, lib)} rowKey={(p) => p.what + p.id} columns={[
				{ title: t("notes.col.role"), cell: (p) => t(`notes.what.${p.what}`) },
				{ title: t("notes.col.id"), cell: (p) => p.id },
				{ title: t("notes.col.teams"), cell: (p) => p.teams },
				{ title: t("notes.col.key"), cell: (p) => <code>{p.keyId}</code> },
				{ title: t("notes.col.change"), cell: (p) => p.what === "recovery" ? "" : <Act run={() => leave(p)}>{t("notes.roster.drop")}</Act> },
			]} />
		</>
	);
}

function changeText(change: Change): string {
	const name = change.id ? `${change.id}${change.value ? ` (${change.value})` : ""}` : change.value;
	return `${t(`notes.what.${change.what}`)} ${name}`;
}

function Draft({ mine, rosters, canSign, reload }: { mine: Mine; rosters: Rosters; canSign: boolean; reload: () => void }): VNode {
	const { inForce, lib } = rosters;
	const draft = rosters.draft!;
	const [problem, setProblem] = useState("");
	const changes = changesOf(lib, inForce?.roster ?? null, draft.roster);
	const sign = async () => {
		setProblem("");
		try {
			const key = await unlock();
			const note = signRoster(lib, draft.text, inForce, key);
			const told = await api.post<{ in_force: boolean }>("/roster/sign", { note });
			toast(t(told.in_force ? "notes.roster.inforce" : "notes.roster.signed"));
			reload();
		} catch (error) {
			setProblem(keyProblem(error));
		}
	};
	const isMine = draft.signed.includes(mine.id);
	return (
		<div class="card draft">
			<h3>{t("notes.draft", { version: draft.roster.version })}</h3>
			<p>{t("notes.draft.read")}</p>
			<ul class="changes" aria-label={t("notes.draft.changes")}>
				{changes.map((c) => <li key={`${c.what} ${c.id} ${c.how}`} class={`change-${c.how}`}>{changeText(c)} {c.keyId && <code>{t("notes.change.key", { id: c.keyId })}</code>} <span class="hint">{t(`notes.how.${c.how}`)}</span></li>)}
			</ul>
			{!draft.roster.recoveryPk && <p class="limits">{t("notes.error.no-recovery")}</p>}
			{draft.roster.auditors.length === 0 && <p class="limits">{t("notes.draft.noauditor")}</p>}
			<p>{t("notes.draft.signed", { done: draft.signed.length, needed: draft.needed, who: draft.signed.join(", ") || "–" })}</p>
			{problem && <p class="refused" role="alert">{problem}</p>}
			<div class="row">
				{canSign && !isMine && <Act kind="main" run={sign}>{t("notes.draft.sign")}</Act>}
				<Act kind="danger" run={async () => { await propose({ discard: true }, reload); }}>{t("notes.draft.discard")}</Act>
			</div>
		</div>
	);
}

function Propose({ reload }: { reload: () => void }): VNode {
	const [text, setText] = useState("");
	const [teams, setTeams] = useState("team1");
	const [officer, setOfficer] = useState({ id: "", name: "" });
	const [threshold, setThreshold] = useState("");
	const choose = async (input: HTMLInputElement) => setText((await input.files?.[0]?.text()) ?? "");
	const isSupervisor = /^kind supervisor$/m.test(text);
	const add = async () => {
		// A whole key file never leaves this page: only the lines before its secret do.
		await propose({ add: text.replace(/^secret .*\n/m, ""), teams: teams.split(/[\s,;、,]+/).filter(Boolean).join(",") }, reload);
		setText("");
	};
	return (
		<details>
			<summary>{t("notes.propose")}</summary>
			<div class="grid">
				<div>
					<Field label={t("notes.propose.public")} hint={t("notes.propose.public.hint")}>
						{(attrs) => <input {...attrs} type="file" onChange={(e) => choose(e.currentTarget)} />}
					</Field>
					{isSupervisor && (
						<Field label={t("notes.teams")} hint={t("notes.teams.hint")}>
							{(attrs) => <input {...attrs} value={teams} onInput={(e) => setTeams(e.currentTarget.value)} />}
						</Field>
					)}
					<Act run={add} disabled={text === ""}>{t("notes.propose.add")}</Act>
				</div>
				<div>
					<Field label={t("notes.propose.officer")}>
						{(attrs) => <input {...attrs} value={officer.id} onInput={(e) => setOfficer({ ...officer, id: e.currentTarget.value })} />}
					</Field>
					<Field label={t("notes.propose.name")}>
						{(attrs) => <input {...attrs} value={officer.name} onInput={(e) => setOfficer({ ...officer, name: e.currentTarget.value })} />}
					</Field>
					<Act disabled={!officer.id || !officer.name} run={() => propose({ officer }, reload)}>{t("notes.propose.add")}</Act>
				</div>
				<div>
					<Field label={t("notes.propose.threshold")} hint={t("notes.propose.threshold.hint")}>
						{(attrs) => <input {...attrs} type="number" min={1} max={16} value={threshold} onInput={(e) => setThreshold(e.currentTarget.value)} />}
					</Field>
					<Act disabled={!threshold} run={() => propose({ threshold: Number(threshold) }, reload)}>{t("notes.propose.set")}</Act>
				</div>
			</div>
		</details>
	);
}
