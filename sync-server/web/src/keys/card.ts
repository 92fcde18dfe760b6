// Case cards (PROTOCOL.md section 12): the note construction, its commitment in a text that
// a supervisor signs, so that the server can neither read nor forge one.
import { decodeMap, encode, type Cbor, type CborMap } from "./cbor";
import { KeyError, type Sodium, base64Of, bytesOf, concat, hexOf, ofBase64, ofHex, same, sha256, u64be, wipe } from "./crypto";
import { type Key, signerName } from "./keyfile";
import { openSealed, seal } from "./note";
import { type Roster, signersOf } from "./roster";
import { parseNote, sign } from "./signednote";

const ORIGIN = "fieldvisit/v1/card/";

/** As the server keeps it; ct and capsules are base64 (casefile.h has the same members). */
export interface CardFile {
	note: string;
	ct: string;
	capsules: string;
}

/** What stands on a card. */
export interface CardText {
	name?: string;
	phones?: { label: string; number: string; zone: string | null }[];
	address?: string;
	amount?: string;
	daysOverdue?: string;
	remark?: string;
}

interface Commitment {
	agency: string;
	caseId: string;
	version: number;
	kc: Uint8Array;
	ct: Uint8Array;
	capsules: Uint8Array;
	keyIds: Uint8Array;
}

function parseCommitment(text: string): Commitment {
	const lines = text.split("\n");
	if (lines.length !== 8 || !lines[0]!.startsWith(ORIGIN) || !/^[1-9][0-9]{0,15}$/.test(lines[2]!))
		throw new KeyError("altered", "no commitment of a card");
	return {
		agency: lines[0]!.slice(ORIGIN.length), caseId: lines[1]!, version: Number(lines[2]), kc: ofBase64(lines[3]!),
		ct: ofBase64(lines[4]!), capsules: ofBase64(lines[5]!), keyIds: concat(...lines[6]!.split(" ").map(ofHex)),
	};
}

function aadOf(caseId: string, version: number): Uint8Array {
	return concat(bytesOf("fieldvisit/card/v1"), Uint8Array.of(0), bytesOf(caseId), Uint8Array.of(0), u64be(version));
}

/** The card's map, opened.  It must be of this case and signed by a supervisor of one of these
 * rosters (of a chain: he may have left since). */
export function openCard(lib: Sodium, file: CardFile, caseId: string, rosters: Roster[], key: Key): CborMap {
	const note = parseNote(file.note);
	const said = parseCommitment(note.text);
	const ct = ofBase64(file.ct);
	const capsules = ofBase64(file.capsules);
	if (said.caseId !== caseId || !rosters.some((r) => r.agency === said.agency)) throw new KeyError("altered", "the card of another case");
	if (!rosters.some((r) => signersOf(lib, r, note).length > 0)) throw new KeyError("unsigned", "nobody on the roster signed this card");
	if (!same(sha256(lib, ct), said.ct) || !same(sha256(lib, capsules), said.capsules))
		throw new KeyError("bad-commitment", "the card is not the one that was signed");
	const plain = openSealed(lib, {
		kind: "card", kc: said.kc, ct, aad: aadOf(caseId, said.version), rows: [{ keyIds: said.keyIds, capsules }],
	}, key);
	const map = decodeMap(plain);
	wipe(plain);
	return map;
}

/** Seal a card to these reading keys and sign its commitment. */
export function sealCard(lib: Sodium, caseId: string, version: number, map: CborMap, readers: Uint8Array[], key: Key): CardFile {
	if (!key.signSeed) throw new KeyError("not-a-supervisor");
	const plain = encode(map);
	const sealed = seal(lib, "card", plain, aadOf(caseId, version), readers);
	wipe(plain);
	const row = sealed.rows[0]!;
	const ids = Array.from({ length: row.keyIds.length / 4 }, (_, i) => hexOf(row.keyIds.slice(4 * i, 4 * i + 4)));
	const text = `${ORIGIN}${key.agency}\n${caseId}\n${version}\n${base64Of(sealed.kc)}\n${base64Of(sha256(lib, sealed.ct))}\n` +
		`${base64Of(sha256(lib, row.capsules))}\n${ids.join(" ")}\n`;
	return { note: sign(lib, text, signerName(key.agency, key.id), key.signSeed), ct: base64Of(sealed.ct), capsules: base64Of(row.capsules) };
}

const str = (value: Cbor | undefined): string | undefined => (typeof value === "string" ? value : undefined);

/** A card's map as the page shows it; members that it does not know stay in the map. */
export function cardText(map: CborMap): CardText {
	const phones = map.get(2);
	const text: CardText = {};
	const put = (name: "name" | "address" | "amount" | "daysOverdue" | "remark", at: number) => {
		const value = str(map.get(at));
		if (value !== undefined) text[name] = value;
	};
	put("name", 1);
	put("address", 3);
	put("amount", 4);
	put("daysOverdue", 5);
	put("remark", 6);
	if (Array.isArray(phones))
		text.phones = phones.filter(Array.isArray).map((p) => ({ label: str(p[0]) ?? "", number: str(p[1]) ?? "", zone: str(p[2]) ?? null }));
	return text;
}
