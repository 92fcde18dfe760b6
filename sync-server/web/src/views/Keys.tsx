// Keys and the roster: one's own key, who reads and signs, re-wrapping for somebody else.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api, useLoad } from "../api";
import { checkChain, lockKey, unlock, watchKey, type Key, type RosterAnswer } from "../keys";
import { boxKeyId, hexOf, sodium, type Sodium } from "../keys/crypto";
import { heldKey, locksOnHide, setLocksOnHide } from "../keys/held";
import { dropFile, keptFiles, type KeptFile } from "../keys/kept";
import { parseRoster, type KnownRoster, type Roster } from "../keys/roster";
import { save } from "../keys/save";
import { Right, may } from "../rights";
import { useSession } from "../session";
import { Act, Load, toast } from "../ui";
import { t } from "../words";
import { MakeKey } from "./KeyMake";
import { Rewrap } from "./KeyRewrap";
import { RosterCard } from "./KeyRoster";
import "./Keys.css";

/** What GET /keys/me answers. */
export interface Mine {
	agency: string;
	id: string;
	has_roster: boolean;
	/** Key id of one's reading key there, or null. */
	on_roster: string | null;
	on_draft: string | null;
	signs: boolean;
}

/** Rosters as this page checked them. */
export interface Rosters {
	chain: KnownRoster[];
	inForce: KnownRoster | null;
	draft: { text: string; roster: Roster; signed: string[]; needed: number } | null;
	lib: Sodium;
}

async function load(): Promise<{ mine: Mine; rosters: Rosters }> {
	const [mine, answer, lib] = await Promise.all([api.get<Mine>("/keys/me"), api.get<RosterAnswer>("/roster"), sodium()]);
	const chain = await checkChain(answer.chain);
	const draft = answer.draft && { ...answer.draft, roster: parseRoster(lib, answer.draft.text) };
	return { mine, rosters: { chain, inForce: chain[chain.length - 1] ?? null, draft, lib } };
}

/** The key that is open; draws again when it changes. */
export function useHeldKey(): Key | null {
	const [key, setKey] = useState(heldKey());
	useEffect(() => watchKey(setKey), []);
	return key;
}

export function Keys(): VNode {
	const { who } = useSession();
	const data = useLoad(load, []);
	const canSign = may(who, Right.NOTES);
	return (
		<>
			<h1>{t("notes.keys")}</h1>
			<p class="limits">{t("notes.limits")}</p>
			<Load of={data} show={({ mine, rosters }) => (
				<>
					{canSign && <MyKey mine={mine} rosters={rosters} reload={data.reload} />}
					<RosterCard mine={mine} rosters={rosters} canSign={canSign} reload={data.reload} />
					{canSign && rosters.inForce && <Rewrap rosters={rosters} />}
				</>
			)} />
		</>
	);
}

function MyKey({ mine, rosters, reload }: { mine: Mine; rosters: Rosters; reload: () => void }): VNode {
	const key = useHeldKey();
	const [files, setFiles] = useState<KeptFile[]>([]);
	const [isMaking, setMaking] = useState(false);
	const refresh = () => { keptFiles().then(setFiles); };
	useEffect(refresh, [key, isMaking]);
	const isNew = mine.on_roster === null && mine.on_draft === null;
	const open = async () => {
		await unlock().catch(() => {});
	};
	return (
		<section class="card" aria-labelledby="mykey">
			<h2 id="mykey">{t("notes.mykey")}</h2>
			<p>{standing(mine, key, rosters.lib)}</p>
			<div class="keyline">
				{key
					? <><strong>{t("notes.key.open", { name: `${key.agency}/${key.id}` })}</strong>
						<button type="button" onClick={lockKey}>{t("notes.key.lock")}</button></>
					: <button type="button" class={isNew ? "" : "main"} onClick={open}>{t("notes.unlock")}</button>}
				<button type="button" class={isNew && !isMaking ? "main" : ""} onClick={() => setMaking(!isMaking)} aria-expanded={isMaking}>{t("notes.make")}</button>
			</div>
			<p><label><input type="checkbox" checked={locksOnHide()} onChange={(e) => setLocksOnHide(e.currentTarget.checked)} /> {t("notes.key.hide")}</label></p>
			{isMaking && <MakeKey mine={mine} rosters={rosters} onDone={() => { setMaking(false); reload(); }} />}
			{files.length > 0 && <h3>{t("notes.files")}</h3>}
			{files.map((file) => <File key={file.name} file={file} onGone={refresh} />)}
		</section>
	);
}

function standing(mine: Mine, key: Key | null, lib: Sodium): string {
	const own = key && key.id === mine.id ? hexOf(boxKeyId(lib, key.boxPk)) : null;
	if (!mine.has_roster && mine.on_draft === null) return t("notes.standing.first");
	if (mine.on_roster === null) return t(mine.on_draft === null ? "notes.standing.none" : "notes.standing.waits");
	if (own !== null && own !== mine.on_roster) return t(mine.on_draft === own ? "notes.standing.waits" : "notes.standing.other", { id: mine.on_roster });
	return t("notes.standing.on", { id: mine.on_roster });
}

function File({ file, onGone }: { file: KeptFile; onGone: () => void }): VNode {
	const name = `${file.name.replace("/", "-")}.key`;
	const drop = async () => {
		if (!confirm(t("notes.file.drop.sure", { name: file.name }))) return;
		await dropFile(file.name);
		toast(t("notes.file.dropped"));
		onGone();
	};
	return (
		<div class="keyline">
			<code>{file.name}</code>
			<button type="button" onClick={() => save(name, "text/plain", file.text)}>{t("notes.file.download")}</button>
			<Act kind="danger" run={drop}>{t("notes.file.drop")}</Act>
		</div>
	);
}

/** On every page while a key is open: which, and a way to lock it. */
export function KeyBar(): VNode | null {
	const key = useHeldKey();
	return key && (
		<div class="keybar" role="status">
			<span>{t("notes.key.open", { name: `${key.agency}/${key.id}` })}</span>
			<button type="button" class="plain" onClick={lockKey}>{t("notes.key.lock")}</button>
		</div>
	);
}
