#include "sync-server/directory.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fv/ledger.h"
#include "fv/trail.h"
#include "sync-server/cli.h"
#include "sync-server/draft.h"

/* What reading carries along: every roster of the chain, for tickets of earlier days. */
struct reading {
	const char *path;
	json_t *root;
	struct fv_roster *rosters; /* owned; roster_count of them, oldest first */
	struct fv_hash *hashes;    /* owned; of their texts */
	size_t roster_count;
	struct directory *out;
};

static int
fail(const struct reading *r, const char *what, size_t i, const char *rule)
{
	return fv_cli_fail(FV_EXIT_DATA, r->path, "%s %zu: %s", what, i + 1, rule);
}

static struct fv_span
text_of(const json_t *value)
{
	if (!json_is_string(value))
		return (struct fv_span){NULL, 0};
	return fv_span_of(json_string_value(value), json_string_length(value));
}

static int
read_roster(struct reading *r, size_t i, struct fv_span note)
{
	struct fv_roster *roster = &r->rosters[i];
	enum fv_err rc;

	/* The first may be any version: who knows the last one knows what it follows. */
	if (i == 0)
		rc = fv_roster_read(note, roster, &r->hashes[i]);
	else
		rc = fv_roster_verify_next(
		    &r->rosters[i - 1], &r->hashes[i - 1], note, roster, &r->hashes[i]);
	if (rc == FV_OK && i == 0 && !roster->has_previous)
		rc = fv_roster_verify_first(note, roster, &r->hashes[i], NULL);
	if (rc != FV_OK)
		return fail(r, "roster", i,
		    rc == FV_EAUTH           ? "lacks the signatures it needs"
			: rc == FV_ECONFLICT ? "does not follow the one before"
					     : "cannot be read");
	r->roster_count = i + 1;
	return FV_EXIT_OK;
}

static int
read_rosters(struct reading *r)
{
	const json_t *list = json_object_get(r->root, "rosters");
	const size_t count = json_array_size(list);
	int code;

	if (count == 0)
		return fv_cli_fail(FV_EXIT_DATA, r->path,
		    "has no \"rosters\"; take one that 'fieldvisitd roster export' wrote");
	r->rosters = calloc(count, sizeof *r->rosters);
	r->hashes = calloc(count, sizeof *r->hashes);
	r->out->roster = calloc(1, sizeof *r->out->roster);
	if (r->rosters == NULL || r->hashes == NULL || r->out->roster == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, r->path, "out of memory; try again");
	for (size_t i = 0; i < count; i++) {
		code = read_roster(r, i, text_of(json_array_get(list, i)));
		if (code != FV_EXIT_OK)
			return code;
	}
	*r->out->roster = r->rosters[count - 1];
	r->out->roster_hash = r->hashes[count - 1];
	fv_buf_put_span(&r->out->roster_note, text_of(json_array_get(list, count - 1)));
	return FV_EXIT_OK;
}

/* Officer and team are what a supervisor signed, never what the server says. */
static const char *
read_ticket(const struct reading *r, struct fv_span note, const struct fv_leaf_enrol *enrol,
    struct directory_device *d)
{
	struct fv_ticket ticket;
	struct fv_span text;
	bool is_signed = false;

	for (size_t i = 0; i < r->roster_count && !is_signed; i++)
		is_signed = fv_order_verify(note, &r->rosters[i], 1, &text) == FV_OK;
	if (!is_signed)
		return "no supervisor signed its ticket";
	if (fv_ticket_text_parse(text, &ticket, NULL) != FV_OK)
		return "its ticket cannot be read";
	if (memcmp(ticket.id, enrol->ticket_id, sizeof ticket.id) != 0 ||
	    !fv_span_equal(enrol->agency, fv_span_z(ticket.agency)) ||
	    strcmp(ticket.agency, r->out->roster->agency) != 0)
		return "its ticket is another one's";
	memcpy(d->ticket_id, ticket.id, sizeof d->ticket_id);
	memcpy(d->officer, ticket.officer, sizeof d->officer);
	memcpy(d->team, ticket.team, sizeof d->team);
	return NULL;
}

static const char *
read_device(const struct reading *r, const json_t *entry, struct directory_device *d)
{
	uint8_t dev[FV_DEV_BYTES];
	struct fv_leaf_enrol enrol;
	struct fv_leaf leaf;

	if (fv_base64_decode(text_of(json_object_get(entry, "leaf")), &d->leaf) != FV_OK ||
	    fv_buf_status(&d->leaf) != FV_OK)
		return "has no leaf in base64";
	if (fv_leaf_parse(fv_buf_span(&d->leaf), &leaf) != FV_OK ||
	    leaf.kind != FV_LEAF_ENROL || fv_leaf_enrol_parse(leaf.body, &enrol) != FV_OK)
		return "its leaf is no ENROL leaf";
	fv_dev_id(enrol.pk_0, enrol.pk_sync, enrol.pk_box, enrol.ticket_id, dev);
	if (memcmp(dev, enrol.dev, sizeof dev) != 0 || !fv_box_key_good(enrol.pk_box))
		return "its keys do not make its id";
	memcpy(d->dev, enrol.dev, sizeof d->dev);
	memcpy(d->box_pk, enrol.pk_box, sizeof d->box_pk);
	fv_leaf_hash(fv_buf_span(&d->leaf), &d->leaf_hash);
	d->heard = json_incref(json_object_get(entry, "heard"));
	return read_ticket(r, text_of(json_object_get(entry, "ticket")), &enrol, d);
}

static int
read_devices(struct reading *r)
{
	const json_t *list = json_object_get(r->root, "enrolments");
	const size_t count = json_array_size(list);
	const char *rule;

	if (!json_is_array(list))
		return fv_cli_fail(FV_EXIT_DATA, r->path, "has no \"enrolments\"");
	if (count > DIRECTORY_DEVICES_MAX)
		return fv_cli_fail(FV_EXIT_DATA, r->path, "has more than 4096 enrolments");
	r->out->devices = calloc(count + 1, sizeof *r->out->devices);
	if (r->out->devices == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, r->path, "out of memory; try again");
	for (size_t i = 0; i < count; i++) {
		r->out->device_count = i + 1;
		rule = read_device(r, json_array_get(list, i), &r->out->devices[i]);
		if (rule != NULL)
			return fail(r, "enrolment", i, rule);
	}
	return FV_EXIT_OK;
}

static struct directory_device *
find(const struct directory *directory, const uint8_t dev[FV_DEV_BYTES])
{
	for (size_t i = 0; i < directory->device_count; i++) {
		if (memcmp(directory->devices[i].dev, dev, FV_DEV_BYTES) == 0)
			return &directory->devices[i];
	}
	return NULL;
}

/* An approval that does not hold approves nothing; it is no reason to refuse the rest. */
static void
read_approvals(struct reading *r)
{
	const json_t *list = json_object_get(r->root, "approvals");

	for (size_t i = 0; i < json_array_size(list); i++) {
		struct fv_approve approve;
		struct directory_device *d;
		struct fv_span text;

		if (fv_order_verify(
			text_of(json_array_get(list, i)), r->out->roster, 1, &text) != FV_OK ||
		    fv_approve_parse(text, &approve, NULL) != FV_OK)
			continue;
		d = find(r->out, approve.dev);
		if (d != NULL && memcmp(d->leaf_hash.b, approve.leaf.b, FV_HASH_BYTES) == 0)
			d->is_approved = true;
	}
}

static void
read_revocations(struct reading *r)
{
	const json_t *list = json_object_get(r->root, "revocations");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const struct fv_span note = text_of(json_array_get(list, i));
		for (size_t j = 0; j < r->roster_count; j++) {
			struct directory_device *d;
			struct fv_order order;
			struct fv_span text;

			if (fv_order_verify(note, &r->rosters[j], 1, &text) != FV_OK ||
			    fv_order_parse(text, &order, NULL) != FV_OK ||
			    order.kind != FV_ORDER_REVOKE)
				continue;
			if ((d = find(r->out, order.dev)) != NULL)
				d->is_revoked = true;
		}
	}
}

/* -- settings ----------------------------------------------------------------------- */

/* Its signer may have left since: a roster of its day vouches for him. */
static int
read_settings(struct reading *r)
{
	const json_t *list = json_object_get(r->root, "settings");
	const size_t count = json_array_size(list);

	if ((r->out->settings = calloc(count + 1, sizeof *r->out->settings)) == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, r->path, "out of memory; try again");
	for (size_t i = 0; i < count; i++) {
		bool is_signed = false;

		for (size_t j = r->roster_count; j > 0 && !is_signed; j--)
			is_signed =
			    fv_settings_verify(text_of(json_array_get(list, i)),
				&r->rosters[j - 1], &r->out->settings[i], NULL) == FV_OK;
		if (!is_signed)
			return fail(r, "settings", i, "no supervisor signed them");
		r->out->settings_count = i + 1;
	}
	return FV_EXIT_OK;
}

/* Which handheld a ticket let somebody take stands under no signature: one that enrolled
 * another handheld, or let him take another, is spent. */
static bool
is_spent_elsewhere(const struct directory *directory, const struct directory_device *d,
    const struct fv_ticket *ticket)
{
	for (size_t i = 0; i < directory->device_count; i++) {
		const struct directory_device *other = &directory->devices[i];

		if (other == d)
			continue;
		if (memcmp(other->ticket_id, ticket->id, sizeof ticket->id) == 0)
			return true;
		for (size_t k = 0; k < other->other_count; k++)
			if (memcmp(other->other_tickets[k], ticket->id, sizeof ticket->id) ==
			    0)
				return true;
	}
	return false;
}

/* A login whose ticket does not hold lets nobody in; it is no reason to refuse the rest. */
static void
read_logins(struct reading *r)
{
	const json_t *list = json_object_get(r->root, "logins");
	uint8_t dev[FV_DEV_BYTES];

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *entry = json_array_get(list, i);
		struct directory_device *d;
		struct fv_ticket ticket;
		struct fv_span text;
		bool is_signed = false;

		for (size_t j = 0; j < r->roster_count && !is_signed; j++)
			is_signed = fv_order_verify(text_of(json_object_get(entry, "ticket")),
					&r->rosters[j], 1, &text) == FV_OK;
		if (!is_signed || fv_ticket_text_parse(text, &ticket, NULL) != FV_OK ||
		    strcmp(ticket.agency, r->out->roster->agency) != 0 ||
		    fv_hex_decode(text_of(json_object_get(entry, "dev")), dev, sizeof dev) !=
			FV_OK ||
		    (d = find(r->out, dev)) == NULL ||
		    d->other_count == DIRECTORY_OTHERS_MAX ||
		    is_spent_elsewhere(r->out, d, &ticket))
			continue;
		memcpy(d->other_tickets[d->other_count], ticket.id, sizeof ticket.id);
		memcpy(d->others[d->other_count++], ticket.officer, sizeof d->others[0]);
	}
}

bool
directory_is_of(const struct directory_device *device, const char *officer)
{
	for (size_t i = 0; i < device->other_count; i++)
		if (strcmp(device->others[i], officer) == 0)
			return true;
	return strcmp(device->officer, officer) == 0;
}

int
directory_open(const char *path, struct directory *out)
{
	struct reading r = {.path = path, .out = out};
	struct fv_buf file = {0};
	json_error_t error;
	const char *rule;
	int code;

	memset(out, 0, sizeof *out);
	if ((code = fv_cli_read(path, &file)) != FV_EXIT_OK)
		goto cleanup;
	r.root = json_loadb((const char *)file.ptr, file.len, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(r.root)) {
		code = fv_cli_fail(FV_EXIT_DATA, path,
		    "is not a directory; take one that 'fieldvisitd roster export' wrote");
		goto cleanup;
	}
	if ((code = read_rosters(&r)) != FV_EXIT_OK ||
	    (code = read_devices(&r)) != FV_EXIT_OK ||
	    (code = read_settings(&r)) != FV_EXIT_OK)
		goto cleanup;
	rule = directory_people_read(json_object_get(r.root, "people"), &out->people);
	if (rule != NULL) {
		code = fv_cli_fail(FV_EXIT_DATA, path, "people: %s", rule);
		goto cleanup;
	}
	read_approvals(&r);
	read_revocations(&r);
	read_logins(&r);
cleanup:
	json_decref(r.root);
	free(r.rosters);
	free(r.hashes);
	fv_buf_clear(&file);
	return code;
}

void
directory_close(struct directory *directory)
{
	for (size_t i = 0; i < directory->device_count; i++) {
		fv_buf_clear(&directory->devices[i].leaf);
		json_decref(directory->devices[i].heard);
	}
	free(directory->devices);
	directory_people_clear(&directory->people);
	free(directory->settings);
	free(directory->roster);
	fv_buf_clear(&directory->roster_note);
	memset(directory, 0, sizeof *directory);
}

const struct directory_device *
directory_find(const struct directory *directory, const uint8_t dev[FV_DEV_BYTES])
{
	return find(directory, dev);
}

int
directory_check_roster(const char *path, const char *roster_path,
    const struct directory *directory, const struct fv_key_public *key)
{
	const struct fv_roster *roster = directory->roster;
	const struct fv_supervisor *self = fv_roster_find_supervisor(roster, key->id);
	struct draft_file known = {0};
	struct fv_signednote note;
	int code = FV_EXIT_OK;

	if (strcmp(key->agency, roster->agency) != 0)
		return fv_cli_fail(FV_EXIT_DATA, path,
		    "is of agency \"%s\", the key of \"%s\"", roster->agency, key->agency);
	if (self == NULL || memcmp(self->sign_pk, key->sign_pk, FV_KEY_BYTES) != 0)
		return fv_cli_fail(FV_EXIT_DATA, path,
		    "this key is not on its roster; server and handhelds would refuse what "
		    "it signs");
	if (roster_path != NULL) {
		code = draft_open(roster_path, &known);
		if (code == FV_EXIT_OK &&
		    memcmp(known.hash.b, directory->roster_hash.b, FV_HASH_BYTES) != 0)
			code = fv_cli_fail(FV_EXIT_DATA, path,
			    "its roster is not %s; export a directory anew", roster_path);
		draft_close(&known);
		return code;
	}
	if (fv_signednote_parse(fv_buf_span(&directory->roster_note), &note) != FV_OK ||
	    !fv_cli_has_signed(&note, key))
		return fv_cli_fail(FV_EXIT_DATA, path,
		    "this key has not signed its roster, so it may be the server's own; give "
		    "the roster that you know with --roster");
	return FV_EXIT_OK;
}
