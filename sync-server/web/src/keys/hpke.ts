// HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305;
// one message a context, which is all that capsules need.
import { KEY_BYTES, KeyError, type Sodium, bytesOf, concat, hkdfExpand, hkdfExtract, wipe, x25519 } from "./crypto";

export const ENC_BYTES = 32;
const KEM = concat(bytesOf("KEM"), Uint8Array.of(0x00, 0x20));
const SUITE = concat(bytesOf("HPKE"), Uint8Array.of(0x00, 0x20, 0x00, 0x01, 0x00, 0x03));
const NONE = new Uint8Array(0);
const VERSION = bytesOf("HPKE-v1");

function extract(lib: Sodium, suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
	return hkdfExtract(lib, salt, VERSION, suite, bytesOf(label), ikm);
}

function expand(lib: Sodium, suite: Uint8Array, prk: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
	const whole = concat(Uint8Array.of(length >> 8, length & 255), VERSION, suite, bytesOf(label), info);
	return hkdfExpand(lib, prk, whole, length);
}

/** Key and nonce of the first message. */
function schedule(lib: Sodium, dh: Uint8Array, enc: Uint8Array, pkR: Uint8Array, info: Uint8Array) {
	const eae = extract(lib, KEM, NONE, "eae_prk", dh);
	const shared = expand(lib, KEM, eae, "shared_secret", concat(enc, pkR), 32);
	const context = concat(Uint8Array.of(0), extract(lib, SUITE, NONE, "psk_id_hash", NONE),
		extract(lib, SUITE, NONE, "info_hash", info));
	const secret = extract(lib, SUITE, shared, "secret", NONE);
	const key = expand(lib, SUITE, secret, "key", context, 32);
	const nonce = expand(lib, SUITE, secret, "base_nonce", context, 12);
	wipe(dh, eae, shared, secret);
	return { key, nonce };
}

/** DeriveKeyPair (RFC 9180 7.1.3), for the published vectors. */
export function deriveKeyPair(lib: Sodium, ikm: Uint8Array): { sk: Uint8Array; pk: Uint8Array } {
	const sk = expand(lib, KEM, extract(lib, KEM, NONE, "dkp_prk", ikm), "sk", NONE, KEY_BYTES);
	return { sk, pk: lib.crypto_scalarmult_base(sk) };
}

/** Seal one message: enc || ciphertext.  `ephemeral` only in tests. */
export function seal(lib: Sodium, pkR: Uint8Array, info: Uint8Array, aad: Uint8Array, plain: Uint8Array,
	ephemeral = lib.randombytes_buf(KEY_BYTES)): Uint8Array {
	const enc = lib.crypto_scalarmult_base(ephemeral);
	const { key, nonce } = schedule(lib, x25519(lib, ephemeral, pkR), enc, pkR, info);
	const sealed = lib.crypto_aead_chacha20poly1305_ietf_encrypt(plain, aad, null, nonce, key);
	wipe(ephemeral, key, nonce);
	return concat(enc, sealed);
}

/** Open one message; throws KeyError "not-for-this-key". */
export function open(lib: Sodium, sk: Uint8Array, info: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
	const enc = sealed.slice(0, ENC_BYTES);
	if (sealed.length < ENC_BYTES + 16) throw new KeyError("not-for-this-key");
	const pk = lib.crypto_scalarmult_base(sk);
	const { key, nonce } = schedule(lib, x25519(lib, sk, enc), enc, pk, info);
	try {
		return lib.crypto_aead_chacha20poly1305_ietf_decrypt(null, sealed.slice(ENC_BYTES), aad, nonce, key);
	} catch {
		throw new KeyError("not-for-this-key");
	} finally {
		wipe(key, nonce);
	}
}
