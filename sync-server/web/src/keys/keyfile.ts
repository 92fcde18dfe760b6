// The key file fieldvisit-key/v1, byte for byte as include/fv/keyfile.h has it: what
// `fieldvisitd supervisor keygen` writes is read here, and the other way round.
import { KEY_BYTES, KeyError, type Sodium, base64Of, bytesOf, concat, isBoxKeyGood, ofBase64, same, wipe } from "./crypto";
import { parseVkey, vkeyOf } from "./signednote";

const HEAD = "fieldvisit-key/v1";
const OPS = 3;
const MEMORY = 64 << 20;
const OPS_MAX = 16;
const MEMORY_MAX = 2 ** 30;
const FILE_MAX = 4096;
const NONCE = new Uint8Array(12);
const ID = /^[A-Za-z0-9._-]{1,24}$/;

export type KeyKind = "supervisor" | "auditor" | "recovery";
const KINDS: readonly string[] = ["supervisor", "auditor", "recovery"];

export interface PublicKey {
	kind: KeyKind;
	agency: string;
	id: string;
	/** Of supervisors only. */
	signPk: Uint8Array | null;
	boxPk: Uint8Array;
}

/** An opened key.  wipeKey() when it is not needed any more. */
export interface Key extends PublicKey {
	signSeed: Uint8Array | null;
	boxSk: Uint8Array;
}

export function signerName(agency: string, id: string): string {
	return `fieldvisit/v1/sup/${agency}/${id}`;
}

export function wipeKey(key: Key): void {
	wipe(key.boxSk, key.signSeed);
}

export function isId(text: string): boolean {
	return ID.test(text);
}

/** The public file. */
export function publicFile(lib: Sodium, key: PublicKey): string {
	const vkey = key.signPk ? `vkey ${vkeyOf(lib, signerName(key.agency, key.id), key.signPk)}\n` : "";
	return `${HEAD}\nkind ${key.kind}\nagency ${key.agency}\nid ${key.id}\n${vkey}box ${base64Of(key.boxPk)}\n`;
}

/** Fresh keys. */
export function makeKey(lib: Sodium, kind: KeyKind, agency: string, id: string): Key {
	if (!isId(agency) || !isId(id)) throw new KeyError("bad-id");
	const boxSk = lib.randombytes_buf(KEY_BYTES);
	const signSeed = kind === "supervisor" ? lib.randombytes_buf(KEY_BYTES) : null;
	return { kind, agency, id, boxSk, signSeed, boxPk: lib.crypto_scalarmult_base(boxSk), signPk: signSeed && signPublic(lib, signSeed) };
}

function signPublic(lib: Sodium, seed: Uint8Array): Uint8Array {
	const pair = lib.crypto_sign_seed_keypair(seed);
	wipe(pair.privateKey);
	return pair.publicKey;
}

function stretch(lib: Sodium, passphrase: string, salt: Uint8Array, ops: number, memory: number): Uint8Array {
	const bytes = bytesOf(passphrase);
	try {
		return lib.crypto_pwhash(KEY_BYTES, bytes, salt, ops, memory, lib.crypto_pwhash_ALG_ARGON2ID13);
	} catch {
		throw new KeyError("no-memory", "not enough memory for Argon2id");
	} finally {
		wipe(bytes);
	}
}

/** The whole file, its secret half under the passphrase.  Slow by design. */
export function wrapKey(lib: Sodium, key: Key, passphrase: string): string {
	if (passphrase === "") throw new KeyError("empty-passphrase");
	const salt = lib.randombytes_buf(lib.crypto_pwhash_SALTBYTES);
	const head = `${publicFile(lib, key)}secret argon2id ${OPS} ${MEMORY} ${base64Of(salt)} `;
	const kek = stretch(lib, passphrase, salt, OPS, MEMORY);
	const plain = concat(key.signSeed ?? new Uint8Array(0), key.boxSk);
	const sealed = lib.crypto_aead_chacha20poly1305_ietf_encrypt(plain, bytesOf(head), null, NONCE, kek);
	wipe(kek, plain);
	return `${head}${base64Of(sealed)}\n`;
}

interface Parsed {
	key: PublicKey;
	secret: { ops: number; memory: number; salt: Uint8Array; sealed: Uint8Array; aad: string } | null;
}

function bad(line: number, rule: string): never {
	throw new KeyError("bad-key-file", `line ${line}: ${rule}`);
}

function parse(lib: Sodium, file: string): Parsed {
	if (bytesOf(file).length > FILE_MAX) bad(0, "too long for a key file");
	const lines = file.split("\n");
	if (lines[0] !== HEAD) bad(1, lines[0]?.startsWith("fieldvisit-key/") ? "a newer kind of key file" : "not a key file");
	if (lines.pop() !== "") bad(lines.length + 1, "the last line is not ended");
	let at = 1;
	const take = (word: string): string => {
		const line = lines[at++];
		return line?.startsWith(`${word} `) ? line.slice(word.length + 1) : bad(at, `want "${word} ..."`);
	};
	const kind = take("kind") as KeyKind;
	if (!KINDS.includes(kind)) bad(2, "want \"kind supervisor|auditor|recovery\"");
	const agency = take("agency");
	const id = take("id");
	if (!isId(agency) || !isId(id)) bad(at, "not an id");
	const signPk = kind === "supervisor" ? readVkey(lib, take("vkey"), agency, id) : null;
	const boxPk = ofBase64(take("box"));
	if (boxPk.length !== KEY_BYTES || !isBoxKeyGood(lib, boxPk)) bad(at, "the box key is not one");
	const key = { kind, agency, id, signPk, boxPk };
	if (at === lines.length) return { key, secret: null };
	if (at + 1 !== lines.length) bad(at + 2, "nothing may follow the secret line");
	const line = lines[at]!;
	return { key, secret: readSecret(line, file.slice(0, file.length - 1 - line.length), at + 1) };
}

function readVkey(lib: Sodium, vkey: string, agency: string, id: string): Uint8Array {
	const { name, pk } = parseVkey(lib, vkey);
	return name === signerName(agency, id) ? pk : bad(5, "the vkey is of another agency or supervisor");
}

function readSecret(line: string, before: string, at: number): Parsed["secret"] {
	const found = /^secret argon2id (0|[1-9][0-9]{0,9}) (0|[1-9][0-9]{0,10}) (\S+) (\S+)$/.exec(line);
	if (!found) return bad(at, "want \"secret argon2id OPS MEMORY SALT CIPHERTEXT\"");
	const ops = Number(found[1]);
	const memory = Number(found[2]);
	if (ops < 1 || ops > OPS_MAX || memory < 8192 || memory > MEMORY_MAX) bad(at, "a cost that is refused");
	const salt = ofBase64(found[3]!);
	if (salt.length !== 16) bad(at, "the salt is not base64 of 16 bytes");
	const sealed = ofBase64(found[4]!);
	return { ops, memory, salt, sealed, aad: before + line.slice(0, line.length - found[4]!.length) };
}

/** The readable half; hasSecret tells a key file from a public file. */
export function readPublic(lib: Sodium, file: string): { key: PublicKey; hasSecret: boolean } {
	const { key, secret } = parse(lib, file);
	return { key, hasSecret: secret !== null };
}

/** Open it; throws KeyError "wrong-passphrase".  Slow by design. */
export function openKey(lib: Sodium, file: string, passphrase: string): Key {
	const { key, secret } = parse(lib, file);
	if (!secret) throw new KeyError("public-only");
	const seedBytes = key.kind === "supervisor" ? KEY_BYTES : 0;
	if (secret.sealed.length !== seedBytes + KEY_BYTES + 16) throw new KeyError("bad-key-file", "the secret has another length");
	const kek = stretch(lib, passphrase, secret.salt, secret.ops, secret.memory);
	let plain: Uint8Array;
	try {
		plain = lib.crypto_aead_chacha20poly1305_ietf_decrypt(null, secret.sealed, bytesOf(secret.aad), NONCE, kek);
	} catch {
		throw new KeyError("wrong-passphrase");
	} finally {
		wipe(kek);
	}
	const opened: Key = { ...key, signSeed: seedBytes ? plain.slice(0, KEY_BYTES) : null, boxSk: plain.slice(seedBytes) };
	wipe(plain);
	const isOurs = same(lib.crypto_scalarmult_base(opened.boxSk), key.boxPk) &&
		(!opened.signSeed || same(signPublic(lib, opened.signSeed), key.signPk!));
	if (isOurs) return opened;
	wipeKey(opened);
	throw new KeyError("bad-key-file", "the secret half is not of the public one");
}
