// Signed settings for the pages: what is in force for whom, and the text that a supervisor signs
// here (PROTOCOL.md section 10).  What a change starts from is read out of the signed notes
// themselves, checked by the rosters that this browser believes.
import { api, type Page } from "./api";
import { checkChain, unlock, type RosterAnswer } from "./keys";
import { KeyError, bytesOf, same, sodium } from "./keys/crypto";
import { signerName } from "./keys/keyfile";
import { signersOf, type KnownRoster } from "./keys/roster";
import { parseNote, sign } from "./keys/signednote";

const ORIGIN = "fieldvisit/v1/config/";

export interface Known {
	name: string;
	kind: "text" | "phone" | "url" | "number" | "speech";
	min: number;
	max: number;
	default: string;
	/** The server's own: for everybody only. */
	general: boolean;
}

export type Kind = "installation" | "agency" | "device";
export type Values = Record<string, string>;

export interface Text {
	scope: Kind;
	/** "", the agency's id or the handheld's. */
	of: string;
	/** Whose it is; "": everybody's. */
	agency: string;
	teams: string;
	version: number;
	signer: string;
	signer_gone: boolean;
	taken_ms: number;
	values: Values;
	note: string;
}

export interface Settings {
	agency: string;
	/** The newest of all texts, whomever they are for; 0: none. */
	version: number;
	known: Known[];
	texts: Text[];
	agencies: { id: string; name: string; teams: string }[];
}

export interface Handheld {
	dev: string;
	officer: string;
	agency: string;
	team: string;
	/** Versions: of what is for it, and of what it said to have. */
	wants: number;
	has: number;
}

/** Whom one looks at. */
export interface Scope {
	kind: Kind;
	of: string;
	/** Of a handheld: its agency. */
	agency: string;
}

export const EVERYBODY: Scope = { kind: "installation", of: "", agency: "" };

export function listHandhelds(after: string): Promise<Page<Handheld>> {
	return api.get("/settings/handhelds", { after });
}

/** The text in force of a scope; null: none is signed. */
export function textOf(all: Settings, scope: Scope): Text | null {
	return all.texts.find((x) => x.scope === scope.kind && x.of === scope.of) ?? null;
}

/** Those that lie under a scope, the widest first. */
function under(all: Settings, scope: Scope): Text[] {
	const wider = [textOf(all, EVERYBODY)];
	if (scope.kind === "device") wider.push(textOf(all, { kind: "agency", of: scope.agency, agency: scope.agency }));
	return scope.kind === "installation" ? [] : wider.filter((x): x is Text => x !== null);
}

export interface InForce {
	value: string;
	from: Kind | "default";
}

/** What is in force, with `own` in the place of the scope's text. */
export function inForce(all: Settings, scope: Scope, own: Values, known: Known): InForce {
	const said = own[known.name];
	if (said !== undefined) return { value: said, from: scope.kind };
	const from = under(all, scope).filter((x) => x.values[known.name] !== undefined).pop();
	return from ? { value: from.values[known.name]!, from: from.scope } : { value: known.default, from: "default" };
}

/** Teams of an agency that its signed text does not name: they came later. */
export function teamsMissing(all: Settings, text: Text): string[] {
	const teams = all.agencies.find((a) => a.id === text.of)?.teams ?? "";
	const named = text.teams.split(",");
	return text.scope === "agency" ? teams.split(",").filter((x) => x !== "" && !named.includes(x)) : [];
}

/** Is it a value that handhelds take? */
export function isFit(known: Known, value: string): boolean {
	const length = bytesOf(value).length;
	if (/[\u0000-\u001f\u007f]/.test(value)) return false;
	switch (known.kind) {
	case "number":
		return /^(0|[1-9][0-9]{0,8})$/.test(value) && Number(value) >= known.min && Number(value) <= known.max;
	case "phone":
		return /^[0-9 +-]*$/.test(value) && length <= known.max;
	case "url":
		return /^(https?:\/\/[A-Za-z0-9.:-]+)?$/.test(value) && length <= known.max;
	case "speech":
		return ["", "en", "zh", "en,zh"].includes(value);
	default:
		return length <= known.max;
	}
}

export interface Change {
	known: Known;
	before: InForce;
	after: InForce;
}

/** What a new text changes. */
export function changesOf(all: Settings, scope: Scope, next: Values): Change[] {
	const own = textOf(all, scope)?.values ?? {};
	return all.known.filter((k) => own[k.name] !== next[k.name]).map((known) => ({
		known, before: inForce(all, scope, own, known), after: inForce(all, scope, next, known),
	}));
}

// -- signing -------------------------------------------------------------------------------

/** Read what stands in a note; its values are those that were signed, not the server's word. */
function readNote(note: string): { agency: string; version: number; scope: string; values: Values } {
	const lines = parseNote(note).text.split("\n").slice(0, -1);
	const version = /^version ([1-9][0-9]{0,9})$/.exec(lines[1] ?? "")?.[1];
	if (!lines[0]?.startsWith(ORIGIN) || !version) throw new KeyError("bad-settings");
	const scope = lines[2]?.startsWith("for ") ? lines[2] : "";
	const values: Values = {};
	for (const line of lines.slice(scope ? 3 : 2)) {
		const at = line.indexOf(" ");
		if (at < 1) throw new KeyError("bad-settings");
		values[line.slice(0, at)] = line.slice(at + 1);
	}
	return { agency: lines[0].slice(ORIGIN.length), version: Number(version), scope, values };
}

/** Whom a text says that it is for, as the server filed it. */
function isFiled(text: Text, line: string): boolean {
	if (text.scope === "installation") return line === "";
	return line === (text.scope === "agency" ? `for team ${text.teams}` : `for device ${text.of}`);
}

/** All of it with the values that supervisors signed: what a change may start from. */
export async function loadChecked(): Promise<{ all: Settings; chain: KnownRoster[] }> {
	const [all, roster, lib] = await Promise.all([api.get<Settings>("/settings"), api.get<RosterAnswer>("/roster"), sodium()]);
	const chain = await checkChain(roster.chain);
	const texts = all.texts.map((text) => {
		const read = readNote(text.note);
		const isSigned = chain.some((k) => read.agency === k.roster.agency && signersOf(lib, k.roster, parseNote(text.note)).length > 0);
		if (!isSigned || read.version !== text.version || !isFiled(text, read.scope)) throw new KeyError("bad-settings");
		return { ...text, values: read.values };
	});
	return { all: { ...all, texts }, chain };
}

function lineOf(all: Settings, scope: Scope): string {
	if (scope.kind === "installation") return "";
	if (scope.kind === "device") return `for device ${scope.of}\n`;
	return `for team ${all.agencies.find((a) => a.id === scope.of)?.teams ?? ""}\n`;
}

/** The text of the next version. */
export function nextText(all: Settings, scope: Scope, values: Values): string {
	const version = Math.max(all.version, ...all.texts.map((x) => x.version)) + 1;
	const lines = Object.keys(values).sort().map((name) => `${name} ${values[name]}\n`);
	return `${ORIGIN}${all.agency}\nversion ${version}\n${lineOf(all, scope)}${lines.join("")}`;
}

/** Sign the next text with the supervisor's key and hand it in.  Returns its version. */
export async function put(all: Settings, chain: KnownRoster[], scope: Scope, values: Values): Promise<number> {
	const key = await unlock();
	const roster = chain[chain.length - 1]?.roster;
	const self = roster?.supervisors.find((s) => s.id === key.id);
	if (!key.signSeed || !key.signPk || key.agency !== all.agency || !self || !same(self.signPk, key.signPk)) throw new KeyError("not-on-roster");
	const note = sign(await sodium(), nextText(all, scope, values), signerName(key.agency, key.id), key.signSeed);
	return (await api.post<{ version: number }>("/settings", { note })).version;
}
