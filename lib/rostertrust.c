#include "fv/roster.h"

#include <string.h>

void
fv_roster_hash(struct fv_span text, struct fv_hash *hash_out)
{
	fv_sha256(text, hash_out);
}

static bool
has_signed(const char *agency, const struct fv_supervisor *s, const struct fv_signednote *note)
{
	char name[FV_SIGNER_BYTES];

	fv_signer_name(agency, s->id, name);
	return fv_signednote_verify(note, fv_span_z(name), s->sign_pk) == FV_OK;
}

size_t
fv_roster_count_signers(const struct fv_roster *roster, const struct fv_signednote *note)
{
	size_t count = 0;

	for (size_t i = 0; i < roster->supervisor_count; i++) {
		if (has_signed(roster->agency, &roster->supervisors[i], note))
			count++;
	}
	return count;
}

const struct fv_supervisor *
fv_roster_first_signer(const struct fv_roster *roster, const struct fv_signednote *note)
{
	for (size_t i = 0; i < roster->supervisor_count; i++) {
		if (has_signed(roster->agency, &roster->supervisors[i], note))
			return &roster->supervisors[i];
	}
	return NULL;
}

static enum fv_err
read_note(struct fv_span note, struct fv_signednote *parsed, struct fv_roster *out,
    struct fv_hash *hash_out, struct fv_fault *fault_out)
{
	enum fv_err rc;

	memset(hash_out, 0, sizeof *hash_out);
	memset(out, 0, sizeof *out);
	if ((rc = fv_signednote_parse(note, parsed)) != FV_OK)
		return fv_fault_set(fault_out, 0, "it is not a signed note", rc);
	if ((rc = fv_roster_parse(parsed->text, out, fault_out)) != FV_OK)
		return rc;
	fv_roster_hash(parsed->text, hash_out);
	return FV_OK;
}

enum fv_err
fv_roster_verify_first(struct fv_span note, struct fv_roster *out, struct fv_hash *hash_out,
    struct fv_fault *fault_out)
{
	struct fv_signednote parsed;
	enum fv_err rc;

	rc = read_note(note, &parsed, out, hash_out, fault_out);
	if (rc == FV_OK && out->version != 1)
		rc = fv_fault_set(fault_out, 2, "a first roster has version 1", FV_ESTATE);
	if (rc == FV_OK && fv_roster_count_signers(out, &parsed) < out->threshold)
		rc = fv_fault_set(
		    fault_out, 0, "fewer good signatures than its threshold", FV_EAUTH);
	if (rc != FV_OK) {
		memset(out, 0, sizeof *out);
		memset(hash_out, 0, sizeof *hash_out);
	}
	return rc;
}

enum fv_err
fv_roster_verify_next(const struct fv_roster *prev, const struct fv_hash *prev_hash,
    struct fv_span note, struct fv_roster *out, struct fv_hash *hash_out)
{
	struct fv_signednote parsed;
	enum fv_err rc;

	rc = read_note(note, &parsed, out, hash_out, NULL);
	if (rc == FV_OK &&
	    (strcmp(out->agency, prev->agency) != 0 || out->version != prev->version + 1 ||
		memcmp(out->previous.b, prev_hash->b, FV_HASH_BYTES) != 0))
		rc = FV_ECONFLICT;
	if (rc == FV_OK && fv_roster_count_signers(prev, &parsed) < prev->threshold)
		rc = FV_EAUTH;
	if (rc != FV_OK) {
		memset(out, 0, sizeof *out);
		memset(hash_out, 0, sizeof *hash_out);
	}
	return rc;
}

enum fv_err
fv_roster_read(struct fv_span note, struct fv_roster *out, struct fv_hash *hash_out)
{
	struct fv_signednote parsed;

	return read_note(note, &parsed, out, hash_out, NULL);
}

const struct fv_supervisor *
fv_roster_find_supervisor(const struct fv_roster *roster, const char *id)
{
	for (size_t i = 0; i < roster->supervisor_count; i++) {
		if (strcmp(roster->supervisors[i].id, id) == 0)
			return &roster->supervisors[i];
	}
	return NULL;
}

const struct fv_officer *
fv_roster_find_officer(const struct fv_roster *roster, const char *id)
{
	for (size_t i = 0; i < roster->officer_count; i++) {
		if (strcmp(roster->officers[i].id, id) == 0)
			return &roster->officers[i];
	}
	return NULL;
}

bool
fv_supervisor_has_team(const struct fv_supervisor *supervisor, const char *team)
{
	for (size_t i = 0; i < supervisor->team_count; i++) {
		if (strcmp(supervisor->teams[i], team) == 0)
			return true;
	}
	return false;
}

enum fv_err
fv_roster_recipients(const struct fv_roster *roster, const char *team,
    uint8_t pks_out[FV_NOTE_RECIPIENTS_MAX][FV_KEY_BYTES], size_t *count_out)
{
	size_t count = 0;

	*count_out = 0;
	memset(pks_out, 0, (size_t)FV_NOTE_RECIPIENTS_MAX * FV_KEY_BYTES);
	for (size_t i = 0; i < roster->supervisor_count && count < FV_NOTE_RECIPIENTS_MAX - 1;
	     i++) {
		if (!fv_supervisor_has_team(&roster->supervisors[i], team))
			continue;
		memcpy(pks_out[count++], roster->supervisors[i].box_pk, FV_KEY_BYTES);
	}
	if (count == 0)
		return FV_ENOENT;
	memcpy(pks_out[count++], roster->recovery_pk, FV_KEY_BYTES);
	*count_out = count;
	return FV_OK;
}
