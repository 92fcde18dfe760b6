// What the other files here need of libsodium, and small tools for bytes.  The library is
// loaded when the first key is opened, not with the page.
export type Sodium = typeof import("libsodium-wrappers-sumo");

let loading: Promise<Sodium> | null = null;

/** libsodium, ready to use. */
export function sodium(): Promise<Sodium> {
	loading ??= import("libsodium-wrappers-sumo").then(async (module) => {
		const lib = ((module as any).default ?? module) as Sodium;
		await lib.ready;
		return lib;
	});
	return loading;
}

/** Why something cannot be opened or used.  `code` is a stable word; the page has the text. */
export class KeyError extends Error {
	constructor(readonly code: string, detail = code) {
		super(detail);
	}
}

export const KEY_BYTES = 32;
export const TAG_BYTES = 16;
const utf8 = new TextEncoder();

export const bytesOf = (text: string): Uint8Array => utf8.encode(text);

/** Text of UTF-8; throws on anything else. */
export function textOf(bytes: Uint8Array): string {
	return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

export function concat(...parts: Uint8Array[]): Uint8Array {
	const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

/** Not for secrets: those are compared by libsodium's memcmp. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function wipe(...secrets: (Uint8Array | null | undefined)[]): void {
	for (const secret of secrets) secret?.fill(0);
}

export function hexOf(bytes: Uint8Array): string {
	return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

export function ofHex(text: string): Uint8Array {
	if (!/^([0-9a-f]{2})*$/.test(text)) throw new KeyError("not-hex");
	return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function base64Of(bytes: Uint8Array): string {
	let text = "";
	for (let at = 0; at < bytes.length; at += 0x2000)
		text += String.fromCharCode(...bytes.subarray(at, at + 0x2000));
	return btoa(text);
}

/** Strict: padded, no white space, no spare bits. */
export function ofBase64(text: string): Uint8Array {
	let raw: string;
	try {
		raw = atob(text);
	} catch {
		throw new KeyError("not-base64");
	}
	const bytes = Uint8Array.from(raw, (c) => c.charCodeAt(0));
	if (base64Of(bytes) !== text) throw new KeyError("not-base64");
	return bytes;
}

export function u64be(value: number | bigint): Uint8Array {
	const out = new Uint8Array(8);
	new DataView(out.buffer).setBigUint64(0, BigInt(value));
	return out;
}

export function sha256(lib: Sodium, ...parts: Uint8Array[]): Uint8Array {
	return lib.crypto_hash_sha256(concat(...parts));
}

function hmac(lib: Sodium, key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
	const state = lib.crypto_auth_hmacsha256_init(key);
	for (const part of parts) lib.crypto_auth_hmacsha256_update(state, part);
	return lib.crypto_auth_hmacsha256_final(state);
}

/** HKDF-SHA256 (RFC 5869); an empty salt counts as 32 zero bytes, which HMAC does by itself. */
export function hkdfExtract(lib: Sodium, salt: Uint8Array, ...ikm: Uint8Array[]): Uint8Array {
	return hmac(lib, salt, ...ikm);
}

export function hkdfExpand(lib: Sodium, prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
	const out = new Uint8Array(length);
	let block: Uint8Array = new Uint8Array(0);
	for (let at = 0, i = 1; at < length; at += block.length, i++) {
		block = hmac(lib, prk, block, info, Uint8Array.of(i));
		out.set(block.subarray(0, length - at), at);
	}
	wipe(block);
	return out;
}

/** Key id of a reading key: SHA-256("fieldvisit/box/v1" || pk)[0:4]. */
export function boxKeyId(lib: Sodium, pk: Uint8Array): Uint8Array {
	return sha256(lib, bytesOf("fieldvisit/box/v1"), pk).slice(0, 4);
}

/** A Diffie-Hellman value; refuses keys of low order. */
export function x25519(lib: Sodium, sk: Uint8Array, pk: Uint8Array): Uint8Array {
	try {
		return lib.crypto_scalarmult(sk, pk);
	} catch {
		throw new KeyError("weak-key", "a key of low order");
	}
}

/** Is this a key that something can be sealed to? */
export function isBoxKeyGood(lib: Sodium, pk: Uint8Array): boolean {
	const probe = lib.crypto_hash_sha256(bytesOf("fieldvisit low-order probe"));
	try {
		x25519(lib, probe, pk);
		return true;
	} catch {
		return false;
	}
}
