/* The request: keys, the sealed MAC seed, the envelope, all stored before the first byte. */
#include "firmware-app/enroll.h"

#include <stdio.h>
#include <string.h>

#include "firmware-app/failpoint.h"
#include "firmware-app/pin.h"
#include "firmware-app/version.h"
#include "fv/enrol.h"
#include "fv/envelope.h"
#include "fv/hpke.h"
#include "fv/note.h"

#define CONTEXT_BYTES (FV_HPKE_ENC_BYTES + FV_HASH_BYTES)

/* MAC seed -> enc || sealed seed for one auditor: HPKE base mode. */
static enum fv_err
seal_seed(const struct fv_identity_keys *keys, const uint8_t auditor_pk[FV_KEY_BYTES],
    struct fv_enrol_seed *out)
{
	const struct fv_span none = {NULL, 0};
	struct fv_hpke_params params = {.mode = FV_HPKE_BASE};
	struct fv_buf info = {0};
	struct fv_hpke_ctx ctx;
	enum fv_err rc;

	fv_buf_put_z(&info, "fieldvisit/mac-seed/v1");
	fv_buf_put(&info, keys->dev, sizeof keys->dev);
	if ((rc = fv_buf_status(&info)) != FV_OK)
		goto cleanup;
	params.info = fv_buf_span(&info);
	rc = fv_hpke_setup_sender(
	    &params, auditor_pk, NULL, fv_random_system(), out->sealed, &ctx);
	if (rc != FV_OK)
		goto cleanup;
	rc = fv_hpke_seal(&ctx, none, fv_span_of(keys->mac_seed, sizeof keys->mac_seed),
	    out->sealed + FV_HPKE_ENC_BYTES);
	fv_hpke_clear(&ctx);
	fv_note_box_key_id(auditor_pk, out->key_id);
cleanup:
	fv_buf_clear(&info);
	return rc;
}

/* One line of a file below /sys or /proc, without its end; empty when it is not there. */
static struct fv_span
read_line(const char *path, char *line, size_t cap)
{
	FILE *file = fopen(path, "re");
	size_t len = 0;

	line[0] = '\0';
	if (file != NULL) {
		len = fread(line, 1, cap - 1, file);
		fclose(file);
	}
	line[len] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (!fv_utf8_valid(fv_span_z(line)))
		line[0] = '\0';
	return fv_span_z(line);
}

const char *
fv_enroll_serial(char out[FV_ENROLL_SERIAL_BYTES])
{
	read_line("/sys/firmware/devicetree/base/serial-number", out, FV_ENROLL_SERIAL_BYTES);
	return out;
}

static enum fv_err
put_request(
    const struct fv_identity_keys *keys, const struct fv_ticket *ticket, struct fv_buf *plain)
{
	struct fv_enrol_request request = {.seed_count = ticket->auditor_count};
	char model[128], serial[FV_ENROLL_SERIAL_BYTES];
	enum fv_err rc;

	memcpy(request.pk_0, keys->pk_0, sizeof request.pk_0);
	memcpy(request.pk_sync, keys->pk_sync, sizeof request.pk_sync);
	memcpy(request.pk_box, keys->pk_box, sizeof request.pk_box);
	for (size_t i = 0; i < ticket->auditor_count; i++)
		if ((rc = seal_seed(keys, ticket->auditors[i], &request.seeds[i])) != FV_OK)
			return rc;
	request.model = read_line("/sys/firmware/devicetree/base/model", model, sizeof model);
	if (request.model.len == 0)
		request.model =
		    read_line("/sys/class/dmi/id/product_name", model, sizeof model);
	request.serial = fv_span_z(fv_enroll_serial(serial));
	request.version = fv_span_z(FV_VERSION);
	return fv_enrol_request_put(plain, &request, keys->dev, keys->seed_0);
}

/* Seal the request; `context` gets what opens the answer. */
static enum fv_err
seal_request(const struct fv_ticket *ticket, struct fv_span plain, struct fv_buf *body,
    uint8_t context[CONTEXT_BYTES])
{
	struct fv_envelope_hdr hdr = {
	    .kind = FV_ENVELOPE_ENROL, .key_id = ticket->hpke_key_id};
	const struct fv_envelope_to to = {
	    &hdr, ticket->hpke_pk, NULL, ticket->token, fv_random_system()};
	struct fv_envelope_request request;
	enum fv_err rc;

	memcpy(hdr.ticket_id, ticket->id, sizeof hdr.ticket_id);
	if ((rc = fv_envelope_request_begin(&to, &request, body)) != FV_OK)
		return rc;
	rc = fv_envelope_request_seal(&request, plain, true, body);
	memcpy(context, request.enc, FV_HPKE_ENC_BYTES);
	memcpy(context + FV_HPKE_ENC_BYTES, request.ctx.exporter, FV_HASH_BYTES);
	fv_envelope_request_clear(&request);
	return rc;
}

static enum fv_err
store_all(struct fv_app *app, const struct fv_enroll_ticket *ticket,
    const struct fv_identity_keys *keys, struct fv_span body,
    const uint8_t context[CONTEXT_BYTES])
{
	enum fv_err rc = fv_store_begin(app->store);

	if (rc == FV_OK)
		rc = fv_identity_store(app->store, app->dir, keys);
	if (rc == FV_OK)
		rc = fv_store_put_setting(app->store, FV_SET_TICKET_NOTE, ticket->note);
	if (rc == FV_OK)
		rc = fv_store_put_setting(app->store, FV_SET_ENROL_BODY, body);
	if (rc == FV_OK)
		rc = fv_store_put_setting(
		    app->store, FV_SET_ENROL_CONTEXT, fv_span_of(context, CONTEXT_BYTES));
	if (rc == FV_OK)
		rc = fv_store_commit(app->store);
	if (rc != FV_OK)
		fv_store_rollback(app->store);
	fv_failpoint(FV_POINT_ENROL_KEYS_MADE);
	return rc;
}

bool
fv_enroll_prepare(struct fv_app *app, const struct fv_enroll_ticket *ticket,
    struct fv_span pin, struct fv_reply *reply)
{
	struct fv_identity_keys *keys = fv_secret_alloc(sizeof *keys);
	uint8_t context[CONTEXT_BYTES] = {0};
	struct fv_buf plain = {0}, body = {0};
	enum fv_err rc = FV_ENOMEM;

	if (keys == NULL)
		goto cleanup;
	fv_identity_make(fv_random_system(), ticket->ticket.id, keys);
	if ((rc = put_request(keys, &ticket->ticket, &plain)) != FV_OK ||
	    (rc = seal_request(&ticket->ticket, fv_buf_span(&plain), &body, context)) != FV_OK)
		goto cleanup;
	if ((rc = fv_pin_set(app->dir, FV_PIN_FILE, pin, keys->sk_box)) != FV_OK ||
	    (rc = store_all(app, ticket, keys, fv_buf_span(&body), context)) != FV_OK)
		goto cleanup;
	rc = fv_identity_load(app->store, &app->identity);
cleanup:
	fv_secret_free(keys);
	fv_wipe(context, sizeof context);
	fv_buf_clear(&plain);
	fv_buf_clear(&body);
	if (rc == FV_EAUTH)
		fv_reply_fail(reply, FV_FAIL_BAD_TICKET, "enroll",
		    _("the ticket names a key that is no good; ask the supervisor for a new "
		      "one"));
	else if (rc != FV_OK)
		fv_reply_fail_err(reply, "enroll", rc);
	return rc == FV_OK;
}
