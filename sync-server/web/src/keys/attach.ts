// Attachments (PROTOCOL.md section C5): fetched and opened piece by piece, each piece's hash
// checked against the manifest that the record commits to.  And what a browser may show.
import type { CborMap } from "./cbor";
import { KeyError, type Sodium, concat, same, sha256, wipe } from "./crypto";
import { type NoteParts, type Reader, checkedPayload, contentKey, streamKey } from "./note";

export const REC_ATTACHMENT = 11;
const PIECE_PLAIN = 16384;
const HEADER_BYTES = 24;
const OVERHEAD = 17;
const MAX_BYTES = 16777216;

export interface Opening {
	pieces: number;
	bytes: number;
	kind: number;
	/** Open the next piece; its plaintext. */
	next: (piece: Uint8Array) => Uint8Array;
	/** After the last one: does the stream end as the record says? */
	end: () => void;
}

function number(payload: CborMap, key: number): number {
	const value = payload.get(key);
	if (typeof value !== "number" || value < 0) throw new KeyError("altered", "the record does not have its form");
	return value;
}

/** Check key and manifest; nothing is decrypted before. */
export function openAttachment(lib: Sodium, parts: NoteParts & { manifest: Uint8Array | null }, dev: string, seq: number, reader: Reader): Opening {
	const payload = checkedPayload(lib, parts, REC_ATTACHMENT, dev, seq);
	const kind = number(payload, 9);
	const pieces = number(payload, 10);
	const bytes = number(payload, 11);
	if (bytes > MAX_BYTES || pieces !== Math.ceil(bytes / PIECE_PLAIN)) throw new KeyError("altered", "pieces and bytes do not belong together");
	const { cek, kc } = contentKey(lib, parts, payload, reader);
	const key = streamKey(lib, cek, kc);
	wipe(cek);
	const manifest = parts.manifest;
	if (!manifest) throw new KeyError(parts.isErased ? "erased" : "outstanding");
	if (!same(sha256(lib, manifest), payload.get(5) as Uint8Array) || manifest.length !== pieces * 32)
		throw new KeyError("altered", "the manifest is not the one that the record names");
	return { pieces, bytes, kind, ...opener(lib, key, manifest, pieces, bytes) };
}

function opener(lib: Sodium, key: Uint8Array, manifest: Uint8Array, pieces: number, bytes: number): Pick<Opening, "next" | "end"> {
	let state: ReturnType<Sodium["crypto_secretstream_xchacha20poly1305_init_pull"]> | null = null;
	let at = 0;
	let got = 0;
	let isOver = false;
	const next = (piece: Uint8Array): Uint8Array => {
		if (at === pieces || isOver) throw new KeyError("altered", "more pieces than the record names");
		if (!same(sha256(lib, piece), manifest.slice(32 * at, 32 * at + 32)))
			throw new KeyError("altered-piece", `piece ${at + 1} of ${pieces} is not the one that the record names`);
		let body = piece;
		if (!state) {
			state = lib.crypto_secretstream_xchacha20poly1305_init_pull(piece.slice(0, HEADER_BYTES), key);
			wipe(key);
			body = piece.slice(HEADER_BYTES);
		}
		if (body.length < OVERHEAD) throw new KeyError("altered-piece");
		const pulled = lib.crypto_secretstream_xchacha20poly1305_pull(state, body, null);
		if (!pulled) throw new KeyError("altered-piece", `piece ${at + 1} of ${pieces} does not open`);
		isOver = pulled.tag === lib.crypto_secretstream_xchacha20poly1305_TAG_FINAL;
		at++;
		got += pulled.message.length;
		if (isOver && at < pieces) throw new KeyError("altered", "the stream ends before the record says it does");
		return pulled.message;
	};
	const end = () => {
		if (!isOver || at !== pieces || got !== bytes) throw new KeyError("altered", "the stream does not end where the record says");
	};
	return { next, end };
}

// -- what a browser may show -----------------------------------------------------------------

const starts = (bytes: Uint8Array, at: number, ...want: number[]) => want.every((b, i) => bytes[at + i] === b);
const word = (bytes: Uint8Array, at: number, text: string) => starts(bytes, at, ...[...text].map((c) => c.charCodeAt(0)));

/** Type by the first bytes, of those that are shown or played; null: only to be downloaded. */
export function mediaType(bytes: Uint8Array): string | null {
	if (starts(bytes, 0, 0xff, 0xd8, 0xff)) return "image/jpeg";
	if (starts(bytes, 0, 0x89, 0x50, 0x4e, 0x47)) return "image/png";
	if (word(bytes, 0, "RIFF") && word(bytes, 8, "WAVE")) return "audio/wav";
	if (word(bytes, 0, "RIFF") && word(bytes, 8, "WEBP")) return "image/webp";
	if (word(bytes, 0, "OggS")) return "audio/ogg";
	if (word(bytes, 0, "fLaC")) return "audio/flac";
	if (word(bytes, 0, "ID3") || (bytes[0] === 0xff && (bytes[1]! & 0xe6) === 0xe2)) return "audio/mpeg";
	if (word(bytes, 4, "ftypM4A")) return "audio/mp4";
	return null;
}

/** A copy of an image without what the camera wrote beside it (place, device, time): APP1,
 * APP13 and comments of a JPEG, text and eXIf chunks of a PNG, EXIF and XMP of a WebP.
 * Anything else comes back as it is. */
export function withoutMetadata(bytes: Uint8Array): Uint8Array {
	const type = mediaType(bytes);
	if (type === "image/jpeg") return stripJpeg(bytes);
	if (type === "image/png") return stripPng(bytes);
	return type === "image/webp" ? stripWebp(bytes) : bytes.slice();
}

function stripJpeg(bytes: Uint8Array): Uint8Array {
	const kept = [bytes.subarray(0, 2)];
	let at = 2;
	while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
		const marker = bytes[at + 1]!;
		if (marker === 0xff) {
			at++;
			continue;
		}
		const size = 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
		// APP0 (JFIF), APP2 (colours) and APP14 (Adobe) decide how it looks; the rest tells.
		const isTelling = (marker >= 0xe0 && marker <= 0xef && ![0xe0, 0xe2, 0xee].includes(marker)) || marker === 0xfe;
		if (!isTelling) kept.push(bytes.subarray(at, at + size));
		at += size;
	}
	kept.push(bytes.subarray(at));
	return concat(...kept);
}

function stripPng(bytes: Uint8Array): Uint8Array {
	const kept = [bytes.subarray(0, 8)];
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	for (let at = 8; at + 12 <= bytes.length;) {
		const size = 12 + view.getUint32(at);
		const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
		if (!["eXIf", "tEXt", "iTXt", "zTXt", "tIME"].includes(name)) kept.push(bytes.subarray(at, at + size));
		at += size;
	}
	return concat(...kept);
}

function stripWebp(bytes: Uint8Array): Uint8Array {
	const kept: Uint8Array[] = [];
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	for (let at = 12; at + 8 <= bytes.length;) {
		const size = view.getUint32(at + 4, true);
		const whole = bytes.slice(at, at + 8 + size + (size & 1));
		const name = String.fromCharCode(...whole.subarray(0, 4));
		if (name === "VP8X") whole[8] = whole[8]! & ~0x0c; // neither EXIF nor XMP follows
		if (name !== "EXIF" && name !== "XMP ") kept.push(whole);
		at += 8 + size + (size & 1);
	}
	const body = concat(...kept);
	const head = bytes.slice(0, 12);
	new DataView(head.buffer).setUint32(4, body.length + 4, true);
	return concat(head, body);
}
