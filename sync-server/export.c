#include "sync-server/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/attachment.h"
#include "fv/lines.h"
#include "sync-server/ledger.h"
#include "sync-server/store/book.h"
#include "sync-server/store/log.h"
#include "sync-server/store/notes.h"
#include "sync-server/store/records.h"

/* A leaf worth finding again. */
struct seen {
	uint32_t kind;
	uint64_t index;
	uint64_t number; /* ROSTER: version; HEAD: size */
	uint8_t dev[FV_DEV_BYTES];
	struct fv_hash doc; /* of an approval or revocation */
};

struct work {
	struct fv_store *store;
	const struct export_request *request;
	struct fv_bundle *bundle;
	struct export_sum *sum;
	struct seen *seen; /* owned */
	size_t seen_count, seen_cap;
	/* the device in hand */
	struct fv_store_device device;
	char prefix[48];
	struct fv_evidence_scope *scope; /* owned */
	struct fv_evidence_trail *trail; /* owned */
	uint8_t seal_pk[FV_KEY_BYTES];   /* that signs the next seal */
	uint8_t last_pk[FV_KEY_BYTES];   /* that signed the last one */
};

static enum fv_err
add_leaf(struct work *w, const char *prefix, const char *name, uint64_t index)
{
	return export_add_leaf(w->store, w->request, w->bundle, prefix, name, index);
}

enum fv_err
export_add_leaf(struct fv_store *store, const struct export_request *request,
    struct fv_bundle *bundle, const char *prefix, const char *name, uint64_t index)
{
	struct fv_tlog_proof proof = {.index = index, .checkpoint = request->checkpoint};
	struct fv_buf leaf = {0};
	enum fv_err rc = fv_store_leaf_get(store, index, &leaf);

	if (rc == FV_OK)
		rc = fv_ledger_prove_inclusion(
		    store, index, request->size, proof.hashes, &proof.count);
	if (rc == FV_OK)
		rc = fv_evidence_add_logged(bundle, prefix, name, fv_buf_span(&leaf), &proof);
	fv_buf_clear(&leaf);
	return rc;
}

struct finding_dev {
	uint8_t start[8];
	uint8_t *dev_out;
	size_t count;
};

static enum fv_err
match_device(const struct fv_store_device *device, void *ctx)
{
	struct finding_dev *f = ctx;

	if (memcmp(device->dev, f->start, sizeof f->start) == 0) {
		memcpy(f->dev_out, device->dev, FV_DEV_BYTES);
		f->count++;
	}
	return FV_OK;
}

enum fv_err
export_find_visit(
    struct fv_store *store, const char *id, uint8_t dev_out[FV_DEV_BYTES], uint64_t *seq_out)
{
	struct finding_dev f = {.dev_out = dev_out};
	size_t len = strlen(id);
	enum fv_err rc;

	if (len < 20 || (id[0] != 'v' && id[0] != 'k') || id[1] != '-' || id[18] != '-' ||
	    fv_hex_decode(fv_span_of(id + 2, 16), f.start, sizeof f.start) != FV_OK ||
	    fv_decimal_decode(fv_span_z(id + 19), INT64_MAX, seq_out) != FV_OK)
		return FV_EFORMAT;
	if ((rc = fv_store_device_each(store, NULL, match_device, &f)) != FV_OK)
		return rc;
	return f.count == 1 ? FV_OK : FV_ENOENT;
}

/* What a leaf is about, as far as an export asks.  Kinds without interest are left out. */
static bool
read_seen(struct fv_span bytes, struct seen *out)
{
	struct fv_leaf_head head;
	struct fv_cbor_reader r;
	struct fv_leaf leaf;
	struct fv_span text;
	uint64_t trusted;
	size_t count;

	if (fv_leaf_parse(bytes, &leaf) != FV_OK)
		return false;
	out->kind = leaf.kind;
	r = fv_cbor_reader_of(leaf.body);
	switch (leaf.kind) {
	case FV_LEAF_ROSTER:
		return fv_cbor_get_array(&r, &count) == FV_OK &&
		    fv_cbor_get_text(&r, &text) == FV_OK &&
		    fv_cbor_get_uint(&r, INT64_MAX, &out->number) == FV_OK;
	case FV_LEAF_HEAD:
		if (fv_leaf_head_parse(leaf.body, &head) != FV_OK)
			return false;
		memcpy(out->dev, head.dev, sizeof out->dev);
		out->number = head.size;
		return true;
	case FV_LEAF_APPROVE:
		return fv_cbor_get_array(&r, &count) == FV_OK &&
		    fv_cbor_get_fixed(&r, out->dev, sizeof out->dev) == FV_OK &&
		    fv_cbor_get_fixed(&r, out->doc.b, FV_HASH_BYTES) == FV_OK;
	case FV_LEAF_REVOKE:
		return fv_cbor_get_array(&r, &count) == FV_OK &&
		    fv_cbor_get_fixed(&r, out->dev, sizeof out->dev) == FV_OK &&
		    fv_cbor_get_text(&r, &text) == FV_OK &&
		    fv_cbor_get_uint(&r, INT64_MAX, &trusted) == FV_OK &&
		    fv_cbor_get_fixed(&r, out->doc.b, FV_HASH_BYTES) == FV_OK;
	default:
		return false;
	}
}

static enum fv_err
read_ledger(struct work *w)
{
	struct fv_buf leaf = {0};
	enum fv_err rc = FV_OK;

	for (uint64_t i = 0; i < w->request->size && rc == FV_OK; i++) {
		struct seen seen = {.index = i};

		fv_buf_reset(&leaf);
		if ((rc = fv_store_leaf_get(w->store, i, &leaf)) != FV_OK ||
		    !read_seen(fv_buf_span(&leaf), &seen))
			continue;
		if (w->seen_count == w->seen_cap) {
			size_t cap = w->seen_cap > 0 ? w->seen_cap * 2 : 64;
			void *p = reallocarray(w->seen, cap, sizeof *w->seen);

			if (p == NULL) {
				rc = FV_ENOMEM;
				continue;
			}
			w->seen = p;
			w->seen_cap = cap;
		}
		w->seen[w->seen_count++] = seen;
	}
	fv_buf_clear(&leaf);
	return rc;
}

static const struct seen *
find_seen(const struct work *w, uint32_t kind, const uint8_t *dev, uint64_t number)
{
	for (size_t i = 0; i < w->seen_count; i++)
		if (w->seen[i].kind == kind &&
		    (dev == NULL || memcmp(w->seen[i].dev, dev, FV_DEV_BYTES) == 0) &&
		    (kind != FV_LEAF_ROSTER || w->seen[i].number == number))
			return &w->seen[i];
	return NULL;
}

/* The earliest head that covers `last`; failing that the largest there is. */
static const struct seen *
find_head(const struct work *w, const uint8_t dev[FV_DEV_BYTES], uint64_t last)
{
	const struct seen *best = NULL;

	for (size_t i = 0; i < w->seen_count; i++) {
		const struct seen *s = &w->seen[i];

		if (s->kind != FV_LEAF_HEAD || memcmp(s->dev, dev, FV_DEV_BYTES) != 0)
			continue;
		if (s->number > last)
			return s;
		best = s;
	}
	return best;
}

static enum fv_err
add_roster(const struct fv_store_note *note, void *ctx)
{
	struct work *w = ctx;
	char prefix[48], name[32], full[48];
	const struct seen *leaf = find_seen(w, FV_LEAF_ROSTER, NULL, note->version);
	enum fv_err rc;

	(void)snprintf(prefix, sizeof prefix, "agency-%s/", w->device.agency);
	(void)snprintf(name, sizeof name, "roster-%06llu", (unsigned long long)note->version);
	(void)snprintf(full, sizeof full, "%s.note", name);
	rc = fv_evidence_add(w->bundle, prefix, full, note->note);
	if (rc == FV_EEXIST)
		return FV_OK; /* another handheld of the same agency brought it */
	return rc == FV_OK && leaf != NULL ? add_leaf(w, prefix, name, leaf->index) : rc;
}

static enum fv_err
look_at(const struct fv_store_record *record, void *ctx)
{
	struct work *w = ctx;
	struct fv_header header;
	struct fv_span none = {NULL, 0};

	if (fv_header_parse(record->header, &header) != FV_OK)
		return FV_ECORRUPT;
	return fv_evidence_scope_take(
	    w->scope, &header, record->has_payload ? record->payload : none);
}

/* A note's bytes, when they are whole here. */
static enum fv_err
add_blob(struct work *w, const struct fv_store_record *record, uint64_t key,
    const char *folder, const char *end)
{
	struct fv_cbor_reader r;
	struct fv_store_blob blob;
	struct fv_hash hash;
	char name[48];
	enum fv_err rc;

	if (fv_cbor_map_find(record->payload, key, &r) != FV_OK ||
	    fv_cbor_get_fixed(&r, hash.b, sizeof hash.b) != FV_OK)
		return FV_OK;
	rc = fv_store_blob_get(w->store, w->device.no, &hash, &blob);
	if (rc == FV_ENOENT || (rc == FV_OK && !blob.is_complete))
		return FV_OK;
	if (rc != FV_OK)
		return rc;
	(void)snprintf(
	    name, sizeof name, "%s/%llu%s", folder, (unsigned long long)record->seq, end);
	return fv_evidence_add(w->bundle, w->prefix, name, blob.data);
}

/* The pieces that are whole here, from the first on, as one member. */
static enum fv_err
add_pieces(struct work *w, uint64_t seq, const struct fv_attachment *a)
{
	struct fv_hash *hashes = NULL;
	char name[FV_TAR_NAME_MAX + 1];
	struct fv_store_blob blob;
	size_t total = 0, count = 0;
	uint8_t *to;
	enum fv_err rc = fv_store_blob_get(w->store, w->device.no, &a->manifest, &blob);

	if (rc == FV_ENOENT || (rc == FV_OK && !blob.is_complete))
		return FV_OK;
	if (rc != FV_OK || fv_attachment_check_manifest(a, blob.data) != FV_OK)
		return rc;
	if ((hashes = malloc(blob.data.len)) == NULL)
		return FV_ENOMEM;
	memcpy(hashes, blob.data.ptr, blob.data.len);
	for (; count < a->pieces; count++, total += blob.data.len)
		if (fv_store_blob_get(w->store, w->device.no, &hashes[count], &blob) !=
			FV_OK ||
		    !blob.is_complete)
			break;
	(void)snprintf(name, sizeof name, "%sattachments/%llu.pieces", w->prefix,
	    (unsigned long long)seq);
	if (count > 0)
		rc = fv_bundle_add_room(w->bundle, fv_span_z(name), total, &to);
	for (size_t i = 0; rc == FV_OK && i < count; i++) {
		rc = fv_store_blob_get(w->store, w->device.no, &hashes[i], &blob);
		if (rc != FV_OK || blob.data.len > total)
			break;
		memcpy(to, blob.data.ptr, blob.data.len);
		to += blob.data.len;
		total -= blob.data.len;
	}
	free(hashes);
	return rc;
}

struct rewraps {
	struct fv_buf rows;
	size_t count;
};

static enum fv_err
put_rewrap(const struct fv_store_rewrap *rewrap, void *ctx)
{
	struct rewraps *r = ctx;

	r->count++;
	fv_cbor_put_array(&r->rows, 2);
	fv_cbor_put_text(&r->rows, rewrap->note);
	fv_cbor_put_bytes(&r->rows, rewrap->capsules.ptr, rewrap->capsules.len);
	return fv_buf_status(&r->rows);
}

/* Capsules that readers made later for further readers, as one member. */
static enum fv_err
add_rewraps(struct work *w, uint64_t seq)
{
	struct rewraps r = {0};
	struct fv_buf all = {0};
	char name[48];
	enum fv_err rc = fv_store_rewrap_each(w->store, w->device.no, seq, put_rewrap, &r);

	if (rc == FV_OK && r.count > 0) {
		fv_cbor_put_array(&all, r.count);
		fv_buf_put_span(&all, fv_buf_span(&r.rows));
		(void)snprintf(name, sizeof name, "rewraps/%llu", (unsigned long long)seq);
		if ((rc = fv_buf_status(&all)) == FV_OK)
			rc = fv_evidence_add(w->bundle, w->prefix, name, fv_buf_span(&all));
	}
	fv_buf_clear(&r.rows);
	fv_buf_clear(&all);
	return rc;
}

static enum fv_err
add_attachment(struct work *w, const struct fv_store_record *record)
{
	struct fv_attachment a;
	enum fv_err rc;

	w->sum->attachments++;
	if (fv_attachment_parse(record->payload, &a) != FV_OK)
		return FV_OK; /* shown as it is; nothing was asked for */
	if ((rc = add_blob(w, record, 5, "attachments", ".manifest")) == FV_OK &&
	    (rc = add_blob(w, record, 7, "attachments", ".capsules")) == FV_OK &&
	    (rc = add_pieces(w, record->seq, &a)) == FV_OK)
		rc = add_rewraps(w, record->seq);
	return rc;
}

/* The checkpoint that a record quotes: its last leaf, and that the log has grown from it. */
static enum fv_err
add_beacon(struct work *w, const struct fv_header *header)
{
	struct fv_hash root, proof[FV_MERKLE_PROOF_MAX];
	uint64_t size = header->beacon_size;
	struct fv_buf text = {0};
	char name[48];
	size_t count;
	enum fv_err rc;

	if (!header->has_beacon || size == 0 || size > w->request->size)
		return FV_OK;
	(void)snprintf(name, sizeof name, "beacon-%llu", (unsigned long long)size);
	rc = fv_store_head_find(w->store, size, &root);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	/* Of a log that was put back since: this one cannot prove it. */
	if (memcmp(root.b, header->beacon_root, FV_BEACON_ROOT_BYTES) != 0)
		return FV_OK;
	rc = add_leaf(w, w->prefix, name, size - 1);
	if (rc == FV_EEXIST)
		return FV_OK;
	if (rc == FV_OK)
		rc = fv_ledger_prove_consistency(
		    w->store, size, w->request->size, proof, &count);
	if (rc != FV_OK)
		return rc;
	fv_buf_put_base64(&text, root.b, sizeof root.b);
	fv_buf_put_u8(&text, '\n');
	for (size_t i = 0; i < count; i++) {
		fv_buf_put_base64(&text, proof[i].b, sizeof proof[i].b);
		fv_buf_put_u8(&text, '\n');
	}
	(void)snprintf(name, sizeof name, "beacon-%llu.consistency", (unsigned long long)size);
	if ((rc = fv_buf_status(&text)) == FV_OK)
		rc = fv_evidence_add(w->bundle, w->prefix, name, fv_buf_span(&text));
	fv_buf_clear(&text);
	return rc;
}

static enum fv_err
add_shown(struct work *w, const struct fv_store_record *record)
{
	struct fv_header header;
	enum fv_err rc = fv_header_parse(record->header, &header);

	if (rc == FV_OK &&
	    (header.type == FV_REC_VISIT_BEGIN || header.type == FV_REC_VISIT_END ||
		header.type == FV_REC_CONTACT))
		rc = add_beacon(w, &header);
	if (rc != FV_OK || !record->has_payload || fv_cbor_check_all(record->payload) != FV_OK)
		return rc;
	if (header.type == FV_REC_ATTACHMENT)
		return add_attachment(w, record);
	if (header.type != FV_REC_NOTE)
		return FV_OK;
	w->sum->notes++;
	if ((rc = add_blob(w, record, 5, "notes", ".ct")) == FV_OK)
		rc = add_blob(w, record, 7, "notes", ".capsules");
	if (rc == FV_OK)
		rc = add_rewraps(w, record->seq);
	return rc;
}

static enum fv_err
put_record(const struct fv_store_record *record, void *ctx)
{
	struct work *w = ctx;
	struct fv_evidence_record r = {.header = record->header, .leaf = record->leaf};
	uint8_t npk[FV_KEY_BYTES], a[FV_HASH_BYTES];
	uint64_t number;
	enum fv_err rc;

	r.is_shown = fv_evidence_scope_has(w->scope, record->seq);
	if (record->has_payload) {
		r.salt = record->salt.ptr;
		r.payload = record->payload;
	}
	if (record->type == FV_REC_SEAL) {
		if (!record->has_payload || record->sig.len != FV_SIG_BYTES ||
		    fv_seal_payload_parse(record->payload, npk, a, &number) != FV_OK)
			return FV_ECORRUPT;
		r.sig = record->sig.ptr;
		memcpy(w->last_pk, w->seal_pk, sizeof w->last_pk);
		memcpy(w->seal_pk, npk, sizeof w->seal_pk);
	}
	rc = fv_evidence_trail_add(w->trail, w->bundle, &r);
	return rc == FV_OK && r.is_shown && r.sig == NULL ? add_shown(w, record) : rc;
}

/* A signed order that stands beside the ledger, with its leaf. */
static enum fv_err
add_order(struct work *w, enum fv_leaf_kind kind, const char *name)
{
	const struct seen *leaf = find_seen(w, kind, w->device.dev, 0);
	struct fv_buf note = {0};
	char full[32];
	enum fv_err rc;

	if (leaf == NULL)
		return FV_OK;
	(void)snprintf(full, sizeof full, "%s.note", name);
	rc = fv_store_document_get(w->store, &leaf->doc, &note);
	if (rc == FV_OK)
		rc = fv_evidence_add(w->bundle, w->prefix, full, fv_buf_span(&note));
	else if (rc == FV_ENOENT)
		rc = FV_OK; /* erased: the leaf still says that it was */
	if (rc == FV_OK)
		rc = add_leaf(w, w->prefix, name, leaf->index);
	fv_buf_clear(&note);
	return rc;
}

static enum fv_err
add_trail(struct work *w, const struct seen *head)
{
	const struct fv_store_seqs covered = {0, head->number};
	enum fv_err rc = fv_evidence_trail_new(&w->trail, w->device.dev);

	memcpy(w->seal_pk, w->device.pk_0, sizeof w->seal_pk);
	if (rc == FV_OK)
		rc = fv_store_record_each(w->store, w->device.no, covered, put_record, w);
	if (rc == FV_OK)
		rc = fv_evidence_trail_end(w->trail, w->bundle, w->last_pk);
	if (rc == FV_OK)
		rc = add_leaf(w, w->prefix, "head", head->index);
	if (rc == FV_OK)
		rc = add_leaf(w, w->prefix, "enrol", w->device.enrol_index);
	if (rc == FV_OK)
		rc = add_order(w, FV_LEAF_APPROVE, "approve");
	if (rc == FV_OK)
		rc = add_order(w, FV_LEAF_REVOKE, "revoke");
	fv_evidence_trail_free(w->trail);
	w->trail = NULL;
	return rc;
}

static enum fv_err
add_papers(struct work *w, const struct seen *head)
{
	enum fv_err rc;

	w->sum->devices++;
	if ((rc = add_trail(w, head)) == FV_OK)
		rc = fv_store_note_each(w->store, FV_NOTE_ROSTER, 1, add_roster, w);
	return rc;
}

/* The receipt of an agency's handheld: what was sealed, every record as its hash. */
static enum fv_err
add_receipt(const struct fv_store_device *device, void *ctx)
{
	struct work *w = ctx;
	const struct seen *head;
	enum fv_err rc;

	if (strcmp(device->agency, w->request->agency) != 0)
		return FV_OK;
	w->device = *device;
	(void)fv_evidence_prefix(device->dev, w->prefix);
	if ((head = find_head(w, device->dev, UINT64_MAX)) == NULL)
		return FV_OK;
	if ((rc = fv_evidence_scope_new(&w->scope, NULL, UINT64_MAX)) == FV_OK)
		rc = add_papers(w, head);
	w->sum->records += (size_t)head->number;
	fv_evidence_scope_free(w->scope);
	w->scope = NULL;
	return rc;
}

/* One handheld's part, when it has any. */
static enum fv_err
add_device(const struct fv_store_device *device, void *ctx)
{
	const struct fv_store_seqs all = {0, UINT64_MAX};
	struct work *w = ctx;
	const struct seen *head;
	size_t own;
	enum fv_err rc;

	if (w->request->case_id == NULL &&
	    memcmp(device->dev, w->request->dev, FV_DEV_BYTES) != 0)
		return FV_OK;
	w->device = *device;
	(void)fv_evidence_prefix(device->dev, w->prefix);
	rc = fv_evidence_scope_new(&w->scope, w->request->case_id, w->request->seq);
	if (rc == FV_OK)
		rc = fv_store_record_each(w->store, device->no, all, look_at, w);
	own = rc == FV_OK ? fv_evidence_scope_own_count(w->scope) : 0;
	if (own == 0)
		goto cleanup;
	w->sum->records += own;
	head = find_head(w, device->dev, fv_evidence_scope_own_last(w->scope));
	own = 0;
	for (uint64_t seq = head != NULL ? head->number : 0;
	     seq <= fv_evidence_scope_own_last(w->scope); seq++)
		own += fv_evidence_scope_has(w->scope, seq) ? 1U : 0U;
	w->sum->left_out += own;
	if (head == NULL)
		goto cleanup;
	rc = add_papers(w, head);
cleanup:
	fv_evidence_scope_free(w->scope);
	w->scope = NULL;
	return rc;
}

enum fv_err
export_gather(struct fv_store *store, const struct export_request *request,
    struct fv_bundle *bundle, struct export_sum *sum_out)
{
	struct work *w = calloc(1, sizeof *w);
	enum fv_err rc = FV_ENOMEM;

	memset(sum_out, 0, sizeof *sum_out);
	if (w == NULL)
		return rc;
	w->store = store;
	w->request = request;
	w->bundle = bundle;
	w->sum = sum_out;
	if ((rc = read_ledger(w)) == FV_OK)
		rc = fv_store_device_each(
		    store, NULL, request->agency != NULL ? add_receipt : add_device, w);
	if (rc == FV_OK)
		rc = fv_evidence_add_words(bundle, request->log_pk);
	if (rc == FV_OK && sum_out->records == 0)
		rc = FV_ENOENT;
	else if (rc == FV_OK && sum_out->devices == 0)
		rc = FV_ESTATE;
	free(w->seen);
	free(w);
	return rc;
}
