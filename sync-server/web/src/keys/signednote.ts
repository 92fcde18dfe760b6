// Signed notes (C2SP): text, an empty line, one line a signature.  Ed25519 only.
import { KeyError, type Sodium, base64Of, bytesOf, concat, hexOf, ofBase64, ofHex, same, sha256 } from "./crypto";

const DASH = "\u2014 ";
const ED25519 = Uint8Array.of(1);

export interface NoteSignature {
	name: string;
	keyId: Uint8Array;
	signature: Uint8Array;
}

export interface SignedNote {
	text: string;
	signatures: NoteSignature[];
}

/** The first four bytes of SHA-256(name || LF || 0x01 || pk). */
export function noteKeyId(lib: Sodium, name: string, pk: Uint8Array): Uint8Array {
	return sha256(lib, bytesOf(name + "\n"), ED25519, pk).slice(0, 4);
}

export function vkeyOf(lib: Sodium, name: string, pk: Uint8Array): string {
	return `${name}+${hexOf(noteKeyId(lib, name, pk))}+${base64Of(concat(ED25519, pk))}`;
}

/** Name and key of "name+hex+base64"; throws when the id does not fit the key. */
export function parseVkey(lib: Sodium, vkey: string): { name: string; pk: Uint8Array } {
	const found = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(vkey);
	if (!found) throw new KeyError("bad-vkey");
	const bytes = ofBase64(found[3]!);
	const name = found[1]!;
	if (bytes.length !== 33 || bytes[0] !== 1) throw new KeyError("bad-vkey");
	const pk = bytes.slice(1);
	if (!same(noteKeyId(lib, name, pk), ofHex(found[2]!))) throw new KeyError("bad-vkey");
	return { name, pk };
}

function checkText(text: string): void {
	if (!text.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(text)) throw new KeyError("not-a-note");
}

/** Take a note apart; nothing is verified. */
export function parseNote(note: string): SignedNote {
	const split = note.lastIndexOf("\n\n");
	if (split < 0 || !note.endsWith("\n")) throw new KeyError("not-a-note");
	const text = note.slice(0, split + 1);
	checkText(text);
	const signatures = note.slice(split + 2, -1).split("\n").map((line) => {
		const found = line.startsWith(DASH) ? /^(\S+) ([A-Za-z0-9+/=]+)$/.exec(line.slice(DASH.length)) : null;
		if (!found) throw new KeyError("not-a-note");
		const bytes = ofBase64(found[2]!);
		if (bytes.length < 5) throw new KeyError("not-a-note");
		return { name: found[1]!, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
	});
	return { text, signatures };
}

/** One signature line over `text`. */
export function signatureLine(lib: Sodium, text: string, name: string, seed: Uint8Array): string {
	checkText(text);
	const pair = lib.crypto_sign_seed_keypair(seed);
	const signature = lib.crypto_sign_detached(bytesOf(text), pair.privateKey);
	pair.privateKey.fill(0);
	return `${DASH}${name} ${base64Of(concat(noteKeyId(lib, name, pair.publicKey), signature))}\n`;
}

/** A whole note with one signature. */
export function sign(lib: Sodium, text: string, name: string, seed: Uint8Array): string {
	return `${text}\n${signatureLine(lib, text, name, seed)}`;
}

/** Did `name` sign it with `pk`? */
export function verify(lib: Sodium, note: SignedNote, name: string, pk: Uint8Array): boolean {
	const id = noteKeyId(lib, name, pk);
	return note.signatures.some((s) => s.name === name && same(s.keyId, id) && s.signature.length === 64 &&
		lib.crypto_sign_verify_detached(s.signature, bytesOf(note.text), pk));
}
