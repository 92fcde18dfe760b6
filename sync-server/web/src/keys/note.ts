// Sealed notes (PROTOCOL.md section C5): capsule, commitment, and only then decryption.
// Each way in which that can fail has a word of its own.
import { decode, decodeMap, type Cbor, type CborMap } from "./cbor";
import { KEY_BYTES, KeyError, type Sodium, boxKeyId, bytesOf, concat, hkdfExpand, hkdfExtract, hexOf, same, sha256, u64be, wipe } from "./crypto";
import * as hpke from "./hpke";

export const CAPSULE_BYTES = 80;
export const REC_NOTE = 10;
const NONCE = new Uint8Array(12);
const NONE = new Uint8Array(0);
const SMALL_MAX = 1024;

/** A row of capsules and the key ids of those whom they are for. */
export interface CapsuleRow {
	keyIds: Uint8Array;
	capsules: Uint8Array;
}

/** What a sealed text consists of.  `kc` comes from what was signed, never from beside it. */
export interface Sealed {
	kind: "record" | "card";
	kc: Uint8Array;
	ct: Uint8Array;
	aad: Uint8Array;
	rows: CapsuleRow[];
}

/** Whose key opens it. */
export interface Reader {
	boxPk: Uint8Array;
	boxSk: Uint8Array;
}

interface NoteKeys {
	key: Uint8Array;
	stream: Uint8Array;
	kc: Uint8Array;
}

function derive(lib: Sodium, cek: Uint8Array): NoteKeys {
	const prk = hkdfExtract(lib, bytesOf("fieldvisit/note/v1"), cek);
	const out = (label: string) => hkdfExpand(lib, prk, bytesOf(label), KEY_BYTES);
	const keys = { key: out("key"), stream: out("stream"), kc: out("commit") };
	wipe(prk);
	return keys;
}

function committed(lib: Sodium, cek: Uint8Array, kc: Uint8Array): NoteKeys {
	const keys = derive(lib, cek);
	if (lib.memcmp(keys.kc, kc)) return keys;
	wipe(keys.key, keys.stream);
	throw new KeyError("bad-commitment", "the key in the capsule is not the one that was committed to");
}

const capsuleInfo = (kc: Uint8Array) => concat(bytesOf("fieldvisit/capsule/v1"), kc);

/** The content key out of the first capsule that is this reader's. */
export function openCapsule(lib: Sodium, rows: CapsuleRow[], kc: Uint8Array, reader: Reader): Uint8Array {
	const own = boxKeyId(lib, reader.boxPk);
	let failure = new KeyError("not-for-this-key", "no capsule of it is for this key");
	for (const row of rows) {
		for (let i = 0; 4 * i < row.keyIds.length; i++) {
			if (!same(row.keyIds.slice(4 * i, 4 * i + 4), own)) continue;
			const capsule = row.capsules.slice(CAPSULE_BYTES * i, CAPSULE_BYTES * (i + 1));
			try {
				return openOne(lib, capsule, kc, reader.boxSk);
			} catch (error) {
				failure = error as KeyError;
			}
		}
	}
	throw failure;
}

function openOne(lib: Sodium, capsule: Uint8Array, kc: Uint8Array, sk: Uint8Array): Uint8Array {
	let cek: Uint8Array;
	try {
		cek = hpke.open(lib, sk, capsuleInfo(kc), NONE, capsule);
	} catch {
		throw new KeyError("bad-commitment", "the capsule does not open for the key commitment that was signed");
	}
	const keys = committed(lib, cek, kc);
	wipe(keys.key, keys.stream);
	return cek;
}

/** One capsule more of a content key. */
export function wrap(lib: Sodium, cek: Uint8Array, kc: Uint8Array, pk: Uint8Array, ephemeral?: Uint8Array): Uint8Array {
	const keys = committed(lib, cek, kc);
	wipe(keys.key, keys.stream);
	return hpke.seal(lib, pk, capsuleInfo(kc), NONE, cek, ephemeral);
}

/** Decrypt with a content key; the commitment is checked first. */
export function openText(lib: Sodium, sealed: Omit<Sealed, "rows">, cek: Uint8Array): Uint8Array {
	const keys = committed(lib, cek, sealed.kc);
	let padded: Uint8Array;
	try {
		padded = lib.crypto_aead_chacha20poly1305_ietf_decrypt(null, sealed.ct, sealed.aad, NONCE, keys.key);
	} catch {
		throw new KeyError("altered", "the text does not open with the committed key");
	} finally {
		wipe(keys.key, keys.stream);
	}
	const text = unpad(padded, sealed.kind);
	wipe(padded);
	return text;
}

/** The key of an attachment's pieces. */
export function streamKey(lib: Sodium, cek: Uint8Array, kc: Uint8Array): Uint8Array {
	const keys = committed(lib, cek, kc);
	wipe(keys.key);
	return keys.stream;
}

function blockOf(kind: Sealed["kind"], length: number): number {
	return kind === "record" && length < SMALL_MAX ? 64 : 256;
}

function pad(plain: Uint8Array, kind: Sealed["kind"]): Uint8Array {
	const block = blockOf(kind, plain.length);
	const out = new Uint8Array(Math.ceil((plain.length + 1) / block) * block);
	out.set(plain);
	out[plain.length] = 0x80;
	return out;
}

function unpad(padded: Uint8Array, kind: Sealed["kind"]): Uint8Array {
	const block = kind === "record" && padded.length <= SMALL_MAX ? 64 : 256;
	let end = padded.length;
	while (end > Math.max(padded.length - block, 0) && padded[end - 1] === 0) end--;
	const isGood = padded.length > 0 && padded.length % block === 0 && end > padded.length - block &&
		padded[end - 1] === 0x80 && blockOf(kind, end - 1) === block;
	if (!isGood) throw new KeyError("altered", "its padding is wrong");
	return padded.slice(0, end - 1);
}

/** Open something sealed.  The caller wipes the answer when it can. */
export function openSealed(lib: Sodium, sealed: Sealed, reader: Reader): Uint8Array {
	const cek = openCapsule(lib, sealed.rows, sealed.kc, reader);
	try {
		return openText(lib, sealed, cek);
	} finally {
		wipe(cek);
	}
}

/** Seal a text to these reading keys, in their order. */
export function seal(lib: Sodium, kind: Sealed["kind"], plain: Uint8Array, aad: Uint8Array, pks: Uint8Array[]): Sealed {
	if (pks.length === 0 || pks.length > (kind === "card" ? 24 : 8)) throw new KeyError("too-many-readers");
	if (plain.length > 32511) throw new KeyError("too-long");
	const cek = lib.randombytes_buf(KEY_BYTES);
	const keys = derive(lib, cek);
	const padded = pad(plain, kind);
	const ct = lib.crypto_aead_chacha20poly1305_ietf_encrypt(padded, aad, null, NONCE, keys.key);
	const capsules = concat(...pks.map((pk) => wrap(lib, cek, keys.kc, pk)));
	const keyIds = concat(...pks.map((pk) => boxKeyId(lib, pk)));
	wipe(cek, padded, keys.key, keys.stream);
	return { kind, kc: keys.kc, ct, aad, rows: [{ keyIds, capsules }] };
}

// -- records ---------------------------------------------------------------------------------

/** What POST /notes/{dev}/{seq}/open and /attachments/... answer, decoded. */
export interface NoteParts {
	header: Uint8Array;
	/** null: erased, or not here yet. */
	salt: Uint8Array | null;
	payload: Uint8Array | null;
	ct: Uint8Array | null;
	capsules: Uint8Array | null;
	rewraps: CapsuleRow[];
	/** Has the server dropped what is missing, or has it not come yet? */
	isErased: boolean;
}

export interface Header {
	type: number;
	dev: Uint8Array;
	seq: number;
	rtcMs: number;
	pc: Uint8Array;
}

const bytesAt = (value: Cbor | undefined, length?: number): Uint8Array => {
	if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length))
		throw new KeyError("altered", "the record does not have its form");
	return value;
};

export function parseHeader(bytes: Uint8Array): Header {
	const row = decode(bytes);
	if (!Array.isArray(row) || row.length !== 11 || row[0] !== 1) throw new KeyError("altered", "no header of a record");
	return { type: Number(row[1]), dev: bytesAt(row[2], 16), seq: Number(row[3]), rtcMs: Number(row[6]), pc: bytesAt(row[10], 32) };
}

/** The payload that the header commits to; throws "erased", "outstanding" or "altered". */
export function checkedPayload(lib: Sodium, parts: NoteParts, type: number, dev: string, seq: number): CborMap {
	const header = parseHeader(parts.header);
	if (header.type !== type || hexOf(header.dev) !== dev || header.seq !== seq)
		throw new KeyError("altered", "it is the header of another record");
	if (!parts.payload || !parts.salt) throw new KeyError(parts.isErased ? "erased" : "outstanding");
	const pc = sha256(lib, bytesOf("fieldvisit/pl/v1"), parts.salt, parts.payload);
	if (parts.salt.length !== 16 || !same(pc, header.pc)) throw new KeyError("altered", "the payload is not the one that its header commits to");
	return decodeMap(parts.payload);
}

/** Capsules of the record, when they are those that it names, then those of re-wraps. */
export function rowsOf(lib: Sodium, parts: NoteParts, payload: CborMap): CapsuleRow[] {
	const keyIds = bytesAt(payload.get(8));
	const rows = [...parts.rewraps];
	if (!parts.capsules) {
		if (rows.length === 0) throw new KeyError(parts.isErased ? "erased" : "outstanding");
		return rows;
	}
	const isNamed = same(sha256(lib, parts.capsules), bytesAt(payload.get(7), 32)) &&
		parts.capsules.length === (keyIds.length / 4) * CAPSULE_BYTES;
	if (isNamed) return [{ keyIds, capsules: parts.capsules }, ...rows];
	if (rows.length === 0) throw new KeyError("bad-commitment", "the capsules are not those that the record commits to");
	return rows;
}

/** The content key of a note or an attachment. */
export function contentKey(lib: Sodium, parts: NoteParts, payload: CborMap, reader: Reader): { cek: Uint8Array; kc: Uint8Array } {
	const kc = bytesAt(payload.get(4), 32);
	return { cek: openCapsule(lib, rowsOf(lib, parts, payload), kc, reader), kc };
}

export const noteAad = (dev: Uint8Array, seq: number | bigint) => concat(dev, u64be(seq));

export interface OpenedNote {
	text: string;
	kind: number;
	rosterVersion: number;
	readers: number;
}

/** Open a note: header, payload, capsule, commitment, ciphertext, in this order. */
export function openNote(lib: Sodium, parts: NoteParts, dev: string, seq: number, reader: Reader): OpenedNote {
	const payload = checkedPayload(lib, parts, REC_NOTE, dev, seq);
	const { cek, kc } = contentKey(lib, parts, payload, reader);
	try {
		if (!parts.ct) throw new KeyError(parts.isErased ? "erased" : "outstanding");
		if (!same(sha256(lib, parts.ct), bytesAt(payload.get(5), 32)))
			throw new KeyError("altered", "the ciphertext is not the one that the record names");
		const aad = noteAad(parseHeader(parts.header).dev, seq);
		const plain = openText(lib, { kind: "record", kc, ct: parts.ct, aad }, cek);
		const text = new TextDecoder().decode(plain);
		wipe(plain);
		return { text, kind: Number(payload.get(9) ?? 0), rosterVersion: Number(payload.get(6) ?? 0), readers: bytesAt(payload.get(8)).length / 4 };
	} finally {
		wipe(cek);
	}
}
