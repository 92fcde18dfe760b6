/* Records shown in full: their place in the trail, payloads, notes, times. */
#include <stdio.h>
#include <string.h>

#include "fv/lines.h"
#include "fv/note.h"
#include "lib/bundle_internal.h"

#define WALL_SLACK_MS INT64_C(2000) /* clocks this near agree */

/* What the records of one device add up to. */
struct tally {
	uint64_t shown;
	uint64_t without_payload;
	uint64_t payload_members; /* that a header names */
	uint64_t note_members;
	uint64_t attachment_members;
	uint64_t rewrap_members;
	struct verify_doubts doubts;
};

const struct fv_tar_member *
fv_verify_seq_member(struct verify *v, const struct verify_trail *t, const char *folder,
    uint64_t seq, const char *end)
{
	char name[64];

	(void)snprintf(name, sizeof name, "%s/%llu%s", folder, (unsigned long long)seq, end);
	return fv_verify_member(v, t->prefix, name);
}

static void
explain_record(struct verify *v, const struct fv_header *h, struct fv_span header)
{
	struct fv_buf hex = {0};

	if (!v->check->explain)
		return;
	fv_buf_put_hex(&hex, header.ptr, header.len);
	v->no_memory = v->no_memory || fv_buf_z(&hex) == NULL;
	fv_verify_claim(v, FV_CLAIM_EXPLAIN, true,
	    "leaf %llu = SHA-256(00 || leaf %lld || %s)", (unsigned long long)h->seq,
	    (long long)h->seq - 1, fv_buf_z(&hex) != NULL ? fv_buf_z(&hex) : "?");
	fv_buf_clear(&hex);
}

/* A NOTE's bytes are the ones that its signed payload names; a disclosed key opens them. */
static void
check_note(struct verify *v, const struct verify_trail *t, const struct fv_header *h,
    struct fv_span payload, struct tally *tally)
{
	const struct fv_tar_member *ct = fv_verify_seq_member(v, t, "notes", h->seq, ".ct");
	const struct fv_tar_member *capsules =
	    fv_verify_seq_member(v, t, "notes", h->seq, ".capsules");
	const struct fv_tar_member *cek = fv_verify_seq_member(v, t, "notes", h->seq, ".cek");
	uint8_t kc[FV_HASH_BYTES], ct_said[FV_HASH_BYTES], capsules_said[FV_HASH_BYTES];
	uint8_t aad[FV_NOTE_AAD_BYTES];
	struct fv_cbor_reader a, b, c;
	struct fv_buf plain = {0};
	struct fv_hash hash;
	bool holds = true;
	enum fv_err rc;

	tally->note_members +=
	    (ct != NULL ? 1U : 0U) + (capsules != NULL ? 1U : 0U) + (cek != NULL ? 1U : 0U);
	if (fv_cbor_map_find(payload, 4, &a) != FV_OK ||
	    fv_cbor_get_fixed(&a, kc, sizeof kc) != FV_OK ||
	    fv_cbor_map_find(payload, 5, &b) != FV_OK ||
	    fv_cbor_get_fixed(&b, ct_said, sizeof ct_said) != FV_OK ||
	    fv_cbor_map_find(payload, 7, &c) != FV_OK ||
	    fv_cbor_get_fixed(&c, capsules_said, sizeof capsules_said) != FV_OK) {
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "%llu: a note whose payload cannot be read", (unsigned long long)h->seq);
		return;
	}
	if (ct != NULL) {
		fv_sha256(ct->body, &hash);
		holds = memcmp(hash.b, ct_said, sizeof ct_said) == 0;
	}
	if (capsules != NULL) {
		fv_sha256(capsules->body, &hash);
		holds = holds && memcmp(hash.b, capsules_said, sizeof capsules_said) == 0;
	}
	if (holds && ct != NULL && cek != NULL && cek->body.len == FV_NOTE_CEK_BYTES) {
		struct fv_note_parts parts = {
		    .kind = FV_NOTE_RECORD, .ct = ct->body, .kc = kc};

		fv_note_aad(t->dev, h->seq, aad);
		parts.aad = fv_span_of(aad, sizeof aad);
		rc = fv_note_open(&parts, cek->body.ptr, &plain);
		fv_buf_clear(&plain);
		v->no_memory = v->no_memory || rc == FV_ENOMEM;
		if (rc == FV_ENOMEM)
			return;
		fv_verify_claim(v, FV_CLAIM_NOTE, rc == FV_OK, "%llu %s",
		    (unsigned long long)h->seq,
		    rc == FV_OK ? "opens with the disclosed key; commitment matches"
				: "does not open with the key that is here");
	} else if (!holds || cek != NULL) {
		fv_verify_claim(v, FV_CLAIM_NOTE, false,
		    "%llu ciphertext, capsules or key are not those of the sealed record",
		    (unsigned long long)h->seq);
	} else if (ct != NULL && capsules != NULL) {
		fv_verify_claim(v, FV_CLAIM_NOTE, true,
		    "%llu ciphertext and capsules are those of the sealed record; its key is "
		    "not here",
		    (unsigned long long)h->seq);
	}
	if (ct == NULL || capsules == NULL)
		fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true,
		    "note %llu: %s (erased, or not here)", (unsigned long long)h->seq,
		    ct == NULL ? "ciphertext" : "capsules");
}

/* The payload, when it is here, is what the header commits to. */
static bool
check_payload(struct verify *v, const struct verify_trail *t, const struct fv_header *h,
    struct fv_span *payload_out, struct tally *tally)
{
	const struct fv_tar_member *m = fv_verify_seq_member(v, t, "payloads", h->seq, "");
	struct fv_hash pc;

	*payload_out = (struct fv_span){NULL, 0};
	if (m == NULL) {
		tally->without_payload++;
		fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true,
		    "payload of record %llu (erased, or not here)",
		    (unsigned long long)h->seq);
		return true;
	}
	tally->payload_members++;
	if (m->body.len >= FV_SALT_BYTES) {
		*payload_out =
		    fv_span_of(m->body.ptr + FV_SALT_BYTES, m->body.len - FV_SALT_BYTES);
		fv_record_commit(m->body.ptr, *payload_out, &pc);
		if (memcmp(pc.b, h->pc.b, sizeof pc.b) == 0)
			return true;
	}
	fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
	    "payload of record %llu is not the one that its header commits to",
	    (unsigned long long)h->seq);
	return false;
}

/* Lower wall of the sandwich: the newest checkpoint that the record quotes. */
static bool
beacon_time(struct verify *v, const struct verify_trail *t, const struct fv_header *h,
    int64_t *after_out)
{
	char name[48];
	const struct fv_tar_member *m;
	struct fv_hash root, proof[FV_MERKLE_PROOF_MAX];
	struct verify_logged logged;
	struct fv_lines lines;
	struct fv_span line;
	size_t count = 0;
	enum fv_err rc;

	if (!h->has_beacon || h->beacon_size == 0)
		return false;
	(void)snprintf(name, sizeof name, "beacon-%llu", (unsigned long long)h->beacon_size);
	if (fv_verify_logged(v, t->prefix, name, 0, &logged) != FV_OK)
		return false;
	(void)snprintf(
	    name, sizeof name, "beacon-%llu.consistency", (unsigned long long)h->beacon_size);
	if ((m = fv_verify_member(v, t->prefix, name)) == NULL)
		return false;
	lines = fv_lines_of(m->body);
	rc = fv_lines_next(&lines, &line);
	if (rc == FV_OK)
		rc = fv_base64_fixed(line, root.b, sizeof root.b);
	while (rc == FV_OK && lines.rest.len > 0) {
		if (count == FV_MERKLE_PROOF_MAX || fv_lines_next(&lines, &line) != FV_OK)
			rc = FV_EFORMAT;
		else
			rc = fv_base64_fixed(line, proof[count++].b, FV_HASH_BYTES);
	}
	if (rc == FV_OK && logged.index == h->beacon_size - 1 &&
	    memcmp(root.b, h->beacon_root, FV_BEACON_ROOT_BYTES) == 0)
		rc = fv_merkle_verify_consistency(
		    h->beacon_size, logged.tree_size, &root, &logged.tree_root, proof, count);
	else
		rc = FV_EAUTH;
	if (rc != FV_OK) {
		fv_verify_claim(v, FV_CLAIM_TIME, false,
		    "record %llu quotes a checkpoint that is not of this log",
		    (unsigned long long)h->seq);
		return false;
	}
	*after_out = logged.leaf.time_ms;
	return true;
}

static void
say_time(struct verify *v, const struct verify_trail *t, const struct fv_header *h,
    struct fv_span payload)
{
	char clock[FV_INSTANT_TEXT_BYTES], after[FV_INSTANT_TEXT_BYTES];
	char before[FV_INSTANT_TEXT_BYTES], what[128] = "";
	struct fv_cbor_reader r;
	struct fv_span case_id;
	int64_t after_ms = 0;
	bool has_after;

	if (h->type == FV_REC_VISIT_BEGIN && fv_cbor_map_find(payload, 1, &r) == FV_OK &&
	    fv_cbor_get_text(&r, &case_id) == FV_OK && fv_id_valid(case_id, 40))
		(void)snprintf(what, sizeof what, " (case %.*s)", (int)case_id.len,
		    (const char *)case_id.ptr);
	(void)fv_instant_format(h->rtc_ms, 0, true, clock);
	(void)fv_instant_format(t->head_ms, 0, true, before);
	if (h->rtc_ms > t->head_ms + WALL_SLACK_MS)
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "%llu: its clock says a time after its receipt",
		    (unsigned long long)h->seq);
	has_after = beacon_time(v, t, h, &after_ms);
	if (has_after && h->rtc_ms < after_ms - WALL_SLACK_MS)
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "%llu: its clock says a time before the checkpoint that it quotes",
		    (unsigned long long)h->seq);
	if (has_after)
		fv_verify_claim(v, FV_CLAIM_TIME, true,
		    "record %llu %s%s says %s: written after %s (ledger of size %llu) and "
		    "before %s "
		    "(receipt); both by the server's clock, no witness",
		    (unsigned long long)h->seq, fv_record_type_name(h->type), what, clock,
		    fv_instant_format(after_ms, 0, true, after),
		    (unsigned long long)h->beacon_size, before);
	else
		fv_verify_claim(v, FV_CLAIM_TIME, true,
		    "record %llu %s%s says %s: written before %s (receipt; the server's "
		    "clock, no "
		    "witness); no lower wall",
		    (unsigned long long)h->seq, fv_record_type_name(h->type), what, clock,
		    before);
}

/* Next header of the sequence: in order, of this device, and the leaf that stands there. */
static bool
take_record(struct verify *v, const struct verify_trail *t, struct fv_cbor_reader *r,
    uint64_t *next_seq, struct tally *tally)
{
	struct fv_header h;
	struct fv_hash leaf, prev, made;
	struct fv_span header, payload;

	if (fv_cbor_skip(r, &header) != FV_OK || fv_header_parse(header, &h) != FV_OK ||
	    memcmp(h.dev, t->dev, sizeof h.dev) != 0 || h.seq >= t->n || h.seq < *next_seq ||
	    h.type == FV_REC_SEAL) {
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "%srecords.cborseq: after record %lld comes no record of this trail",
		    t->prefix, (long long)*next_seq - 1);
		return false;
	}
	*next_seq = h.seq + 1;
	fv_verify_leaf_at(t, h.seq, &leaf, &prev);
	fv_record_leaf(h.seq > 0 ? &prev : NULL, header, &made);
	if (memcmp(made.b, leaf.b, sizeof leaf.b) != 0) {
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "record %llu is not the one that was sealed", (unsigned long long)h.seq);
		return false;
	}
	tally->shown++;
	explain_record(v, &h, header);
	if (!check_payload(v, t, &h, &payload, tally))
		return true;
	if (payload.len > 0 && fv_cbor_check_all(payload) != FV_OK) {
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "%llu: a payload that cannot be read", (unsigned long long)h.seq);
		return true;
	}
	if (h.type == FV_REC_NOTE && payload.len > 0)
		check_note(v, t, &h, payload, tally);
	if (h.type == FV_REC_ATTACHMENT && payload.len > 0)
		fv_verify_attachment(v, t, h.seq, payload, &tally->attachment_members);
	if ((h.type == FV_REC_NOTE || h.type == FV_REC_ATTACHMENT) && payload.len > 0)
		fv_verify_rewraps(v, t, h.seq,
		    h.type == FV_REC_NOTE ? FV_CLAIM_NOTE : FV_CLAIM_ATTACHMENT,
		    &tally->rewrap_members);
	if (h.type == FV_REC_VISIT_BEGIN || h.type == FV_REC_VISIT_END ||
	    h.type == FV_REC_CONTACT)
		say_time(v, t, &h, payload);
	fv_verify_doubt(v, &tally->doubts, &h, payload);
	return true;
}

static bool
is_in(struct fv_span name, const char *folder)
{
	size_t len = strlen(folder);

	return name.len > len && memcmp(name.ptr, folder, len) == 0;
}

/* Every member of payloads/, notes/, attachments/ and rewraps/ belongs to a record that is
 * shown. */
static void
count_members(struct verify *v, const struct verify_trail *t, const struct tally *tally)
{
	const struct fv_tar_member *m;
	uint64_t payloads = 0, notes = 0, attachments = 0, rewraps = 0;
	size_t len = strlen(t->prefix);

	for (size_t i = 0; (m = fv_bundle_member(v->bundle, i)) != NULL; i++) {
		struct fv_span rest;

		if (m->name.len <= len || memcmp(m->name.ptr, t->prefix, len) != 0)
			continue;
		rest = fv_span_of(m->name.ptr + len, m->name.len - len);
		payloads += is_in(rest, "payloads/") ? 1U : 0U;
		notes += is_in(rest, "notes/") ? 1U : 0U;
		attachments += is_in(rest, "attachments/") ? 1U : 0U;
		rewraps += is_in(rest, "rewraps/") ? 1U : 0U;
	}
	if (payloads != tally->payload_members || notes != tally->note_members ||
	    attachments != tally->attachment_members || rewraps != tally->rewrap_members)
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "%s payloads, notes or attachments are here that no record shown names",
		    t->prefix);
}

void
fv_verify_records(struct verify *v, const struct verify_trail *t)
{
	const struct fv_tar_member *m = fv_verify_member(v, t->prefix, "records.cborseq");
	struct fv_cbor_reader r;
	struct tally tally = {0};
	uint64_t next_seq = 0;

	if (m == NULL) {
		v->cannot = true;
		fv_verify_claim(
		    v, FV_CLAIM_NOT_INCLUDED, true, "%srecords.cborseq: no record", t->prefix);
		return;
	}
	r = fv_cbor_reader_of(m->body);
	while (!fv_cbor_at_end(&r))
		if (!take_record(v, t, &r, &next_seq, &tally))
			return;
	count_members(v, t, &tally);
	fv_verify_claim(v, FV_CLAIM_COMPLETE, true,
	    "%llu records in full, %llu seals, every other of the %llu as its hash only: what "
	    "those "
	    "hold cannot be told from here; what came after record %llu is not covered",
	    (unsigned long long)tally.shown, (unsigned long long)t->seal_count,
	    (unsigned long long)t->n, (unsigned long long)(t->n - 1));
}
