#include "fv/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/lines.h"
#include "fv/trail.h"

#define TRACK_SLACK_MS INT64_C(5000)

/* Ascending numbers. */
struct seqs {
	uint64_t *items; /* owned */
	size_t count, cap;
};

struct fv_evidence_scope {
	char case_id[FV_CASE_ID_BYTES];  /* empty: one visit */
	uint64_t seq;                    /* of that visit */
	struct seqs own;                 /* of the case or visit */
	struct seqs shown;               /* those, and what explains them */
	uint8_t (*boots)[FV_BOOT_BYTES]; /* owned: boots with own records */
	size_t boot_count, boot_cap;
	bool has_boot, has_session;
	uint64_t boot, session; /* seqs of the last BOOT and SESSION */
	bool is_open;           /* within an own visit */
	uint64_t open;          /* its VISIT_BEGIN */
	bool has_open_gnss;
	int64_t open_gnss_ms;
};

enum fv_err
fv_evidence_scope_new(struct fv_evidence_scope **scope_out, const char *case_id, uint64_t seq)
{
	struct fv_evidence_scope *scope;
	enum fv_err rc = FV_OK;

	if ((*scope_out = scope = calloc(1, sizeof *scope)) == NULL)
		return FV_ENOMEM;
	scope->seq = seq;
	if (case_id != NULL)
		rc = fv_id_copy(fv_span_z(case_id), scope->case_id, sizeof scope->case_id);
	if (rc != FV_OK) {
		fv_evidence_scope_free(scope);
		*scope_out = NULL;
		return FV_ERANGE;
	}
	return FV_OK;
}

void
fv_evidence_scope_free(struct fv_evidence_scope *scope)
{
	if (scope == NULL)
		return;
	free(scope->own.items);
	free(scope->shown.items);
	free(scope->boots);
	free(scope);
}

static bool
has(const struct seqs *seqs, uint64_t seq)
{
	size_t lo = 0, hi = seqs->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (seqs->items[mid] < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < seqs->count && seqs->items[lo] == seq;
}

/* Insert in order; almost always at the end. */
static enum fv_err
insert(struct seqs *seqs, uint64_t seq)
{
	size_t at = seqs->count;

	if (has(seqs, seq))
		return FV_OK;
	if (seqs->count == seqs->cap) {
		size_t cap = seqs->cap > 0 ? seqs->cap * 2 : 64;
		uint64_t *p = realloc(seqs->items, cap * sizeof *p);

		if (p == NULL)
			return FV_ENOMEM;
		seqs->items = p;
		seqs->cap = cap;
	}
	while (at > 0 && seqs->items[at - 1] > seq)
		at--;
	memmove(
	    seqs->items + at + 1, seqs->items + at, (seqs->count - at) * sizeof *seqs->items);
	seqs->items[at] = seq;
	seqs->count++;
	return FV_OK;
}

static bool
knows_boot(const struct fv_evidence_scope *scope, const uint8_t boot[FV_BOOT_BYTES])
{
	for (size_t i = 0; i < scope->boot_count; i++)
		if (memcmp(scope->boots[i], boot, FV_BOOT_BYTES) == 0)
			return true;
	return false;
}

static enum fv_err
add_own(struct fv_evidence_scope *scope, const struct fv_header *header)
{
	enum fv_err rc = insert(&scope->own, header->seq);

	if (rc == FV_OK)
		rc = insert(&scope->shown, header->seq);
	if (rc == FV_OK && scope->has_boot)
		rc = insert(&scope->shown, scope->boot);
	if (rc == FV_OK && scope->has_session)
		rc = insert(&scope->shown, scope->session);
	if (rc != FV_OK || knows_boot(scope, header->boot))
		return rc;
	if (scope->boot_count == scope->boot_cap) {
		size_t cap = scope->boot_cap > 0 ? scope->boot_cap * 2 : 8;
		void *p = realloc(scope->boots, cap * sizeof *scope->boots);

		if (p == NULL)
			return FV_ENOMEM;
		scope->boots = p;
		scope->boot_cap = cap;
	}
	memcpy(scope->boots[scope->boot_count++], header->boot, FV_BOOT_BYTES);
	return FV_OK;
}

/* What key 1 says: the case in question, one of our records, or nothing of ours. */
static bool
is_own(const struct fv_evidence_scope *scope, const struct fv_header *header,
    struct fv_span payload)
{
	struct fv_cbor_reader r;
	enum fv_cbor_type type;
	struct fv_span text;
	uint64_t seq;

	if (scope->case_id[0] == '\0' && header->seq == scope->seq)
		return header->type == FV_REC_VISIT_BEGIN || header->type == FV_REC_CONTACT;
	if (payload.len == 0 || header->type == FV_REC_SHIFT_END ||
	    header->type == FV_REC_TRACK || fv_cbor_map_find(payload, 1, &r) != FV_OK ||
	    fv_cbor_peek(&r, &type) != FV_OK)
		return false;
	if (type == FV_CBOR_TEXT)
		return scope->case_id[0] != '\0' && fv_cbor_get_text(&r, &text) == FV_OK &&
		    fv_span_equal(text, fv_span_z(scope->case_id));
	return type == FV_CBOR_UINT && fv_cbor_get_uint(&r, INT64_MAX, &seq) == FV_OK &&
	    has(&scope->own, seq);
}

/* A track shows where the officer went: only one that lies within the visit. */
static bool
is_track_inside(const struct fv_evidence_scope *scope, struct fv_span payload)
{
	struct fv_cbor_reader r;
	int64_t first_ms;

	return scope->has_open_gnss && payload.len > 0 &&
	    fv_cbor_map_find(payload, 5, &r) == FV_OK &&
	    fv_cbor_get_int(&r, &first_ms) == FV_OK &&
	    first_ms >= scope->open_gnss_ms - TRACK_SLACK_MS;
}

static bool
has_subject(struct fv_span payload)
{
	struct fv_cbor_reader r;

	return payload.len == 0 || fv_cbor_map_find(payload, 1, &r) == FV_OK;
}

/* Records of no case that tell how far to believe ours. */
static bool
is_context(const struct fv_evidence_scope *scope, const struct fv_header *header,
    struct fv_span payload)
{
	switch (header->type) {
	case FV_REC_CLOCK_STEP:
		return knows_boot(scope, header->boot);
	case FV_REC_BOOT:
	case FV_REC_SESSION:
	case FV_REC_GAP:
	case FV_REC_SHUTDOWN:
		return scope->is_open;
	case FV_REC_ALARM:
		return scope->is_open && !has_subject(payload);
	case FV_REC_TRACK:
		return scope->is_open && is_track_inside(scope, payload);
	default:
		return false;
	}
}

enum fv_err
fv_evidence_scope_take(
    struct fv_evidence_scope *scope, const struct fv_header *header, struct fv_span payload)
{
	struct fv_cbor_reader r;
	uint64_t seq;
	enum fv_err rc = FV_OK;

	if (payload.len > 0 && fv_cbor_check_all(payload) != FV_OK)
		payload = (struct fv_span){NULL, 0};
	if (is_own(scope, header, payload)) {
		rc = add_own(scope, header);
		if (header->type == FV_REC_VISIT_BEGIN) {
			scope->is_open = true;
			scope->open = header->seq;
			scope->has_open_gnss =
			    header->has_gnss && header->gnss_ms > INT64_MIN / 2;
			scope->open_gnss_ms = header->gnss_ms;
		}
		if (header->type == FV_REC_VISIT_END &&
		    fv_cbor_map_find(payload, 1, &r) == FV_OK &&
		    fv_cbor_get_uint(&r, INT64_MAX, &seq) == FV_OK && seq == scope->open)
			scope->is_open = false;
	} else if (is_context(scope, header, payload)) {
		rc = insert(&scope->shown, header->seq);
	} else if (header->type == FV_REC_VISIT_BEGIN) {
		scope->is_open = false; /* from here on the handheld was somewhere else */
	}
	if (header->type == FV_REC_BOOT) {
		scope->has_boot = true;
		scope->boot = header->seq;
	}
	if (header->type == FV_REC_SESSION) {
		scope->has_session = true;
		scope->session = header->seq;
	}
	return rc;
}

bool
fv_evidence_scope_has(const struct fv_evidence_scope *scope, uint64_t seq)
{
	return has(&scope->shown, seq);
}

size_t
fv_evidence_scope_own_count(const struct fv_evidence_scope *scope)
{
	return scope->own.count;
}

uint64_t
fv_evidence_scope_own_last(const struct fv_evidence_scope *scope)
{
	return scope->own.count > 0 ? scope->own.items[scope->own.count - 1] : 0;
}

struct fv_evidence_trail {
	uint8_t dev[FV_DEV_BYTES];
	char prefix[48];
	struct fv_buf leaves, seals, records;
	struct fv_merkle_range range;
	bool is_sealed; /* the last record taken is a SEAL */
	uint8_t sig[FV_SIG_BYTES];
};

const char *
fv_evidence_prefix(const uint8_t dev[FV_DEV_BYTES], char prefix_out[48])
{
	static const char digits[] = "0123456789abcdef";
	char hex[2 * FV_DEV_BYTES + 1] = {0};

	for (size_t i = 0; i < FV_DEV_BYTES; i++) {
		hex[2 * i] = digits[dev[i] >> 4];
		hex[2 * i + 1] = digits[dev[i] & 15];
	}
	(void)snprintf(prefix_out, 48, "device-%s/", hex);
	return prefix_out;
}

enum fv_err
fv_evidence_trail_new(struct fv_evidence_trail **trail_out, const uint8_t dev[FV_DEV_BYTES])
{
	if ((*trail_out = calloc(1, sizeof **trail_out)) == NULL)
		return FV_ENOMEM;
	memcpy((*trail_out)->dev, dev, FV_DEV_BYTES);
	(void)fv_evidence_prefix(dev, (*trail_out)->prefix);
	return FV_OK;
}

void
fv_evidence_trail_free(struct fv_evidence_trail *trail)
{
	if (trail == NULL)
		return;
	fv_buf_clear(&trail->leaves);
	fv_buf_clear(&trail->seals);
	fv_buf_clear(&trail->records);
	free(trail);
}

static enum fv_err
add_payload(struct fv_evidence_trail *trail, struct fv_bundle *bundle, uint64_t seq,
    const struct fv_evidence_record *record)
{
	struct fv_buf body = {0};
	char name[40];
	enum fv_err rc;

	(void)snprintf(name, sizeof name, "payloads/%llu", (unsigned long long)seq);
	fv_buf_put(&body, record->salt, FV_SALT_BYTES);
	fv_buf_put_span(&body, record->payload);
	if ((rc = fv_buf_status(&body)) == FV_OK)
		rc = fv_evidence_add(bundle, trail->prefix, name, fv_buf_span(&body));
	fv_buf_clear(&body);
	return rc;
}

enum fv_err
fv_evidence_trail_add(struct fv_evidence_trail *trail, struct fv_bundle *bundle,
    const struct fv_evidence_record *record)
{
	uint64_t seq = trail->range.size;

	fv_merkle_range_append(&trail->range, &record->leaf);
	fv_buf_put(&trail->leaves, record->leaf.b, sizeof record->leaf.b);
	trail->is_sealed = record->sig != NULL;
	if (record->sig != NULL) {
		if (record->salt == NULL)
			return FV_ESTATE;
		memcpy(trail->sig, record->sig, sizeof trail->sig);
		fv_cbor_put_array(&trail->seals, 4);
		fv_cbor_put_bytes(&trail->seals, record->header.ptr, record->header.len);
		fv_cbor_put_bytes(&trail->seals, record->salt, FV_SALT_BYTES);
		fv_cbor_put_bytes(&trail->seals, record->payload.ptr, record->payload.len);
		fv_cbor_put_bytes(&trail->seals, record->sig, FV_SIG_BYTES);
	} else if (record->is_shown) {
		fv_buf_put_span(&trail->records, record->header);
		if (record->salt != NULL)
			return add_payload(trail, bundle, seq, record);
	}
	return FV_OK;
}

enum fv_err
fv_evidence_trail_end(struct fv_evidence_trail *trail, struct fv_bundle *bundle,
    const uint8_t seal_pk[FV_KEY_BYTES])
{
	struct fv_buf note = {0};
	struct fv_hash root;
	char name[64];
	enum fv_err rc;

	if (!trail->is_sealed)
		return FV_ESTATE;
	fv_merkle_range_root(&trail->range, &root);
	fv_seal_text_put(&note, trail->dev, trail->range.size, &root);
	(void)snprintf(name, sizeof name, "fieldvisit/v1/dev/%.32s", trail->prefix + 7);
	fv_buf_put_u8(&note, '\n');
	fv_signednote_put_line(&note, fv_span_z(name), seal_pk, trail->sig);
	if ((rc = fv_buf_status(&note)) != FV_OK ||
	    (rc = fv_buf_status(&trail->leaves)) != FV_OK ||
	    (rc = fv_buf_status(&trail->seals)) != FV_OK ||
	    (rc = fv_buf_status(&trail->records)) != FV_OK)
		goto cleanup;
	if ((rc = fv_evidence_add(bundle, trail->prefix, "device.note", fv_buf_span(&note))) !=
	    FV_OK)
		goto cleanup;
	rc = fv_evidence_add(bundle, trail->prefix, "leaves", fv_buf_span(&trail->leaves));
	if (rc != FV_OK)
		goto cleanup;
	rc = fv_evidence_add(
	    bundle, trail->prefix, "seals.cborseq", fv_buf_span(&trail->seals));
	if (rc != FV_OK)
		goto cleanup;
	rc = fv_evidence_add(
	    bundle, trail->prefix, "records.cborseq", fv_buf_span(&trail->records));
cleanup:
	fv_buf_clear(&note);
	return rc;
}

enum fv_err
fv_evidence_add(
    struct fv_bundle *bundle, const char *prefix, const char *name, struct fv_span body)
{
	char full[FV_TAR_NAME_MAX + 2];
	int n = snprintf(full, sizeof full, "%s%s", prefix, name);

	if (n < 0 || (size_t)n >= sizeof full)
		return FV_ERANGE;
	return fv_bundle_add(bundle, fv_span_z(full), body);
}

enum fv_err
fv_evidence_add_logged(struct fv_bundle *bundle, const char *prefix, const char *name,
    struct fv_span leaf, const struct fv_tlog_proof *proof)
{
	char full[FV_TAR_NAME_MAX + 2];
	struct fv_buf text = {0};
	enum fv_err rc;

	(void)snprintf(full, sizeof full, "%s.leaf", name);
	if ((rc = fv_evidence_add(bundle, prefix, full, leaf)) != FV_OK)
		return rc;
	fv_tlog_proof_put(&text, proof);
	(void)snprintf(full, sizeof full, "%s.tlog-proof", name);
	if ((rc = fv_buf_status(&text)) == FV_OK)
		rc = fv_evidence_add(bundle, prefix, full, fv_buf_span(&text));
	fv_buf_clear(&text);
	return rc;
}
