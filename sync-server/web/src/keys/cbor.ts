// Deterministic CBOR, our profile (PROTOCOL.md section C2): integers, byte strings, text,
// arrays, maps with ascending unsigned keys, true, false, null.  Everything else is refused.
import { KeyError, bytesOf, concat, textOf } from "./crypto";

export type Cbor = number | bigint | boolean | null | string | Uint8Array | Cbor[] | CborMap;
export type CborMap = Map<number, Cbor>;

const DEPTH_MAX = 4;
const STRING_MAX = 32768;

function refuse(why: string): never {
	throw new KeyError("not-cbor", `no CBOR of ours: ${why}`);
}

class Reader {
	at = 0;
	constructor(readonly bytes: Uint8Array) {}

	take(count: number): Uint8Array {
		if (count > this.bytes.length - this.at) refuse("it ends too soon");
		const part = this.bytes.subarray(this.at, this.at + count);
		this.at += count;
		return part;
	}

	head(): { major: number; value: bigint } {
		const first = this.take(1)[0]!;
		const info = first & 31;
		const major = first >> 5;
		if (info < 24) return { major, value: BigInt(info) };
		if (info > 27) refuse("an indefinite length");
		const width = 1 << (info - 24);
		let value = 0n;
		for (const byte of this.take(width)) value = (value << 8n) | BigInt(byte);
		if (major === 7) refuse("a float or an unknown simple value");
		if (value < 24n || (width > 1 && value < 1n << BigInt(width * 4))) refuse("a head that is not the shortest");
		return { major, value };
	}

	length(value: bigint): number {
		if (value > BigInt(this.bytes.length - this.at)) refuse("it ends too soon");
		return Number(value);
	}

	string(value: bigint): Uint8Array {
		if (value > BigInt(STRING_MAX)) refuse("a string over 32 KiB");
		return this.take(this.length(value));
	}

	item(depth: number): Cbor {
		if (depth > DEPTH_MAX) refuse("nested too deep");
		const { major, value } = this.head();
		switch (major) {
		case 0: return plain(value);
		case 1: return plain(-1n - value);
		case 2: return this.string(value).slice();
		case 3: return this.text(value);
		case 4: return Array.from({ length: this.length(value) }, () => this.item(depth + 1));
		case 5: return this.map(this.length(value), depth);
		case 7: return simple(value);
		default: return refuse("a tag");
		}
	}

	text(value: bigint): string {
		try {
			return textOf(this.string(value));
		} catch (error) {
			return error instanceof KeyError ? refuse(error.message) : refuse("text that is not UTF-8");
		}
	}

	map(count: number, depth: number): CborMap {
		const map: CborMap = new Map();
		let before = -1n;
		for (let i = 0; i < count; i++) {
			const { major, value } = this.head();
			if (major !== 0 || value <= before) refuse("keys that are not ascending numbers");
			if (value > BigInt(Number.MAX_SAFE_INTEGER)) refuse("a key that is too large");
			before = value;
			map.set(Number(value), this.item(depth + 1));
		}
		return map;
	}
}

function plain(value: bigint): number | bigint {
	const small = Number(value);
	return Number.isSafeInteger(small) ? small : value;
}

function simple(value: bigint): boolean | null {
	if (value === 20n) return false;
	if (value === 21n) return true;
	return value === 22n ? null : refuse("an unknown simple value");
}

/** One whole item; throws KeyError on anything that is not canonical. */
export function decode(bytes: Uint8Array): Cbor {
	const reader = new Reader(bytes);
	const item = reader.item(1);
	if (reader.at !== bytes.length) refuse("bytes after its end");
	return item;
}

/** A map, which all of our payloads are. */
export function decodeMap(bytes: Uint8Array): CborMap {
	const item = decode(bytes);
	return item instanceof Map ? item : refuse("no map");
}

function head(major: number, value: bigint): Uint8Array {
	const top = major << 5;
	if (value < 24n) return Uint8Array.of(top | Number(value));
	const width = value < 1n << 8n ? 1 : value < 1n << 16n ? 2 : value < 1n << 32n ? 4 : 8;
	const out = new Uint8Array(1 + width);
	out[0] = top | (23 + [1, 2, 4, 8].indexOf(width) + 1);
	for (let i = width, v = value; i > 0; i--, v >>= 8n) out[i] = Number(v & 255n);
	return out;
}

/** The bytes of a value; keys of a map are put in their order. */
export function encode(value: Cbor): Uint8Array {
	if (value === false) return Uint8Array.of(0xf4);
	if (value === true) return Uint8Array.of(0xf5);
	if (value === null) return Uint8Array.of(0xf6);
	if (typeof value === "number" || typeof value === "bigint") {
		if (typeof value === "number" && !Number.isSafeInteger(value)) refuse("no whole number");
		const whole = BigInt(value);
		return whole >= 0n ? head(0, whole) : head(1, -1n - whole);
	}
	if (typeof value === "string") {
		const text = bytesOf(value);
		return concat(head(3, BigInt(text.length)), text);
	}
	if (value instanceof Uint8Array) return concat(head(2, BigInt(value.length)), value);
	if (Array.isArray(value)) return concat(head(4, BigInt(value.length)), ...value.map(encode));
	const keys = [...value.keys()].sort((a, b) => a - b);
	return concat(head(5, BigInt(keys.length)), ...keys.flatMap((k) => [head(0, BigInt(k)), encode(value.get(k)!)]));
}
