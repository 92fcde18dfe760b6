// The supervisor's key, for every view: open it, open and seal things with it, sign.  All of
// it happens in this page; what leaves it is sealed or signed.  Errors are KeyError (code) or
// Problem; keyProblem() has the words for both.
import { api, request } from "./api";
import { type Opening, openAttachment } from "./keys/attach";
import { openCard as openCardBytes, sealCard as sealCardBytes, type CardFile } from "./keys/card";
import type { CborMap } from "./keys/cbor";
import { KeyError, base64Of, ofBase64, sodium } from "./keys/crypto";
import { cardReaders, readDirectory, type Directory, type DirectoryFile } from "./keys/directory";
import { heldKey } from "./keys/held";
import { type Key, signerName } from "./keys/keyfile";
import { openNote as openNoteBytes, openSealed as openSealedBytes, type NoteParts, type OpenedNote, type Sealed } from "./keys/note";
import { type KnownRoster, readChain } from "./keys/roster";
import { sign } from "./keys/signednote";
import { askForKey } from "./keys/Unlock";

export type { Key } from "./keys/keyfile";
export type { CardFile, CardText } from "./keys/card";
export type { Directory } from "./keys/directory";
export type { CapsuleRow, OpenedNote, Sealed } from "./keys/note";
export { cardText } from "./keys/card";
export { KeyError } from "./keys/crypto";
export { lockKey, watchKey } from "./keys/held";
export { keyProblem } from "./keys/problem";

/** Is a key open? */
export function haveKey(): boolean {
	return heldKey() !== null;
}

let asking: Promise<Key> | null = null;

/** The open key, or ask for one.  Rejects with KeyError "cancelled". */
export async function unlock(): Promise<Key> {
	const held = heldKey();
	if (held) return held;
	asking ??= askForKey().finally(() => { asking = null; });
	return asking;
}

/** Open something sealed with the note construction.  `kc` must come from what was signed,
 * or, for what nobody signs (a complaint), from beside it. */
export async function openSealed(sealed: Sealed): Promise<Uint8Array> {
	const key = await unlock();
	return openSealedBytes(await sodium(), sealed, key);
}

/** Sign a text as this supervisor: a whole signed note. */
export async function signNote(text: string): Promise<string> {
	const key = await unlock();
	if (!key.signSeed) throw new KeyError("not-a-supervisor");
	return sign(await sodium(), text, signerName(key.agency, key.id), key.signSeed);
}

// -- notes and attachments -----------------------------------------------------------------

interface RowAnswer {
	key_ids: string;
	capsules: string;
}

interface PartsAnswer {
	header: string;
	salt: string | null;
	payload: string | null;
	ct: string | null;
	manifest: string | null;
	capsules: string | null;
	rewraps: RowAnswer[];
	erased: boolean;
	leaf: number;
}

/** Parts of a record, with the number of the ledger's entry that says who asked for them. */
export interface Fetched {
	parts: NoteParts & { manifest: Uint8Array | null };
	leaf: number;
}

const bytes = (text: string | null) => (text === null ? null : ofBase64(text));

/** Fetch what a note or an attachment consists of; the server writes the ledger's entry first. */
export async function fetchParts(what: "notes" | "attachments", dev: string, seq: number): Promise<Fetched> {
	const said = await api.post<PartsAnswer>(`/${what}/${dev}/${seq}/open`);
	const parts = {
		header: ofBase64(said.header), salt: bytes(said.salt), payload: bytes(said.payload), ct: bytes(said.ct),
		manifest: bytes(said.manifest), capsules: bytes(said.capsules), isErased: said.erased,
		rewraps: said.rewraps.map((row) => ({ keyIds: ofBase64(row.key_ids), capsules: ofBase64(row.capsules) })),
	};
	return { parts, leaf: said.leaf };
}

/** Open a note; the opening is recorded before anything is shown. */
export async function openNote(dev: string, seq: number): Promise<OpenedNote & { leaf: number }> {
	const key = await unlock();
	const { parts, leaf } = await fetchParts("notes", dev, seq);
	return { ...openNoteBytes(await sodium(), parts, dev, seq, key), leaf };
}

/** Open an attachment piece by piece; `onPiece` hears how far it is. */
export async function openAttached(dev: string, seq: number, onPiece: (done: number, of: number) => void): Promise<{ bytes: Uint8Array; kind: number; leaf: number }> {
	const key = await unlock();
	const { parts, leaf } = await fetchParts("attachments", dev, seq);
	const opening: Opening = openAttachment(await sodium(), parts, dev, seq, key);
	const whole = new Uint8Array(opening.bytes);
	let at = 0;
	for (let i = 0; i < opening.pieces; i++) {
		const plain = opening.next(await piece(dev, seq, i));
		whole.set(plain, at);
		at += plain.length;
		plain.fill(0);
		onPiece(i + 1, opening.pieces);
	}
	opening.end();
	return { bytes: whole, kind: opening.kind, leaf };
}

async function piece(dev: string, seq: number, n: number): Promise<Uint8Array> {
	const response = await request("GET", `/attachments/${dev}/${seq}/pieces/${n}`);
	return new Uint8Array(await response.arrayBuffer());
}

// -- rosters and cards ---------------------------------------------------------------------

/** What GET /roster answers. */
export interface RosterAnswer {
	/** Signed rosters, oldest first; none: there is no roster yet. */
	chain: string[];
	draft: { text: string; signed: string[]; needed: number } | null;
}

const PIN = "fieldvisit.roster.";

/** The chain, checked.  This browser remembers the newest roster that it has seen: a chain
 * without it is another one, whoever serves it. */
export async function checkChain(notes: string[]): Promise<KnownRoster[]> {
	const chain = readChain(await sodium(), notes);
	const last = chain[chain.length - 1];
	if (!last) return chain;
	const name = PIN + last.roster.agency;
	const known = localStorage.getItem(name);
	if (known !== null && !chain.some((k) => base64Of(k.hash) === known)) throw new KeyError("roster-replaced");
	localStorage.setItem(name, base64Of(last.hash));
	return chain;
}

/** Who is on the roster and which handhelds are approved, checked here. */
export async function loadDirectory(): Promise<Directory> {
	const file = await api.get<DirectoryFile>("/directory");
	await checkChain(file.rosters);
	return readDirectory(await sodium(), file);
}

/** Open a case's card, as GET /cases/{id}/card gave it. */
export async function openCard(caseId: string, file: CardFile, directory: Directory): Promise<CborMap> {
	const key = await unlock();
	return openCardBytes(await sodium(), file, caseId, directory.rosters.map((k) => k.roster), key);
}

/** Seal a card for the handhelds of these officers, the supervisors of their teams and the
 * recovery key, and sign it.  Its version is the clock's, so that it rises. */
export async function sealCard(caseId: string, map: CborMap, officers: string[], directory: Directory): Promise<CardFile> {
	const key = await unlock();
	const readers = cardReaders(directory, officers);
	return sealCardBytes(await sodium(), caseId, Date.now(), map, readers, key);
}

/** Open the card of a case and seal it anew for other officers: what an assignment needs. */
export async function resealCard(caseId: string, officers: string[], directory: Directory): Promise<CardFile> {
	await unlock();
	const { card } = await api.post<{ card: CardFile }>(`/cases/${encodeURIComponent(caseId)}/card/open`);
	return sealCard(caseId, await openCard(caseId, card, directory), officers, directory);
}
