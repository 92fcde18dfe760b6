#include "fv/signednote.h"

#include <assert.h>
#include <string.h>

#define KEY_TYPE_ED25519 0x01U
#define LINE_START "\xe2\x80\x94 " /* an em dash and a space */
#define LINE_START_BYTES 4U
#define SIG_BLOB_BYTES (FV_KEY_ID_BYTES + FV_SIG_BYTES)

/* Code points above ASCII that Unicode calls white space, as UTF-8. */
static bool
wide_space_at(const uint8_t *p, size_t left)
{
	if (left >= 2 && p[0] == 0xC2)
		return p[1] == 0x85 || p[1] == 0xA0;
	if (left < 3)
		return false;
	if (p[0] == 0xE1)
		return p[1] == 0x9A && p[2] == 0x80;
	if (p[0] == 0xE3)
		return p[1] == 0x80 && p[2] == 0x80;
	if (p[0] != 0xE2)
		return false;
	if (p[1] == 0x80)
		return p[2] <= 0x8A || p[2] == 0xA8 || p[2] == 0xA9 || p[2] == 0xAF;
	return p[1] == 0x81 && p[2] == 0x9F;
}

/* C2SP signed-note: a key name is not empty and has no white space and no plus sign. */
static bool
name_is_valid(struct fv_span name)
{
	if (name.len == 0 || !fv_utf8_valid(name))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] <= ' ' || name.ptr[i] == '+' ||
		    wide_space_at(name.ptr + i, name.len - i))
			return false;
	return true;
}

/* Lines of UTF-8 without control characters, the last one ended. */
static bool
text_is_valid(struct fv_span text)
{
	if (text.len == 0 || text.ptr[text.len - 1] != '\n' || !fv_utf8_valid(text))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < ' ' && text.ptr[i] != '\n')
			return false;
	return true;
}

/* Where the last empty line begins: the index of the second newline of it, or 0. */
static size_t
last_empty_line(struct fv_span note)
{
	for (size_t i = note.len; i > 1; i--)
		if (note.ptr[i - 1] == '\n' && note.ptr[i - 2] == '\n')
			return i - 1;
	return 0;
}

static enum fv_err
parse_line(struct fv_span line, struct fv_signednote_sig *out)
{
	const uint8_t *space;
	struct fv_span rest;
	size_t len;

	if (line.len < LINE_START_BYTES || memcmp(line.ptr, LINE_START, LINE_START_BYTES) != 0)
		return FV_EFORMAT;
	rest = fv_span_of(line.ptr + LINE_START_BYTES, line.len - LINE_START_BYTES);
	if ((space = memchr(rest.ptr, ' ', rest.len)) == NULL)
		return FV_EFORMAT;
	out->name = fv_span_of(rest.ptr, (size_t)(space - rest.ptr));
	out->base64 = fv_span_of(space + 1, rest.len - out->name.len - 1);
	if (!name_is_valid(out->name))
		return FV_EFORMAT;
	if (fv_base64_decode_into(out->base64, out->key_id, FV_KEY_ID_BYTES, &len) != FV_OK ||
	    len <= FV_KEY_ID_BYTES)
		return FV_EFORMAT;
	return FV_OK;
}

enum fv_err
fv_signednote_parse(struct fv_span note, struct fv_signednote *out)
{
	size_t split, pos;
	enum fv_err rc;

	*out = (struct fv_signednote){0};
	if (note.len > FV_SIGNEDNOTE_BYTES_MAX)
		return FV_ETOOBIG;
	if (!text_is_valid(note) || (split = last_empty_line(note)) == 0)
		return FV_EFORMAT;
	for (pos = split + 1; pos < note.len;) {
		const uint8_t *end = memchr(note.ptr + pos, '\n', note.len - pos);
		struct fv_span line =
		    fv_span_of(note.ptr + pos, (size_t)(end - note.ptr) - pos);

		rc = FV_ETOOBIG;
		if (out->sig_count == FV_SIGNEDNOTE_SIGS_MAX)
			goto cleanup;
		if ((rc = parse_line(line, &out->sigs[out->sig_count])) != FV_OK)
			goto cleanup;
		out->sig_count++;
		pos += line.len + 1;
	}
	rc = FV_EFORMAT;
	if (out->sig_count == 0)
		goto cleanup;
	out->text = fv_span_of(note.ptr, split);
	rc = FV_OK;
cleanup:
	if (rc != FV_OK)
		*out = (struct fv_signednote){0};
	return rc;
}

void
fv_signednote_key_id(
    struct fv_span name, const uint8_t pk[FV_KEY_BYTES], uint8_t key_id_out[FV_KEY_ID_BYTES])
{
	static const uint8_t middle[] = {0x0A, KEY_TYPE_ED25519};
	struct fv_span parts[3];
	struct fv_hash hash;

	parts[0] = name;
	parts[1] = fv_span_of(middle, sizeof middle);
	parts[2] = fv_span_of(pk, FV_KEY_BYTES);
	fv_sha256_parts(parts, 3, &hash);
	memcpy(key_id_out, hash.b, FV_KEY_ID_BYTES);
}

/* C2SP: a signature by a known key that does not verify spoils the note. */
enum fv_err
fv_signednote_verify(
    const struct fv_signednote *note, struct fv_span name, const uint8_t pk[FV_KEY_BYTES])
{
	uint8_t key_id[FV_KEY_ID_BYTES], blob[SIG_BLOB_BYTES];
	enum fv_err rc = FV_ENOENT;

	fv_signednote_key_id(name, pk, key_id);
	for (size_t i = 0; i < note->sig_count; i++) {
		const struct fv_signednote_sig *sig = &note->sigs[i];
		size_t len;

		if (!fv_span_equal(sig->name, name) ||
		    memcmp(sig->key_id, key_id, sizeof key_id) != 0)
			continue;
		if (fv_base64_decode_into(sig->base64, blob, sizeof blob, &len) != FV_OK ||
		    len != sizeof blob ||
		    fv_ed25519_verify(pk, note->text, blob + FV_KEY_ID_BYTES) != FV_OK)
			return FV_EAUTH;
		rc = FV_OK;
	}
	return rc;
}

void
fv_signednote_put_line(struct fv_buf *out, struct fv_span name, const uint8_t pk[FV_KEY_BYTES],
    const uint8_t sig[FV_SIG_BYTES])
{
	uint8_t blob[SIG_BLOB_BYTES];

	fv_signednote_key_id(name, pk, blob);
	memcpy(blob + FV_KEY_ID_BYTES, sig, FV_SIG_BYTES);
	fv_buf_put_z(out, LINE_START);
	fv_buf_put_span(out, name);
	fv_buf_put_u8(out, ' ');
	fv_buf_put_base64(out, blob, sizeof blob);
	fv_buf_put_u8(out, '\n');
}

void
fv_signednote_sign(struct fv_buf *out, struct fv_span text, struct fv_span name,
    const uint8_t seed[FV_SEED_BYTES])
{
	uint8_t pk[FV_KEY_BYTES], sig[FV_SIG_BYTES];

	assert(text.len > 0 && text.ptr[text.len - 1] == '\n');
	fv_ed25519_public(seed, pk);
	fv_ed25519_sign(seed, text, sig);
	fv_buf_put_span(out, text);
	fv_buf_put_u8(out, '\n');
	fv_signednote_put_line(out, name, pk, sig);
}

void
fv_vkey_put(struct fv_buf *out, struct fv_span name, const uint8_t pk[FV_KEY_BYTES])
{
	uint8_t key_id[FV_KEY_ID_BYTES], blob[1 + FV_KEY_BYTES] = {KEY_TYPE_ED25519};

	fv_signednote_key_id(name, pk, key_id);
	memcpy(blob + 1, pk, FV_KEY_BYTES);
	fv_buf_put_span(out, name);
	fv_buf_put_u8(out, '+');
	fv_buf_put_hex(out, key_id, sizeof key_id);
	fv_buf_put_u8(out, '+');
	fv_buf_put_base64(out, blob, sizeof blob);
}

enum fv_err
fv_vkey_parse(struct fv_span text, struct fv_span *name_out, uint8_t pk_out[FV_KEY_BYTES])
{
	uint8_t key_id[FV_KEY_ID_BYTES], want[FV_KEY_ID_BYTES], blob[1 + FV_KEY_BYTES] = {0};
	const uint8_t *plus;
	struct fv_span name, rest;
	size_t len;

	*name_out = fv_span_of(NULL, 0);
	memset(pk_out, 0, FV_KEY_BYTES);
	if (text.len == 0 || text.len > FV_VKEY_TEXT_MAX ||
	    (plus = memchr(text.ptr, '+', text.len)) == NULL)
		return FV_EFORMAT;
	name = fv_span_of(text.ptr, (size_t)(plus - text.ptr));
	rest = fv_span_of(plus + 1, text.len - name.len - 1);
	if (!name_is_valid(name) || rest.len <= 2 * FV_KEY_ID_BYTES ||
	    rest.ptr[2 * FV_KEY_ID_BYTES] != '+')
		return FV_EFORMAT;
	if (fv_hex_decode(fv_span_of(rest.ptr, 2 * FV_KEY_ID_BYTES), key_id, sizeof key_id) !=
	    FV_OK)
		return FV_EFORMAT;
	rest.ptr += 2 * FV_KEY_ID_BYTES + 1;
	rest.len -= 2 * FV_KEY_ID_BYTES + 1;
	if (fv_base64_decode_into(rest, blob, sizeof blob, &len) != FV_OK || len == 0)
		return FV_EFORMAT;
	if (blob[0] != KEY_TYPE_ED25519)
		return FV_EVERSION;
	fv_signednote_key_id(name, blob + 1, want);
	if (len != sizeof blob || memcmp(key_id, want, sizeof want) != 0)
		return FV_EFORMAT;
	*name_out = name;
	memcpy(pk_out, blob + 1, FV_KEY_BYTES);
	return FV_OK;
}

void
fv_checkpoint_put(
    struct fv_buf *out, struct fv_span origin, uint64_t size, const struct fv_hash *root)
{
	fv_buf_put_span(out, origin);
	fv_buf_putf(out, "\n%llu\n", (unsigned long long)size);
	fv_buf_put_base64(out, root->b, sizeof root->b);
	fv_buf_put_u8(out, '\n');
}

/* The next line of *rest without its newline; false when there is none. */
static bool
take_line(struct fv_span *rest, struct fv_span *line_out)
{
	const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->ptr, '\n', rest->len);

	if (end == NULL)
		return false;
	*line_out = fv_span_of(rest->ptr, (size_t)(end - rest->ptr));
	rest->ptr += line_out->len + 1;
	rest->len -= line_out->len + 1;
	return true;
}

enum fv_err
fv_checkpoint_parse(struct fv_span text, struct fv_checkpoint *out)
{
	struct fv_checkpoint checkpoint;
	struct fv_span size, root;
	size_t len;

	*out = (struct fv_checkpoint){0};
	if (!text_is_valid(text) || !take_line(&text, &checkpoint.origin) ||
	    !take_line(&text, &size) || !take_line(&text, &root) || text.len > 0)
		return FV_EFORMAT;
	if (checkpoint.origin.len == 0 ||
	    fv_decimal_decode(size, UINT64_MAX, &checkpoint.size) != FV_OK)
		return FV_EFORMAT;
	if (fv_base64_decode_into(root, checkpoint.root.b, sizeof checkpoint.root.b, &len) !=
		FV_OK ||
	    len != sizeof checkpoint.root.b)
		return FV_EFORMAT;
	*out = checkpoint;
	return FV_OK;
}
