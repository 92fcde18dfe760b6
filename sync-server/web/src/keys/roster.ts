// The roster of an agency (PROTOCOL.md section C8): read, compared, signed.  The browser
// reads what it signs itself; it does not sign what the server says about it.
import { KeyError, type Sodium, base64Of, boxKeyId, bytesOf, hexOf, ofBase64, same, sha256 } from "./crypto";
import { type Key, signerName } from "./keyfile";
import { parseNote, parseVkey, signatureLine, verify, type SignedNote } from "./signednote";

const ORIGIN = "fieldvisit/v1/roster/";

export interface Supervisor {
	id: string;
	signPk: Uint8Array;
	boxPk: Uint8Array;
	teams: string[];
}

export interface Roster {
	agency: string;
	version: number;
	/** base64 SHA-256 of the previous text; null: it is the first. */
	previous: string | null;
	threshold: number;
	packThreshold: number;
	supervisors: Supervisor[];
	auditors: { id: string; boxPk: Uint8Array }[];
	recoveryPk: Uint8Array | null;
	officers: { id: string; name: string }[];
}

function bad(line: number, rule: string): never {
	throw new KeyError("bad-roster", `line ${line}: ${rule}`);
}

const KEY = (text: string, line: number): Uint8Array => {
	const bytes = ofBase64(text);
	return bytes.length === 32 ? bytes : bad(line, "no key");
};

/** Read a roster's text; a draft may lack people and the recovery key. */
export function parseRoster(lib: Sodium, text: string): Roster {
	const lines = text.split("\n");
	if (lines.pop() !== "" || !lines[0]?.startsWith(ORIGIN)) bad(1, "no roster");
	const agency = lines[0]!.slice(ORIGIN.length);
	const value = (at: number, word: string): string => {
		const line = lines[at];
		return line?.startsWith(`${word} `) ? line.slice(word.length + 1) : bad(at + 1, `want "${word} ..."`);
	};
	const number = (at: number, word: string): number => {
		const said = value(at, word);
		return /^[1-9][0-9]{0,8}$/.test(said) ? Number(said) : bad(at + 1, "no number");
	};
	const previous = value(2, "previous");
	const roster: Roster = {
		agency, version: number(1, "version"), previous: previous === "none" ? null : previous,
		threshold: number(3, "threshold"), packThreshold: number(4, "pack-threshold"),
		supervisors: [], auditors: [], recoveryPk: null, officers: [],
	};
	lines.slice(5).forEach((line, i) => takeLine(lib, roster, line, i + 6));
	return roster;
}

function takeLine(lib: Sodium, roster: Roster, line: string, at: number): void {
	const words = line.split(" ");
	if (words[0] === "supervisor" && words.length === 5) {
		const { name, pk } = parseVkey(lib, words[2]!);
		if (name !== signerName(roster.agency, words[1]!)) bad(at, "a vkey of somebody else");
		roster.supervisors.push({ id: words[1]!, signPk: pk, boxPk: KEY(words[3]!, at), teams: words[4]!.split(",") });
	} else if (words[0] === "auditor" && words.length === 3) {
		roster.auditors.push({ id: words[1]!, boxPk: KEY(words[2]!, at) });
	} else if (words[0] === "recovery" && words.length === 2 && !roster.recoveryPk) {
		roster.recoveryPk = KEY(words[1]!, at);
	} else if (words[0] === "officer" && words.length >= 3) {
		roster.officers.push({ id: words[1]!, name: words.slice(2).join(" ") });
	} else {
		bad(at, "no line of a roster");
	}
}

export function rosterHash(lib: Sodium, text: string): Uint8Array {
	return sha256(lib, bytesOf(text));
}

/** How many different supervisors of `roster` have signed the note, by id. */
export function signersOf(lib: Sodium, roster: Roster, note: SignedNote): string[] {
	return roster.supervisors
		.filter((s) => verify(lib, note, signerName(roster.agency, s.id), s.signPk))
		.map((s) => s.id);
}

export interface KnownRoster {
	roster: Roster;
	text: string;
	hash: Uint8Array;
}

/** Read a chain of signed rosters, oldest first: each follows the one before and is signed
 * by its threshold.  Throws KeyError "bad-chain". */
export function readChain(lib: Sodium, notes: string[]): KnownRoster[] {
	const chain: KnownRoster[] = [];
	for (const text of notes) {
		const note = parseNote(text);
		const roster = parseRoster(lib, note.text);
		const before = chain[chain.length - 1];
		if (before) checkFollows(before, roster);
		const electors = before?.roster ?? roster;
		if ((!before && roster.previous === null || before) && signersOf(lib, electors, note).length < electors.threshold)
			throw new KeyError("bad-chain", `version ${roster.version} lacks the signatures that it needs`);
		chain.push({ roster, text: note.text, hash: rosterHash(lib, note.text) });
	}
	return chain;
}

function checkFollows(before: KnownRoster, next: Roster): void {
	const isNext = next.agency === before.roster.agency && next.version === before.roster.version + 1 &&
		next.previous === base64Of(before.hash);
	if (!isNext) throw new KeyError("bad-chain", `version ${next.version} does not follow version ${before.roster.version}`);
}

/** One line of what a draft changes. */
export interface Change {
	what: "supervisor" | "auditor" | "recovery" | "officer" | "threshold" | "pack-threshold";
	how: "added" | "removed" | "changed";
	id: string;
	/** Teams, a name or a number, as the draft has it. */
	value: string;
	/** Of the reading key, for people to compare; "": it is about none. */
	keyId: string;
}

/** What may change, as rows that can be compared: `all` is everything about one. */
function rowsOf(lib: Sodium, roster: Roster | null): (Omit<Change, "how"> & { all: string })[] {
	if (!roster) return [];
	const keyId = (pk: Uint8Array) => hexOf(boxKeyId(lib, pk));
	return [
		...roster.supervisors.map((s) => ({
			what: "supervisor" as const, id: s.id, value: s.teams.join(", "), keyId: keyId(s.boxPk),
			all: `${base64Of(s.signPk)} ${base64Of(s.boxPk)} ${s.teams.join(",")}`,
		})),
		...roster.auditors.map((a) => ({ what: "auditor" as const, id: a.id, value: "", keyId: keyId(a.boxPk), all: base64Of(a.boxPk) })),
		...(roster.recoveryPk ? [{ what: "recovery" as const, id: "", value: "", keyId: keyId(roster.recoveryPk), all: base64Of(roster.recoveryPk) }] : []),
		...roster.officers.map((o) => ({ what: "officer" as const, id: o.id, value: o.name, keyId: "", all: o.name })),
		{ what: "threshold", id: "", value: String(roster.threshold), keyId: "", all: String(roster.threshold) },
		{ what: "pack-threshold", id: "", value: String(roster.packThreshold), keyId: "", all: String(roster.packThreshold) },
	];
}

/** What the draft changes against the roster in force; null: it is the first. */
export function changesOf(lib: Sodium, before: Roster | null, draft: Roster): Change[] {
	const old = rowsOf(lib, before);
	const now = rowsOf(lib, draft);
	const find = (rows: typeof old, row: (typeof old)[number]) => rows.find((r) => r.what === row.what && r.id === row.id);
	const changes: Change[] = [];
	for (const row of now) {
		const was = find(old, row);
		if (was?.all !== row.all) changes.push({ ...row, how: was ? "changed" : "added" });
	}
	for (const row of old) if (!find(now, row)) changes.push({ ...row, how: "removed" });
	return changes;
}

/** Sign a draft, after reading it: only for the agency of the key, and only as the next. */
export function signRoster(lib: Sodium, text: string, inForce: KnownRoster | null, key: Key): string {
	const draft = parseRoster(lib, text);
	if (!key.signSeed || !key.signPk || draft.agency !== key.agency) throw new KeyError("not-yours");
	if (inForce) checkFollows(inForce, draft);
	const electors = inForce?.roster ?? draft;
	const self = electors.supervisors.find((s) => s.id === key.id);
	if (!self || !same(self.signPk, key.signPk)) throw new KeyError("not-an-elector");
	if (!draft.recoveryPk) throw new KeyError("no-recovery");
	return `${text}\n${signatureLine(lib, text, signerName(key.agency, key.id), key.signSeed)}`;
}

/** Who reads the notes of a team: its supervisors in roster order, then the recovery key. */
export function readersOfTeam(roster: Roster, team: string): Uint8Array[] {
	const readers = roster.supervisors.filter((s) => s.teams.includes(team)).slice(0, 7).map((s) => s.boxPk);
	return roster.recoveryPk ? [...readers, roster.recoveryPk] : readers;
}
