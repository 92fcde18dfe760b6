/* The bundle as a whole: manifest, policy, ledger leaves, rosters. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/lines.h"
#include "lib/bundle_internal.h"

static void
say(struct verify *v, enum fv_claim_kind kind, bool holds)
{
	struct fv_claim claim = {.kind = kind, .holds = holds, .text = fv_buf_z(&v->text)};

	if (!holds)
		v->fails = true;
	if (claim.text == NULL)
		v->no_memory = true;
	else if (v->check->fn != NULL)
		v->check->fn(&claim, v->check->ctx);
}

void
fv_verify_claim(struct verify *v, enum fv_claim_kind kind, bool holds, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	fv_buf_reset(&v->text);
	fv_buf_put_z(&v->text, text);
	say(v, kind, holds);
}

const struct fv_tar_member *
fv_verify_member(struct verify *v, const char *prefix, const char *name)
{
	char full[FV_TAR_NAME_MAX + 1];
	int n = snprintf(full, sizeof full, "%s%s", prefix, name);

	return n > 0 && (size_t)n < sizeof full ? fv_bundle_find(v->bundle, full) : NULL;
}

/* The policy's logs.  A quorum of witnesses cannot be judged by this version. */
static enum fv_err
read_policy(struct verify *v, struct fv_span policy)
{
	struct fv_lines lines = fv_lines_of(policy);
	struct fv_span line, word, name;
	enum fv_err rc;

	while ((rc = fv_lines_next(&lines, &line)) == FV_OK) {
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (fv_lines_take(&line, "log")) {
			if (!fv_lines_word(&line, &word) || v->log_count == VERIFY_LOGS_MAX ||
			    fv_vkey_parse(word, &name, v->logs[v->log_count]) != FV_OK)
				return FV_EFORMAT;
			v->log_count++;
		} else if (fv_lines_take(&line, "quorum")) {
			if (!fv_lines_take(&line, "none"))
				return FV_EVERSION;
		} else if (!fv_lines_take(&line, "witness") &&
		    !fv_lines_take(&line, "group")) {
			return FV_EFORMAT;
		}
	}
	return rc == FV_ENOENT && v->log_count > 0 ? FV_OK : FV_EFORMAT;
}

/* The key in the form in which server.pub and a policy give it. */
static void
name_log(struct verify *v, const uint8_t pk[FV_KEY_BYTES])
{
	char origin[FV_LOG_ORIGIN_BYTES];

	fv_log_origin(pk, origin);
	fv_buf_reset(&v->text);
	fv_buf_put_z(&v->text, "the key to compare: log ");
	fv_vkey_put(&v->text, fv_span_z(origin), pk);
	say(v, FV_CLAIM_CAVEAT, true);
}

static bool
check_policy(struct verify *v)
{
	const struct fv_tar_member *own = fv_bundle_find(v->bundle, "policy");
	struct fv_span policy = v->check->policy;
	bool is_own = policy.len == 0 && own != NULL;
	enum fv_err rc;

	if (is_own)
		policy = own->body;
	rc = policy.len > 0 ? read_policy(v, policy) : FV_ENOENT;
	if (is_own)
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "the log's key is taken from this file itself: whoever made the file may "
		    "have "
		    "made the key; compare it with the one on paper, or give --policy");
	for (size_t i = 0; is_own && rc == FV_OK && i < v->log_count; i++)
		name_log(v, v->logs[i]);
	if (rc == FV_OK)
		return true;
	v->cannot = true;
	fv_verify_claim(v, FV_CLAIM_CAVEAT, true, "%s",
	    rc == FV_ENOENT ? "no policy: whose log is to be believed is not said"
		: rc == FV_EVERSION
		? "the policy asks for witnesses, which this version cannot check"
		: "the policy cannot be read: lines 'log VKEY' and 'quorum none'");
	return false;
}

/* Every member is in the manifest with its hash, and nothing else is. */
static void
check_manifest(struct verify *v)
{
	const struct fv_tar_member *manifest = fv_bundle_find(v->bundle, FV_BUNDLE_MANIFEST);
	struct fv_buf expected = {0};
	struct fv_lines have, want;
	struct fv_span a, b;

	if (manifest == NULL) {
		fv_verify_claim(v, FV_CLAIM_BUNDLE, false, "there is no member 'manifest'");
		return;
	}
	if (fv_bundle_manifest_put(v->bundle, &expected) != FV_OK) {
		v->no_memory = true;
		goto cleanup;
	}
	if (fv_span_equal(manifest->body, fv_buf_span(&expected)))
		goto cleanup;
	have = fv_lines_of(manifest->body);
	want = fv_lines_of(fv_buf_span(&expected));
	for (;;) {
		bool more = fv_lines_next(&want, &b) == FV_OK;

		if (fv_lines_next(&have, &a) == FV_OK && more && fv_span_equal(a, b))
			continue;
		/* Name the member whose line differs; the manifest itself when it says too
		 * much. */
		fv_verify_claim(v, FV_CLAIM_BUNDLE, false,
		    "member %.*s is not what the manifest says",
		    b.len > 66 ? (int)(b.len - 66) : 8,
		    b.len > 66 ? (const char *)b.ptr + 66 : FV_BUNDLE_MANIFEST);
		break;
	}
cleanup:
	fv_buf_clear(&expected);
}

static bool
log_of(struct verify *v, struct fv_span checkpoint, uint8_t pk_out[FV_KEY_BYTES])
{
	for (size_t i = 0; i < v->log_count; i++) {
		char origin[FV_LOG_ORIGIN_BYTES];
		size_t len;

		fv_log_origin(v->logs[i], origin);
		len = strlen(origin);
		if (checkpoint.len > len && memcmp(checkpoint.ptr, origin, len) == 0 &&
		    checkpoint.ptr[len] == '\n') {
			memcpy(pk_out, v->logs[i], FV_KEY_BYTES);
			return true;
		}
	}
	return false;
}

/* Signature lines that nobody of the policy made are covered by nothing. */
static void
name_strangers(struct verify *v, const char *member, struct fv_span checkpoint)
{
	struct fv_signednote note;

	if (fv_signednote_parse(checkpoint, &note) == FV_OK && note.sig_count > 1)
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "%s: %zu signature lines of others are not checked and not covered",
		    member, note.sig_count - 1);
}

enum fv_err
fv_verify_logged(struct verify *v, const char *prefix, const char *name, uint32_t kind,
    struct verify_logged *out)
{
	char leaf_name[FV_TAR_NAME_MAX + 1], proof_name[FV_TAR_NAME_MAX + 1];
	const struct fv_tar_member *leaf, *text;
	uint8_t pk[FV_KEY_BYTES];
	struct fv_tlog_proof proof;
	struct fv_receipt receipt;
	const char *why = NULL;

	memset(out, 0, sizeof *out);
	(void)snprintf(leaf_name, sizeof leaf_name, "%s%s.leaf", prefix, name);
	(void)snprintf(proof_name, sizeof proof_name, "%s%s.tlog-proof", prefix, name);
	leaf = fv_bundle_find(v->bundle, leaf_name);
	text = fv_bundle_find(v->bundle, proof_name);
	if (leaf == NULL && text == NULL)
		return FV_ENOENT;
	if (leaf == NULL || text == NULL)
		why = "a leaf without its proof, or a proof without its leaf";
	else if (fv_tlog_proof_parse(text->body, &proof) != FV_OK)
		why = "not a tlog-proof";
	else if (!log_of(v, proof.checkpoint, pk))
		why = "its log is not in the policy";
	if (why == NULL) {
		receipt = (struct fv_receipt){.leaf = leaf->body,
		    .index = proof.index,
		    .inclusion = proof.hashes,
		    .inclusion_count = proof.count,
		    .checkpoint = proof.checkpoint};
		out->bytes = leaf->body;
		out->index = proof.index;
		if (fv_receipt_verify(&receipt, pk, &out->tree_size, &out->tree_root) != FV_OK)
			why = "signature or inclusion proof does not hold";
		else if (fv_leaf_parse(leaf->body, &out->leaf) != FV_OK ||
		    (kind != 0 && out->leaf.kind != kind))
			why = "the leaf is of another kind";
		else
			name_strangers(v, proof_name, proof.checkpoint);
	}
	if (why == NULL)
		return FV_OK;
	fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false, "%s: %s", proof_name, why);
	return FV_EAUTH;
}

static void
check_export(struct verify *v)
{
	const struct fv_tar_member *salt = fv_bundle_find(v->bundle, "export.salt");
	const struct fv_tar_member *manifest = fv_bundle_find(v->bundle, FV_BUNDLE_MANIFEST);
	char when[FV_INSTANT_TEXT_BYTES];
	struct fv_hash sdoc, said;
	struct verify_logged logged;
	struct fv_cbor_reader r;
	struct fv_span who = {NULL, 0};
	size_t count;
	enum fv_err rc = fv_verify_logged(v, "", "export", FV_LEAF_EXPORT, &logged);

	if (rc == FV_ENOENT && salt == NULL) {
		fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true,
		    "the ledger's EXPORT leaf: HOWTO.txt, README.txt, known-limits.txt, "
		    "policy and "
		    "manifest are covered by no signature");
		return;
	}
	if (rc == FV_EAUTH || manifest == NULL)
		return;
	r = fv_cbor_reader_of(logged.leaf.body);
	if (rc != FV_OK || salt == NULL || salt->body.len != FV_SALT_BYTES ||
	    fv_cbor_get_array(&r, &count) != FV_OK || count != 2 ||
	    fv_cbor_get_text(&r, &who) != FV_OK || !fv_id_valid(who, 64) ||
	    fv_cbor_get_fixed(&r, said.b, sizeof said.b) != FV_OK) {
		fv_verify_claim(v, FV_CLAIM_BUNDLE, false, "the EXPORT leaf cannot be read");
		return;
	}
	fv_bundle_sdoc(salt->body.ptr, manifest->body, &sdoc);
	if (!fv_ct_equal(sdoc.b, said.b, sizeof said.b)) {
		fv_verify_claim(v, FV_CLAIM_BUNDLE, false,
		    "the manifest is not the one that the EXPORT leaf names");
		return;
	}
	fv_verify_claim(v, FV_CLAIM_BUNDLE, true,
	    "every member is as exported at %s by %.*s (the server's clock and word)",
	    fv_instant_format(logged.leaf.time_ms, 0, true, when), (int)who.len,
	    (const char *)who.ptr);
}

/* One roster: chained to the one before, and in the log. */
static bool
check_roster(struct verify *v, const char *prefix, const char *name, struct fv_span note)
{
	struct verify_roster *to = &v->rosters[v->roster_count];
	struct verify_roster *last = v->roster_count > 0 ? to - 1 : NULL;
	struct verify_logged logged;
	struct fv_cbor_reader r;
	struct fv_hash doc;
	struct fv_span agency;
	uint64_t version;
	size_t count;
	enum fv_err rc;

	if ((to->roster = calloc(1, sizeof *to->roster)) == NULL) {
		v->no_memory = true;
		return false;
	}
	rc = fv_roster_read(note, to->roster, &to->hash);
	if (rc == FV_OK && last != NULL &&
	    strcmp(last->roster->agency, to->roster->agency) == 0)
		rc = fv_roster_verify_next(
		    last->roster, &last->hash, note, to->roster, &to->hash);
	else if (rc == FV_OK && to->roster->version == 1)
		rc = fv_roster_verify_first(note, to->roster, &to->hash, NULL);
	else if (rc == FV_OK)
		fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true, "rosters before version %llu",
		    (unsigned long long)to->roster->version);
	if (rc != FV_OK) {
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false,
		    "%s%s.note does not follow from the roster before it", prefix, name);
		return false;
	}
	if ((rc = fv_verify_logged(v, prefix, name, FV_LEAF_ROSTER, &logged)) != FV_OK) {
		if (rc == FV_ENOENT)
			fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true,
			    "%s%s.leaf: this roster is not shown to be in the log", prefix,
			    name);
		return rc == FV_ENOENT;
	}
	r = fv_cbor_reader_of(logged.leaf.body);
	if (fv_cbor_get_array(&r, &count) != FV_OK || count != 3 ||
	    fv_cbor_get_text(&r, &agency) != FV_OK ||
	    fv_cbor_get_uint(&r, INT64_MAX, &version) != FV_OK ||
	    fv_cbor_get_fixed(&r, doc.b, sizeof doc.b) != FV_OK ||
	    !fv_span_equal(agency, fv_span_z(to->roster->agency)) ||
	    version != to->roster->version || memcmp(doc.b, to->hash.b, sizeof doc.b) != 0) {
		fv_verify_claim(v, FV_CLAIM_AUTHENTIC, false, "%s%s.leaf names another roster",
		    prefix, name);
		return false;
	}
	return true;
}

static bool
ends_with(struct fv_span name, const char *end)
{
	size_t len = strlen(end);

	return name.len >= len && memcmp(name.ptr + name.len - len, end, len) == 0;
}

static void
check_rosters(struct verify *v)
{
	const struct fv_tar_member *m;

	for (size_t i = 0; (m = fv_bundle_member(v->bundle, i)) != NULL; i++) {
		char prefix[FV_TAR_NAME_MAX + 1] = {0}, name[FV_TAR_NAME_MAX + 1] = {0};
		const uint8_t *slash;
		size_t at;

		if (m->name.len < 8 || memcmp(m->name.ptr, "agency-", 7) != 0 ||
		    !ends_with(m->name, ".note") ||
		    (slash = memchr(m->name.ptr, '/', m->name.len)) == NULL)
			continue;
		at = (size_t)(slash - m->name.ptr) + 1;
		if (m->name.len < at + 7 || memcmp(m->name.ptr + at, "roster-", 7) != 0)
			continue;
		memcpy(prefix, m->name.ptr, at);
		memcpy(name, m->name.ptr + at, m->name.len - at - 5);
		if (v->roster_count == VERIFY_ROSTERS_MAX) {
			v->cannot = true;
			fv_verify_claim(
			    v, FV_CLAIM_CAVEAT, true, "more rosters than can be judged");
			return;
		}
		if (check_roster(v, prefix, name, m->body)) {
			v->roster_count++;
		} else {
			free(v->rosters[v->roster_count].roster);
			v->rosters[v->roster_count].roster = NULL;
		}
	}
	if (v->roster_count > 0 &&
	    v->rosters[v->roster_count - 1].roster->supervisor_count == 1)
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "the roster has one supervisor: nobody else watches what he signs");
}

static void
check_devices(struct verify *v)
{
	const struct fv_tar_member *m;
	char last[33] = {0};
	size_t count = 0;

	for (size_t i = 0; (m = fv_bundle_member(v->bundle, i)) != NULL; i++) {
		char hex[33] = {0};

		if (m->name.len < 41 || memcmp(m->name.ptr, "device-", 7) != 0 ||
		    m->name.ptr[39] != '/')
			continue;
		memcpy(hex, m->name.ptr + 7, 32);
		if (strcmp(hex, last) == 0)
			continue;
		memcpy(last, hex, sizeof last);
		if (++count > VERIFY_DEVICES_MAX) {
			v->cannot = true;
			fv_verify_claim(
			    v, FV_CLAIM_CAVEAT, true, "more devices than can be judged");
			return;
		}
		fv_verify_device(v, hex);
	}
	if (count == 0) {
		v->cannot = true;
		fv_verify_claim(v, FV_CLAIM_NOT_INCLUDED, true, "any device's records");
	}
}

/* Members that no check reads say nothing, whatever they hold. */
static bool
is_known_name(struct fv_span name)
{
	static const char *const known[] = {"HOWTO.txt", "README.txt", "known-limits.txt",
	    "policy", "manifest", "export.leaf", "export.salt", "export.tlog-proof"};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (fv_span_equal(name, fv_span_z(known[i])))
			return true;
	return (name.len > 7 && memcmp(name.ptr, "agency-", 7) == 0) ||
	    (name.len > 7 && memcmp(name.ptr, "device-", 7) == 0);
}

static void
name_unknown(struct verify *v)
{
	const struct fv_tar_member *m;

	for (size_t i = 0; (m = fv_bundle_member(v->bundle, i)) != NULL; i++)
		if (!is_known_name(m->name))
			fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
			    "member %.*s is not known to this version and is not judged",
			    (int)m->name.len, (const char *)m->name.ptr);
}

enum fv_err
fv_bundle_verify(const struct fv_bundle_check *check, enum fv_bundle_verdict *verdict_out)
{
	struct verify *v = NULL;
	size_t at = 0;
	enum fv_err rc;

	*verdict_out = FV_BUNDLE_CANNOT;
	if ((v = calloc(1, sizeof *v)) == NULL)
		return FV_ENOMEM;
	v->check = check;
	rc = fv_bundle_read(check->tar, &v->bundle, &at);
	if (rc == FV_ENOMEM)
		goto cleanup;
	if (rc != FV_OK && at == 0) {
		v->cannot = true;
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true, "this is no evidence bundle");
	} else if (rc != FV_OK) {
		fv_verify_claim(v, FV_CLAIM_BUNDLE, false,
		    "%s at byte %zu: the tar file is not as 'fieldvisitd export' writes it",
		    rc == FV_ECUT ? "cut" : "damaged", at);
	} else if (check_policy(v)) {
		check_manifest(v);
		check_export(v);
		name_unknown(v);
		check_rosters(v);
		check_devices(v);
	}
	rc = v->no_memory ? FV_ENOMEM : FV_OK;
	if (v->no_memory)
		goto cleanup;
	if (v->fails)
		*verdict_out = FV_BUNDLE_FAILS;
	else if (!v->cannot && v->proven > 0)
		*verdict_out = FV_BUNDLE_HOLDS;
cleanup:
	for (size_t i = 0; i < v->roster_count; i++)
		free(v->rosters[i].roster);
	fv_bundle_free(v->bundle);
	fv_buf_clear(&v->text);
	free(v);
	return rc;
}
