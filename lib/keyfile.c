#include "fv/keyfile.h"

#include <string.h>

#define HEAD "fieldvisit-key/v1"
#define SALT_BYTES 16U

static const char *const kind_names[] = {NULL, "supervisor", "auditor", "recovery"};

/* The last line of a whole key file, taken apart. */
struct secret_line {
	struct fv_key_cost cost;
	uint8_t salt[SALT_BYTES];
	struct fv_span aad;    /* all of the file before the ciphertext */
	struct fv_span base64; /* the ciphertext's text */
};

const char *
fv_key_kind_name(enum fv_key_kind kind)
{
	if (kind < FV_KEY_SUPERVISOR || kind > FV_KEY_RECOVERY)
		return NULL;
	return kind_names[kind];
}

void
fv_key_make(
    struct fv_random random, struct fv_key_public *public_io, struct fv_key_secret *secret_out)
{
	memset(secret_out, 0, sizeof *secret_out);
	memset(public_io->sign_pk, 0, sizeof public_io->sign_pk);
	fv_random_fill(random, secret_out->box_sk, sizeof secret_out->box_sk);
	fv_x25519_public(secret_out->box_sk, public_io->box_pk);
	if (public_io->kind != FV_KEY_SUPERVISOR)
		return;
	fv_random_fill(random, secret_out->sign_seed, sizeof secret_out->sign_seed);
	fv_ed25519_public(secret_out->sign_seed, public_io->sign_pk);
}

void
fv_keyfile_put_public(struct fv_buf *out, const struct fv_key_public *key)
{
	char name[FV_SIGNER_BYTES];

	fv_buf_putf(out, HEAD "\nkind %s\nagency %s\nid %s\n", kind_names[key->kind],
	    key->agency, key->id);
	if (key->kind == FV_KEY_SUPERVISOR) {
		fv_signer_name(key->agency, key->id, name);
		fv_buf_put_z(out, "vkey ");
		fv_vkey_put(out, fv_span_z(name), key->sign_pk);
		fv_buf_put_u8(out, '\n');
	}
	fv_buf_put_z(out, "box ");
	fv_buf_put_base64(out, key->box_pk, sizeof key->box_pk);
	fv_buf_put_u8(out, '\n');
}

static bool
cost_good(const struct fv_key_cost *cost)
{
	return cost->ops >= 1 && cost->ops <= FV_KEYFILE_OPS_MAX && cost->mem_bytes >= 8192 &&
	    cost->mem_bytes <= FV_KEYFILE_MEM_MAX;
}

static size_t
secret_bytes(enum fv_key_kind kind)
{
	return kind == FV_KEY_SUPERVISOR ? FV_SEED_BYTES + FV_KEY_BYTES : FV_KEY_BYTES;
}

enum fv_err
fv_keyfile_put(struct fv_buf *out, const struct fv_keyfile_seal *seal)
{
	static const uint8_t nonce[FV_NONCE_BYTES] = {0};
	uint8_t salt[SALT_BYTES], key[FV_KEY_BYTES] = {0};
	uint8_t plain[FV_SEED_BYTES + FV_KEY_BYTES] = {0};
	uint8_t sealed[sizeof plain + FV_TAG_BYTES];
	const size_t len = secret_bytes(seal->key->kind);
	const size_t from = out->len;
	enum fv_err rc = FV_ERANGE;

	if (!cost_good(&seal->cost) || seal->passphrase.len == 0)
		goto cleanup;
	fv_random_fill(seal->random, salt, sizeof salt);
	rc = fv_argon2id(
	    seal->passphrase, salt, seal->cost.ops, (size_t)seal->cost.mem_bytes, key);
	if (rc != FV_OK)
		goto cleanup;
	if (seal->key->kind == FV_KEY_SUPERVISOR) {
		memcpy(plain, seal->secret->sign_seed, FV_SEED_BYTES);
		memcpy(plain + FV_SEED_BYTES, seal->secret->box_sk, FV_KEY_BYTES);
	} else {
		memcpy(plain, seal->secret->box_sk, FV_KEY_BYTES);
	}
	fv_keyfile_put_public(out, seal->key);
	fv_buf_putf(out, "secret argon2id %u %llu ", seal->cost.ops,
	    (unsigned long long)seal->cost.mem_bytes);
	fv_buf_put_base64(out, salt, sizeof salt);
	fv_buf_put_u8(out, ' ');
	if ((rc = fv_buf_status(out)) != FV_OK)
		goto cleanup;
	fv_aead_seal(key, nonce, fv_span_of(out->ptr + from, out->len - from),
	    fv_span_of(plain, len), sealed);
	fv_buf_put_base64(out, sealed, len + FV_TAG_BYTES);
	fv_buf_put_u8(out, '\n');
	rc = fv_buf_status(out);
cleanup:
	fv_wipe(key, sizeof key);
	fv_wipe(plain, sizeof plain);
	return rc;
}

/* Take the next line, which must begin with the word `name`; the rest stays in *line_out. */
static bool
take_line(struct fv_lines *lines, const char *name, struct fv_span *line_out)
{
	return fv_lines_next(lines, line_out) == FV_OK && fv_lines_take(line_out, name);
}

static const char *
read_vkey(struct fv_span line, struct fv_key_public *out)
{
	char want[FV_SIGNER_BYTES];
	struct fv_span name;

	if (fv_vkey_parse(line, &name, out->sign_pk) != FV_OK)
		return "the vkey cannot be read";
	fv_signer_name(out->agency, out->id, want);
	if (!fv_span_equal(name, fv_span_z(want)))
		return "the vkey is of another agency or supervisor";
	return NULL;
}

/* Returns the rule that is broken, NULL when none is. */
static const char *
read_public(struct fv_lines *lines, struct fv_key_public *out)
{
	struct fv_span line;
	const char *rule;

	if (!take_line(lines, "kind", &line))
		return "want \"kind supervisor|auditor|recovery\"";
	for (int k = FV_KEY_SUPERVISOR; k <= FV_KEY_RECOVERY; k++) {
		if (fv_span_equal(line, fv_span_z(kind_names[k])))
			out->kind = (enum fv_key_kind)k;
	}
	if (out->kind == 0)
		return "want \"kind supervisor|auditor|recovery\"";
	if (!take_line(lines, "agency", &line) ||
	    fv_id_copy(line, out->agency, sizeof out->agency) != FV_OK)
		return "want \"agency ID\"";
	if (!take_line(lines, "id", &line) ||
	    fv_id_copy(line, out->id, sizeof out->id) != FV_OK)
		return "want \"id ID\"";
	if (out->kind == FV_KEY_SUPERVISOR) {
		if (!take_line(lines, "vkey", &line))
			return "want \"vkey VKEY\"";
		if ((rule = read_vkey(line, out)) != NULL)
			return rule;
	}
	if (!take_line(lines, "box", &line) ||
	    fv_base64_fixed(line, out->box_pk, FV_KEY_BYTES) != FV_OK)
		return "want \"box KEY\", base64 of 32 bytes";
	if (!fv_box_key_good(out->box_pk))
		return "the box key is a low-order point";
	return NULL;
}

static const char *
read_secret(struct fv_lines *lines, struct fv_span file, struct secret_line *out)
{
	struct fv_span line, ops, mem, salt;
	uint64_t v = 0;

	if (!take_line(lines, "secret", &line) || !fv_lines_take(&line, "argon2id") ||
	    !fv_lines_word(&line, &ops) || !fv_lines_word(&line, &mem) ||
	    !fv_lines_word(&line, &salt) || line.len == 0)
		return "want \"secret argon2id OPS MEMORY SALT CIPHERTEXT\"";
	if (fv_decimal_decode(ops, FV_KEYFILE_OPS_MAX, &v) != FV_OK)
		return "more Argon2id passes than 16";
	out->cost.ops = (uint32_t)v;
	if (fv_decimal_decode(mem, FV_KEYFILE_MEM_MAX, &out->cost.mem_bytes) != FV_OK ||
	    !cost_good(&out->cost))
		return "Argon2id's memory is not 8 KiB to 1 GiB, or it makes no pass";
	if (fv_base64_fixed(salt, out->salt, sizeof out->salt) != FV_OK)
		return "the salt is not base64 of 16 bytes";
	out->base64 = line;
	out->aad = fv_span_of(file.ptr, (size_t)(line.ptr - file.ptr));
	return lines->rest.len == 0 ? NULL : "nothing may follow the secret line";
}

static enum fv_err
read_file(struct fv_span file, struct fv_key_public *out, struct secret_line *secret,
    struct fv_fault *fault_out)
{
	struct fv_lines lines = fv_lines_of(file);
	struct fv_span line;
	const char *rule;

	memset(out, 0, sizeof *out);
	memset(secret, 0, sizeof *secret);
	(void)fv_fault_set(fault_out, 0, "", FV_OK);
	if (file.len > FV_KEYFILE_BYTES_MAX)
		return fv_fault_set(fault_out, 0, "too long for a key file", FV_ETOOBIG);
	if (fv_lines_next(&lines, &line) != FV_OK || !fv_span_equal(line, fv_span_z(HEAD))) {
		const bool newer = line.len > 15 && memcmp(line.ptr, HEAD, 15) == 0;
		return newer
		    ? fv_fault_set(fault_out, 1, "a newer kind of key file", FV_EVERSION)
		    : fv_fault_set(fault_out, 1, "not a key file", FV_EFORMAT);
	}
	rule = read_public(&lines, out);
	if (rule == NULL && lines.rest.len > 0)
		rule = read_secret(&lines, file, secret);
	if (rule == NULL)
		return FV_OK;
	memset(out, 0, sizeof *out);
	return fv_fault_set(fault_out, lines.number, rule, FV_EFORMAT);
}

enum fv_err
fv_keyfile_parse_public(struct fv_span file, struct fv_key_public *out, bool *has_secret_out,
    struct fv_fault *fault_out)
{
	struct secret_line secret;
	enum fv_err rc;

	rc = read_file(file, out, &secret, fault_out);
	if (has_secret_out != NULL)
		*has_secret_out = rc == FV_OK && secret.base64.len > 0;
	return rc;
}

/* A secret that does not make the public half would sign and open for somebody else. */
static bool
belongs(const struct fv_key_public *key, const struct fv_key_secret *secret)
{
	uint8_t pk[FV_KEY_BYTES];

	fv_x25519_public(secret->box_sk, pk);
	if (!fv_ct_equal(pk, key->box_pk, sizeof pk))
		return false;
	if (key->kind != FV_KEY_SUPERVISOR)
		return true;
	fv_ed25519_public(secret->sign_seed, pk);
	return fv_ct_equal(pk, key->sign_pk, sizeof pk);
}

enum fv_err
fv_keyfile_open(struct fv_span file, struct fv_span passphrase, struct fv_key_public *out,
    struct fv_key_secret *secret_out)
{
	static const uint8_t nonce[FV_NONCE_BYTES] = {0};
	uint8_t key[FV_KEY_BYTES] = {0}, plain[FV_SEED_BYTES + FV_KEY_BYTES] = {0};
	uint8_t sealed[sizeof plain + FV_TAG_BYTES];
	struct secret_line secret;
	size_t len;
	enum fv_err rc;

	memset(secret_out, 0, sizeof *secret_out);
	if ((rc = read_file(file, out, &secret, NULL)) != FV_OK)
		goto cleanup;
	rc = FV_ENOENT;
	if (secret.base64.len == 0)
		goto cleanup;
	len = secret_bytes(out->kind);
	if ((rc = fv_base64_fixed(secret.base64, sealed, len + FV_TAG_BYTES)) != FV_OK)
		goto cleanup;
	rc = fv_argon2id(
	    passphrase, secret.salt, secret.cost.ops, (size_t)secret.cost.mem_bytes, key);
	if (rc != FV_OK)
		goto cleanup;
	rc = fv_aead_open(
	    key, nonce, secret.aad, fv_span_of(sealed, len + FV_TAG_BYTES), plain);
	if (rc != FV_OK)
		goto cleanup;
	if (out->kind == FV_KEY_SUPERVISOR)
		memcpy(secret_out->sign_seed, plain, FV_SEED_BYTES);
	memcpy(secret_out->box_sk, plain + len - FV_KEY_BYTES, FV_KEY_BYTES);
	rc = belongs(out, secret_out) ? FV_OK : FV_EAUTH;
cleanup:
	if (rc != FV_OK) {
		fv_wipe(secret_out, sizeof *secret_out);
		memset(out, 0, sizeof *out);
	}
	fv_wipe(key, sizeof key);
	fv_wipe(plain, sizeof plain);
	return rc;
}
