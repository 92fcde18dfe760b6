#include "fv/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "fv/lines.h"

#define PROOF_HEAD "c2sp.org/tlog-proof@v1"

struct member {
	struct fv_tar_member m;
	uint8_t *copy; /* owned: name, then body; NULL: m points into the caller's input */
};

struct fv_bundle {
	struct member *members; /* owned */
	size_t count, cap;
	bool is_sorted;
};

enum fv_err
fv_bundle_new(struct fv_bundle **bundle_out)
{
	*bundle_out = calloc(1, sizeof **bundle_out);
	return *bundle_out != NULL ? FV_OK : FV_ENOMEM;
}

void
fv_bundle_free(struct fv_bundle *bundle)
{
	if (bundle == NULL)
		return;
	for (size_t i = 0; i < bundle->count; i++)
		free(bundle->members[i].copy);
	free(bundle->members);
	free(bundle);
}

static int
compare_names(const struct fv_span *a, const struct fv_span *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int c = len > 0 ? memcmp(a->ptr, b->ptr, len) : 0;

	return c != 0 ? c : (a->len > b->len) - (a->len < b->len);
}

static int
by_name(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return compare_names(&x->m.name, &y->m.name);
}

static void
sort(struct fv_bundle *bundle)
{
	if (!bundle->is_sorted && bundle->count > 1)
		qsort(bundle->members, bundle->count, sizeof *bundle->members, by_name);
	bundle->is_sorted = true;
}

static const struct fv_tar_member *
find(struct fv_bundle *bundle, struct fv_span name)
{
	size_t lo = 0, hi = bundle->count;

	sort(bundle);
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = compare_names(&bundle->members[mid].m.name, &name);

		if (c == 0)
			return &bundle->members[mid].m;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static enum fv_err
add(struct fv_bundle *bundle, const struct member *member)
{
	if (bundle->count >= FV_BUNDLE_MEMBERS_MAX)
		return FV_ETOOBIG;
	if (bundle->count == bundle->cap) {
		size_t cap = bundle->cap > 0 ? bundle->cap * 2 : 64;
		void *p = realloc(bundle->members, cap * sizeof *bundle->members);

		if (p == NULL)
			return FV_ENOMEM;
		bundle->members = p;
		bundle->cap = cap;
	}
	bundle->members[bundle->count++] = *member;
	return FV_OK;
}

enum fv_err
fv_bundle_add_room(
    struct fv_bundle *bundle, struct fv_span name, size_t len, uint8_t **body_out)
{
	struct member member;
	enum fv_err rc;

	*body_out = NULL;
	if (!fv_tar_name_valid(name) || len > FV_TAR_BODY_MAX)
		return FV_ERANGE;
	if (find(bundle, name) != NULL)
		return FV_EEXIST;
	if ((member.copy = calloc(1, name.len + len)) == NULL)
		return FV_ENOMEM;
	memcpy(member.copy, name.ptr, name.len);
	member.m.name = fv_span_of(member.copy, name.len);
	member.m.body = fv_span_of(member.copy + name.len, len);
	if ((rc = add(bundle, &member)) != FV_OK) {
		free(member.copy);
		return rc;
	}
	bundle->is_sorted = false;
	*body_out = member.copy + name.len;
	return FV_OK;
}

enum fv_err
fv_bundle_add(struct fv_bundle *bundle, struct fv_span name, struct fv_span body)
{
	uint8_t *room;
	enum fv_err rc = fv_bundle_add_room(bundle, name, body.len, &room);

	if (rc == FV_OK && body.len > 0)
		memcpy(room, body.ptr, body.len);
	return rc;
}

static bool
is_outside_manifest(struct fv_span name)
{
	return fv_span_equal(name, fv_span_z(FV_BUNDLE_MANIFEST)) ||
	    (name.len > 7 && memcmp(name.ptr, "export.", 7) == 0);
}

enum fv_err
fv_bundle_manifest_put(struct fv_bundle *bundle, struct fv_buf *out)
{
	sort(bundle);
	for (size_t i = 0; i < bundle->count; i++) {
		const struct fv_tar_member *m = &bundle->members[i].m;
		struct fv_hash hash;

		if (is_outside_manifest(m->name))
			continue;
		fv_sha256(m->body, &hash);
		fv_buf_put_hex(out, hash.b, sizeof hash.b);
		fv_buf_put_z(out, "  ");
		fv_buf_put_span(out, m->name);
		fv_buf_put_u8(out, '\n');
	}
	return fv_buf_status(out);
}

static bool
append(struct fv_span bytes, void *ctx)
{
	fv_buf_put_span(ctx, bytes);
	return true; /* asked for at the end */
}

enum fv_err
fv_bundle_put(struct fv_bundle *bundle, struct fv_buf *out)
{
	enum fv_err rc = fv_bundle_write(bundle, append, out);

	return rc == FV_OK ? fv_buf_status(out) : rc;
}

enum fv_err
fv_bundle_write(struct fv_bundle *bundle, fv_bundle_write_fn fn, void *ctx)
{
	struct fv_buf between = {0};
	enum fv_err rc = FV_OK;

	sort(bundle);
	for (size_t i = 0; rc == FV_OK && i < bundle->count; i++) {
		const struct fv_tar_member *m = &bundle->members[i].m;

		if ((rc = fv_tar_put_head(&between, m->name, m->body.len)) != FV_OK ||
		    (rc = fv_buf_status(&between)) != FV_OK)
			break;
		if (!fn(fv_buf_span(&between), ctx) || !fn(m->body, ctx))
			rc = FV_EIO;
		fv_buf_reset(&between);
		fv_tar_put_padding(&between, m->body.len);
	}
	fv_tar_end(&between);
	if (rc == FV_OK)
		rc = fv_buf_status(&between);
	if (rc == FV_OK && !fn(fv_buf_span(&between), ctx))
		rc = FV_EIO;
	fv_buf_clear(&between);
	return rc;
}

enum fv_err
fv_bundle_read(struct fv_span tar, struct fv_bundle **bundle_out, size_t *at_out)
{
	struct fv_tar_reader reader = {.in = tar};
	struct fv_bundle *bundle = NULL;
	struct member member = {.copy = NULL};
	enum fv_err rc;

	*bundle_out = NULL;
	if ((rc = fv_bundle_new(&bundle)) != FV_OK)
		goto cleanup;
	while ((rc = fv_tar_next(&reader, &member.m)) == FV_OK)
		if ((rc = add(bundle, &member)) != FV_OK)
			goto cleanup;
	if (rc != FV_ENOENT)
		goto cleanup;
	bundle->is_sorted = true; /* fv_tar_next() takes ascending names only */
	rc = FV_OK;
	*bundle_out = bundle;
	bundle = NULL;
cleanup:
	if (at_out != NULL)
		*at_out = reader.pos;
	fv_bundle_free(bundle);
	return rc;
}

const struct fv_tar_member *
fv_bundle_find(struct fv_bundle *bundle, const char *name)
{
	return find(bundle, fv_span_z(name));
}

const struct fv_tar_member *
fv_bundle_member(struct fv_bundle *bundle, size_t idx)
{
	sort(bundle);
	return idx < bundle->count ? &bundle->members[idx].m : NULL;
}

void
fv_tlog_proof_put(struct fv_buf *out, const struct fv_tlog_proof *proof)
{
	fv_buf_putf(out, PROOF_HEAD "\nindex %llu\n", (unsigned long long)proof->index);
	for (size_t i = 0; i < proof->count; i++) {
		fv_buf_put_base64(out, proof->hashes[i].b, sizeof proof->hashes[i].b);
		fv_buf_put_u8(out, '\n');
	}
	fv_buf_put_u8(out, '\n');
	fv_buf_put_span(out, proof->checkpoint);
}

enum fv_err
fv_tlog_proof_parse(struct fv_span text, struct fv_tlog_proof *out)
{
	struct fv_lines lines = fv_lines_of(text);
	struct fv_span line, number;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if (fv_lines_next(&lines, &line) != FV_OK ||
	    !fv_span_equal(line, fv_span_z(PROOF_HEAD)))
		return FV_EFORMAT;
	if (fv_lines_next(&lines, &line) != FV_OK || !fv_lines_take(&line, "index") ||
	    !fv_lines_word(&line, &number) || line.len > 0)
		return FV_EFORMAT;
	if ((rc = fv_decimal_decode(number, INT64_MAX, &out->index)) != FV_OK)
		return rc;
	while ((rc = fv_lines_next(&lines, &line)) == FV_OK && line.len > 0) {
		if (out->count == FV_MERKLE_PROOF_MAX)
			return FV_ERANGE;
		rc = fv_base64_fixed(line, out->hashes[out->count].b, FV_HASH_BYTES);
		if (rc != FV_OK)
			return rc;
		out->count++;
	}
	if (rc != FV_OK || lines.rest.len == 0)
		return FV_EFORMAT;
	out->checkpoint = lines.rest;
	return FV_OK;
}

void
fv_bundle_sdoc(
    const uint8_t salt[FV_SALT_BYTES], struct fv_span document, struct fv_hash *sdoc_out)
{
	const struct fv_span parts[] = {{salt, FV_SALT_BYTES}, document};

	fv_sha256_parts(parts, 2, sdoc_out);
}

const char *
fv_claim_word(enum fv_claim_kind kind)
{
	static const char *const words[] = {"BUNDLE", "AUTHENTIC", "COMPLETE", "TIME", "NOTE",
	    "CAVEAT", "not included", "EXPLAIN", "ATTACHMENT"};

	return (unsigned)kind < sizeof words / sizeof words[0] ? words[kind] : "?";
}
