/* Pages that only look: start, who is at the door, a visit, a receipt. */
#include <stdlib.h>
#include <string.h>

#include "fv/detail.h"
#include "sync-server/borrower.h"
#include "sync-server/public_in.h"
#include "sync-server/store/work.h"

#define SEQ_BITS 40 /* of a visit's number in the store */

/* -- start --------------------------------------------------------------------------- */

static void
put_door(struct page *page, const char *action, enum public_word title, enum public_word hint,
    enum public_word label)
{
	public_put_raw(page, "<form class=\"card\" method=\"get\" action=\"");
	public_put_raw(page, action);
	public_put_raw(page, "\"><h2>");
	public_put(page, title);
	public_put_raw(page, "</h2><p class=\"hint\">");
	public_put(page, hint);
	public_put_raw(page, "</p>");
	if (page->has_lang) {
		public_put_raw(page, "<input type=\"hidden\" name=\"lang\" value=\"");
		public_put_raw(page, page->is_chinese ? "zh\">" : "en\">");
	}
	public_put_raw(page, "<div class=\"look\"><div><label for=\"code");
	public_put_raw(page, action + 1);
	public_put_raw(page, "\">");
	public_put(page, label);
	public_put_raw(
	    page, "</label><input class=\"code\" type=\"text\" name=\"code\" id=\"code");
	public_put_raw(page, action + 1);
	public_put_raw(page,
	    "\" maxlength=\"24\" required autocomplete=\"off\" autocapitalize=\"characters\""
	    " spellcheck=\"false\"></div><button>");
	public_put(page, W_LOOK);
	public_put_raw(page, "</button></div></form>");
}

void
public_home(struct page *page)
{
	const bool is_back = page->route.place != PUBLIC_HOME; /* with a code that is none */

	public_begin(page, W_HOME_TITLE);
	if (is_back) {
		public_put_raw(page, "<p class=\"card wrong\" role=\"alert\"><strong>");
		public_put(page, W_HOME_NO_CODE);
		public_put_raw(page, "</strong></p>");
	}
	public_put_raw(page, "<h1>");
	public_put(page, W_HOME_TITLE);
	public_put_raw(page, "</h1><p class=\"lead\">");
	public_put(page, W_HOME_LEAD);
	public_put_raw(page, "</p>");
	put_door(page, "/b", W_HOME_BEFORE, W_HOME_BEFORE_HINT, W_CODE);
	put_door(page, "/v", W_HOME_AFTER, W_HOME_AFTER_HINT, W_CODE);
	public_put_raw(page, "<div class=\"card\"><h2>");
	public_put(page, W_HOME_ASK);
	public_put_raw(page, "</h2><p class=\"hint\">");
	public_put(page, W_HOME_ASK_HINT);
	public_put_raw(page, "</p><p><a class=\"button\" href=\"");
	public_put_path(page, "/complain");
	public_put_raw(page, "\">");
	public_put(page, W_ASK_NOW);
	public_put_raw(page, "</a></p></div>");
	put_door(page, "/r", W_HOME_ANSWER, W_HOME_ANSWER_HINT, W_RECEIPT_CODE);
	public_end(page);
}

/* -- who is at the door ----------------------------------------------------------------- */

static void
put_pair(struct page *page, enum public_word name, const char *value)
{
	public_put_raw(page, "<dt>");
	public_put(page, name);
	public_put_raw(page, "</dt><dd>");
	public_put_text(page, fv_span_z(value));
	public_put_raw(page, "</dd>");
}

static void
put_who(struct page *page, const struct fv_borrower_badge *who)
{
	public_put_raw(page, "<dt>");
	public_put(page, W_AGENCY);
	public_put_raw(page, "</dt><dd>");
	public_put_agency(page, who->agency);
	public_put_raw(page, "</dd>");
	put_pair(page, W_BADGE, who->badge);
}

/* A card whose heading is the answer. */
static void
begin_verdict(
    struct page *page, const char *class, enum public_word title, enum public_word hint)
{
	public_put_raw(page, "<div class=\"card verdict ");
	public_put_raw(page, class);
	public_put_raw(page, "\"><h1>");
	public_put(page, title);
	public_put_raw(page, "</h1>");
	if (hint != W_NONE) {
		public_put_raw(page, "<p>");
		public_put(page, hint);
		public_put_raw(page, "</p>");
	}
}

static void
put_shown_code(struct page *page)
{
	public_put_raw(page, "<p>");
	public_put(page, page->route.place == PUBLIC_RECEIPT ? W_RECEIPT_CODE : W_CODE);
	public_put_raw(page, " ");
	public_put_code(page, page->route.code);
	public_put_raw(page, "</p>");
}

void
public_badge(struct page *page)
{
	struct fv_borrower_badge who;
	const enum fv_err rc =
	    fv_borrower_credential(page->public->reader, page->route.code, page->now_ms, &who);

	if (rc != FV_OK && rc != FV_ENOENT) {
		public_refuse(page, 503, W_BROKEN);
		return;
	}
	public_begin(page, W_BADGE_TITLE);
	if (rc == FV_OK) {
		begin_verdict(page, "good", W_BADGE_GOOD, W_BADGE_GOOD_HINT);
		public_put_raw(page, "<dl>");
		put_who(page, &who);
		public_put_raw(page, "</dl>");
	} else {
		begin_verdict(page, "bad", W_BADGE_NOT, W_BADGE_NOT_HINT);
		public_put_numbers(page);
	}
	put_shown_code(page);
	public_put_raw(page, "</div>");
	public_end(page);
}

/* -- a visit ------------------------------------------------------------------------------ */

static void
put_may(struct page *page)
{
	char path[80];

	public_put_raw(page, "<div class=\"card noprint\"><h2>");
	public_put(page, W_VISIT_MAY);
	public_put_raw(page, "</h2><ul class=\"may\">");
	for (uint32_t kind = 1; kind <= FV_CARE_EXTENSION; kind++) {
		(void)snprintf(path, sizeof path, "/complain?code=%s&kind=%s",
		    page->route.code, care_kind_word((enum fv_care_kind)kind));
		public_put_raw(page, "<li><a href=\"");
		public_put_path(page, path);
		public_put_raw(page, "\">");
		public_put(page, public_kind_word((enum fv_care_kind)kind));
		public_put_raw(page, "</a></li>");
	}
	public_put_raw(page, "</ul></div>");
}

static enum public_word
decision_word(uint32_t decision)
{
	static const enum public_word words[CARE_DECISIONS + 1] = {W_NONE, W_D_UPHELD,
	    W_D_PARTLY, W_D_NOT_UPHELD, W_D_GRANTED, W_D_DECLINED, W_D_PASSED_ON};

	return decision <= CARE_DECISIONS ? words[decision] : W_NONE;
}

/* What an officer took down for him, with its decision or (W_NONE) the day of the answer. */
static void
put_request(struct page *page, enum public_word what, enum public_word decision,
    int64_t last_ms, const char *zone)
{
	public_put_raw(page, "<div class=\"card\"><h2>");
	public_put(page, W_VISIT_ASKED);
	public_put_raw(page, "</h2><dl><dt>");
	public_put(page, what);
	public_put_raw(page, "</dt><dd>");
	if (decision != W_NONE) {
		public_put(page, decision);
	} else {
		public_put(page, W_VISIT_ASKED_OPEN);
		public_put_raw(page, " ");
		public_put_time(page, last_ms, zone, true);
	}
	public_put_raw(page, "</dd></dl></div>");
}

static enum fv_err
put_complaint(const struct fv_store_care *row, void *ctx)
{
	if (row->source == FV_CARE_BY_VISIT)
		put_request(ctx, public_kind_word(row->kind), decision_word(row->decision),
		    row->deadline_ms - 1, row->zone);
	return FV_OK;
}

/* An instalment plan, more time or a reduction; a promise is nobody's to decide. */
static enum fv_err
put_asked(struct page *page, const struct fv_borrower_visit *visit, const char *zone)
{
	static const enum public_word words[] = {[FV_BUSINESS_INSTALMENT] = W_K_INSTALMENT,
	    [FV_BUSINESS_EXTENSION] = W_K_EXTENSION,
	    [FV_BUSINESS_REDUCTION] = W_K_REDUCTION};
	struct fv_store_asked asked;
	enum fv_err rc = fv_store_asked_get(
	    page->public->reader, visit->device_no << SEQ_BITS | (int64_t)visit->seq, &asked);

	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	if (asked.business >= FV_BUSINESS_INSTALMENT &&
	    asked.business <= FV_BUSINESS_REDUCTION)
		put_request(page, words[asked.business],
		    asked.decision == FV_ASKED_GRANTED       ? W_D_GRANTED
			: asked.decision == FV_ASKED_REFUSED ? W_D_DECLINED
							     : W_NONE,
		    asked.due_ms, zone);
	return FV_OK;
}

static enum fv_err
put_found(struct page *page, const struct fv_borrower_visit *visit)
{
	char zone[FV_ZONE_NAME_MAX_BYTES + 1];
	enum fv_err rc = care_zone(page->public->reader, visit->case_id, zone);

	if (rc != FV_OK)
		return rc;
	begin_verdict(page, "good", W_VISIT_FOUND, W_NONE);
	public_put_raw(page, "<dl><dt>");
	public_put(page, W_VISIT_AT);
	public_put_raw(page, "</dt><dd>");
	public_put_time(page, visit->recorded_ms, zone, false);
	public_put_raw(page, "</dd>");
	put_who(page, &visit->who);
	public_put_raw(page, "</dl>");
	put_shown_code(page);
	public_put_raw(page, "</div>");
	rc = fv_store_care_each_visit(
	    page->public->reader, visit->device_no, visit->seq, put_complaint, page);
	return rc == FV_OK ? put_asked(page, visit, zone) : rc;
}

void
public_visit(struct page *page)
{
	struct fv_borrower_visit visit;
	enum fv_err rc =
	    fv_borrower_visit(page->public->reader, page->route.code, page->now_ms, &visit);

	public_begin(page, W_VISIT_TITLE);
	if (rc == FV_OK) {
		rc = put_found(page, &visit);
	} else if (rc == FV_ENOENT) {
		begin_verdict(page, "", W_VISIT_NOT, W_VISIT_NOT_HINT);
		put_shown_code(page);
		public_put_raw(page, "</div>");
		rc = FV_OK;
	}
	if (rc != FV_OK) {
		public_refuse(page, 503, W_BROKEN);
		return;
	}
	put_may(page);
	public_end(page);
}

/* -- a receipt ---------------------------------------------------------------------------- */

static void
put_answer(struct page *page, const struct fv_store_care *row, const struct fv_hash *hash)
{
	uint8_t sk[FV_KEY_BYTES], pk[FV_KEY_BYTES];
	struct fv_buf plain = {0};
	enum fv_err rc;

	begin_verdict(page, "good", W_R_ANSWERED, W_NONE);
	public_put_raw(page, "<h2>");
	public_put(page, decision_word(row->decision));
	public_put_raw(page, "</h2>");
	care_receipt_keys(page->route.code, sk, pk);
	rc = care_open(&row->answer, CARE_ANSWER, hash, sk, pk, &plain);
	fv_wipe(sk, sizeof sk);
	public_put_raw(page, "<p class=\"answer\">");
	if (rc == FV_OK)
		public_put_text(page, fv_buf_span(&plain));
	else
		public_put(page, W_R_UNREADABLE);
	public_put_raw(page, "</p></div>");
	fv_buf_clear(&plain);
}

static void
put_state(struct page *page, const struct fv_store_care *row, const struct fv_hash *hash)
{
	if (row->state == FV_CARE_ANSWERED) {
		put_answer(page, row, hash);
		return;
	}
	begin_verdict(page, "", W_R_OPEN, W_NONE);
	public_put_raw(page, "<dl><dt>");
	public_put(page, W_R_DEADLINE);
	public_put_raw(page, "</dt><dd>");
	public_put_time(page, row->deadline_ms - 1, row->zone, true);
	public_put_raw(page, "</dd></dl>");
	if (row->has_hold && row->case_id[0] != '\0' && row->hold_until_ms > page->now_ms) {
		public_put_raw(page, "<p>");
		public_put(page, W_R_HELD);
		public_put_raw(page, " ");
		public_put_time(page, row->hold_until_ms - 1, row->zone, true);
		public_put_raw(page, "</p>");
	}
	public_put_raw(page, "</div>");
}

static void
put_receipt(struct page *page, const struct fv_store_care *row)
{
	char id[CARE_ID_BYTES];

	public_put_raw(page, "<div class=\"card\"><h2>");
	public_put(page, W_R_NUMBER);
	public_put_raw(page, "</h2><p class=\"big\">");
	public_put_code(page, page->route.code);
	public_put_raw(page, "</p><p>");
	public_put(page, W_R_KEEP);
	public_put_raw(page, "</p><dl><dt>");
	public_put(page, W_R_ABOUT);
	public_put_raw(page, "</dt><dd>");
	public_put(page, public_kind_word(row->kind));
	public_put_raw(page, "</dd><dt>");
	public_put(page, W_R_RECEIVED);
	public_put_raw(page, "</dt><dd>");
	public_put_time(page, row->received_ms, row->zone, false);
	public_put_raw(page, "</dd>");
	put_pair(page, W_R_REF, care_id(row->no, id));
	public_put_raw(page, "</dl></div>");
}

void
public_receipt(struct page *page)
{
	struct fv_store_care row;
	struct fv_hash hash;
	enum fv_err rc;

	care_receipt_hash(page->route.code, &hash);
	rc = fv_store_care_find(page->public->reader, &hash, &row);
	if (rc == FV_OK && page->now_ms - row.received_ms > FV_SLIP_LIFE_MS)
		rc = FV_ENOENT;
	if (rc != FV_OK && rc != FV_ENOENT) {
		public_refuse(page, 503, W_BROKEN);
		return;
	}
	public_begin(page, rc == FV_OK ? W_R_TITLE : W_R_NOT);
	if (rc == FV_OK) {
		put_state(page, &row, &hash);
		put_receipt(page, &row);
	} else {
		begin_verdict(page, "bad", W_R_NOT, W_R_NOT_HINT);
		put_shown_code(page);
		public_put_raw(page, "</div>");
	}
	public_end(page);
}
