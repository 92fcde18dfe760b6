/* What comes from outside: paths, forms and their tokens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/public_in.h"

#define FIELD_CHARS 60U
#define RANDOM_BYTES 16U
#define MAC_BYTES 16U
#define RAW_BYTES (RANDOM_BYTES + 8U + MAC_BYTES)
#define DAY_AHEAD_MS INT64_C(86400000) /* somewhere it is tomorrow already */

void
public_route_read(const char *path, struct public_route *out)
{
	static const struct {
		const char *name;
		enum public_place place;
		bool takes_code;
	} places[] = {
	    {"/b", PUBLIC_BADGE, true},
	    {"/v", PUBLIC_VISIT, true},
	    {"/r", PUBLIC_RECEIPT, true},
	    {"/complain", PUBLIC_COMPLAIN, false},
	    {"/style.css", PUBLIC_STYLE, false},
	};

	*out = (struct public_route){
	    .place = strcmp(path, "/") == 0 ? PUBLIC_HOME : PUBLIC_NOWHERE};
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		const size_t len = strlen(places[i].name);

		if (strncmp(path, places[i].name, len) != 0)
			continue;
		if (path[len] == '\0') {
			out->place = places[i].place;
		} else if (path[len] == '/' && places[i].takes_code) {
			out->place = places[i].place;
			out->has_code = true;
			out->is_good =
			    fv_code_read(fv_span_z(path + len + 1), out->code) == FV_OK;
		}
	}
}

/* -- tokens ---------------------------------------------------------------------------- */

/* Two uses of the key, told apart by their label. */
static void
derive(const uint8_t key[FV_KEY_BYTES], const char *label, struct fv_span of, uint8_t *out,
    size_t len)
{
	const struct fv_span info[] = {fv_span_z(label), of};

	if (fv_hkdf_expand_parts(fv_span_of(key, FV_KEY_BYTES), info, 2, out, len) != FV_OK)
		abort(); /* a few bytes are far below HKDF's limit */
}

void
public_token_make(
    const uint8_t key[FV_KEY_BYTES], int64_t now_ms, char token_out[PUBLIC_TOKEN_BYTES])
{
	struct fv_buf text = {0};
	uint8_t raw[RAW_BYTES];
	const char *z;

	fv_random_fill(fv_random_system(), raw, RANDOM_BYTES);
	fv_store_u64be(raw + RANDOM_BYTES, (uint64_t)now_ms);
	derive(key, "fieldvisit/form/v1", fv_span_of(raw, RANDOM_BYTES + 8U),
	    raw + RANDOM_BYTES + 8U, MAC_BYTES);
	fv_buf_put_hex(&text, raw, sizeof raw);
	z = fv_buf_z(&text);
	(void)snprintf(token_out, PUBLIC_TOKEN_BYTES, "%s", z != NULL ? z : "");
	fv_buf_clear(&text);
}

enum fv_err
public_token_check(const uint8_t key[FV_KEY_BYTES], int64_t now_ms, struct fv_span token,
    char receipt_out[FV_CODE_BYTES])
{
	uint8_t raw[RAW_BYTES], mac[MAC_BYTES], code[FV_CODE_RAW_BYTES];
	int64_t age_ms;

	memset(receipt_out, 0, FV_CODE_BYTES);
	if (fv_hex_decode(token, raw, sizeof raw) != FV_OK)
		return FV_EAUTH;
	derive(key, "fieldvisit/form/v1", fv_span_of(raw, RANDOM_BYTES + 8U), mac, sizeof mac);
	if (!fv_ct_equal(mac, raw + RANDOM_BYTES + 8U, sizeof mac))
		return FV_EAUTH;
	age_ms = now_ms - (int64_t)fv_load_u64be(raw + RANDOM_BYTES);
	if (age_ms < 0 || age_ms > PUBLIC_TOKEN_LIFE_MS)
		return FV_EAUTH;
	derive(key, "fieldvisit/receipt/v1", fv_span_of(raw, RANDOM_BYTES), code, sizeof code);
	fv_code_put(code, receipt_out);
	fv_wipe(code, sizeof code);
	return FV_OK;
}

/* -- forms ------------------------------------------------------------------------------ */

void
public_form_clear(struct public_form *form)
{
	fv_buf_clear(&form->text);
	fv_buf_clear(&form->contact);
	fv_buf_clear(&form->who);
	fv_buf_clear(&form->place);
	fv_buf_clear(&form->day);
	fv_buf_clear(&form->from);
	fv_buf_clear(&form->to);
	fv_buf_clear(&form->token);
}

/* The first thing that is wrong is the one that is said. */
static void
blame(struct public_form *form, enum public_word why)
{
	if (form->wrong == W_NONE)
		form->wrong = why;
}

static size_t
count_chars(struct fv_span text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += (text.ptr[i] & 0xc0U) != 0x80U ? 1U : 0U;
	return count;
}

static bool
is_readable(struct fv_span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x20U && text.ptr[i] != '\n' && text.ptr[i] != '\r' &&
		    text.ptr[i] != '\t')
			return false;
	return fv_utf8_valid(text);
}

static void
take_field(const struct fv_web_request *request, const char *name, size_t max_chars,
    struct public_form *form, struct fv_buf *into)
{
	(void)fv_web_form(request, name, into);
	while (into->len > 0 && memchr(" \t\r\n", into->ptr[into->len - 1], 4) != NULL)
		into->len--;
	if (!is_readable(fv_buf_span(into))) {
		into->len = 0;
		blame(form, W_WRONG_BYTES);
	} else if (count_chars(fv_buf_span(into)) > max_chars) {
		blame(form, W_WRONG_LONG);
	}
}

static bool
is_marked(const struct fv_web_request *request, const char *name)
{
	struct fv_buf value = {0};
	const bool is_there = fv_web_form(request, name, &value) && value.len > 0;

	fv_buf_clear(&value);
	return is_there;
}

/* "18:00" as minutes; -1: it is none. */
static int
minutes_of(struct fv_span text)
{
	unsigned d[5] = {0};

	if (text.len != 5 || text.ptr[2] != ':')
		return -1;
	for (size_t i = 0; i < 5; i++) {
		if (i == 2)
			continue;
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return -1;
		d[i] = text.ptr[i] - '0';
	}
	if (d[0] * 10 + d[1] > 23 || d[3] > 5)
		return -1;
	return (int)((d[0] * 10 + d[1]) * 60 + d[3] * 10 + d[4]);
}

/* Days and hours as the interchange has them; built from numbers, not from what was typed. */
static void
take_windows(struct public_form *form)
{
	const int from = minutes_of(fv_buf_span(&form->from));
	const int to = minutes_of(fv_buf_span(&form->to));
	const bool has_hours = form->from.len > 0 || form->to.len > 0;
	struct fv_buf json = {0};
	bool is_first = true;
	const char *z;

	if (form->kind != FV_CARE_TIMES)
		return;
	if ((!has_hours && form->days == 0) ||
	    (has_hours && (from < 0 || to < 0 || from >= to))) {
		blame(form, W_WRONG_TIMES);
		return;
	}
	fv_buf_put_z(&json, "[{\"days\":[");
	for (uint32_t i = 0; i < 7; i++) {
		if (form->days != 0 && (form->days >> i & 1U) == 0)
			continue;
		fv_buf_putf(
		    &json, "%s\"%s\"", is_first ? "" : ",", fv_code_word(FV_CODES_DAY, i + 1));
		is_first = false;
	}
	fv_buf_put_z(&json, "]");
	if (has_hours)
		fv_buf_putf(&json, ",\"from\":\"%02d:%02d\",\"to\":\"%02d:%02d\"", from / 60,
		    from % 60, to / 60, to % 60);
	fv_buf_put_z(&json, "}]");
	z = fv_buf_z(&json);
	if (z == NULL || json.len >= sizeof form->windows)
		blame(form, W_WRONG_TIMES);
	else
		memcpy(form->windows, z, json.len + 1);
	fv_buf_clear(&json);
}

static void
take_choices(const struct fv_web_request *request, struct public_form *form)
{
	static const char *const days[] = {"d1", "d2", "d3", "d4", "d5", "d6", "d7"};
	struct fv_buf value = {0};
	const char *z;

	if (fv_web_form(request, "kind", &value) && (z = fv_buf_z(&value)) != NULL &&
	    strlen(z) == value.len)
		form->kind = care_kind_of(z);
	if (form->kind > FV_CARE_EXTENSION) /* the rest is asked for at the door only */
		form->kind = (enum fv_care_kind)0;
	fv_buf_reset(&value);
	if (fv_web_form(request, "code", &value))
		form->has_code = fv_code_read(fv_buf_span(&value), form->code) == FV_OK;
	fv_buf_clear(&value);
	for (uint32_t i = 0; i < 7; i++)
		form->days |= is_marked(request, days[i]) ? 1U << i : 0U;
}

/* What a form without a code must have. */
static void
check_where(struct public_form *form, int64_t now_ms)
{
	if (form->day.len > 0) {
		form->has_day =
		    fv_date_parse(fv_buf_span(&form->day), &form->day_number) == FV_OK &&
		    form->day_number <= (now_ms + DAY_AHEAD_MS) / FV_DAY_MS;
		if (!form->has_day)
			blame(form, W_WRONG_DAY);
	}
	if (!form->has_code && form->who.len == 0 && form->day.len == 0 &&
	    form->place.len == 0)
		blame(form, W_WRONG_WHO);
}

enum fv_err
public_form_read(const struct fv_web_request *request, int64_t now_ms, struct public_form *out)
{
	*out = (struct public_form){.wrong = W_NONE};
	take_choices(request, out);
	if (out->kind == (enum fv_care_kind)0)
		blame(out, W_WRONG_KIND);
	take_field(request, "text", PUBLIC_TEXT_CHARS, out, &out->text);
	take_field(request, "contact", FIELD_CHARS, out, &out->contact);
	take_field(request, "who", FIELD_CHARS, out, &out->who);
	take_field(request, "place", FIELD_CHARS, out, &out->place);
	take_field(request, "day", FIELD_CHARS, out, &out->day);
	take_field(request, "from", FIELD_CHARS, out, &out->from);
	take_field(request, "to", FIELD_CHARS, out, &out->to);
	take_field(request, "token", PUBLIC_TOKEN_BYTES, out, &out->token);
	if (out->kind == FV_CARE_COMPLAINT && out->text.len == 0)
		blame(out, W_WRONG_TEXT);
	check_where(out, now_ms);
	take_windows(out);
	if (fv_buf_status(&out->text) != FV_OK || fv_buf_status(&out->contact) != FV_OK ||
	    fv_buf_status(&out->who) != FV_OK || fv_buf_status(&out->place) != FV_OK) {
		public_form_clear(out);
		return FV_ENOMEM;
	}
	return FV_OK;
}
