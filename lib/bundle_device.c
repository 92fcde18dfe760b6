/* One device's folder: enrolment, approval, seals, head. */
#include <stdio.h>
#include <string.h>

#include "fv/order.h"
#include "lib/bundle_internal.h"

/* Origin of the device's checkpoints: the name of its seals' keys. */
static void
origin_of(const struct verify_trail *t, char out[64])
{
	char hex[33];

	memcpy(hex, t->prefix + 7, 32);
	hex[32] = '\0';
	(void)snprintf(out, 64, "fieldvisit/v1/dev/%s", hex);
}

void
fv_verify_leaf_at(const struct verify_trail *t, uint64_t seq, struct fv_hash *leaf_out,
    struct fv_hash *prev_out)
{
	memcpy(leaf_out->b, t->leaves.ptr + seq * FV_HASH_BYTES, FV_HASH_BYTES);
	if (seq > 0)
		memcpy(prev_out->b, t->leaves.ptr + (seq - 1) * FV_HASH_BYTES, FV_HASH_BYTES);
}

/* The enrolment: keys and the name that follows from them, in the log. */
static bool
check_enrol(struct verify *v, struct verify_trail *t, struct verify_logged *logged)
{
	uint8_t dev[FV_DEV_BYTES];
	enum fv_err rc = fv_verify_logged(v, t->prefix, "enrol", FV_LEAF_ENROL, logged);

	if (rc == FV_ENOENT) {
		v->cannot = true;
		fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true,
		    "%senrol.leaf: without it no key of this device is known", t->prefix);
	}
	if (rc != FV_OK)
		return false;
	if (fv_leaf_enrol_parse(logged->leaf.body, &t->enrol) != FV_OK) {
		fv_verify_claim(
		    v, FV_CLAIM_AUTHENTIC, false, "%senrol.leaf cannot be read", t->prefix);
		return false;
	}
	fv_dev_id(t->enrol.pk_0, t->enrol.pk_sync, t->enrol.pk_box, t->enrol.ticket_id, dev);
	if (memcmp(dev, t->enrol.dev, sizeof dev) != 0 ||
	    memcmp(dev, t->dev, sizeof dev) != 0) {
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "%senrol.leaf is of another device, or its keys are", t->prefix);
		return false;
	}
	if (fv_span_equal(t->enrol.agency, fv_span_z(FV_AGENCY_PRACTICE))) {
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "%senrol.leaf is of a practice handheld: evidence of nothing", t->prefix);
		return false;
	}
	return true;
}

/* Append "anna+boris": who of the device's agency, in any roster here, signed the note.
 * Their number. */
static size_t
put_signers(struct verify *v, const struct verify_trail *t, const struct fv_signednote *note,
    char *out, size_t cap)
{
	size_t used = 0, count = 0;

	out[0] = '\0';
	for (size_t i = v->roster_count; i-- > 0 && count == 0;) {
		const struct fv_roster *roster = v->rosters[i].roster;

		if (!fv_span_equal(t->enrol.agency, fv_span_z(roster->agency)))
			continue;
		for (size_t j = 0; j < roster->supervisor_count; j++) {
			const struct fv_supervisor *s = &roster->supervisors[j];
			char name[FV_SIGNER_BYTES];

			fv_signer_name(roster->agency, s->id, name);
			if (fv_signednote_verify(note, fv_span_z(name), s->sign_pk) != FV_OK)
				continue;
			if (used + strlen(s->id) + 2 < cap)
				used += (size_t)snprintf(out + used, cap - used, "%s%s",
				    count > 0 ? "+" : "", s->id);
			count++;
		}
	}
	return count;
}

static void
check_approve(
    struct verify *v, const struct verify_trail *t, struct fv_span enrol_leaf, char who[128])
{
	const struct fv_tar_member *m = fv_verify_member(v, t->prefix, "approve.note");
	struct fv_signednote note;
	struct fv_approve approve;
	struct fv_hash leaf, doc, said;
	struct verify_logged logged;
	uint8_t dev[FV_DEV_BYTES];
	struct fv_cbor_reader r;
	size_t count;
	enum fv_err rc;

	who[0] = '\0';
	if (m == NULL) {
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "%s no supervisor's approval is here: not yet approved, or left out",
		    t->prefix);
		return;
	}
	fv_leaf_hash(enrol_leaf, &leaf);
	if (fv_signednote_parse(m->body, &note) != FV_OK ||
	    fv_approve_parse(note.text, &approve, NULL) != FV_OK ||
	    memcmp(approve.dev, t->dev, sizeof approve.dev) != 0 ||
	    memcmp(approve.leaf.b, leaf.b, sizeof leaf.b) != 0 ||
	    put_signers(v, t, &note, who, 128) == 0) {
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "%sapprove.note is not a supervisor's approval of this enrolment",
		    t->prefix);
		return;
	}
	rc = fv_verify_logged(v, t->prefix, "approve", FV_LEAF_APPROVE, &logged);
	if (rc == FV_ENOENT) {
		fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true,
		    "%sapprove.leaf: the approval is not shown to be in the log", t->prefix);
		return;
	}
	if (rc != FV_OK)
		return;
	fv_sha256(note.text, &doc);
	r = fv_cbor_reader_of(logged.leaf.body);
	if (fv_cbor_get_array(&r, &count) != FV_OK || count != 2 ||
	    fv_cbor_get_fixed(&r, dev, sizeof dev) != FV_OK ||
	    fv_cbor_get_fixed(&r, said.b, sizeof said.b) != FV_OK ||
	    memcmp(dev, t->dev, sizeof dev) != 0 || memcmp(doc.b, said.b, sizeof doc.b) != 0)
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "%sapprove.leaf names another approval", t->prefix);
}

/* One element of seals.cborseq. */
struct seal_item {
	struct fv_span header, payload;
	uint8_t salt[FV_SALT_BYTES];
	uint8_t sig[FV_SIG_BYTES];
};

static enum fv_err
read_seal(struct fv_cbor_reader *r, struct seal_item *out)
{
	size_t count;
	enum fv_err rc = fv_cbor_get_array(r, &count);

	if (rc == FV_OK && count != 4)
		rc = FV_EFORMAT;
	if (rc == FV_OK)
		rc = fv_cbor_get_bytes(r, &out->header);
	if (rc == FV_OK)
		rc = fv_cbor_get_fixed(r, out->salt, sizeof out->salt);
	if (rc == FV_OK)
		rc = fv_cbor_get_bytes(r, &out->payload);
	return rc == FV_OK ? fv_cbor_get_fixed(r, out->sig, sizeof out->sig) : rc;
}

static void
explain_seal(struct verify *v, const struct fv_trail *trail, const struct fv_hash *root)
{
	struct fv_buf hex = {0};

	if (!v->check->explain)
		return;
	fv_buf_put_base64(&hex, root->b, sizeof root->b);
	v->no_memory = v->no_memory || fv_buf_z(&hex) == NULL;
	fv_verify_claim(v, FV_CLAIM_EXPLAIN, true,
	    "seal %llu: Ed25519 over the three lines of the checkpoint of size %llu, root %s",
	    (unsigned long long)trail->key_number, (unsigned long long)trail->range.size,
	    fv_buf_z(&hex) != NULL ? fv_buf_z(&hex) : "?");
	fv_buf_clear(&hex);
}

/* Follow the leaves up to and with the seal's own; check commitment, link and signature. */
static bool
take_seal(struct verify *v, struct verify_trail *t, struct fv_trail *trail,
    const struct seal_item *item)
{
	struct fv_header header;
	struct fv_hash leaf, prev, made, pc, root;
	enum fv_err rc;

	if (fv_header_parse(item->header, &header) != FV_OK || header.type != FV_REC_SEAL ||
	    memcmp(header.dev, t->dev, sizeof header.dev) != 0 || header.seq >= t->n ||
	    header.seq < trail->range.size)
		return false;
	while (trail->range.size <= header.seq) {
		fv_verify_leaf_at(t, trail->range.size, &leaf, &prev);
		fv_merkle_range_append(&trail->range, &leaf);
	}
	fv_verify_leaf_at(t, header.seq, &leaf, &prev);
	fv_record_leaf(header.seq > 0 ? &prev : NULL, item->header, &made);
	fv_record_commit(item->salt, item->payload, &pc);
	if (memcmp(made.b, leaf.b, sizeof leaf.b) != 0 ||
	    memcmp(pc.b, header.pc.b, sizeof pc.b) != 0)
		return false;
	rc = fv_trail_take_seal(trail, item->payload, item->sig);
	v->no_memory = v->no_memory || rc == FV_ENOMEM;
	if (rc != FV_OK)
		return false;
	fv_merkle_range_root(&trail->range, &root);
	explain_seal(v, trail, &root);
	t->seal_count++;
	return true;
}

/* The last seal is the one of the receipt and of device.note. */
static bool
check_head(struct verify *v, const struct verify_trail *t, const struct fv_trail *trail,
    const uint8_t pk[FV_KEY_BYTES], const uint8_t sig[FV_SIG_BYTES])
{
	const struct fv_tar_member *m = fv_verify_member(v, t->prefix, "device.note");
	uint8_t key_id[FV_KEY_ID_BYTES];
	struct fv_signednote note;
	struct fv_buf text = {0};
	bool is_same;
	char origin[64];

	origin_of(t, origin);
	fv_signednote_key_id(fv_span_z(origin), pk, key_id);
	if (trail->sealed_size != t->n || t->head.size != t->n ||
	    memcmp(t->head.root.b, trail->sealed_root.b, FV_HASH_BYTES) != 0 ||
	    memcmp(t->head.key_id, key_id, sizeof key_id) != 0 ||
	    memcmp(t->head.sig, sig, FV_SIG_BYTES) != 0) {
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "%shead.leaf is not the last seal of these leaves", t->prefix);
		return false;
	}
	if (m == NULL) {
		fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true, "%sdevice.note", t->prefix);
		return true;
	}
	fv_seal_text_put(&text, t->dev, t->n, &trail->sealed_root);
	if (fv_buf_status(&text) != FV_OK) {
		v->no_memory = true;
		fv_buf_clear(&text);
		return false;
	}
	is_same = fv_signednote_parse(m->body, &note) == FV_OK &&
	    fv_span_equal(note.text, fv_buf_span(&text)) && note.sig_count == 1 &&
	    fv_signednote_verify(&note, fv_span_z(origin), pk) == FV_OK;
	fv_buf_clear(&text);
	if (!is_same)
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "%sdevice.note is not the seal of these leaves", t->prefix);
	return is_same;
}

static bool
check_seals(struct verify *v, struct verify_trail *t)
{
	const struct fv_tar_member *seals = fv_verify_member(v, t->prefix, "seals.cborseq");
	struct fv_cbor_reader r;
	struct seal_item item;
	struct fv_trail trail;
	uint8_t pk[FV_KEY_BYTES] = {0};

	fv_trail_init(&trail, t->dev, t->enrol.pk_0);
	memset(&item, 0, sizeof item);
	if (seals != NULL) {
		r = fv_cbor_reader_of(seals->body);
		while (!fv_cbor_at_end(&r)) {
			memcpy(pk, trail.seal_pk, sizeof pk);
			if (read_seal(&r, &item) != FV_OK || !take_seal(v, t, &trail, &item)) {
				if (v->no_memory)
					return false;
				fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
				    "%sseals.cborseq: seal %llu is not by the key that the "
				    "one "
				    "before it introduced, or not of these leaves",
				    t->prefix, (unsigned long long)trail.key_number);
				return false;
			}
		}
	}
	if (t->seal_count == 0) {
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "%sseals.cborseq: no seal: what no seal covers proves nothing", t->prefix);
		return false;
	}
	return check_head(v, t, &trail, pk, item.sig);
}

static bool
check_receipt(struct verify *v, struct verify_trail *t)
{
	const struct fv_tar_member *leaves = fv_verify_member(v, t->prefix, "leaves");
	struct verify_logged logged;
	enum fv_err rc = fv_verify_logged(v, t->prefix, "head", FV_LEAF_HEAD, &logged);

	if (rc == FV_ENOENT || leaves == NULL) {
		v->cannot = true;
		fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true,
		    "%s the receipt of a head, or the leaves under it", t->prefix);
		return false;
	}
	if (rc != FV_OK)
		return false;
	t->leaves = leaves->body;
	t->n = leaves->body.len / FV_HASH_BYTES;
	t->head_ms = logged.leaf.time_ms;
	if (fv_leaf_head_parse(logged.leaf.body, &t->head) != FV_OK ||
	    memcmp(t->head.dev, t->dev, sizeof t->dev) != 0 ||
	    leaves->body.len % FV_HASH_BYTES != 0 || t->n == 0 ||
	    t->n > FV_BUNDLE_LEAVES_MAX) {
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "%shead.leaf or leaves cannot be read, or are of another device",
		    t->prefix);
		return false;
	}
	return true;
}

/* A revocation is told whatever it is worth; one that does not hold fails. */
static void
check_revoke(struct verify *v, const struct verify_trail *t)
{
	const struct fv_tar_member *m = fv_verify_member(v, t->prefix, "revoke.note");
	char who[128], when[FV_INSTANT_TEXT_BYTES];
	struct verify_logged logged;
	struct fv_signednote note;
	struct fv_order order;
	enum fv_err rc;

	if (m == NULL)
		return;
	if (fv_signednote_parse(m->body, &note) != FV_OK ||
	    fv_order_parse(note.text, &order, NULL) != FV_OK ||
	    order.kind != FV_ORDER_REVOKE ||
	    memcmp(order.dev, t->dev, sizeof order.dev) != 0 ||
	    put_signers(v, t, &note, who, sizeof who) == 0) {
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "%srevoke.note is not a supervisor's order about this device", t->prefix);
		return;
	}
	rc = fv_verify_logged(v, t->prefix, "revoke", FV_LEAF_REVOKE, &logged);
	if (rc != FV_OK && rc != FV_ENOENT)
		return;
	fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
	    "%s revoked by %s at %s (%s): records from %llu on are not trusted", t->prefix,
	    who, fv_instant_format(order.at_ms, 0, true, when), order.reason,
	    (unsigned long long)order.trusted_size);
}

void
fv_verify_device(struct verify *v, const char dev_hex[33])
{
	char who[128], when[FV_INSTANT_TEXT_BYTES];
	struct verify_logged enrolled;
	struct verify_trail t;

	memset(&t, 0, sizeof t);
	(void)snprintf(t.prefix, sizeof t.prefix, "device-%s/", dev_hex);
	if (fv_hex_decode(fv_span_of(dev_hex, 32), t.dev, sizeof t.dev) != FV_OK) {
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false, "%s is no device", t.prefix);
		return;
	}
	if (!check_enrol(v, &t, &enrolled))
		return;
	check_approve(v, &t, enrolled.bytes, who);
	check_revoke(v, &t);
	if (!check_receipt(v, &t) || !check_seals(v, &t))
		return;
	v->proven++;
	fv_verify_claim(v, FV_CLAIM_AUTHENTIC, true,
	    "device %.4s..%.4s, enrolled %s%s%s, records 0..%llu unbroken under %llu seal%s",
	    dev_hex, dev_hex + 28, fv_instant_format(enrolled.leaf.time_ms, 0, true, when),
	    who[0] != '\0' ? " with " : "", who, (unsigned long long)(t.n - 1),
	    (unsigned long long)t.seal_count, t.seal_count == 1 ? "" : "s");
	fv_verify_records(v, &t);
}
