/* What looks like a person's number (PROTOCOL.md section 11): identity card, bank card,
 * mobile telephone, as one run of digits or in the groups in which people write them. */
#include "fv/casecsv.h"

#include <string.h>

#define DIGITS_MAX 24U
#define TELEPHONE_DIGITS 7U /* so many make a telephone number of a label */

static const char id_card[] = "looks like an identity-card number; use an opaque id, personal "
			      "text never reaches the server";
static const char bank_card[] = "looks like a bank card number; use an opaque id, personal "
				"text never reaches the server";
static const char mobile[] = "looks like a mobile number; put it into the sealed column "
			     "\"phone\", personal text never reaches the server";

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* GB 11643: weights 2^(17-i) mod 11 over 17 digits. */
static bool
is_id_card(const char *digits, size_t len, bool ends_x)
{
	static const uint8_t weights[17] = {
	    7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	static const char checks[] = "10X98765432";
	unsigned sum = 0;

	if (len + (ends_x ? 1 : 0) != 18)
		return false;
	for (size_t i = 0; i < 17; i++)
		sum += weights[i] * (unsigned)(digits[i] - '0');
	return checks[sum % 11] == (ends_x ? 'X' : digits[17]);
}

static bool
is_bank_card(const char *digits, size_t len)
{
	unsigned sum = 0;

	if (len < 13 || len > 19)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned d = (unsigned)(digits[len - 1 - i] - '0');
		if (i % 2 == 1)
			d = d > 4 ? 2 * d - 9 : 2 * d;
		sum += d;
	}
	return sum % 10 == 0;
}

static bool
is_mobile(const char *digits, size_t len)
{
	if (len == 15 && memcmp(digits, "0086", 4) == 0) {
		digits += 4;
		len -= 4;
	} else if (len == 13 && memcmp(digits, "86", 2) == 0) {
		digits += 2;
		len -= 2;
	}
	return len == 11 && digits[0] == '1' && digits[1] >= '3';
}

/* Returns the rule, NULL when the digits are nobody's. */
static const char *
judge(const char *digits, size_t len, bool ends_x)
{
	if (is_id_card(digits, len, ends_x))
		return id_card;
	if (is_mobile(digits, len))
		return mobile;
	return is_bank_card(digits, len) ? bank_card : NULL;
}

/* Group lengths in which people write cards and telephones. */
static bool
is_usual(const size_t *groups, size_t count)
{
	static const size_t usual[][6] = {{3, 4, 4}, {2, 3, 4, 4}, {2, 11}, {4, 11}, {6, 8, 4},
	    {6, 8, 3}, {4, 4, 4, 4}, {4, 4, 4, 4, 3}, {4, 6, 5}, {6, 13}};

	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		size_t n = 0;
		while (n < 6 && usual[i][n] != 0)
			n++;
		if (n == count && memcmp(usual[i], groups, n * sizeof *groups) == 0)
			return true;
	}
	return false;
}

/* True for an X or x that ends a number: nothing of a word follows it. */
static bool
closing_x(struct fv_span v, size_t at)
{
	if (at >= v.len || (v.ptr[at] | 0x20) != 'x')
		return false;
	if (at + 1 == v.len)
		return true;
	const uint8_t c = v.ptr[at + 1];
	return !is_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* One chain of digit groups joined by single spaces, hyphens or dots, from `at` on. */
static const char *
judge_chain(struct fv_span v, size_t at, size_t *end_out)
{
	char all[DIGITS_MAX];
	size_t groups[6], count = 0, len = 0;
	const char *rule;

	for (;;) {
		const size_t from = at;
		while (at < v.len && is_digit(v.ptr[at]))
			at++;
		const size_t run = at - from;
		if (count == 0)
			*end_out = at; /* the caller goes on behind the first group */
		if (run <= DIGITS_MAX &&
		    (rule = judge((const char *)v.ptr + from, run, closing_x(v, at))) != NULL)
			return rule;
		if (count == 6)
			return NULL;
		for (size_t i = from; i < at; i++) {
			if (len == sizeof all)
				return NULL;
			all[len++] = (char)v.ptr[i];
		}
		groups[count++] = run;
		if (count > 1 && is_usual(groups, count) &&
		    (rule = judge(all, len, closing_x(v, at))) != NULL)
			return rule;
		if (at + 1 >= v.len ||
		    (v.ptr[at] != ' ' && v.ptr[at] != '-' && v.ptr[at] != '.') ||
		    !is_digit(v.ptr[at + 1]))
			return NULL;
		at++;
	}
}

bool
fv_casecsv_personal(struct fv_span value, const char **what_out)
{
	size_t at = 0;

	if (what_out != NULL)
		*what_out = NULL;
	while (at < value.len) {
		const char *rule;

		if (!is_digit(value.ptr[at])) {
			at++;
			continue;
		}
		if ((rule = judge_chain(value, at, &at)) == NULL)
			continue;
		if (what_out != NULL)
			*what_out = rule;
		return true;
	}
	return false;
}

bool
fv_casecsv_telephone(struct fv_span label)
{
	size_t digits = 0;

	for (size_t i = 0; i < label.len; i++) {
		if (is_digit(label.ptr[i]))
			digits++;
		else if (memchr("+-(). /", label.ptr[i], 7) == NULL)
			return false;
	}
	return digits >= TELEPHONE_DIGITS;
}
