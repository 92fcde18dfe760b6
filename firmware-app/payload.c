#include "firmware-app/payload.h"

#include <string.h>

#include "fv/casecsv.h"
#include "fv/sync.h"

#define IDS_MAX 32U

/* Words of the business result (codes 1..11); "none" is 0. */
static const char *const businesses[] = {"none", "promise", "instalment", "extension",
    "reduction", "payment", "dispute", "hardship", "wrong_person", "moved", "deceased",
    "other"};
#define BUSINESS_COUNT (sizeof businesses / sizeof businesses[0])

/* The next member of a list with commas; false at its end. */
static bool
next_member(const char **at, struct fv_span *member)
{
	const char *comma;

	if (*at == NULL)
		return false;
	comma = strchr(*at, ',');
	*member = comma != NULL ? fv_span_of(*at, (size_t)(comma - *at)) : fv_span_z(*at);
	*at = comma != NULL ? comma + 1 : NULL;
	return true;
}

bool
fv_call_ids(const struct fv_call *call, const char *option, const char **list_out,
    struct fv_reply *reply)
{
	const char *list = fv_args_value(&call->args, option), *at = list;
	struct fv_span id;
	size_t count = 0;

	*list_out = list;
	while (next_member(&at, &id)) {
		if (!fv_id_valid(id, FV_CASE_ID_BYTES - 1) || ++count > IDS_MAX) {
			fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name,
			    _("--%s %.60s: up to 32 ids of letters, digits, '.', '_' or '-', "
			      "with "
			      "commas between"),
			    option, list);
			return false;
		}
	}
	return true;
}

bool
fv_call_bits(const struct fv_call *call, const char *option, enum fv_code_set set,
    uint32_t *bits_out, struct fv_reply *reply)
{
	const char *list = fv_args_value(&call->args, option), *at = list;
	struct fv_span word;
	uint32_t code;

	*bits_out = 0;
	while (next_member(&at, &word)) {
		if ((code = fv_call_find(call, option, set, word, reply)) == 0)
			return false;
		*bits_out |= fv_code_bit(code);
	}
	return true;
}

bool
fv_call_business(
    const struct fv_call *call, bool *has_out, uint32_t *code_out, struct fv_reply *reply)
{
	const char *word = fv_args_value(&call->args, "business"), *near;
	struct fv_buf all = {0};

	*has_out = word != NULL;
	*code_out = 0;
	if (word == NULL)
		return true;
	for (uint32_t i = 0; i < BUSINESS_COUNT; i++) {
		if (strcmp(businesses[i], word) == 0) {
			*code_out = i;
			return true;
		}
	}
	near = fv_word_nearest(fv_span_z(word), businesses, BUSINESS_COUNT);
	for (uint32_t i = 0; i < BUSINESS_COUNT; i++)
		fv_buf_putf(&all, "%s%s", i > 0 ? ", " : "", businesses[i]);
	fv_call_no_word(call, "business", near, &all, reply);
	fv_buf_clear(&all);
	return false;
}

const char *
fv_business_word(uint32_t code)
{
	return code < BUSINESS_COUNT ? businesses[code] : NULL;
}

bool
fv_call_label(const struct fv_call *call, const char *option, const char **label_out,
    struct fv_reply *reply)
{
	const char *label = fv_args_value(&call->args, option);
	const struct fv_span text = label != NULL ? fv_span_z(label) : fv_span_of(NULL, 0);

	*label_out = label;
	if (label == NULL)
		return true;
	/* What is refused is not repeated: it may be a person's. */
	if (fv_casecsv_telephone(text) || fv_casecsv_personal(text, NULL)) {
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, call->verb->name,
		    _("--%s: looks like a person's number, which the server must not learn; "
		      "give the label of the case card, such as n1"),
		    option);
		return false;
	}
	if (fv_id_valid(text, FV_LABEL_MAX))
		return true;
	fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name,
	    _("--%s %.40s: a label of 1 to 40 letters, digits, '.', '_' or '-'"), option,
	    label);
	return false;
}

bool
fv_call_has_case(struct fv_app *app, const char *case_id, struct fv_reply *reply)
{
	struct fv_item_row row;
	struct fv_buf body = {0};
	enum fv_err rc;

	rc = fv_store_get_item(app->store, FV_ITEM_CASE, fv_span_z(case_id), &row, &body);
	fv_buf_clear(&body);
	if (rc == FV_ENOENT)
		fv_reply_fail(reply, FV_FAIL_NO_CASE, case_id,
		    _("no such case on this handheld; 'fieldvisit case list' lists them, "
		      "'fieldvisit sync --wait' fetches new ones"));
	else if (rc != FV_OK)
		fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	return rc == FV_OK;
}

void
fv_payload_put_code(struct fv_buf *out, uint64_t key, uint32_t code)
{
	if (code == 0)
		return;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_uint(out, code);
}

void
fv_payload_put_tri(struct fv_buf *out, uint64_t key, enum fv_tri tri)
{
	if (tri == FV_TRI_UNKNOWN)
		return;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_bool(out, tri == FV_TRI_YES);
}

void
fv_payload_put_ids(struct fv_buf *out, uint64_t key, const char *list)
{
	const char *at = list;
	struct fv_span id;
	size_t count = 0;

	if (list == NULL)
		return;
	while (next_member(&at, &id))
		count++;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_array(out, count);
	at = list;
	while (next_member(&at, &id))
		fv_cbor_put_text(out, id);
}

void
fv_payload_put_bits(struct fv_buf *out, uint64_t key, uint32_t bits)
{
	size_t count = 0;

	if (bits == 0)
		return;
	for (uint32_t code = 1; code <= 32; code++)
		count += (bits & fv_code_bit(code)) != 0 ? 1U : 0U;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_array(out, count);
	for (uint32_t code = 1; code <= 32; code++)
		if ((bits & fv_code_bit(code)) != 0)
			fv_cbor_put_uint(out, code);
}

void
fv_payload_put_text(struct fv_buf *out, uint64_t key, const char *text)
{
	if (text == NULL)
		return;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_text_z(out, text);
}

void
fv_payload_put_ms(struct fv_buf *out, uint64_t key, bool has, int64_t ms)
{
	if (!has)
		return;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_int(out, ms);
}

void
fv_payload_put_seq(struct fv_buf *out, uint64_t key, uint64_t seq)
{
	if (seq == UINT64_MAX)
		return;
	fv_cbor_put_uint(out, key);
	fv_cbor_put_uint(out, seq);
}

void
fv_payload_put_business(struct fv_buf *out, uint64_t key, bool has, uint32_t code)
{
	if (!has)
		return;
	fv_cbor_put_uint(out, key);
	if (code == 0)
		fv_cbor_put_null(out);
	else
		fv_cbor_put_uint(out, code);
}
