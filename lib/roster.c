#include "fv/roster.h"

#include <string.h>

#define ORIGIN "fieldvisit/v1/roster/"
#define SIGNER "fieldvisit/v1/sup/"

/* What the parser carries from line to line. */
struct reading {
	struct fv_lines lines;
	struct fv_span line; /* what is left of the present line */
	struct fv_roster *roster;
	struct fv_fault *fault; /* may be NULL */
	bool is_draft;          /* parts may be missing */
};

void
fv_signer_name(const char *agency, const char *id, char name_out[FV_SIGNER_BYTES])
{
	const struct fv_span parts[] = {
	    fv_span_z(SIGNER), fv_span_z(agency), fv_span_z("/"), fv_span_z(id)};
	size_t at = 0;

	memset(name_out, 0, FV_SIGNER_BYTES);
	for (size_t i = 0; i < 4; i++) {
		if (parts[i].len >= FV_SIGNER_BYTES - at)
			break; /* ids are at most 24 characters: they always fit */
		memcpy(name_out + at, parts[i].ptr, parts[i].len);
		at += parts[i].len;
	}
}

bool
fv_box_key_good(const uint8_t pk[FV_KEY_BYTES])
{
	static const uint8_t any_sk[FV_KEY_BYTES] = {9, 1, 2, 3};
	uint8_t shared[FV_KEY_BYTES];

	return fv_x25519(any_sk, pk, shared) == FV_OK;
}

static void
put_supervisor(struct fv_buf *out, const char *agency, const struct fv_supervisor *s)
{
	char name[FV_SIGNER_BYTES];

	fv_signer_name(agency, s->id, name);
	fv_buf_putf(out, "supervisor %s ", s->id);
	fv_vkey_put(out, fv_span_z(name), s->sign_pk);
	fv_buf_put_u8(out, ' ');
	fv_buf_put_base64(out, s->box_pk, sizeof s->box_pk);
	for (size_t i = 0; i < s->team_count; i++)
		fv_buf_putf(out, "%c%s", i == 0 ? ' ' : ',', s->teams[i]);
	fv_buf_put_u8(out, '\n');
}

static bool
is_zero(const uint8_t key[FV_KEY_BYTES])
{
	static const uint8_t zero[FV_KEY_BYTES] = {0};

	return memcmp(key, zero, sizeof zero) == 0;
}

void
fv_roster_put(struct fv_buf *out, const struct fv_roster *roster)
{
	fv_buf_putf(out, ORIGIN "%s\nversion %llu\nprevious ", roster->agency,
	    (unsigned long long)roster->version);
	if (roster->has_previous)
		fv_buf_put_base64(out, roster->previous.b, sizeof roster->previous.b);
	else
		fv_buf_put_z(out, "none");
	fv_buf_putf(out, "\nthreshold %u\npack-threshold %u\n", roster->threshold,
	    roster->pack_threshold);
	for (size_t i = 0; i < roster->supervisor_count; i++)
		put_supervisor(out, roster->agency, &roster->supervisors[i]);
	for (size_t i = 0; i < roster->auditor_count; i++) {
		fv_buf_putf(out, "auditor %s ", roster->auditors[i].id);
		fv_buf_put_base64(out, roster->auditors[i].box_pk, FV_KEY_BYTES);
		fv_buf_put_u8(out, '\n');
	}
	if (!is_zero(roster->recovery_pk)) {
		fv_buf_put_z(out, "recovery ");
		fv_buf_put_base64(out, roster->recovery_pk, sizeof roster->recovery_pk);
		fv_buf_put_u8(out, '\n');
	}
	for (size_t i = 0; i < roster->officer_count; i++)
		fv_buf_putf(
		    out, "officer %s %s\n", roster->officers[i].id, roster->officers[i].name);
}

static enum fv_err
fault(struct reading *r, const char *rule, enum fv_err err)
{
	return fv_fault_set(r->fault, r->lines.number, rule, err);
}

/* Move to the next line; `what` is the rule that its absence breaks. */
static enum fv_err
next_line(struct reading *r, const char *what)
{
	enum fv_err rc = fv_lines_next(&r->lines, &r->line);

	if (rc == FV_OK)
		return FV_OK;
	if (rc == FV_ENOENT) {
		r->lines.number++;
		return fault(r, what, FV_EFORMAT);
	}
	return fault(r, "the last line has no newline", FV_EFORMAT);
}

static enum fv_err
read_key(struct reading *r, uint8_t pk_out[FV_KEY_BYTES], const char *rule)
{
	struct fv_span word;
	enum fv_err rc;

	memset(pk_out, 0, FV_KEY_BYTES);
	if (!fv_lines_word(&r->line, &word))
		return fault(r, rule, FV_EFORMAT);
	rc = fv_base64_fixed(word, pk_out, FV_KEY_BYTES);
	if (rc != FV_OK)
		return fault(r, rule, rc);
	if (!fv_box_key_good(pk_out))
		return fault(r, "the box key is a low-order point", FV_EFORMAT);
	return FV_OK;
}

static enum fv_err
read_number(struct reading *r, const char *name, uint64_t max, uint64_t *v_out)
{
	struct fv_span word;
	enum fv_err rc;

	*v_out = 0;
	if ((rc = next_line(r, "the roster ends before its numbers")) != FV_OK)
		return rc;
	if (!fv_lines_take(&r->line, name) || !fv_lines_word(&r->line, &word) ||
	    r->line.len != 0)
		return fault(r,
		    "want \"version N\", \"previous\", \"threshold N\", "
		    "\"pack-threshold N\" in this order",
		    FV_EFORMAT);
	rc = fv_decimal_decode(word, max, v_out);
	if (rc != FV_OK)
		return fault(r, "not a decimal number in range", rc);
	if (*v_out == 0)
		return fault(r, "the number must be at least 1", FV_ERANGE);
	return FV_OK;
}

static enum fv_err
read_previous(struct reading *r)
{
	struct fv_roster *roster = r->roster;
	struct fv_span word;
	enum fv_err rc;

	if ((rc = next_line(r, "the roster ends before \"previous\"")) != FV_OK)
		return rc;
	if (!fv_lines_take(&r->line, "previous") || !fv_lines_word(&r->line, &word) ||
	    r->line.len != 0)
		return fault(r, "want \"previous none\" or \"previous HASH\"", FV_EFORMAT);
	roster->has_previous = !fv_span_equal(word, fv_span_z("none"));
	if (roster->has_previous != (roster->version > 1))
		return fault(
		    r, "version 1 has \"previous none\", a later one a hash", FV_EFORMAT);
	if (!roster->has_previous)
		return FV_OK;
	rc = fv_base64_fixed(word, roster->previous.b, sizeof roster->previous.b);
	return rc == FV_OK ? FV_OK : fault(r, "the hash is not 32 bytes of base64", rc);
}

static enum fv_err
read_head(struct reading *r)
{
	struct fv_roster *roster = r->roster;
	const struct fv_span origin = fv_span_z(ORIGIN);
	uint64_t v;
	enum fv_err rc;

	if ((rc = next_line(r, "the roster is empty")) != FV_OK)
		return rc;
	if (r->line.len < origin.len || memcmp(r->line.ptr, origin.ptr, origin.len) != 0 ||
	    fv_id_copy(fv_span_of(r->line.ptr + origin.len, r->line.len - origin.len),
		roster->agency, sizeof roster->agency) != FV_OK)
		return fault(r, "want \"" ORIGIN "AGENCY\"", FV_EFORMAT);
	if ((rc = read_number(r, "version", UINT32_MAX, &roster->version)) != FV_OK)
		return rc;
	if ((rc = read_previous(r)) != FV_OK)
		return rc;
	if ((rc = read_number(r, "threshold", FV_ROSTER_SUPERVISORS_MAX, &v)) != FV_OK)
		return rc;
	roster->threshold = (uint32_t)v;
	if ((rc = read_number(r, "pack-threshold", FV_ROSTER_SUPERVISORS_MAX, &v)) != FV_OK)
		return rc;
	roster->pack_threshold = (uint32_t)v;
	return FV_OK;
}

static enum fv_err
read_teams(struct reading *r, struct fv_supervisor *s)
{
	struct fv_span rest = r->line;

	if (rest.len == 0)
		return fault(r, "a supervisor needs at least one team", FV_EFORMAT);
	for (;;) {
		size_t n = 0;
		while (n < rest.len && rest.ptr[n] != ',')
			n++;
		if (s->team_count == FV_ROSTER_TEAMS_MAX)
			return fault(r, "a supervisor has at most 8 teams", FV_ETOOBIG);
		if (fv_id_copy(fv_span_of(rest.ptr, n), s->teams[s->team_count],
			FV_ID_BYTES) != FV_OK)
			return fault(r, "teams are ids joined by commas", FV_EFORMAT);
		for (size_t i = 0; i < s->team_count; i++) {
			if (strcmp(s->teams[i], s->teams[s->team_count]) == 0)
				return fault(r, "a team is named twice", FV_EFORMAT);
		}
		s->team_count++;
		if (n == rest.len)
			return FV_OK;
		rest = fv_span_of(rest.ptr + n + 1, rest.len - n - 1);
	}
}

/* One person under two names would count as two signers. */
static enum fv_err
refuse_twin(struct reading *r, const struct fv_supervisor *s)
{
	for (size_t i = 0; i < r->roster->supervisor_count; i++) {
		const struct fv_supervisor *other = &r->roster->supervisors[i];
		if (strcmp(other->id, s->id) == 0)
			return fault(r, "a supervisor is named twice", FV_EFORMAT);
		if (memcmp(other->sign_pk, s->sign_pk, FV_KEY_BYTES) == 0 ||
		    memcmp(other->box_pk, s->box_pk, FV_KEY_BYTES) == 0)
			return fault(r, "two supervisors have the same key", FV_EFORMAT);
	}
	return FV_OK;
}

static enum fv_err
read_supervisor(struct reading *r)
{
	struct fv_roster *roster = r->roster;
	struct fv_supervisor *s;
	struct fv_span id, vkey, name;
	char want[FV_SIGNER_BYTES];
	enum fv_err rc;

	if (roster->supervisor_count == FV_ROSTER_SUPERVISORS_MAX)
		return fault(r, "a roster has at most 16 supervisors", FV_ETOOBIG);
	s = &roster->supervisors[roster->supervisor_count];
	memset(s, 0, sizeof *s);
	if (!fv_lines_word(&r->line, &id) || fv_id_copy(id, s->id, sizeof s->id) != FV_OK)
		return fault(r, "the supervisor's id is not an id", FV_EFORMAT);
	if (!fv_lines_word(&r->line, &vkey))
		return fault(r, "the supervisor's vkey is missing", FV_EFORMAT);
	if ((rc = fv_vkey_parse(vkey, &name, s->sign_pk)) != FV_OK)
		return fault(r, "the supervisor's vkey cannot be read", rc);
	fv_signer_name(roster->agency, s->id, want);
	if (!fv_span_equal(name, fv_span_z(want)))
		return fault(r, "the vkey is of another agency or supervisor", FV_EFORMAT);
	if ((rc = read_key(
		 r, s->box_pk, "the supervisor's box key is not base64 of 32 bytes")) != FV_OK)
		return rc;
	if ((rc = read_teams(r, s)) != FV_OK)
		return rc;
	if ((rc = refuse_twin(r, s)) != FV_OK)
		return rc;
	roster->supervisor_count++;
	return FV_OK;
}

static enum fv_err
read_auditor(struct reading *r)
{
	struct fv_roster *roster = r->roster;
	struct fv_auditor *a;
	struct fv_span id;
	enum fv_err rc;

	if (roster->auditor_count == FV_ROSTER_AUDITORS_MAX)
		return fault(r, "a roster has at most 4 auditors", FV_ETOOBIG);
	a = &roster->auditors[roster->auditor_count];
	if (!fv_lines_word(&r->line, &id) || fv_id_copy(id, a->id, sizeof a->id) != FV_OK)
		return fault(r, "the auditor's id is not an id", FV_EFORMAT);
	if ((rc = read_key(r, a->box_pk, "the auditor's box key is not base64 of 32 bytes")) !=
	    FV_OK)
		return rc;
	if (r->line.len != 0)
		return fault(r, "want \"auditor ID KEY\"", FV_EFORMAT);
	for (size_t i = 0; i < roster->auditor_count; i++) {
		if (strcmp(roster->auditors[i].id, a->id) == 0 ||
		    memcmp(roster->auditors[i].box_pk, a->box_pk, FV_KEY_BYTES) == 0)
			return fault(r, "an auditor is named twice", FV_EFORMAT);
	}
	roster->auditor_count++;
	return FV_OK;
}

static bool
name_good(struct fv_span name)
{
	if (name.len == 0 || name.len >= FV_OFFICER_NAME_BYTES || !fv_utf8_valid(name))
		return false;
	if (name.ptr[0] == ' ' || name.ptr[name.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] < 0x20 || name.ptr[i] == 0x7f)
			return false;
	}
	return true;
}

static enum fv_err
read_officer(struct reading *r)
{
	struct fv_roster *roster = r->roster;
	struct fv_officer *o;
	struct fv_span id;

	if (roster->officer_count == FV_ROSTER_OFFICERS_MAX)
		return fault(r, "a roster has at most 512 officers", FV_ETOOBIG);
	o = &roster->officers[roster->officer_count];
	memset(o, 0, sizeof *o);
	if (!fv_lines_word(&r->line, &id) || fv_id_copy(id, o->id, sizeof o->id) != FV_OK)
		return fault(r, "the officer's id is not an id", FV_EFORMAT);
	if (!name_good(r->line))
		return fault(r, "an officer's name is 1 to 64 bytes of UTF-8", FV_EFORMAT);
	memcpy(o->name, r->line.ptr, r->line.len);
	for (size_t i = 0; i < roster->officer_count; i++) {
		if (strcmp(roster->officers[i].id, o->id) == 0)
			return fault(r, "an officer is named twice", FV_EFORMAT);
	}
	roster->officer_count++;
	return FV_OK;
}

/* The lists, in one fixed order, so that a roster has one text. */
static enum fv_err
read_lists(struct reading *r)
{
	enum { SUPERVISORS, AUDITORS, OFFICERS } at = SUPERVISORS;
	enum fv_err rc;

	while (r->lines.rest.len > 0) {
		if ((rc = next_line(r, "")) != FV_OK)
			return rc;
		if (at == SUPERVISORS && fv_lines_take(&r->line, "supervisor")) {
			rc = read_supervisor(r);
		} else if (at <= AUDITORS && fv_lines_take(&r->line, "auditor")) {
			at = AUDITORS;
			rc = read_auditor(r);
		} else if ((at == AUDITORS || (r->is_draft && at == SUPERVISORS)) &&
		    fv_lines_take(&r->line, "recovery")) {
			at = OFFICERS;
			rc = read_key(r, r->roster->recovery_pk,
			    "the recovery key is not base64 of 32 bytes");
			if (rc == FV_OK && r->line.len != 0)
				rc = fault(r, "want \"recovery KEY\"", FV_EFORMAT);
		} else if ((at == OFFICERS || r->is_draft) &&
		    fv_lines_take(&r->line, "officer")) {
			at = OFFICERS;
			rc = read_officer(r);
		} else {
			rc = fault(r,
			    "want supervisors, auditors, recovery, officers in "
			    "this order",
			    FV_EFORMAT);
		}
		if (rc != FV_OK)
			return rc;
	}
	if (r->is_draft)
		return FV_OK;
	r->lines.number++;
	if (r->roster->supervisor_count == 0)
		return fault(r, "a roster needs a supervisor", FV_EFORMAT);
	if (at != OFFICERS)
		return fault(r, "a roster needs an auditor and a recovery key", FV_EFORMAT);
	return FV_OK;
}

static enum fv_err
parse(struct fv_span text, bool is_draft, struct fv_roster *out, struct fv_fault *fault_out)
{
	struct reading r = {.lines = fv_lines_of(text),
	    .roster = out,
	    .fault = fault_out,
	    .is_draft = is_draft};
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	(void)fv_fault_set(fault_out, 0, "", FV_OK);
	if ((rc = read_head(&r)) != FV_OK)
		return rc;
	return read_lists(&r);
}

enum fv_err
fv_roster_parse(struct fv_span text, struct fv_roster *out, struct fv_fault *fault_out)
{
	enum fv_err rc;

	if ((rc = parse(text, false, out, fault_out)) != FV_OK)
		return rc;
	if (out->threshold > out->supervisor_count)
		return fv_fault_set(fault_out, 4,
		    "the threshold is over the number of supervisors", FV_ERANGE);
	if (out->pack_threshold > out->supervisor_count)
		return fv_fault_set(fault_out, 5,
		    "the pack threshold is over the number of supervisors", FV_ERANGE);
	return FV_OK;
}

enum fv_err
fv_roster_parse_draft(struct fv_span text, struct fv_roster *out, struct fv_fault *fault_out)
{
	return parse(text, true, out, fault_out);
}
