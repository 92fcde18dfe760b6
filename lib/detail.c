#include "fv/detail.h"

#include <string.h>

#include "fv/instant.h"

enum form {
	TEXT,
	AMOUNT,
	DATE,
	MONTHS,
	YES_NO,
};

#define BIT(key) (1U << (key))
#define NO_FIELD 8U /* of no bit in OUTCOME 15 */

static const struct row {
	const char *word;
	enum form form;
	uint32_t field; /* bit of OUTCOME 15 that needs it */
} rows[FV_DETAIL_COUNT] = {
    [FV_DETAIL_AMOUNT] = {"amount", AMOUNT, NO_FIELD},
    [FV_DETAIL_DUE] = {"due", DATE, NO_FIELD},
    [FV_DETAIL_BALANCE] = {"balance", AMOUNT, 0},
    [FV_DETAIL_STRUCTURE] = {"structure", TEXT, 0},
    [FV_DETAIL_CURRENCY] = {"currency", TEXT, 0},
    [FV_DETAIL_MONTHS] = {"months", MONTHS, 1},
    [FV_DETAIL_PERIOD] = {"period", TEXT, 1},
    [FV_DETAIL_METHOD] = {"method", TEXT, 1},
    [FV_DETAIL_FIRST] = {"first", DATE, 1},
    [FV_DETAIL_EACH] = {"each", AMOUNT, 1},
    [FV_DETAIL_FEES] = {"fees", TEXT, 2},
    [FV_DETAIL_INTEREST] = {"interest", TEXT, 2},
    [FV_DETAIL_NO_NEW_CARD] = {"no-new-card", YES_NO, 3},
    [FV_DETAIL_RIGHTS] = {"rights", TEXT, 4},
    [FV_DETAIL_DUTIES] = {"duties", TEXT, 4},
    [FV_DETAIL_DEFAULT] = {"default", TEXT, 4},
    [FV_DETAIL_OTHER] = {"other", TEXT, 5},
};

static const char colon_zh[] = "\xef\xbc\x9a"; /* full width */

static struct fv_span
trim(struct fv_span s)
{
	while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && strchr(" \t\r", s.ptr[s.len - 1]) != NULL)
		s.len--;
	return s;
}

/* A digit, also in full width or as a Chinese numeral. */
static bool
has_number(struct fv_span value)
{
	static const char numerals[] = "０１２３４５６７８９一二三四五六七八九十百千万两"
				       "壹贰叁肆伍陆柒捌玖拾佰仟";

	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] >= '0' && value.ptr[i] <= '9')
			return true;
		if (value.ptr[i] < 0x80 || value.len - i < 3)
			continue;
		for (size_t k = 0; k + 3 < sizeof numerals; k += 3)
			if (memcmp(value.ptr + i, numerals + k, 3) == 0)
				return true;
	}
	return false;
}

static bool
is_text(struct fv_span value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.ptr[i] < 0x20 || value.ptr[i] == 0x7f)
			return false;
	return fv_utf8_valid(value);
}

/* 0, or what is wrong with a value of this form. */
static enum fv_detail_rule
find_wrong(enum form form, struct fv_span value)
{
	uint64_t months;
	int64_t days;

	if (value.len > FV_DETAIL_VALUE_MAX)
		return FV_DETAIL_TOO_LONG;
	if (!is_text(value))
		return FV_DETAIL_NO_TEXT;
	switch (form) {
	case AMOUNT:
		return has_number(value) ? 0 : FV_DETAIL_NO_AMOUNT;
	case DATE:
		return fv_date_parse(value, &days) == FV_OK ? 0 : FV_DETAIL_NO_DATE;
	case MONTHS:
		return fv_decimal_decode(value, FV_DETAIL_MONTHS_MAX, &months) == FV_OK &&
			months > 0
		    ? 0
		    : FV_DETAIL_NO_MONTHS;
	case YES_NO:
		return fv_span_equal(value, fv_span_z("yes")) ||
			fv_span_equal(value, fv_span_z("no"))
		    ? 0
		    : FV_DETAIL_NO_YES;
	case TEXT:
		break;
	}
	return 0;
}

/* "key: value" into its two halves; false: there is no colon. */
static bool
split(struct fv_span line, struct fv_span *key, struct fv_span *value)
{
	for (size_t i = 0; i < line.len; i++) {
		size_t width = line.ptr[i] == ':' ? 1 : 0;

		if (line.len - i >= 3 && memcmp(line.ptr + i, colon_zh, 3) == 0)
			width = 3;
		if (width == 0)
			continue;
		*key = trim(fv_span_of(line.ptr, i));
		*value = trim(fv_span_of(line.ptr + i + width, line.len - i - width));
		return key->len > 0;
	}
	return false;
}

static enum fv_detail_rule
take_line(struct fv_span line, struct fv_detail *detail, struct fv_detail_fault *fault)
{
	struct fv_span value;
	enum fv_detail_key key;
	enum fv_detail_rule rule;

	line = trim(line);
	if (line.len == 0 || line.ptr[0] == '#')
		return 0;
	if (!split(line, &fault->key, &value))
		return FV_DETAIL_NO_LINE;
	key = fv_detail_find(fault->key);
	if (key == FV_DETAIL_COUNT)
		return FV_DETAIL_NO_KEY;
	fault->word = rows[key].word;
	if (value.len == 0)
		return 0;
	if (detail->values[key].len > 0)
		return FV_DETAIL_TWICE;
	if ((rule = find_wrong(rows[key].form, value)) == 0)
		detail->values[key] = value;
	return rule;
}

enum fv_err
fv_detail_parse(
    struct fv_span text, struct fv_detail *detail_out, struct fv_detail_fault *fault_out)
{
	size_t from = 0;

	memset(detail_out, 0, sizeof *detail_out);
	memset(fault_out, 0, sizeof *fault_out);
	if (text.len > FV_DETAIL_TEXT_MAX)
		return FV_ETOOBIG;
	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && text.ptr[i] != '\n')
			continue;
		fault_out->line++;
		fault_out->key = fv_span_of(NULL, 0);
		fault_out->word = NULL;
		if (i > from)
			fault_out->rule = take_line(
			    fv_span_of(text.ptr + from, i - from), detail_out, fault_out);
		if (fault_out->rule != 0) {
			memset(detail_out, 0, sizeof *detail_out);
			return FV_EFORMAT;
		}
		from = i + 1;
	}
	return FV_OK;
}

void
fv_detail_put(struct fv_buf *out, const struct fv_detail *detail)
{
	for (size_t i = 0; i < FV_DETAIL_COUNT; i++) {
		if (detail->values[i].len == 0)
			continue;
		fv_buf_put_z(out, rows[i].word);
		fv_buf_put_z(out, ": ");
		fv_buf_put_span(out, detail->values[i]);
		fv_buf_put_z(out, "\n");
	}
}

const char *
fv_detail_word(enum fv_detail_key key)
{
	return key < FV_DETAIL_COUNT ? rows[key].word : NULL;
}

/* '-' and '_' are the same, and so are capital letters. */
static bool
is_word(struct fv_span typed, const char *word)
{
	if (typed.len != strlen(word))
		return false;
	for (size_t i = 0; i < typed.len; i++) {
		uint8_t c = typed.ptr[i];

		if (c == '_')
			c = '-';
		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c + ('a' - 'A'));
		if (c != (uint8_t)word[i])
			return false;
	}
	return true;
}

enum fv_detail_key
fv_detail_find(struct fv_span word)
{
	for (unsigned i = 0; i < FV_DETAIL_COUNT; i++)
		if (is_word(word, rows[i].word))
			return (enum fv_detail_key)i;
	return FV_DETAIL_COUNT;
}

uint32_t
fv_detail_required(uint32_t business)
{
	uint32_t bits = 0;

	switch (business) {
	case FV_BUSINESS_PROMISE:
	case FV_BUSINESS_REDUCTION:
		return BIT(FV_DETAIL_AMOUNT) | BIT(FV_DETAIL_DUE);
	case FV_BUSINESS_EXTENSION:
		return BIT(FV_DETAIL_DUE);
	case FV_BUSINESS_INSTALMENT:
		for (unsigned i = FV_DETAIL_BALANCE; i < FV_DETAIL_OTHER; i++)
			bits |= BIT(i);
		return bits;
	default:
		return 0;
	}
}

/* Keys that are not said. */
static uint32_t
empty(const struct fv_detail *detail)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < FV_DETAIL_COUNT; i++)
		bits |= detail->values[i].len == 0 ? BIT(i) : 0;
	return bits;
}

uint32_t
fv_detail_missing(const struct fv_detail *detail, uint32_t business)
{
	return fv_detail_required(business) & empty(detail);
}

uint32_t
fv_detail_plan_fields(const struct fv_detail *detail)
{
	const uint32_t missing = empty(detail);
	uint32_t fields = 0x3f;

	for (unsigned i = 0; i < FV_DETAIL_COUNT; i++)
		if ((missing & BIT(i)) != 0 && rows[i].field != NO_FIELD)
			fields &= ~(1U << rows[i].field);
	/* "No new card" is there only where it is so. */
	if (!fv_span_equal(detail->values[FV_DETAIL_NO_NEW_CARD], fv_span_z("yes")))
		fields &= ~(1U << rows[FV_DETAIL_NO_NEW_CARD].field);
	return fields;
}

uint32_t
fv_detail_months(const struct fv_detail *detail)
{
	uint64_t months = 0;

	return fv_decimal_decode(
		   detail->values[FV_DETAIL_MONTHS], FV_DETAIL_MONTHS_MAX, &months) == FV_OK
	    ? (uint32_t)months
	    : 0;
}

enum fv_err
fv_detail_due(const struct fv_detail *detail, int64_t *days_out)
{
	const struct fv_span *due = &detail->values[FV_DETAIL_DUE];

	if (due->len == 0)
		due = &detail->values[FV_DETAIL_FIRST];
	*days_out = 0;
	return due->len > 0 ? fv_date_parse(*due, days_out) : FV_ENOENT;
}
