#include "sync-server/enrol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/enrol.h"
#include "fv/envelope.h"
#include "fv/roster.h"
#include "sync-server/staffbar.h"
#include "sync-server/store/book.h"
#include "sync-server/store/log.h"
#include "sync-server/store/staff.h"

/* A retry after a lost answer: the device that spent the ticket, if it is the same. */
static enum fv_err
find_again(struct fv_store *store, const struct fv_store_ticket *ticket,
    const struct fv_enrol_request *request, int64_t now_ms)
{
	struct fv_store_device device;
	enum fv_err rc = fv_store_device_get_no(store, ticket->device_no, &device);

	if (rc != FV_OK)
		return rc;
	if (now_ms - ticket->spent_ms <= FV_ENROL_AGAIN_MS &&
	    memcmp(device.pk_0, request->pk_0, FV_KEY_BYTES) == 0 &&
	    memcmp(device.pk_sync, request->pk_sync, FV_KEY_BYTES) == 0 &&
	    memcmp(device.pk_box, request->pk_box, FV_KEY_BYTES) == 0)
		return FV_OK;
	fprintf(stderr,
	    "fieldvisitd: enrolment: a spent ticket of officer %s was tried again%s\n",
	    device.officer,
	    now_ms - ticket->spent_ms <= FV_ENROL_AGAIN_MS ? " by another handheld" : "");
	return FV_ECONFLICT;
}

static enum fv_err
keep_document(struct fv_store *store, const char *kind, struct fv_span salt,
    struct fv_span body, struct fv_hash *hash_out, int64_t now_ms)
{
	const struct fv_span parts[] = {salt, body};
	struct fv_store_document document = {
	    .kind = kind, .salt = salt, .body = body, .added_ms = now_ms};

	fv_sha256_parts(parts, 2, &document.hash);
	*hash_out = document.hash;
	return fv_store_document_put(store, &document);
}

/* The sealed MAC seeds and the hardware note stand beside the ledger. */
static enum fv_err
keep_documents(struct fv_store *store, const struct fv_enrol_request *request, int64_t now_ms,
    struct fv_leaf_enrol *leaf)
{
	struct fv_buf seeds = {0}, hardware = {0};
	uint8_t salt[16];
	enum fv_err rc;

	fv_cbor_put_array(&seeds, request->seed_count);
	for (size_t i = 0; i < request->seed_count; i++) {
		fv_cbor_put_array(&seeds, 2);
		fv_cbor_put_bytes(
		    &seeds, request->seeds[i].key_id, sizeof request->seeds[i].key_id);
		fv_cbor_put_bytes(
		    &seeds, request->seeds[i].sealed, FV_ENROL_SEALED_SEED_BYTES);
	}
	fv_cbor_put_array(&hardware, 4);
	fv_cbor_put_text(&hardware, request->model);
	fv_cbor_put_text(&hardware, request->serial);
	fv_cbor_put_text(&hardware, request->chip);
	fv_cbor_put_text(&hardware, request->version);
	if ((rc = fv_buf_status(&seeds)) != FV_OK || (rc = fv_buf_status(&hardware)) != FV_OK)
		goto cleanup;
	fv_random_fill(fv_random_system(), salt, sizeof salt);
	rc = keep_document(store, "seeds", fv_span_of(salt, 0), fv_buf_span(&seeds),
	    &leaf->seeds_doc, now_ms);
	if (rc == FV_OK)
		rc = keep_document(store, "hardware", fv_span_of(salt, sizeof salt),
		    fv_buf_span(&hardware), &leaf->hardware_sdoc, now_ms);
cleanup:
	fv_buf_clear(&seeds);
	fv_buf_clear(&hardware);
	return rc;
}

static enum fv_err
put_leaf(struct fv_store *store, struct fv_ledger *ledger,
    const struct fv_enrol_request *request, const char *signed_for,
    struct fv_store_device *device)
{
	struct fv_leaf_enrol leaf = {.agency = fv_span_z(signed_for)};
	struct fv_buf body = {0};
	enum fv_err rc;

	memcpy(leaf.dev, device->dev, sizeof leaf.dev);
	memcpy(leaf.pk_0, device->pk_0, sizeof leaf.pk_0);
	memcpy(leaf.pk_sync, device->pk_sync, sizeof leaf.pk_sync);
	memcpy(leaf.pk_box, device->pk_box, sizeof leaf.pk_box);
	memcpy(leaf.ticket_id, device->ticket_id, sizeof leaf.ticket_id);
	if ((rc = keep_documents(store, request, device->enrolled_ms, &leaf)) != FV_OK)
		return rc;
	fv_leaf_enrol_put(&body, &leaf);
	if ((rc = fv_buf_status(&body)) == FV_OK)
		rc = fv_ledger_append(ledger, FV_LEAF_ENROL, device->enrolled_ms,
		    fv_buf_span(&body), &device->enrol_index);
	fv_buf_clear(&body);
	return rc;
}

/* The first two handles: i = 0, which never expires, and the next. */
static enum fv_err
set_handles(struct fv_store *store, const struct fv_store_device *device, int64_t no)
{
	struct fv_store_handle handles[2] = {{.idx = 0}, {.idx = 1}};

	fv_envelope_handle(device->handle_secret, 0, handles[0].handle);
	fv_envelope_handle(device->handle_secret, 1, handles[1].handle);
	return fv_store_handles_set(store, no, 0, handles, 2);
}

static enum fv_err
add_device(struct fv_store *store, struct fv_ledger *ledger,
    const struct fv_enrol_request *request, const char *signed_for,
    struct fv_store_device *device, int64_t *no_out)
{
	enum fv_err rc;

	/* Keys that agree on a known secret with everybody are nobody's. */
	if (!fv_box_key_good(request->pk_sync) || !fv_box_key_good(request->pk_box))
		return FV_EAUTH;
	if ((rc = put_leaf(store, ledger, request, signed_for, device)) != FV_OK ||
	    (rc = fv_store_device_add(store, device, no_out)) != FV_OK ||
	    (rc = set_handles(store, device, *no_out)) != FV_OK)
		return rc;
	return fv_store_ticket_spend(store, device->ticket_id, device->enrolled_ms, *no_out);
}

/* He may have been disabled since his ticket came. */
static enum fv_err
check_officer(struct fv_store *store, const struct fv_store_ticket *ticket)
{
	char why[FV_STAFFBAR_BYTES];
	const enum fv_err rc = fv_staff_bar(store, ticket->officer, ticket->team, why);

	if (rc != FV_OK || why[0] == '\0')
		return rc;
	fprintf(stderr, "fieldvisitd: enrolment: refused: %s\n", why);
	return FV_EDENIED;
}

enum fv_err
fv_enrolment_take(struct fv_store *store, struct fv_ledger *ledger,
    const struct fv_enrolment *enrolment, int64_t *device_no_out)
{
	struct fv_store_device device = {.enrolled_ms = enrolment->now_ms};
	struct fv_enrol_request request;
	struct fv_store_ticket ticket;
	enum fv_err rc;

	*device_no_out = 0;
	if ((rc = fv_store_ticket_get(store, enrolment->ticket_id, &ticket)) != FV_OK)
		return rc;
	fv_wipe(ticket.token, sizeof ticket.token);
	rc = fv_enrol_request_parse(
	    enrolment->plain, enrolment->ticket_id, &request, device.dev);
	if (rc != FV_OK)
		return rc;
	if (ticket.is_spent) {
		if ((rc = find_again(store, &ticket, &request, enrolment->now_ms)) == FV_OK)
			*device_no_out = ticket.device_no;
		return rc;
	}
	if (enrolment->now_ms > ticket.expires_ms)
		return FV_EDENIED;
	if ((rc = check_officer(store, &ticket)) != FV_OK)
		return rc;
	memcpy(device.pk_0, request.pk_0, FV_KEY_BYTES);
	memcpy(device.pk_sync, request.pk_sync, FV_KEY_BYTES);
	memcpy(device.pk_box, request.pk_box, FV_KEY_BYTES);
	memcpy(device.ticket_id, enrolment->ticket_id, sizeof device.ticket_id);
	memcpy(device.team, ticket.team, sizeof device.team);
	memcpy(device.officer, ticket.officer, sizeof device.officer);
	memcpy(device.handle_secret, enrolment->handle_secret, sizeof device.handle_secret);
	/* The ticket is signed for the installation; the handheld is of its team's agency. */
	rc = fv_store_team_agency(store, fv_span_z(ticket.team), device.agency);
	if (rc == FV_ENOENT)
		rc = fv_id_copy(fv_span_z(ticket.agency), device.agency, sizeof device.agency);
	if (rc == FV_OK)
		rc =
		    add_device(store, ledger, &request, ticket.agency, &device, device_no_out);
	fv_wipe(&device, sizeof device);
	return rc;
}

/* Rosters for the answer, copied because each row is borrowed from the store. */
struct rosters {
	struct fv_buf notes[8];
	size_t count;
};

static enum fv_err
on_roster(const struct fv_store_note *note, void *ctx)
{
	struct rosters *rosters = ctx;

	if (rosters->count == sizeof rosters->notes / sizeof rosters->notes[0])
		return FV_OK; /* the rest comes down as items */
	fv_buf_put_span(&rosters->notes[rosters->count], note->note);
	return fv_buf_status(&rosters->notes[rosters->count++]);
}

static enum fv_err
get_rosters(struct fv_store *store, const struct fv_store_device *device, struct rosters *out)
{
	struct fv_store_ticket ticket;
	struct fv_store_note pinned;
	enum fv_err rc;

	if ((rc = fv_store_ticket_get(store, device->ticket_id, &ticket)) != FV_OK)
		return rc;
	fv_wipe(ticket.token, sizeof ticket.token);
	if ((rc = fv_store_note_find(store, FV_NOTE_ROSTER, &ticket.roster, &pinned)) != FV_OK)
		return rc;
	return fv_store_note_each(store, FV_NOTE_ROSTER, pinned.version, on_roster, out);
}

static enum fv_err
put_answer(struct fv_store *store, struct fv_ledger *ledger,
    const struct fv_store_device *device, struct fv_enrol_answer *answer,
    struct fv_buf *plain_out)
{
	struct fv_buf leaf = {0}, checkpoint = {0}, packs = {0};
	struct fv_store_note packs_note;
	enum fv_err rc;

	if ((rc = fv_store_leaf_get(store, device->enrol_index, &leaf)) != FV_OK ||
	    (rc = fv_ledger_sign(ledger, &checkpoint)) != FV_OK ||
	    (rc = fv_ledger_prove_inclusion(store, device->enrol_index, fv_ledger_size(ledger),
		 answer->inclusion, &answer->inclusion_count)) != FV_OK)
		goto cleanup;
	rc = fv_store_note_last(store, FV_NOTE_PACKS, &packs_note);
	if (rc == FV_OK)
		fv_buf_put_span(&packs, packs_note.note);
	else if (rc != FV_ENOENT)
		goto cleanup;
	if ((rc = fv_buf_status(&packs)) != FV_OK)
		goto cleanup;
	answer->enrol_leaf = fv_buf_span(&leaf);
	answer->checkpoint = fv_buf_span(&checkpoint);
	answer->packs_note = fv_buf_span(&packs);
	fv_enrol_answer_put(plain_out, answer);
	rc = fv_buf_status(plain_out);
cleanup:
	fv_buf_clear(&leaf);
	fv_buf_clear(&checkpoint);
	fv_buf_clear(&packs);
	return rc;
}

enum fv_err
fv_enrolment_answer(struct fv_store *store, struct fv_ledger *ledger, int64_t device_no,
    int64_t now_ms, struct fv_buf *plain_out)
{
	struct fv_enrol_answer *answer = calloc(1, sizeof *answer);
	struct rosters rosters = {0};
	struct fv_store_device device;
	enum fv_err rc = FV_ENOMEM;

	if (answer == NULL)
		goto cleanup;
	if ((rc = fv_store_device_get_no(store, device_no, &device)) != FV_OK ||
	    (rc = get_rosters(store, &device, &rosters)) != FV_OK)
		goto cleanup;
	memcpy(answer->dev, device.dev, sizeof answer->dev);
	answer->leaf_index = device.enrol_index;
	answer->server_ms = now_ms;
	answer->roster_count = rosters.count;
	for (size_t i = 0; i < rosters.count; i++)
		answer->rosters[i] = fv_buf_span(&rosters.notes[i]);
	fv_wipe(device.handle_secret, sizeof device.handle_secret);
	rc = put_answer(store, ledger, &device, answer, plain_out);
cleanup:
	for (size_t i = 0; i < rosters.count; i++)
		fv_buf_clear(&rosters.notes[i]);
	free(answer);
	return rc;
}
