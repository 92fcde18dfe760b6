/* The form, and taking what it sends: sealed here, before anything is stored or handed on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fv/audit.h"
#include "sync-server/public_in.h"
#include "sync-server/verb.h"

/* -- the form --------------------------------------------------------------------------- */

static void
put_label(struct page *page, const char *id, enum public_word label)
{
	public_put_raw(page, "<div class=\"field\"><label for=\"");
	public_put_raw(page, id);
	public_put_raw(page, "\">");
	public_put(page, label);
	public_put_raw(page, "</label>");
}

static void
put_hint(struct page *page, const char *id, enum public_word hint)
{
	if (hint != W_NONE) {
		public_put_raw(page, "<p class=\"hint\" id=\"");
		public_put_raw(page, id);
		public_put_raw(page, "-hint\">");
		public_put(page, hint);
		public_put_raw(page, "</p>");
	}
	public_put_raw(page, "</div>");
}

static void
put_described(struct page *page, const char *id, enum public_word hint)
{
	if (hint == W_NONE)
		return;
	public_put_raw(page, " aria-describedby=\"");
	public_put_raw(page, id);
	public_put_raw(page, "-hint\"");
}

static void
put_input(struct page *page, const char *type, const char *name, enum public_word label,
    enum public_word hint, const struct fv_buf *value)
{
	put_label(page, name, label);
	public_put_raw(page, "<input type=\"");
	public_put_raw(page, type);
	public_put_raw(page, "\" name=\"");
	public_put_raw(page, name);
	public_put_raw(page, "\" id=\"");
	public_put_raw(page, name);
	public_put_raw(page, "\" maxlength=\"60\" autocomplete=\"off\"");
	put_described(page, name, hint);
	public_put_raw(page, " value=\"");
	public_put_text(page, fv_buf_span(value));
	public_put_raw(page, "\">");
	put_hint(page, name, hint);
}

static void
put_kinds(struct page *page, enum fv_care_kind chosen)
{
	const char *word;

	public_put_raw(page, "<fieldset><legend>");
	public_put(page, W_FORM_KIND);
	public_put_raw(page, "</legend>");
	for (uint32_t kind = 1; kind <= FV_CARE_EXTENSION; kind++) {
		word = care_kind_word((enum fv_care_kind)kind);
		public_put_raw(page,
		    "<label class=\"one\"><input type=\"radio\" name=\"kind\" required "
		    "value=\"");
		public_put_raw(page, word);
		public_put_raw(page, (uint32_t)chosen == kind ? "\" checked>" : "\">");
		public_put_raw(page, "<span>");
		public_put(page, public_kind_word((enum fv_care_kind)kind));
		public_put_raw(page, "</span></label>");
	}
	public_put_raw(page, "</fieldset><p class=\"hint\">");
	public_put(page, W_FORM_HOLD);
	public_put_raw(page, "</p>");
}

static void
put_days(struct page *page, const struct public_form *form)
{
	public_put_raw(page, "<div class=\"days\">");
	for (uint32_t i = 0; i < 7; i++) {
		fv_buf_putf(page->out,
		    "<label><input type=\"checkbox\" name=\"d%u\" value=\"1\"%s>", i + 1,
		    (form->days >> i & 1U) != 0 ? " checked" : "");
		public_put(page, (enum public_word)(W_MON + i));
		public_put_raw(page, "</label>");
	}
	public_put_raw(page, "</div>");
}

static void
put_times(struct page *page, const struct public_form *form)
{
	public_put_raw(page,
	    form->kind == FV_CARE_TIMES ? "<details open><summary>" : "<details><summary>");
	public_put(page, W_FORM_TIMES);
	public_put_raw(page, "</summary><p class=\"hint\">");
	public_put(page, W_FORM_TIMES_HINT);
	public_put_raw(page, "</p>");
	put_days(page, form);
	public_put_raw(page, "<div class=\"hours\">");
	put_input(page, "time", "from", W_FORM_FROM, W_NONE, &form->from);
	put_input(page, "time", "to", W_FORM_TO, W_NONE, &form->to);
	public_put_raw(page, "</div></details>");
}

static void
put_where(struct page *page, const struct public_form *form)
{
	if (form->has_code) {
		public_put_raw(page, "<p>");
		public_put(page, W_FORM_LEAD_CODE);
		public_put_raw(page, " ");
		public_put_code(page, form->code);
		public_put_raw(page, "</p><input type=\"hidden\" name=\"code\" value=\"");
		public_put_raw(page, form->code);
		public_put_raw(page, "\">");
		return;
	}
	public_put_raw(page, "<p>");
	public_put(page, W_FORM_LEAD_NO_CODE);
	public_put_raw(page, "</p>");
}

/* A fresh token each time: the old one is used up or too old. */
static void
put_token(struct page *page)
{
	char token[PUBLIC_TOKEN_BYTES];

	public_token_make(page->public->key, page->now_ms, token);
	public_put_raw(page, "<input type=\"hidden\" name=\"token\" value=\"");
	public_put_raw(page, token);
	public_put_raw(page, "\">");
}

void
public_form_page(struct page *page, const struct public_form *form)
{
	page->answer->status = form->wrong != W_NONE ? 422 : 200;
	public_begin(page, W_FORM_TITLE);
	if (form->wrong != W_NONE) {
		public_put_raw(page, "<div class=\"card wrong\" role=\"alert\"><p><strong>");
		public_put(page, W_WRONG);
		public_put_raw(page, "</strong> ");
		public_put(page, form->wrong);
		public_put_raw(page, "</p></div>");
	}
	public_put_raw(page, "<h1>");
	public_put(page, W_FORM_TITLE);
	public_put_raw(page, "</h1><form method=\"post\" action=\"");
	public_put_path(page, "/complain");
	public_put_raw(page, "\" accept-charset=\"utf-8\">");
	put_where(page, form);
	put_kinds(page, form->kind);
	put_times(page, form);
	if (!form->has_code) {
		put_input(page, "text", "who", W_FORM_WHO, W_FORM_WHO_HINT, &form->who);
		put_input(page, "date", "day", W_FORM_DAY, W_NONE, &form->day);
		put_input(
		    page, "text", "place", W_FORM_PLACE, W_FORM_PLACE_HINT, &form->place);
	}
	put_label(page, "what", W_FORM_TEXT);
	public_put_raw(page,
	    "<textarea name=\"text\" id=\"what\" rows=\"7\" maxlength=\"2000\""
	    " aria-describedby=\"what-hint\">\n");
	public_put_text(page, fv_buf_span(&form->text));
	public_put_raw(page, "</textarea>");
	put_hint(page, "what", W_FORM_TEXT_HINT);
	put_input(
	    page, "text", "contact", W_FORM_CONTACT, W_FORM_CONTACT_HINT, &form->contact);
	public_put_raw(page, "<p class=\"hint\">");
	public_put(page, W_FORM_SEALED);
	public_put_raw(page, "</p>");
	put_token(page);
	public_put_raw(page, "<button>");
	public_put(page, W_FORM_SEND);
	public_put_raw(page, "</button></form>");
	public_end(page);
}

/* -- taking it -------------------------------------------------------------------------- */

static void
put_member(struct fv_buf *json, const char *name, struct fv_buf *value)
{
	const char *z = fv_buf_z(value);

	if (value->len == 0 || z == NULL)
		return;
	fv_buf_putf(json, ",\"%s\":", name);
	fv_audit_put_json_text(json, z);
}

/* What is sealed: {"v":1,"text":...,"contact":...,"who":...,"place":...}. */
static void
put_plain(struct fv_buf *json, struct public_form *form)
{
	fv_buf_put_z(json, "{\"v\":1");
	put_member(json, "text", &form->text);
	put_member(json, "contact", &form->contact);
	put_member(json, "who", &form->who);
	put_member(json, "place", &form->place);
	fv_buf_put_z(json, "}");
}

/* Who the borrower names, as far as it is somebody that this server knows: the rest of what
 * he typed is sealed only. */
struct naming {
	const char *typed;
	char agency[FV_ID_BYTES], badge[FV_ID_BYTES];
};

static enum fv_err
on_device(const struct fv_store_device *device, void *ctx)
{
	struct naming *n = ctx;

	if (strcasecmp(device->officer, n->typed) == 0) {
		memcpy(n->badge, device->officer, sizeof n->badge);
		memcpy(n->agency, device->agency, sizeof n->agency);
	} else if (strcasecmp(device->agency, n->typed) == 0) {
		memcpy(n->agency, device->agency, sizeof n->agency);
	}
	return FV_OK;
}

/* The pages name an agency by its name: so does he. */
static enum fv_err
on_agency(const struct fv_store_agency *agency, void *ctx)
{
	struct naming *n = ctx;

	if (agency->name[0] != '\0' && strcasecmp(agency->name, n->typed) == 0)
		memcpy(n->agency, agency->id, sizeof n->agency);
	return FV_OK;
}

/* What is an id comes before what is a name. */
static enum fv_err
find_named(struct fv_store *store, struct naming *naming)
{
	enum fv_err rc =
	    fv_store_agency_each(store, fv_span_z(""), UINT32_MAX, on_agency, naming);

	return rc == FV_OK ? fv_store_device_each(store, NULL, on_device, naming) : rc;
}

static bool
set_bytes(json_t *request, const char *name, struct fv_span bytes)
{
	struct fv_buf text = {0};
	const char *z;
	bool is_set;

	fv_buf_put_base64(&text, bytes.ptr, bytes.len);
	z = fv_buf_z(&text);
	is_set = z != NULL && json_object_set_new(request, name, json_string(z)) == 0;
	fv_buf_clear(&text);
	return is_set;
}

static bool
set_hex(json_t *request, const char *name, const uint8_t *bytes, size_t len)
{
	return json_object_set_new(request, name, fv_verb_json_hex(bytes, len)) == 0;
}

/* Everything for the writer, with no word that the borrower wrote. */
static json_t *
make_request(struct page *page, struct public_form *form, const struct care_sealed *sealed,
    const char receipt[FV_CODE_BYTES])
{
	const char *typed = fv_buf_z(&form->who);
	struct naming naming = {.typed = typed != NULL ? typed : ""};
	uint8_t sk[FV_KEY_BYTES], pk[FV_KEY_BYTES];
	struct fv_hash hash, slip;
	json_t *request;
	bool is_whole;

	if (form->who.len > 0 && find_named(page->public->reader, &naming) != FV_OK)
		return NULL;
	request = json_pack("{s:s, s:s, s:s, s:s, s:s}", "verb", "complaint take", "kind",
	    care_kind_word(form->kind), "agency", naming.agency, "badge", naming.badge,
	    "windows", form->windows);
	if (request == NULL)
		return NULL;
	care_receipt_hash(receipt, &hash);
	care_receipt_keys(receipt, sk, pk);
	fv_wipe(sk, sizeof sk);
	is_whole = set_hex(request, "receipt", hash.b, sizeof hash.b) &&
	    set_hex(request, "answer_pk", pk, sizeof pk) &&
	    set_bytes(request, "kc", fv_span_of(sealed->note.kc, FV_NOTE_KC_BYTES)) &&
	    set_bytes(request, "ct", fv_buf_span(&sealed->note.ct)) &&
	    set_bytes(request, "capsules", fv_buf_span(&sealed->note.capsules)) &&
	    set_bytes(request, "key_ids", fv_buf_span(&sealed->key_ids));
	if (form->has_code) {
		fv_slip_hash(form->code, &slip);
		is_whole = set_hex(request, "slip", slip.b, sizeof slip.b) && is_whole;
	}
	if (form->has_day)
		is_whole =
		    json_object_set_new(request, "day", json_integer(form->day_number)) == 0 &&
		    is_whole;
	if (is_whole)
		return request;
	json_decref(request);
	return NULL;
}

static enum fv_err
seal(struct page *page, struct public_form *form, const char receipt[FV_CODE_BYTES],
    struct care_sealed *sealed)
{
	struct fv_roster *roster = NULL;
	struct fv_buf plain = {0};
	struct fv_hash hash;
	enum fv_err rc = fv_verb_roster(page->public->reader, &roster, &hash);

	put_plain(&plain, form);
	if (rc == FV_OK && (rc = fv_buf_status(&plain)) == FV_OK) {
		care_receipt_hash(receipt, &hash);
		rc = care_seal(roster, CARE_TEXT, &hash, NULL, fv_buf_span(&plain), sealed);
	}
	fv_buf_clear(&plain);
	free(roster);
	return rc;
}

/* Hand it to the writer.  The lock on the reader is given up while it works. */
static bool
hand_over(struct page *page, json_t *request)
{
	json_t *answer;
	bool is_taken;

	fv_store_view_end(page->public->reader);
	pthread_mutex_unlock(&page->public->lock);
	answer = fv_writer_ask(page->public->writer, request);
	pthread_mutex_lock(&page->public->lock);
	is_taken = answer != NULL && json_integer_value(json_object_get(answer, "exit")) == 0;
	json_decref(answer);
	json_decref(request);
	return is_taken;
}

static void
send_to_receipt(struct page *page, const char receipt[FV_CODE_BYTES])
{
	page->answer->status = 303;
	fv_web_put(page->answer, "Location", "/r/%s%s", receipt,
	    !page->has_lang        ? ""
		: page->is_chinese ? "?lang=zh"
				   : "?lang=en");
}

static void
take(struct page *page, struct public_form *form)
{
	struct care_sealed sealed = {0};
	char receipt[FV_CODE_BYTES];
	json_t *request = NULL;
	enum fv_err rc;

	if (public_token_check(
		page->public->key, page->now_ms, fv_buf_span(&form->token), receipt) != FV_OK)
		form->wrong = form->wrong != W_NONE ? form->wrong : W_WRONG_TOKEN;
	if (form->wrong != W_NONE) {
		public_form_page(page, form);
		return;
	}
	if ((rc = seal(page, form, receipt, &sealed)) == FV_OK)
		request = make_request(page, form, &sealed, receipt);
	care_sealed_clear(&sealed);
	if (rc == FV_ENOENT)
		public_refuse(page, 503, W_NO_READER);
	else if (request == NULL || !hand_over(page, request))
		public_refuse(page, 503, W_BROKEN);
	else
		send_to_receipt(page, receipt);
	fv_wipe(receipt, sizeof receipt);
}

void
public_take(struct page *page)
{
	struct public_form form;

	if (public_form_read(page->request, page->now_ms, &form) != FV_OK) {
		public_refuse(page, 503, W_BROKEN);
		return;
	}
	take(page, &form);
	public_form_clear(&form);
}
