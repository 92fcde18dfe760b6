// Handhelds for the pages: what the server knows of them, and orders about them that are signed
// here with the supervisor's key.
import { api, type Page } from "./api";
import { KeyError, same, sodium } from "./keys/crypto";
import { readDirectory, type Device, type Directory, type DirectoryFile } from "./keys/directory";
import { approveText, onlyDigits, readServer, revokeText, ticketFile, ticketText, wipeText, type Reason } from "./keys/order";
import { signerName, type Key } from "./keys/keyfile";
import { rosterHash, readersOfTeam, type KnownRoster } from "./keys/roster";
import { sign } from "./keys/signednote";
import { checkChain, unlock } from "./keys";
import { everyRow } from "./parts/staff";

export const STATES = ["not-approved", "approved", "lost", "retired", "replaced", "revoked"] as const;
export type State = (typeof STATES)[number];

export interface Handheld {
	dev: string; officer: string; officer_name: string; agency: string; team: string;
	state: State; reason: string | null; is_approved: boolean; is_revoked: boolean;
	approved_ms: number | null; revoked_ms: number | null; trusted_size: number | null; after_revocation: number;
	is_wipe_ordered: boolean; is_silent: boolean;
	version: string | null; model: string | null; serial: string | null; same_serial: string[];
	receiver: { source: string; path: string | null; driver: string | null } | null;
	records: number; unsealed: number; outstanding: number; apart: number;
	last_sync_ms: number | null; battery_percent: number | null; free_mib: number | null; told_ms: number | null;
	clock_ahead_ms: number | null; clock_from: "server" | "receiver" | null;
	on_shift_since_ms: number | null; zone: string;
}

/** "41f4 7e40": enough of an id for people. */
export function shortDev(dev: string): string {
	return `${dev.slice(0, 4)} ${dev.slice(4, 8)}`;
}

export interface Filters { agency: string; state: string; silent: boolean }

export function listHandhelds(filters: Filters, after: string): Promise<Page<Handheld>> {
	return api.get("/devices", { agency: filters.agency, state: filters.state, silent: filters.silent ? 1 : null, after });
}

// -- orders --------------------------------------------------------------------------------

/** The list of handhelds as this page checked it: rosters, tickets, leaves. */
export async function loadFleet(): Promise<Directory> {
	const file = await api.get<DirectoryFile>("/directory");
	await checkChain(file.rosters);
	return readDirectory(await sodium(), file);
}

function inForce(directory: Directory): KnownRoster {
	return directory.rosters[directory.rosters.length - 1]!;
}

/** The open key, if it signs for this roster. */
async function signer(directory: Directory): Promise<Key & { signSeed: Uint8Array }> {
	const key = await unlock();
	const roster = inForce(directory).roster;
	const own = roster.supervisors.find((s) => s.id === key.id);
	if (!key.signSeed || !key.signPk || key.agency !== roster.agency || !own || !same(own.signPk, key.signPk))
		throw new KeyError("not-on-roster");
	return key as Key & { signSeed: Uint8Array };
}

/** Sign these texts with one key and hand them in: all of them are taken, or none. */
async function give(directory: Directory, texts: string[], onOne: (done: number) => void = () => {}): Promise<void> {
	const lib = await sodium();
	const key = await signer(directory);
	const notes: string[] = [];
	for (const text of texts) {
		notes.push(sign(lib, text, signerName(key.agency, key.id), key.signSeed));
		onOne(notes.length);
		if (notes.length % 20 === 0) await new Promise((resolve) => setTimeout(resolve));
	}
	await api.post("/devices/orders", { notes });
}

export function deviceOf(directory: Directory, dev: string): Device {
	const device = directory.devices.find((d) => d.dev === dev);
	if (!device) throw new KeyError("no-device", dev);
	return device;
}

/** Approve a handheld whose screen shows these digits. */
export async function approve(directory: Directory, dev: string, typed: string): Promise<void> {
	const device = deviceOf(directory, dev);
	const digits = onlyDigits(typed);
	if (digits === null) throw new KeyError("not-digits");
	if (digits !== onlyDigits(device.digits)) throw new KeyError("digits-differ");
	await give(directory, [approveText(dev, device.leafHash)]);
}

/** Take a handheld off the roll; `withWipe`: and erase the cards on it. */
export async function revoke(directory: Directory, dev: string, reason: Reason, size: number, withWipe: boolean): Promise<void> {
	deviceOf(directory, dev);
	const now = new Date();
	await give(directory, [...(withWipe ? [wipeText(dev, now)] : []), revokeText(dev, reason, size, now)]);
}

export async function wipe(directory: Directory, dev: string): Promise<void> {
	deviceOf(directory, dev);
	await give(directory, [wipeText(dev, new Date())]);
}

/** The handhelds of an agency that are in use or wait for it. */
export async function handheldsOf(agency: string): Promise<Handheld[]> {
	const rows = await everyRow<Handheld>("/devices", { agency });
	return rows.filter((d) => !d.is_revoked);
}

/** Wipe and revoke the handhelds of an agency that was closed; what is here by now stays believed. */
export async function endHandhelds(directory: Directory, devices: Handheld[], onOne: (done: number) => void): Promise<void> {
	const now = new Date();
	await give(directory, devices.flatMap((d) => [wipeText(d.dev, now), revokeText(d.dev, "agency-closed", d.records, now)]), onOne);
}

// -- a bench of them -----------------------------------------------------------------------

export interface BenchLine {
	line: number;
	text: string;
	device: Device | null;
	/** Why it cannot be approved; "": it can; "done": it is approved already. */
	fault: "" | "done" | "form" | "unknown" | "several" | "revoked" | "differ" | "twice";
}

const DEV = /^[0-9a-f]{32}$/;
const LINE = /^\s*([0-9a-f]{8,32})[\s,;:]+([0-9][0-9\s-]*)$/i;

/** Compare pasted lines "dev digits" with what enrolled; empty lines and remarks (#) are passed over. */
export function readBench(text: string, directory: Directory): BenchLine[] {
	const seen = new Set<string>();
	return text.split("\n").flatMap((raw, i) => {
		if (raw.trim() === "" || raw.trim().startsWith("#")) return [];
		const { device, fault } = readBenchLine(raw, directory, seen);
		if (device) seen.add(device.dev);
		return [{ line: i + 1, text: raw.trim(), device, fault }];
	});
}

/** Id and digits of a line as somebody types it, or as 'fieldvisit --json enroll' prints it. */
function benchParts(line: string): { dev: string; digits: string | null } | null {
	const typed = LINE.exec(line);
	if (typed) return { dev: typed[1]!.toLowerCase(), digits: onlyDigits(typed[2]!) };
	try {
		const { dev, digits } = JSON.parse(line) as { dev?: unknown; digits?: unknown };
		return typeof dev === "string" && typeof digits === "string" && DEV.test(dev) ? { dev, digits: onlyDigits(digits) } : null;
	} catch {
		return null;
	}
}

function readBenchLine(raw: string, directory: Directory, seen: Set<string>): { device: Device | null; fault: BenchLine["fault"] } {
	const parts = benchParts(raw.trim());
	const digits = parts?.digits;
	if (!parts || !digits) return { device: null, fault: "form" };
	const found = directory.devices.filter((d) => d.dev.startsWith(parts.dev));
	const device = found[0];
	if (!device) return { device: null, fault: "unknown" };
	if (found.length > 1) return { device: null, fault: "several" };
	if (seen.has(device.dev)) return { device, fault: "twice" };
	if (digits !== onlyDigits(device.digits)) return { device, fault: "differ" };
	if (device.isRevoked) return { device, fault: "revoked" };
	return { device, fault: device.isApproved ? "done" : "" };
}

export async function approveBench(directory: Directory, lines: BenchLine[], onOne: (done: number) => void): Promise<number> {
	const texts = lines.filter((l) => l.fault === "" && l.device).map((l) => approveText(l.device!.dev, l.device!.leafHash));
	if (lines.some((l) => l.fault !== "" && l.fault !== "done") || texts.length === 0) throw new KeyError("bench-faults");
	await give(directory, texts, onOne);
	return texts.length;
}

// -- tickets -------------------------------------------------------------------------------

export interface Ticket {
	officer: string;
	team: string;
	expires: string;
	/** The file for the handheld, with its secret. */
	file: string;
	name: string;
	/** An <svg> element; null: too long for a code. */
	qr: string | null;
}

export interface Invited { officer: string; team: string }

const LOG_PIN = "fieldvisit.log.";

/** The server's keys for a ticket.  A ledger that this browser has seen, or that a supervisor has
 * signed a ticket for, is not replaced by another on the server's word. */
async function serverInfo(directory: Directory): Promise<ReturnType<typeof readServer>> {
	const lib = await sodium();
	const { server } = await api.get<{ server: string }>("/tickets/server");
	const info = readServer(lib, server);
	const pin = LOG_PIN + inForce(directory).roster.agency;
	const known = localStorage.getItem(pin) ?? directory.devices[directory.devices.length - 1]?.log ?? info.log;
	if (known !== info.log) throw new KeyError("log-replaced");
	localStorage.setItem(pin, info.log);
	return info;
}

/** Make, sign and hand in a ticket for each of these; all are taken, or none. */
export async function invite(directory: Directory, wanted: Invited[], hours: number, onOne: (done: number) => void): Promise<Ticket[]> {
	const lib = await sodium();
	const known = inForce(directory);
	const { roster } = known;
	const server = await serverInfo(directory);
	const key = await signer(directory);
	const expires = new Date(Math.floor(Date.now() / 1000) * 1000 + hours * 3600_000);
	const auditors = roster.auditors.map((a) => a.boxPk);
	if (auditors.length === 0) throw new KeyError("no-auditor");
	const files = wanted.map(({ officer, team }, i) => {
		if (!roster.officers.some((o) => o.id === officer)) throw new KeyError("officer-not-on-roster", officer);
		if (!roster.supervisors.some((s) => s.teams.includes(team)) || readersOfTeam(roster, team).length === 0) throw new KeyError("team-not-read", team);
		const text = ticketText(lib, { server, rosterHash: rosterHash(lib, known.text), agency: roster.agency, team, officer, expires, auditors });
		onOne(i + 1);
		return ticketFile(lib, sign(lib, text, signerName(key.agency, key.id), key.signSeed));
	});
	const told = await api.post<{ tickets: { officer: string; team: string; expires: string; qr: string | null }[] }>("/tickets", { tickets: files });
	return told.tickets.map((ticket, i) => ({ ...ticket, file: files[i]!, name: `ticket-${i + 1}-${ticket.officer}.txt` }));
}

/** The code that the server drew: the size of its square, and the lines of its dark modules. */
export function qrPath(svg: string): { size: number; d: string } | null {
	const found = /viewBox="0 0 (\d+) \d+".* d="([Mmh0-9. ]+)"/.exec(svg);
	return found && { size: Number(found[1]), d: found[2]! };
}
