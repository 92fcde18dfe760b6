// Who may read a case's card: handhelds that a supervisor approved, of the officers whom
// tickets name.  The same checks as sync-server/directory.c makes off the server.
import { decode } from "./cbor";
import { KeyError, type Sodium, base64Of, bytesOf, hexOf, isBoxKeyGood, ofBase64, same, sha256 } from "./crypto";
import { type KnownRoster, readChain, signersOf } from "./roster";
import { enrolDigits } from "./order";
import { parseNote } from "./signednote";

/** What GET /directory answers, and 'fieldvisitd roster export' writes. */
export interface DirectoryFile {
	rosters: string[];
	enrolments: { leaf: string; ticket: string }[];
	approvals: string[];
	revocations: string[];
	/** Tickets by which others than the first officer took a handheld. */
	logins?: { dev: string; ticket: string }[];
}

export interface Device {
	dev: string;
	boxPk: Uint8Array;
	officer: string;
	/** Who may have it in hand besides. */
	others: string[];
	/** Ids of the tickets by which it was enrolled and taken. */
	tickets: string[];
	team: string;
	isApproved: boolean;
	isRevoked: boolean;
	/** base64 of the ENROL leaf's hash, which an approval names. */
	leafHash: string;
	/** What its own screen shows when these are its keys: 8 groups of 5 digits. */
	digits: string;
	/** The ledger's vkey on its ticket. */
	log: string;
}

export interface Directory {
	/** The chain, oldest first; the last is in force. */
	rosters: KnownRoster[];
	devices: Device[];
}

const bad = (rule: string): never => {
	throw new KeyError("bad-directory", rule);
};

/** The text of a note that a supervisor of one of these rosters signed; null: none did. */
function signedText(lib: Sodium, chain: KnownRoster[], text: string): string | null {
	const note = parseNote(text);
	return chain.some((known) => signersOf(lib, known.roster, note).length > 0) ? note.text : null;
}

function readDevice(lib: Sodium, chain: KnownRoster[], row: DirectoryFile["enrolments"][number]): Device {
	const leafBytes = ofBase64(row.leaf);
	const leaf = decode(leafBytes);
	const body = Array.isArray(leaf) && leaf[1] === 3 && Array.isArray(leaf[3]) ? leaf[3] : bad("no ENROL leaf");
	const [dev, pk0, pkSync, boxPk, ticketId] = body.slice(0, 5).map((x) => (x instanceof Uint8Array ? x : bad("no ENROL leaf")));
	const own = sha256(lib, bytesOf("fieldvisit/dev/v1"), pk0!, pkSync!, boxPk!, ticketId!).slice(0, 16);
	if (!same(own, dev!) || !isBoxKeyGood(lib, boxPk!)) bad("the keys of a handheld do not make its id");
	const text = signedText(lib, chain, row.ticket) ?? bad("no supervisor signed a handheld's ticket");
	const lines = text.split("\n");
	if (lines[0] !== "fieldvisit/v1/ticket" || lines[1] !== hexOf(ticketId!)) bad("a ticket of another handheld");
	if (lines[6] !== chain[0]!.roster.agency || lines[6] !== body[5]) bad("a ticket of another agency");
	return {
		dev: hexOf(dev!), boxPk: boxPk!, team: lines[7]!, officer: lines[8]!, others: [], tickets: [lines[1]!], isApproved: false, isRevoked: false,
		leafHash: base64Of(sha256(lib, Uint8Array.of(0), leafBytes)), digits: enrolDigits(lib, leafBytes), log: lines[3]!,
	};
}

/** Read and check a directory.  An approval or revocation that does not hold says nothing. */
export function readDirectory(lib: Sodium, file: DirectoryFile): Directory {
	const chain = readChain(lib, file.rosters);
	const roster = chain[chain.length - 1] ?? bad("no roster");
	const devices = file.enrolments.map((row) => readDevice(lib, chain, row));
	for (const note of file.approvals) {
		const lines = signedText(lib, [roster], note)?.split("\n");
		const device = lines?.[0] === "fieldvisit/v1/approve" && devices.find((d) => d.dev === lines[1]);
		if (device && lines![2] === device.leafHash) device.isApproved = true;
	}
	for (const note of file.revocations) {
		const lines = signedText(lib, chain, note)?.split("\n");
		const device = lines?.[0] === "fieldvisit/v1/revoke" && devices.find((d) => d.dev === lines[1]);
		if (device) device.isRevoked = true;
	}
	for (const login of file.logins ?? []) {
		const lines = signedText(lib, chain, login.ticket)?.split("\n");
		const device = lines?.[0] === "fieldvisit/v1/ticket" && lines[6] === roster.roster.agency && devices.find((d) => d.dev === login.dev);
		/* Which handheld it was for stands under no signature: a ticket that was spent on another lets nobody in. */
		if (!device || devices.some((d) => d !== device && d.tickets.includes(lines![1]!))) continue;
		device.others.push(lines![8]!);
		device.tickets.push(lines![1]!);
	}
	return { rosters: chain, devices };
}

/** Reading keys for a card of a case of these officers, each once: their approved handhelds,
 * the supervisors of those handhelds' teams, the recovery key.  Throws KeyError with the
 * officer's id when one has no approved handheld. */
export function cardReaders(directory: Directory, officers: string[]): Uint8Array[] {
	const roster = directory.rosters[directory.rosters.length - 1]!.roster;
	const found: Uint8Array[] = [];
	const add = (pk: Uint8Array) => { if (!found.some((f) => same(f, pk))) found.push(pk); };
	const teams = new Set<string>();
	for (const officer of officers) {
		const own = directory.devices.filter((d) => (d.officer === officer || d.others.includes(officer)) && d.isApproved && !d.isRevoked);
		if (own.length === 0) throw new KeyError("no-handheld", officer);
		for (const device of own) {
			add(device.boxPk);
			teams.add(device.team);
		}
	}
	for (const s of roster.supervisors) if (s.teams.some((t) => teams.has(t))) add(s.boxPk);
	if (roster.recoveryPk) add(roster.recoveryPk);
	if (found.length > 24) throw new KeyError("too-many-readers");
	return found;
}
