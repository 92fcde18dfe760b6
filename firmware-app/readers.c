#include "firmware-app/readers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names beside the keys that fv_roster_recipients() gave. */
static void
name_keys(const struct fv_roster *roster, struct fv_readers *readers)
{
	for (size_t i = 0; i < readers->count; i++) {
		snprintf(readers->names[i], sizeof readers->names[i], "recovery");
		for (size_t k = 0; k < roster->supervisor_count; k++) {
			const struct fv_supervisor *s = &roster->supervisors[k];

			if (memcmp(s->box_pk, readers->pks[i], sizeof s->box_pk) == 0)
				snprintf(
				    readers->names[i], sizeof readers->names[i], "%s", s->id);
		}
	}
}

bool
fv_readers_find(struct fv_store *store, const char *team, struct fv_readers *readers_out,
    struct fv_reply *reply)
{
	struct fv_roster *roster = NULL;
	enum fv_err rc;

	memset(readers_out, 0, sizeof *readers_out);
	rc = fv_roster_load(store, &roster, NULL);
	if (rc == FV_OK) {
		readers_out->roster_version = roster->version;
		rc = fv_roster_recipients(roster, team, readers_out->pks, &readers_out->count);
		if (rc == FV_OK)
			name_keys(roster, readers_out);
	}
	free(roster);
	if (rc == FV_ENOENT)
		fv_reply_fail(reply, FV_FAIL_NO_READER, team,
		    _("no supervisor on the roster can read for this team; nothing is "
		      "recorded: "
		      "tell the desk"));
	else if (rc != FV_OK)
		fv_reply_fail_err(reply, _("roster"), rc);
	return rc == FV_OK;
}

bool
fv_readers_check(
    const struct fv_readers *readers, const uint8_t dev[FV_DEV_BYTES], struct fv_reply *reply)
{
	uint8_t aad[FV_NOTE_AAD_BYTES];
	struct fv_note_sealed sealed = {0};
	const struct fv_note_seal seal = {.kind = FV_NOTE_RECORD,
	    .plain = fv_span_z("keys check"),
	    .aad = {aad, sizeof aad},
	    .pks = readers->pks[0],
	    .pk_count = readers->count,
	    .random = fv_random_system()};
	enum fv_err rc;

	fv_note_aad(dev, 0, aad);
	rc = fv_note_seal(&seal, &sealed);
	if (rc == FV_OK && sealed.capsules.len != readers->count * FV_NOTE_CAPSULE_BYTES)
		rc = FV_EAUTH;
	fv_note_sealed_clear(&sealed);
	if (rc != FV_OK)
		fv_reply_fail(reply, FV_FAIL_NO_READER, _("roster"),
		    _("a key on it cannot be sealed to (%s): tell the desk"), fv_err_name(rc));
	return rc == FV_OK;
}

void
fv_readers_put_ids(const struct fv_readers *readers, uint8_t *ids_out)
{
	for (size_t i = 0; i < readers->count; i++)
		fv_note_box_key_id(readers->pks[i], ids_out + i * FV_BOX_KEY_ID_BYTES);
}
