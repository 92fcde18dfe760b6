#include "firmware-app/officer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/roster_kept.h"

#define TAG_BYTES 17U                   /* 16 hex digits of the officer's hash, and NUL */
#define TICKET_SETTING "cosign_ticket_" /* + ticket id: spent here */
#define TAKES 1U
#define HANDS_BACK 2U

/* By a hash, so that no id is a path, a suffix or another id in capitals. */
void
fv_officer_slot(const struct fv_app *app, const char *officer, struct fv_officer_slot *s)
{
	struct fv_hash hash;
	char tag[TAG_BYTES];

	if (strcmp(officer, app->identity.ticket.officer) == 0) {
		s->slot = (struct fv_pin_slot){
		    FV_PIN_FILE, FV_SET_PIN_FAILURES, FV_SET_PIN_BOOT, FV_SET_PIN_BOOTTIME};
		return;
	}
	fv_sha256(fv_span_z(officer), &hash);
	for (size_t i = 0; i < (TAG_BYTES - 1) / 2; i++)
		(void)snprintf(tag + 2 * i, 3, "%02x", hash.b[i]);
	(void)snprintf(s->file, sizeof s->file, "cosign-%s", tag);
	(void)snprintf(s->failures, sizeof s->failures, "cosign_failures_%s", tag);
	(void)snprintf(s->boot, sizeof s->boot, "cosign_boot_%s", tag);
	(void)snprintf(s->boottime, sizeof s->boottime, "cosign_boottime_%s", tag);
	s->slot = (struct fv_pin_slot){s->file, s->failures, s->boot, s->boottime};
}

/* -- who has it in hand ---------------------------------------------------------------- */

static void
hold(struct fv_app *app, struct fv_span officer)
{
	memset(app->officer, 0, sizeof app->officer);
	memcpy(app->officer, officer.ptr, officer.len);
	fv_store_set_hand(app->store, app->officer);
}

enum fv_err
fv_officer_load(struct fv_app *app)
{
	struct fv_buf name = {0};
	enum fv_err rc = fv_store_get_setting(app->store, FV_SET_OFFICER, &name);

	if (rc == FV_ENOENT) {
		hold(app, fv_span_z(app->identity.ticket.officer));
		rc = FV_OK;
	} else if (rc == FV_OK && name.len < sizeof app->officer) {
		hold(app, fv_buf_span(&name));
	} else if (rc == FV_OK) {
		rc = FV_ECORRUPT;
	}
	fv_buf_clear(&name);
	return rc;
}

bool
fv_officer_is_there(const struct fv_app *app, struct fv_reply *reply)
{
	if (app->officer[0] == '\0')
		fv_reply_fail(reply, FV_FAIL_NO_OFFICER, _("officer"),
		    _("nobody has this handheld in hand; 'fieldvisit login OFFICER'"));
	return app->officer[0] != '\0';
}

void
fv_officer_tell_no_case(const struct fv_app *app, struct fv_reply *reply)
{
	fv_reply_line(reply, "%s",
	    app->officer[0] != '\0'
		? _("no case yet; 'fieldvisit sync --wait' fetches them")
		: _("nobody has this handheld in hand; 'fieldvisit login OFFICER'"));
}

static enum fv_err
record(
    struct fv_app *app, const char *officer, uint32_t what, const struct fv_officer_let *let)
{
	const bool has_let = let != NULL && let->is_there;
	struct fv_buf payload = {0};
	uint64_t seq;
	enum fv_err rc;

	fv_cbor_put_map(&payload, has_let ? 4 : 2);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_text_z(&payload, officer);
	fv_cbor_put_uint(&payload, 5);
	fv_cbor_put_uint(&payload, what);
	if (has_let) {
		fv_cbor_put_uint(&payload, 7);
		fv_cbor_put_bytes(&payload, let->ticket, sizeof let->ticket);
		fv_cbor_put_uint(&payload, 8);
		fv_cbor_put_bytes(&payload, let->proof, sizeof let->proof);
	}
	if ((rc = fv_buf_status(&payload)) == FV_OK)
		rc = fv_journal_append(
		    &app->journal, FV_REC_OFFICER, fv_buf_span(&payload), &seq);
	fv_buf_clear(&payload);
	return rc;
}

bool
fv_officer_change(struct fv_app *app, const char *officer, const struct fv_officer_let *let,
    struct fv_reply *reply)
{
	const struct fv_span name = fv_span_z(officer != NULL ? officer : "");
	enum fv_err rc;

	if ((rc = fv_journal_begin(&app->journal)) != FV_OK) {
		fv_reply_fail_err(reply, "OFFICER", rc);
		return false;
	}
	if ((app->officer[0] != '\0' &&
		(rc = record(app, app->officer, HANDS_BACK, NULL)) != FV_OK) ||
	    (officer != NULL && (rc = record(app, officer, TAKES, let)) != FV_OK) ||
	    (rc = fv_store_put_setting(app->store, FV_SET_OFFICER, name)) != FV_OK) {
		fv_journal_rollback(&app->journal);
		fv_reply_fail_err(reply, "OFFICER", rc);
		return false;
	}
	if ((rc = fv_journal_commit(&app->journal)) != FV_OK) {
		fv_reply_fail_err(reply, "OFFICER", rc);
		return false;
	}
	hold(app, name);
	return true;
}

/* One record's place in the question who had it at `seq`. */
struct had {
	uint64_t seq;
	struct fv_buf names; /* of the last who took it by then */
};

static enum fv_err
on_hand(const struct fv_record_row *row, void *ctx)
{
	struct had *had = ctx;
	struct fv_cbor_reader r;
	struct fv_span officer;
	uint64_t what;

	if (row->seq > had->seq || fv_cbor_map_find(row->payload, 5, &r) != FV_OK ||
	    fv_cbor_get_uint(&r, UINT64_MAX, &what) != FV_OK || what != TAKES ||
	    fv_cbor_map_find(row->payload, 4, &r) != FV_OK ||
	    fv_cbor_get_text(&r, &officer) != FV_OK)
		return FV_OK;
	fv_buf_reset(&had->names);
	fv_buf_put_span(&had->names, officer);
	return fv_buf_status(&had->names);
}

bool
fv_officer_had_it(struct fv_app *app, uint64_t seq)
{
	static const uint32_t type = FV_REC_OFFICER;
	struct had had = {.seq = seq};
	bool is_his;

	fv_buf_put_z(&had.names, app->identity.ticket.officer);
	is_his = fv_store_each_of_types(app->store, &type, 1, on_hand, &had) == FV_OK &&
	    fv_span_equal(fv_buf_span(&had.names), fv_span_z(app->officer));
	fv_buf_clear(&had.names);
	return is_his;
}

/* -- his PIN --------------------------------------------------------------------------- */

bool
fv_officer_set_pin(struct fv_app *app, const char *officer, struct fv_span pin,
    const uint8_t *key, struct fv_reply *reply)
{
	uint8_t *nothing = fv_secret_alloc(FV_KEY_BYTES);
	struct fv_officer_slot s;
	enum fv_err rc = FV_ENOMEM;

	fv_officer_slot(app, officer, &s);
	if (nothing != NULL) {
		/* It opens nothing: that it can be unwrapped is all there is to know. */
		fv_random_fill(fv_random_system(), nothing, FV_KEY_BYTES);
		rc = fv_pin_set(app->dir, s.slot.file, pin, key != NULL ? key : nothing);
	}
	if (rc == FV_OK)
		rc = fv_store_put_int(app->store, s.slot.failures, 0);
	fv_secret_free(nothing);
	if (rc != FV_OK)
		fv_reply_fail_err(reply, "PIN", rc);
	return rc == FV_OK;
}

static bool
refuse(struct fv_app *app, const char *officer, const struct fv_officer_slot *s,
    int64_t failures, struct fv_reply *reply)
{
	if (failures < FV_PIN_TRIES_MAX) {
		fv_reply_fail(reply, FV_FAIL_WRONG_PIN, officer,
		    _("wrong PIN; %lld more wrong tries erase it here"),
		    (long long)(FV_PIN_TRIES_MAX - failures));
		return false;
	}
	fv_pin_erase(app->dir, s->slot.file);
	fv_reply_fail(reply, FV_FAIL_NO_PIN, officer,
	    _("wrong for the tenth time: this officer's PIN is erased here; a new ticket sets "
	      "it again"));
	return false;
}

static bool
may_try(struct fv_app *app, const char *officer, const struct fv_officer_slot *s,
    int64_t *failures, struct fv_reply *reply)
{
	enum fv_err rc = fv_pin_failures(app, &s->slot, failures);
	int64_t left_ms;

	if (rc != FV_OK) {
		fv_reply_fail_err(reply, "PIN", rc);
		return false;
	}
	/* The tenth try was made, and the program killed before it could erase. */
	if (*failures >= FV_PIN_TRIES_MAX)
		return refuse(app, officer, s, *failures, reply);
	if ((left_ms = fv_pin_wait_ms(app, &s->slot, *failures)) == 0)
		return true;
	fv_reply_fail(reply, FV_FAIL_PIN_DELAY, officer,
	    _("too many wrong tries; wait %lld seconds"), (long long)((left_ms + 999) / 1000));
	return false;
}

/* Whether it is the key of this handheld's cards. */
static bool
is_of_cards(const struct fv_app *app, const uint8_t *key)
{
	uint8_t pk[FV_KEY_BYTES];

	fv_x25519_public(key, pk);
	return fv_ct_equal(pk, app->identity.pk_box, sizeof pk);
}

bool
fv_officer_try_pin(struct fv_app *app, const char *officer, struct fv_span pin,
    uint8_t **key_out, struct fv_reply *reply)
{
	struct fv_officer_slot s;
	uint8_t *key = NULL;
	int64_t failures;
	enum fv_err rc = FV_ENOMEM;

	*key_out = NULL;
	fv_officer_slot(app, officer, &s);
	if (!may_try(app, officer, &s, &failures, reply))
		return false;
	if ((key = fv_secret_alloc(FV_KEY_BYTES)) != NULL)
		rc = fv_pin_try(app, &s.slot, failures, pin, key);
	if (rc == FV_OK || rc == FV_ENOENT) {
		enum fv_err put = fv_store_put_int(app->store, s.slot.failures, 0);

		rc = rc == FV_OK ? put : rc;
	}
	if (rc == FV_OK && is_of_cards(app, key)) {
		*key_out = key;
		key = NULL;
	}
	fv_secret_free(key);
	if (rc == FV_EAUTH)
		return refuse(app, officer, &s, failures + 1, reply);
	if (rc == FV_ENOENT)
		fv_reply_fail(reply, FV_FAIL_NO_PIN, officer,
		    _("has no PIN on this handheld; --ticket FILE sets it, once"));
	else if (rc != FV_OK)
		fv_reply_fail_err(reply, "PIN", rc);
	return rc == FV_OK;
}

/* -- the ticket that lets him set it --------------------------------------------------- */

/* What the ticket came from. */
static const char *
source(const struct fv_call *call)
{
	const char *ticket = fv_args_value(&call->args, "ticket");

	return ticket != NULL ? ticket : "--qr";
}

static void
refuse_ticket(
    const struct fv_call *call, enum fv_fail fail, const char *why, struct fv_reply *reply)
{
	fv_reply_fail(reply, fail, source(call), "%s", why);
}

/* A supervisor whom this handheld knows says so, of this officer, now. */
static bool
is_good_ticket(struct fv_app *app, const struct fv_call *call, const char *officer,
    const struct fv_roster *roster, const struct fv_ticket *ticket, struct fv_span note,
    struct fv_reply *reply)
{
	const char *why = NULL;
	enum fv_fail fail = FV_FAIL_BAD_TICKET;
	struct fv_signednote parts;

	if (fv_signednote_parse(note, &parts) != FV_OK ||
	    fv_roster_first_signer(roster, &parts) == NULL)
		why = _("no supervisor of the roster held here signed it; 'fieldvisit sync "
			"--wait' fetches a newer roster");
	else if (strcmp(ticket->agency, roster->agency) != 0)
		why = _("the ticket is of another agency");
	else if (strcmp(ticket->officer, officer) != 0)
		why = _("the ticket names another officer");
	else if (fv_roster_find_officer(roster, officer) == NULL)
		why =
		    _("this officer is not on the roster held here; 'fieldvisit sync --wait' "
		      "fetches a newer one");
	else if (app->clock.rtc_ms(app->clock.ctx) > ticket->expires_ms) {
		fail = FV_FAIL_TICKET_EXPIRED;
		why = _("the ticket has expired (or this clock is wrong); ask the supervisor "
			"for a new one");
	}
	if (why != NULL)
		refuse_ticket(call, fail, why, reply);
	return why == NULL;
}

/* One ticket sets one PIN: whoever finds the file later sets none. */
static enum fv_err
spend(struct fv_app *app, const struct fv_ticket *ticket)
{
	struct fv_buf name = {0};
	int64_t was;
	enum fv_err rc;

	fv_buf_put_z(&name, TICKET_SETTING);
	fv_buf_put_hex(&name, ticket->id, sizeof ticket->id);
	rc = fv_buf_z(&name) != NULL ? fv_store_get_int(app->store, fv_buf_z(&name), &was)
				     : FV_ENOMEM;
	if (rc == FV_OK)
		rc = FV_EEXIST;
	else if (rc == FV_ENOENT)
		rc = fv_store_put_int(app->store, fv_buf_z(&name), 1);
	fv_buf_clear(&name);
	return rc;
}

bool
fv_officer_spend_ticket(struct fv_app *app, struct fv_call *call, const char *officer,
    struct fv_officer_let *let_out, struct fv_reply *reply)
{
	struct fv_roster *roster = NULL;
	struct fv_fault fault = {0};
	struct fv_ticket ticket;
	struct fv_span note;
	bool is_spent = false;
	enum fv_err rc;

	rc = fv_ticket_file_parse(fv_buf_span(&call->inputs[0]), &ticket, &note, &fault);
	if (rc != FV_OK) {
		fv_reply_fail(reply, FV_FAIL_BAD_TICKET, source(call),
		    _("line %u: is not a ticket's: %s; ask the supervisor for the file again"),
		    (unsigned)fault.line, fault.rule != NULL ? fault.rule : fv_err_text(rc));
	} else if ((rc = fv_roster_load(app->store, &roster, NULL)) != FV_OK) {
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	} else if (is_good_ticket(app, call, officer, roster, &ticket, note, reply)) {
		rc = spend(app, &ticket);
		is_spent = rc == FV_OK;
		let_out->is_there = is_spent;
		memcpy(let_out->ticket, ticket.id, sizeof let_out->ticket);
		fv_ticket_login_proof(
		    ticket.token, app->identity.dev, fv_span_z(officer), let_out->proof);
		if (rc == FV_EEXIST)
			refuse_ticket(call, FV_FAIL_TICKET_SPENT,
			    _("this ticket set a PIN here before; ask the supervisor for a "
			      "new one"),
			    reply);
		else if (!is_spent)
			fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	}
	fv_wipe(&ticket, sizeof ticket);
	free(roster);
	return is_spent;
}
