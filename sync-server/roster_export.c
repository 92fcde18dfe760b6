/*
 * roster export: the directory that 'case seal', 'invite' and 'device approve' read off the
 * server (directory.h): every signed roster, the ENROL leaves with their tickets, approvals,
 * revocations, and who is in the register.
 */
#include <stdlib.h>
#include <string.h>

#include "fv/order.h"

#include "sync-server/cmd.h"
#include "sync-server/device_heard.h"
#include "sync-server/directory.h"
#include "sync-server/store/hand.h"
#include "sync-server/store/log.h"
#include "sync-server/store/records.h"
#include "sync-server/verb.h"

#define USAGE "roster export [--out FILE]"

/* All owned. */
struct work {
	struct fv_store *store;
	json_t *rosters;
	json_t *enrolments;
	json_t *approvals;
	json_t *revocations;
	json_t *logins;
	json_t *trails;
};

static enum fv_err
add_note(json_t *list, struct fv_span note)
{
	return json_array_append_new(list, fv_verb_json_span(note)) == 0 ? FV_OK : FV_ENOMEM;
}

static enum fv_err
add_roster(const struct fv_store_note *note, void *ctx)
{
	const struct work *w = ctx;

	return add_note(w->rosters, note->note);
}

/* The approval's text follows from the leaf; its note stands beside the ledger. */
static enum fv_err
add_approval(struct work *w, const struct fv_store_device *device, struct fv_span leaf)
{
	struct fv_buf text = {0}, note = {0};
	struct fv_approve approve;
	struct fv_hash hash;
	enum fv_err rc;

	memcpy(approve.dev, device->dev, FV_DEV_BYTES);
	fv_leaf_hash(leaf, &approve.leaf);
	fv_approve_put(&text, &approve);
	if ((rc = fv_buf_status(&text)) != FV_OK)
		goto cleanup;
	fv_sha256(fv_buf_span(&text), &hash);
	if ((rc = fv_store_document_get(w->store, &hash, &note)) == FV_OK)
		rc = add_note(w->approvals, fv_buf_span(&note));
cleanup:
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	return rc;
}

static enum fv_err
add_revocation(struct work *w, const struct fv_store_device *device)
{
	struct fv_buf note = {0};
	enum fv_err rc = fv_store_order_get(w->store, device->no, FV_ITEM_REVOKE, &note);

	if (rc == FV_OK)
		rc = add_note(w->revocations, fv_buf_span(&note));
	fv_buf_clear(&note);
	return rc;
}

/* How much of its trail is here: what an order to revoke may trust. */
static enum fv_err
add_trail(struct work *w, const struct fv_store_device *device)
{
	struct fv_store_trail *trail = malloc(sizeof *trail);
	struct fv_buf hex = {0};
	enum fv_err rc = trail == NULL ? FV_ENOMEM : FV_OK;

	if (rc == FV_OK)
		rc = fv_store_trail_load(w->store, device->no, trail);
	fv_buf_put_hex(&hex, device->dev, sizeof device->dev);
	if (rc == FV_OK &&
	    (fv_buf_z(&hex) == NULL ||
		json_object_set_new(w->trails, fv_buf_z(&hex),
		    json_integer((json_int_t)trail->trail.range.size)) != 0))
		rc = FV_ENOMEM;
	fv_buf_clear(&hex);
	free(trail);
	return rc;
}

static enum fv_err
add_device(const struct fv_store_device *device, void *ctx)
{
	struct work *w = ctx;
	struct fv_buf leaf = {0}, ticket = {0};
	json_t *row;
	enum fv_err rc;

	if ((rc = fv_store_leaf_get(w->store, device->enrol_index, &leaf)) != FV_OK ||
	    (rc = fv_store_ticket_note(w->store, device->ticket_id, &ticket)) != FV_OK)
		goto cleanup;
	row = json_pack("{s:o, s:o}", "leaf", fv_verb_json_base64(fv_buf_span(&leaf)),
	    "ticket", fv_verb_json_span(fv_buf_span(&ticket)));
	if (json_array_append_new(w->enrolments, row) != 0)
		rc = FV_ENOMEM;
	if (rc == FV_OK && device->is_approved)
		rc = add_approval(w, device, fv_buf_span(&leaf));
	if (rc == FV_OK && device->is_revoked)
		rc = add_revocation(w, device);
	if (rc == FV_OK)
		rc = add_trail(w, device);
cleanup:
	fv_buf_clear(&ticket);
	fv_buf_clear(&leaf);
	return rc == FV_ENOENT ? FV_ECORRUPT : rc;
}

static enum fv_err
add_login(int64_t device_no, const struct fv_store_let *let, void *ctx)
{
	struct work *w = ctx;
	struct fv_store_device device;
	struct fv_buf ticket = {0};
	enum fv_err rc = fv_store_device_get_no(w->store, device_no, &device);

	if (rc == FV_OK)
		rc = fv_store_ticket_note(w->store, let->ticket, &ticket);
	if (rc == FV_OK &&
	    json_array_append_new(w->logins,
		json_pack("{s:o, s:o}", "dev", fv_verb_json_hex(device.dev, sizeof device.dev),
		    "ticket", fv_verb_json_span(fv_buf_span(&ticket)))) != 0)
		rc = FV_ENOMEM;
	fv_wipe(&device, sizeof device);
	fv_buf_clear(&ticket);
	return rc == FV_ENOENT ? FV_ECORRUPT : rc;
}

static enum fv_err
collect(struct work *w)
{
	enum fv_err rc;

	if (w->rosters == NULL || w->enrolments == NULL || w->approvals == NULL ||
	    w->revocations == NULL || w->logins == NULL || w->trails == NULL)
		return FV_ENOMEM;
	rc = fv_store_note_each(w->store, FV_NOTE_ROSTER, 1, add_roster, w);
	if (rc == FV_OK && json_array_size(w->rosters) == 0)
		rc = FV_ENOENT;
	if (rc == FV_OK)
		rc = fv_store_device_each(w->store, NULL, add_device, w);
	return rc == FV_OK ? fv_store_let_each(w->store, add_login, w) : rc;
}

enum fv_err
directory_gather(struct fv_store *store, json_t **out)
{
	struct work w = {.store = store,
	    .rosters = json_array(),
	    .enrolments = json_array(),
	    .approvals = json_array(),
	    .revocations = json_array(),
	    .logins = json_array(),
	    .trails = json_object()};
	enum fv_err rc = collect(&w);

	/* Takes the lists, whatever comes of it. */
	*out = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "rosters", w.rosters, "enrolments",
	    w.enrolments, "approvals", w.approvals, "revocations", w.revocations, "logins",
	    w.logins, "trails", w.trails);
	if (rc == FV_OK && *out == NULL)
		rc = FV_ENOMEM;
	if (rc != FV_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return rc;
}

static int
deliver(const json_t *directory, const char *out)
{
	char *text = directory != NULL ? json_dumps(directory, JSON_INDENT(1)) : NULL;
	struct fv_buf file = {0};
	int code;

	if (text == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, "directory", "out of memory; try again");
	if (out == NULL) {
		puts(text);
		free(text);
		return FV_EXIT_OK;
	}
	fv_buf_put_z(&file, text);
	fv_buf_put_u8(&file, '\n');
	code = fv_buf_status(&file) == FV_OK
	    ? fv_cli_write_over(out, 0644, fv_buf_span(&file))
	    : fv_cli_fail(FV_EXIT_TEMPFAIL, "directory", "out of memory; try again");
	fv_buf_clear(&file);
	free(text);
	return code;
}

int
directory_write(struct fv_store *store, const char *out)
{
	json_t *directory = NULL;
	enum fv_err rc;
	int code;

	if ((rc = fv_store_view_begin(store)) == FV_OK)
		rc = directory_gather(store, &directory);
	if (rc == FV_OK)
		rc = directory_gather_people(store, directory);
	if (rc == FV_OK)
		rc = directory_gather_settings(store, directory);
	if (rc == FV_OK)
		rc = device_heard_add(store, fv_host_now_ms(), directory);
	fv_store_view_end(store);
	if (rc == FV_OK)
		code = deliver(directory, out);
	else if (rc == FV_ENOENT)
		code = fv_cli_fail(FV_EXIT_CONFIG, "roster",
		    "there is none yet; 'fieldvisitd roster import NOTE' brings the first");
	else
		code = fv_verb_unread(rc);
	json_decref(directory);
	return code;
}

int
cmd_roster_export(int argc, char **argv)
{
	const char *out = NULL;
	const struct fv_cli_option options[] = {
	    {"out", FV_CLI_TEXT, &out, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct fv_store *store = NULL;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_open(&store)) != FV_EXIT_OK)
		return code;
	code = directory_write(store, out);
	fv_store_close(store);
	return code;
}
