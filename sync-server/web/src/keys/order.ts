// Orders about handhelds and tickets for them, as texts that a supervisor signs (PROTOCOL.md
// section 8), and the digits that two people compare before one of them signs.
import { KeyError, type Sodium, base64Of, concat, hexOf, isBoxKeyGood, ofBase64, sha256 } from "./crypto";
import { parseVkey } from "./signednote";

const GROUPS = 8;
export const DIGITS = 40;
export const REASONS = ["lost", "stolen", "retired", "replaced", "left", "misuse", "agency-closed"] as const;
export type Reason = (typeof REASONS)[number];

/** 8 groups of 5 digits of an ENROL leaf, as the handheld shows them. */
export function enrolDigits(lib: Sodium, leaf: Uint8Array): string {
	const hash = sha256(lib, leaf);
	const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
	const groups = Array.from({ length: GROUPS }, (_, j) => String(view.getUint32(4 * j) % 100000).padStart(5, "0"));
	return groups.join(" ");
}

/** The 40 digits of what somebody typed, however he grouped them; null: they are not 40. */
export function onlyDigits(text: string): string | null {
	const digits = text.replace(/[\s-]/g, "");
	return digits.length === DIGITS && /^[0-9]+$/.test(digits) ? digits : null;
}

/** Whole seconds, "2026-03-02T14:15:00Z". */
function timeText(time: Date): string {
	return time.toISOString().replace(/\.\d+Z$/, "Z");
}

export function approveText(dev: string, leafHash: string): string {
	return `fieldvisit/v1/approve\n${dev}\n${leafHash}\n`;
}

/** `size`: records below it stay believed. */
export function revokeText(dev: string, reason: Reason, size: number, now: Date): string {
	return `fieldvisit/v1/revoke\n${dev}\n${reason}\n${size}\n${timeText(now)}\n`;
}

export function wipeText(dev: string, now: Date): string {
	return `fieldvisit/v1/wipe\n${dev}\n${timeText(now)}\n`;
}

// -- tickets -------------------------------------------------------------------------------

/** What a ticket names of a server: the text of server.pub. */
export interface ServerInfo {
	url: string;
	log: string;
	hpke: string;
}

export function readServer(lib: Sodium, text: string): ServerInfo {
	const lines = text.split("\n");
	const bad = (): never => { throw new KeyError("bad-server"); };
	const rest = (line: string | undefined, word: string) => (line?.startsWith(`${word} `) ? line.slice(word.length + 1) : bad());
	if (lines.pop() !== "" || lines.length < 3) bad();
	const info = { url: rest(lines[0], "url"), log: rest(lines[1], "log"), hpke: rest(lines[lines.length - 1], "hpke") };
	parseVkey(lib, info.log);
	const key = /^[0-9]{1,3} (\S+)$/.exec(info.hpke)?.[1];
	if (!key || !/^https?:\/\/\S+$/.test(info.url) || !isBoxKeyGood(lib, ofBase64(key))) bad();
	return info;
}

export interface TicketOf {
	server: ServerInfo;
	rosterHash: Uint8Array;
	agency: string;
	team: string;
	officer: string;
	expires: Date;
	auditors: Uint8Array[];
}

/** The text that is signed, with an id of its own. */
export function ticketText(lib: Sodium, ticket: TicketOf): string {
	const { server } = ticket;
	const lines = ["fieldvisit/v1/ticket", hexOf(lib.randombytes_buf(16)), server.url, server.log, `hpke ${server.hpke}`,
		base64Of(ticket.rosterHash), ticket.agency, ticket.team, ticket.officer, timeText(ticket.expires),
		...ticket.auditors.map((pk) => `auditor ${base64Of(pk)}`)];
	return `${lines.join("\n")}\n`;
}

/** The file that goes to the handheld: the secret token, which nobody signs, and the note. */
export function ticketFile(lib: Sodium, note: string): string {
	const token = lib.to_base64(lib.randombytes_buf(32), lib.base64_variants.URLSAFE_NO_PADDING);
	return `fieldvisit-ticket/v1 ${token}\n${note}`;
}

// -- many of them as one file --------------------------------------------------------------

const BLOCK = 512;

function tarHead(name: string, size: number): Uint8Array {
	const head = new Uint8Array(BLOCK);
	const put = (at: number, text: string) => head.set(new TextEncoder().encode(text), at);
	put(0, name);
	put(100, "0000600\0");
	put(108, "0000000\0");
	put(116, "0000000\0");
	put(124, `${size.toString(8).padStart(11, "0")}\0`);
	put(136, "00000000000\0");
	put(148, "        ");
	put(156, "0");
	put(257, "ustar\u000000");
	put(148, `${head.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `);
	return head;
}

/** A tar archive of texts. */
export function tarOf(files: { name: string; text: string }[]): Uint8Array {
	const parts = files.flatMap(({ name, text }) => {
		const body = new TextEncoder().encode(text);
		return [tarHead(name, body.length), body, new Uint8Array((BLOCK - (body.length % BLOCK)) % BLOCK)];
	});
	return concat(...parts, new Uint8Array(2 * BLOCK));
}
