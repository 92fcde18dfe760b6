#include "sync-server/desk/keys.h"

#include <stdlib.h>

#include "sync-server/directory.h"
#include "sync-server/roster_draft.h"
#include "sync-server/verb.h"

#define NOTE_MAX ((size_t)256 << 10)

/* Rosters name people: those who keep accounts and those who sign see them. */
static bool
may_see(struct desk_request *request, struct fv_web_answer *answer)
{
	if ((request->who->rights & (DESK_PEOPLE | DESK_NOTES)) != 0)
		return true;
	desk_problem(answer, 403, "forbidden", "your role may not do that");
	return false;
}

static json_t *
json_box_id(const uint8_t pk[FV_KEY_BYTES])
{
	uint8_t id[FV_BOX_KEY_ID_BYTES];

	fv_note_box_key_id(pk, id);
	return fv_verb_json_hex(id, sizeof id);
}

void
desk_my_key(struct desk_request *request, struct fv_web_answer *answer)
{
	struct roster_draft d;
	enum fv_err rc = roster_draft_open(&d, request->store);
	const struct fv_supervisor *s = NULL, *drafted = NULL;

	if (rc != FV_OK) {
		roster_draft_close(&d);
		desk_failed(answer, rc);
		return;
	}
	if (d.in_force != NULL)
		s = fv_roster_find_supervisor(d.in_force, request->who->id);
	if (d.draft != NULL)
		drafted = fv_roster_find_supervisor(d.draft, request->who->id);
	desk_json(request, answer, 200,
	    json_pack("{s:s, s:s, s:b, s:o, s:o, s:b}", "agency", request->host->agency, "id",
		request->who->id, "has_roster", d.in_force != NULL, "on_roster",
		s == NULL ? json_null() : json_box_id(s->box_pk), "on_draft",
		drafted == NULL ? json_null() : json_box_id(drafted->box_pk), "signs",
		(request->who->rights & DESK_NOTES) != 0));
	roster_draft_close(&d);
}

static enum fv_err
add_note(const struct fv_store_note *note, void *ctx)
{
	return json_array_append_new(ctx, fv_verb_json_span(note->note)) == 0 ? FV_OK
									      : FV_ENOMEM;
}

static json_t *
json_draft(const struct roster_draft *d)
{
	if (d->draft == NULL)
		return json_null();
	return json_pack("{s:o, s:o, s:I}", "text", fv_verb_json_span(d->text), "signed",
	    roster_draft_signed(d), "needed", (json_int_t)roster_draft_electors(d)->threshold);
}

void
desk_get_roster(struct desk_request *request, struct fv_web_answer *answer)
{
	struct roster_draft d = {0};
	json_t *chain;
	enum fv_err rc;

	if (!may_see(request, answer))
		return;
	chain = json_array();
	rc = chain == NULL
	    ? FV_ENOMEM
	    : fv_store_note_each(request->store, FV_NOTE_ROSTER, 1, add_note, chain);
	if (rc == FV_OK)
		rc = roster_draft_open(&d, request->store);
	if (rc == FV_OK) {
		desk_json(request, answer, 200,
		    json_pack("{s:o, s:o}", "chain", chain, "draft", json_draft(&d)));
	} else {
		json_decref(chain);
		desk_failed(answer, rc);
	}
	roster_draft_close(&d);
}

void
desk_draft_roster(struct desk_request *request, struct fv_web_answer *answer)
{
	json_t *told;

	if (!may_see(request, answer))
		return;
	told = desk_write(request, answer, "roster draft",
	    request->body == NULL ? json_object() : json_deep_copy(request->body));
	if (told == NULL)
		return;
	desk_json(request, answer, 200, json_pack("{s:b}", "drawn_up", true));
	json_decref(told);
}

void
desk_sign_roster(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *note = desk_text(request, answer, "note", NOTE_MAX);
	json_t *told;

	if (note == NULL)
		return;
	told = desk_write(request, answer, "roster cosign", json_pack("{s:s}", "note", note));
	if (told == NULL)
		return;
	desk_json(request, answer, 200,
	    json_pack("{s:O}", "in_force", json_object_get(told, "in_force")));
	json_decref(told);
}

void
desk_get_directory(struct desk_request *request, struct fv_web_answer *answer)
{
	json_t *directory = NULL;
	const enum fv_err rc = directory_gather(request->store, &directory);

	if (rc == FV_OK)
		desk_json(request, answer, 200, directory);
	else if (rc == FV_ENOENT)
		desk_problem(answer, 409, "no-roster",
		    "there is no roster yet; draw one up and let the supervisors sign it");
	else
		desk_failed(answer, rc);
}
