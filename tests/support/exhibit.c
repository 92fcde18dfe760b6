#include "tests/support/exhibit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/order.h"
#include "tests/support/people.h"

#define T0 INT64_C(1772416000000)

static enum fv_err
subtree(uint32_t level, uint64_t idx, struct fv_hash *hash_out, void *ctx)
{
	struct exhibit *x = ctx;
	struct fv_hash left, right;

	if (level == 0) {
		*hash_out = x->hashes[idx];
		return FV_OK;
	}
	if (subtree(level - 1, idx * 2, &left, ctx) != FV_OK ||
	    subtree(level - 1, idx * 2 + 1, &right, ctx) != FV_OK)
		return FV_ERANGE;
	fv_merkle_node(&left, &right, hash_out);
	return FV_OK;
}

static void
root_at(struct exhibit *x, size_t size, struct fv_hash *root)
{
	struct fv_merkle_range range = {0};

	for (size_t i = 0; i < size; i++)
		fv_merkle_range_append(&range, &x->hashes[i]);
	fv_merkle_range_root(&range, root);
}

size_t
exhibit_log(struct exhibit *x, enum fv_leaf_kind kind, int64_t ms, struct fv_span body)
{
	struct fv_buf *leaf = &x->leaves[x->leaf_count];

	assert_true(x->leaf_count < EXHIBIT_LEAVES_MAX);
	fv_leaf_put(leaf, kind, ms, body);
	fv_leaf_hash(fv_buf_span(leaf), &x->hashes[x->leaf_count]);
	return x->leaf_count++;
}

void
exhibit_prove(struct exhibit *x, size_t at, struct fv_tlog_proof *proof, struct fv_buf *note)
{
	char origin[FV_LOG_ORIGIN_BYTES];
	struct fv_buf text = {0};
	struct fv_hash root;

	memset(proof, 0, sizeof *proof);
	proof->index = at;
	assert_int_equal(fv_merkle_prove_inclusion(
			     at, x->leaf_count, subtree, x, proof->hashes, &proof->count),
	    FV_OK);
	root_at(x, x->leaf_count, &root);
	fv_log_origin(x->log_pk, origin);
	fv_checkpoint_put(&text, fv_span_z(origin), x->leaf_count, &root);
	fv_buf_reset(note);
	fv_signednote_sign(note, fv_buf_span(&text), fv_span_z(origin), x->log_seed);
	proof->checkpoint = fv_buf_span(note);
	fv_buf_clear(&text);
}

static void
log_doc(struct exhibit *x, enum fv_leaf_kind kind, struct fv_span note, size_t *at)
{
	struct fv_signednote parsed;
	struct fv_buf body = {0};
	struct fv_hash doc;

	assert_int_equal(fv_signednote_parse(note, &parsed), FV_OK);
	fv_sha256(parsed.text, &doc);
	fv_cbor_put_array(&body, kind == FV_LEAF_ROSTER ? 3 : 2);
	if (kind == FV_LEAF_ROSTER) {
		fv_cbor_put_text_z(&body, "north");
		fv_cbor_put_uint(&body, 1);
	} else {
		fv_cbor_put_bytes(&body, x->trail.trail.dev, FV_DEV_BYTES);
	}
	fv_cbor_put_bytes(&body, doc.b, sizeof doc.b);
	*at = exhibit_log(x, kind, T0, fv_buf_span(&body));
	fv_buf_clear(&body);
}

static void
make_people(struct exhibit *x, const char *agency)
{
	struct fv_roster *roster = people_roster(2);
	const unsigned both[] = {1, 2};
	struct fv_leaf_enrol enrol = {.agency = fv_span_z(agency)};
	struct fv_approve approve;
	struct fv_buf text = {0}, body = {0};

	fv_roster_put(&text, roster);
	people_sign(&x->roster_note, fv_buf_span(&text), "north", both, 2);
	log_doc(x, FV_LEAF_ROSTER, fv_buf_span(&x->roster_note), &x->roster_at);
	memcpy(enrol.dev, x->trail.trail.dev, FV_DEV_BYTES);
	memcpy(enrol.pk_0, x->trail.pk_0, FV_KEY_BYTES);
	memcpy(enrol.pk_sync, x->trail.pk_sync, FV_KEY_BYTES);
	memcpy(enrol.pk_box, x->trail.pk_box, FV_KEY_BYTES);
	memcpy(enrol.ticket_id, x->trail.ticket_id, sizeof enrol.ticket_id);
	fv_leaf_enrol_put(&body, &enrol);
	x->enrol_at = exhibit_log(x, FV_LEAF_ENROL, T0 + 1000, fv_buf_span(&body));
	memcpy(approve.dev, x->trail.trail.dev, FV_DEV_BYTES);
	approve.leaf = x->hashes[x->enrol_at];
	fv_buf_reset(&text);
	fv_approve_put(&text, &approve);
	people_sign(&x->approve_note, fv_buf_span(&text), "north", both, 2);
	log_doc(x, FV_LEAF_APPROVE, fv_buf_span(&x->approve_note), &x->approve_at);
	fv_buf_clear(&text);
	fv_buf_clear(&body);
	free(roster);
}

static void
put_note(struct exhibit *x)
{
	struct fv_hash ct, capsules;
	uint8_t aad[FV_NOTE_AAD_BYTES], pk[FV_KEY_BYTES], sk[FV_KEY_BYTES];
	uint8_t key_id[FV_BOX_KEY_ID_BYTES];
	struct fv_note_seal seal = {.kind = FV_NOTE_RECORD,
	    .plain = fv_span_z("secret words"),
	    .pks = pk,
	    .pk_count = 1,
	    .random = fv_random_system()};
	char hex[4][65] = {{0}};
	const uint8_t *parts[4] = {x->sealed_note.kc, ct.b, capsules.b, key_id};

	people_box_pk(1, pk);
	people_box_sk(1, sk);
	fv_note_box_key_id(pk, key_id);
	x->note = x->trail.count;
	fv_note_aad(x->trail.trail.dev, x->note, aad);
	seal.aad = fv_span_of(aad, sizeof aad);
	assert_int_equal(fv_note_seal(&seal, &x->sealed_note), FV_OK);
	assert_int_equal(fv_note_open_capsule(fv_buf_span(&x->sealed_note.capsules), 0,
			     x->sealed_note.kc, sk, x->cek),
	    FV_OK);
	fv_sha256(fv_buf_span(&x->sealed_note.ct), &ct);
	fv_sha256(fv_buf_span(&x->sealed_note.capsules), &capsules);
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < (i == 3 ? 4U : 32U); j++)
			(void)snprintf(hex[i] + 2 * j, 3, "%02x", parts[i][j]);
	(void)made_putf(&x->trail, FV_REC_NOTE,
	    "{1:%d,4:h'%s',5:h'%s',6:1,7:h'%s',8:h'%s',9:1}", (int)x->visit, hex[0], hex[1],
	    hex[2], hex[3]);
}

static void
log_head(struct exhibit *x, uint64_t seal)
{
	struct fv_leaf_head head = {.received_ms = x->trail.rtc_ms + 60000, .transport = 1};
	struct fv_buf body = {0};
	char origin[80], prefix[48];

	memcpy(head.dev, x->trail.trail.dev, FV_DEV_BYTES);
	head.size = seal + 1;
	head.root = x->trail.trail.sealed_root;
	(void)fv_evidence_prefix(head.dev, prefix);
	(void)snprintf(origin, sizeof origin, "fieldvisit/v1/dev/%.32s", prefix + 7);
	fv_signednote_key_id(fv_span_z(origin), x->seal_pk, head.key_id);
	memcpy(head.sig, x->trail.records[seal].sig, sizeof head.sig);
	fv_leaf_head_put(&body, &head);
	x->head_at = exhibit_log(x, FV_LEAF_HEAD, x->trail.rtc_ms + 60000, fv_buf_span(&body));
	x->sealed_n = seal + 1;
	fv_buf_clear(&body);
}

static void
make(struct exhibit *x, const char *agency, int64_t jump_ms)
{
	struct fv_buf body = {0};
	struct fv_hash root;

	memset(x, 0, sizeof *x);
	made_init(&x->trail, 7);
	memset(x->log_seed, 0x5a, sizeof x->log_seed);
	fv_ed25519_public(x->log_seed, x->log_pk);
	fv_cbor_put_array(&body, 2);
	fv_cbor_put_bytes(&body, x->log_pk, sizeof x->log_pk);
	fv_cbor_put_null(&body);
	(void)exhibit_log(x, FV_LEAF_GENESIS, T0, fv_buf_span(&body));
	fv_buf_clear(&body);
	make_people(x, agency);
	root_at(x, 3, &root);
	x->trail.has_beacon = true;
	x->trail.beacon_size = 3;
	memcpy(x->trail.beacon_root, root.b, FV_BEACON_ROOT_BYTES);
	x->trail.has_gnss = true;
	(void)made_put(&x->trail, FV_REC_SESSION, "{4:3,5:\"/dev/pts/3\",6:\"NMEA0183\"}");
	(void)made_put(&x->trail, FV_REC_SHIFT_BEGIN, "{4:\"o1\"}");
	x->visit = made_put(&x->trail, FV_REC_VISIT_BEGIN,
	    "{1:\"c1\",2:{1:3,3:231291000,4:1132644000,6:5000,17:3},4:[\"o1\",\"o2\"],5:1}");
	put_note(x);
	(void)made_put(&x->trail, FV_REC_EVENT, "{1:\"" EXHIBIT_OTHER_CASE "\",4:3}");
	x->trail.rtc_ms += jump_ms;
	(void)made_putf(&x->trail, FV_REC_OUTCOME, "{1:%d,4:1,5:1,6:false}", (int)x->visit);
	(void)made_putf(&x->trail, FV_REC_VISIT_END, "{1:%d,4:1}", (int)x->visit);
	(void)made_seal(&x->trail);
	x->other_visit = made_put(
	    &x->trail, FV_REC_VISIT_BEGIN, "{1:\"" EXHIBIT_OTHER_CASE "\",4:[\"o1\"]}");
	(void)made_put(&x->trail, FV_REC_CLOCK_STEP, "{4:0,5:3600000}");
	(void)made_putf(&x->trail, FV_REC_VISIT_END, "{1:%d,4:1}", (int)x->other_visit);
	memcpy(x->seal_pk, x->trail.trail.seal_pk, FV_KEY_BYTES);
	log_head(x, made_seal(&x->trail));
}

void
exhibit_init(struct exhibit *x)
{
	exhibit_init_jump(x, 0);
}

void
exhibit_init_jump(struct exhibit *x, int64_t jump_ms)
{
	make(x, "north", jump_ms);
}

void
exhibit_init_of(struct exhibit *x, const char *agency)
{
	make(x, agency, 0);
}

void
exhibit_free(struct exhibit *x)
{
	for (size_t i = 0; i < EXHIBIT_LEAVES_MAX; i++)
		fv_buf_clear(&x->leaves[i]);
	fv_buf_clear(&x->roster_note);
	fv_buf_clear(&x->approve_note);
	fv_note_sealed_clear(&x->sealed_note);
	made_free(&x->trail);
}

static void
add_logged(
    struct exhibit *x, struct fv_bundle *b, const char *prefix, const char *name, size_t at)
{
	struct fv_tlog_proof proof;
	struct fv_buf note = {0};

	exhibit_prove(x, at, &proof, &note);
	assert_int_equal(
	    fv_evidence_add_logged(b, prefix, name, fv_buf_span(&x->leaves[at]), &proof),
	    FV_OK);
	fv_buf_clear(&note);
}

static void
add_beacon(struct exhibit *x, struct fv_bundle *b, const char *prefix)
{
	struct fv_hash root, proof[FV_MERKLE_PROOF_MAX];
	struct fv_buf text = {0};
	size_t count;

	add_logged(x, b, prefix, "beacon-3", 2);
	root_at(x, 3, &root);
	fv_buf_put_base64(&text, root.b, sizeof root.b);
	fv_buf_put_u8(&text, '\n');
	assert_int_equal(
	    fv_merkle_prove_consistency(3, x->leaf_count, subtree, x, proof, &count), FV_OK);
	for (size_t i = 0; i < count; i++) {
		fv_buf_put_base64(&text, proof[i].b, sizeof proof[i].b);
		fv_buf_put_u8(&text, '\n');
	}
	assert_int_equal(
	    fv_evidence_add(b, prefix, "beacon-3.consistency", fv_buf_span(&text)), FV_OK);
	fv_buf_clear(&text);
}

static void
add_trail(struct exhibit *x, struct fv_bundle *b, const char *case_id)
{
	struct fv_evidence_trail *t;
	struct fv_evidence_scope *scope;

	assert_int_equal(fv_evidence_scope_new(&scope, case_id, x->visit), FV_OK);
	for (size_t i = 0; i < x->sealed_n; i++)
		assert_int_equal(fv_evidence_scope_take(scope, &x->trail.records[i].header,
				     fv_buf_span(&x->trail.records[i].payload)),
		    FV_OK);
	assert_int_equal(fv_evidence_trail_new(&t, x->trail.trail.dev), FV_OK);
	for (size_t i = 0; i < x->sealed_n; i++) {
		struct made_record *r = &x->trail.records[i];
		struct fv_evidence_record record = {.header = fv_buf_span(&r->header_bytes),
		    .leaf = r->leaf,
		    .salt = r->salt,
		    .payload = fv_buf_span(&r->payload),
		    .sig = r->header.type == FV_REC_SEAL ? r->sig : NULL,
		    .is_shown = fv_evidence_scope_has(scope, i)};

		assert_int_equal(fv_evidence_trail_add(t, b, &record), FV_OK);
	}
	assert_int_equal(fv_evidence_trail_end(t, b, x->seal_pk), FV_OK);
	fv_evidence_trail_free(t);
	fv_evidence_scope_free(scope);
}

struct fv_bundle *
exhibit_bundle(struct exhibit *x, const char *case_id)
{
	struct fv_bundle *b;
	char prefix[48], name[64];

	(void)fv_evidence_prefix(x->trail.trail.dev, prefix);
	assert_int_equal(fv_bundle_new(&b), FV_OK);
	assert_int_equal(fv_evidence_add_words(b, x->log_pk), FV_OK);
	assert_int_equal(fv_evidence_add(b, "agency-north/", "roster-000001.note",
			     fv_buf_span(&x->roster_note)),
	    FV_OK);
	add_logged(x, b, "agency-north/", "roster-000001", x->roster_at);
	add_logged(x, b, prefix, "enrol", x->enrol_at);
	assert_int_equal(
	    fv_evidence_add(b, prefix, "approve.note", fv_buf_span(&x->approve_note)), FV_OK);
	add_logged(x, b, prefix, "approve", x->approve_at);
	add_logged(x, b, prefix, "head", x->head_at);
	add_beacon(x, b, prefix);
	add_trail(x, b, case_id);
	(void)snprintf(name, sizeof name, "notes/%llu.ct", (unsigned long long)x->note);
	assert_int_equal(
	    fv_evidence_add(b, prefix, name, fv_buf_span(&x->sealed_note.ct)), FV_OK);
	(void)snprintf(name, sizeof name, "notes/%llu.capsules", (unsigned long long)x->note);
	assert_int_equal(
	    fv_evidence_add(b, prefix, name, fv_buf_span(&x->sealed_note.capsules)), FV_OK);
	return b;
}

void
exhibit_close(struct exhibit *x, struct fv_bundle *bundle, bool exported, struct fv_buf *tar)
{
	struct fv_buf manifest = {0}, body = {0};
	uint8_t salt[FV_SALT_BYTES];
	struct fv_hash sdoc;

	assert_int_equal(fv_bundle_manifest_put(bundle, &manifest), FV_OK);
	assert_int_equal(
	    fv_bundle_add(bundle, fv_span_z(FV_BUNDLE_MANIFEST), fv_buf_span(&manifest)),
	    FV_OK);
	if (exported) {
		memset(salt, 0xa7, sizeof salt);
		fv_bundle_sdoc(salt, fv_buf_span(&manifest), &sdoc);
		fv_cbor_put_array(&body, 2);
		fv_cbor_put_text_z(&body, "root");
		fv_cbor_put_bytes(&body, sdoc.b, sizeof sdoc.b);
		assert_int_equal(fv_bundle_add(bundle, fv_span_z("export.salt"),
				     fv_span_of(salt, sizeof salt)),
		    FV_OK);
		add_logged(x, bundle, "", "export",
		    exhibit_log(
			x, FV_LEAF_EXPORT, x->trail.rtc_ms + 120000, fv_buf_span(&body)));
	}
	assert_int_equal(fv_bundle_put(bundle, tar), FV_OK);
	fv_buf_clear(&manifest);
	fv_buf_clear(&body);
}
