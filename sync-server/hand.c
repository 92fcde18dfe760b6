#include "sync-server/hand.h"

#include <string.h>

#include "fv/lines.h"
#include "fv/signednote.h"
#include "fv/ticket.h"
#include "sync-server/store/book.h"
#include "sync-server/store/facts.h"
#include "sync-server/store/notes.h"
#include "sync-server/store/staff.h"

#define TAKES 1U
#define HANDS_BACK 2U

/* -- records ---------------------------------------------------------------------- */

/* An OFFICER record about who has the handheld. */
struct moved {
	char officer[FV_ID_BYTES]; /* "": handed back */
	bool has_let;
	struct fv_store_let let; /* with has_let */
};

static bool
get_bytes(struct fv_span payload, uint64_t key, size_t len, uint8_t *out)
{
	struct fv_cbor_reader r;
	struct fv_span bytes;

	if (fv_cbor_map_find(payload, key, &r) != FV_OK ||
	    fv_cbor_get_bytes(&r, &bytes) != FV_OK || bytes.len != len)
		return false;
	memcpy(out, bytes.ptr, len);
	return true;
}

/* False: it is about something else.  What cannot be read leaves it in nobody's hand. */
static bool
read_moved(const struct fv_store_record *record, struct moved *out)
{
	struct fv_header header;
	struct fv_cbor_reader r;
	struct fv_span officer;
	uint64_t what;

	memset(out, 0, sizeof *out);
	if (!record->has_payload || fv_cbor_map_find(record->payload, 5, &r) != FV_OK ||
	    fv_cbor_get_uint(&r, UINT64_MAX, &what) != FV_OK)
		return true;
	if (what != TAKES)
		return what == HANDS_BACK;
	if (fv_cbor_map_find(record->payload, 4, &r) != FV_OK ||
	    fv_cbor_get_text(&r, &officer) != FV_OK ||
	    fv_id_copy(officer, out->officer, sizeof out->officer) != FV_OK) {
		memset(out->officer, 0, sizeof out->officer);
		return true;
	}
	out->has_let =
	    get_bytes(record->payload, 7, sizeof out->let.ticket, out->let.ticket) &&
	    get_bytes(record->payload, 8, sizeof out->let.proof, out->let.proof) &&
	    fv_header_parse(record->header, &header) == FV_OK;
	if (out->has_let)
		out->let.at_ms = header.rtc_ms;
	return true;
}

enum fv_err
hand_note(struct fv_store *store, const struct fv_store_device *device,
    const struct fv_store_record *record)
{
	struct moved moved;

	if (record->type != FV_REC_OFFICER || !read_moved(record, &moved) || !moved.has_let)
		return FV_OK;
	return fv_store_let_put(store, device->no, fv_span_z(moved.officer), &moved.let);
}

/* Who has it by the newest record that says so; the enrolment's officer without one. */
static enum fv_err
find_said(struct fv_store *store, const struct fv_store_device *device, char out[FV_ID_BYTES])
{
	struct fv_store_record record = {.seq = UINT64_MAX};
	struct moved moved;
	enum fv_err rc;

	do {
		rc = fv_store_record_type_before(
		    store, device->no, FV_REC_OFFICER, record.seq, &record);
	} while (rc == FV_OK && !read_moved(&record, &moved));
	if (rc == FV_OK)
		memcpy(out, moved.officer, FV_ID_BYTES);
	else if (rc == FV_ENOENT)
		memcpy(out, device->officer, FV_ID_BYTES);
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* -- whether he may ---------------------------------------------------------------- */

/* A ticket for him and this agency that nobody else spent, and that was there in time. */
static enum fv_err
is_good_ticket(struct fv_store *store, const struct fv_store_device *device,
    const char *officer, const struct fv_store_let *let, bool *is_good_out)
{
	uint8_t proof[FV_HAND_PROOF_BYTES];
	char agency[FV_ID_BYTES];
	struct fv_store_ticket ticket;
	enum fv_err rc = fv_store_ticket_get(store, let->ticket, &ticket);

	*is_good_out = false;
	if (rc == FV_OK &&
	    (rc = fv_store_team_agency(store, fv_span_z(ticket.team), agency)) == FV_OK) {
		fv_ticket_login_proof(ticket.token, device->dev, fv_span_z(officer), proof);
		*is_good_out = strcmp(ticket.officer, officer) == 0 &&
		    strcmp(agency, device->agency) == 0 && let->at_ms <= ticket.expires_ms &&
		    (!ticket.is_spent || ticket.device_no == device->no) &&
		    fv_ct_equal(proof, let->proof, sizeof proof);
	}
	if (*is_good_out && !ticket.is_spent)
		rc = fv_store_ticket_spend(store, let->ticket, let->at_ms, device->no);
	fv_wipe(&ticket, sizeof ticket);
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* Whom the enrolment names may have it; another needs a ticket, once. */
static enum fv_err
is_let(struct fv_store *store, const struct fv_store_device *device, const char *officer,
    int64_t now_ms, bool *is_let_out)
{
	struct fv_store_let let;
	enum fv_err rc;

	*is_let_out = strcmp(officer, device->officer) == 0;
	if (*is_let_out)
		return FV_OK;
	rc = fv_store_let_get(store, device->no, fv_span_z(officer), &let);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	if ((*is_let_out = let.is_let))
		return FV_OK;
	rc = is_good_ticket(store, device, officer, &let, is_let_out);
	return rc == FV_OK && *is_let_out
	    ? fv_store_let_found(store, device->no, fv_span_z(officer), now_ms)
	    : rc;
}

/* Whether the roster in force names him; where there is none, nobody is left out.  It was
 * verified when it was taken in: only its lines are looked at, at every sync. */
static enum fv_err
is_on_roster(struct fv_store *store, const char *officer, bool *is_on_out)
{
	struct fv_store_note last;
	struct fv_signednote note;
	struct fv_lines lines;
	struct fv_span line, id;
	enum fv_err rc = fv_store_note_last(store, FV_NOTE_ROSTER, &last);

	*is_on_out = rc == FV_ENOENT;
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	if (fv_signednote_parse(last.note, &note) != FV_OK)
		return FV_ECORRUPT;
	lines = fv_lines_of(note.text);
	while (!*is_on_out && fv_lines_next(&lines, &line) == FV_OK)
		*is_on_out = fv_lines_take(&line, "officer") && fv_lines_word(&line, &id) &&
		    fv_span_equal(id, fv_span_z(officer));
	return FV_OK;
}

/* Empties `officer` when he, or the handheld's agency, is barred, or the roster in force does
 * not name him. */
static enum fv_err
judge(struct fv_store *store, const struct fv_store_device *device, int64_t now_ms,
    char officer[FV_ID_BYTES])
{
	struct fv_store_agency agency;
	enum fv_store_bar bar = FV_BAR_NONE;
	bool may = false;
	enum fv_err rc;

	if (officer[0] == '\0')
		return FV_OK;
	rc = is_let(store, device, officer, now_ms, &may);
	if (rc == FV_OK && may)
		rc = is_on_roster(store, officer, &may);
	if (rc == FV_OK && may)
		rc = fv_store_staff_bar(store, fv_span_z(officer), now_ms, &bar);
	if (rc == FV_OK && may && bar == FV_BAR_NONE) {
		rc = fv_store_agency_get(store, fv_span_z(device->agency), &agency);
		may = rc == FV_OK ? !agency.is_closed : rc == FV_ENOENT;
		rc = rc == FV_ENOENT ? FV_OK : rc;
	}
	if (!may || bar != FV_BAR_NONE)
		memset(officer, 0, FV_ID_BYTES);
	return rc;
}

/* -- sessions ---------------------------------------------------------------------- */

enum fv_err
hand_load(struct fv_store *store, struct fv_store_device *device)
{
	struct fv_store_hand hand;
	enum fv_err rc = fv_store_hand_get(store, device, &hand);

	if (rc == FV_OK && hand.holder[0] != '\0')
		memcpy(device->officer, hand.holder, sizeof device->officer);
	return rc;
}

enum fv_err
hand_settle(
    struct fv_store *store, struct fv_store_device *device, const struct hand_news *news)
{
	const struct fv_store_audience own = {.device_no = device->no};
	struct fv_store_device enrolled;
	bool has_dates = false;
	struct fv_store_hand hand = {.said = ""}, was;
	enum fv_err rc = fv_store_device_get_no(store, device->no, &enrolled);

	if (rc == FV_OK)
		rc = fv_store_hand_get(store, &enrolled, &was);
	if (rc == FV_OK) {
		hand = was;
		if (news->is_moved)
			rc = find_said(store, &enrolled, hand.said);
	}
	if (rc == FV_OK) {
		memcpy(hand.holder, hand.said, sizeof hand.holder);
		rc = judge(store, &enrolled, news->now_ms, hand.holder);
	}
	if (rc == FV_OK && strcmp(hand.holder, was.holder) != 0) {
		hand.since_ms = news->now_ms;
		rc = fv_store_hand_over(
		    store, device->no, was.holder, hand.holder, news->cursor);
		if (rc == FV_OK)
			rc = fv_store_change(store, own, FV_ITEM_DATES, fv_span_z("own"));
	}
	if (rc == FV_OK && !was.is_kept)
		rc = fv_store_fact_any(store, hand.holder, device->agency, &has_dates);
	if (rc == FV_OK && has_dates)
		rc = fv_store_change(store, own, FV_ITEM_DATES, fv_span_z("own"));
	hand.is_kept = was.is_kept || has_dates;
	if (rc == FV_OK && memcmp(&hand, &was, sizeof hand) != 0)
		rc = fv_store_hand_put(store, device->no, &hand);
	if (rc == FV_OK)
		memcpy(device->officer, hand.holder, sizeof device->officer);
	fv_wipe(&enrolled, sizeof enrolled);
	return rc;
}
