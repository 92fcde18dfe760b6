#include "fv/codes.h"

#include <string.h>

#define WORD_MAX_BYTES 40U /* longer input is near nothing */

static const char *const channel[] = {"visit", "call", "sms", "email", "message", "letter"};
static const char *const outcome[] = {"conversation", "contact", "no_answer", "left_message",
    "not_connected", "not_home", "refused"};
static const char *const with[] = {
    "debtor", "spouse", "guarantor", "attorney", "third_party", "nobody"};
static const char *const by[] = {"collector", "debtor"};
static const char *const place[] = {"home", "work", "mobile", "other"};
static const char *const purpose[] = {"collect", "care", "service", "document", "location",
    "terminate", "remedy_notice", "required_by_law", "repossess"};
static const char *const source[] = {"handheld", "dialler", "ai", "desk", "letter"};
static const char *const recorded[] = {"audio", "video", "none"};
static const char *const scope[] = {
    "time", "place", "frequency", "entry", "recording", "location", "third_party"};
static const char *const event_kind[] = {"consent", "consent_withdrawn", "cease",
    "inconvenient", "no_home", "no_work", "attorney", "dispute", "verified", "complaint",
    "complaint_closed", "plan_signed", "plan_default", "moratorium", "no_contact_order",
    "bereavement", "vulnerable", "notice_sent", "leave_requested", "disclosure", "recording",
    "wrong_number", "appointment", "missed", "paid", "case_closed", "welfare", "minor_alone",
    "language", "no_medium", "notice_returned", "court_permission", "impersonation"};
static const char *const actor[] = {"first_party", "third_party", "debt_buyer"};
static const char *const product[] = {"consumer_loan", "online_loan", "credit_card",
    "microfinance", "mortgage", "student_loan", "medical", "other"};
static const char *const form[] = {"oral", "written", "separate"};
static const char *const to[] = {"collector", "creditor", "prior_collector"};
static const char *const datum[] = {"wgs84", "gcj02", "bd09"};
static const char *const day[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static const char *const kind[] = {"time_window", "frequency", "min_persons", "geofence",
    "entry", "identify", "recording", "third_party", "hold", "data_age", "place",
    "precondition", "notice", "leave", "duration", "camera", "disclosure", "deadline",
    "consent", "completeness", "correction", "scope", "impersonation", "retention", "interval",
    "rate", "unlogged_stop", "no_track", "always_green", "duplicate", "not_received"};
static const char *const phase[] = {"before", "during", "after"};
static const char *const on_breach[] = {"fail", "review"};
static const char *const strength[] = {
    "statute", "regulation", "self-regulation", "presumption", "recommended", "house policy"};
static const char *const confidence[] = {"P", "S", "W", "U"};
static const char *const edge[] = {"closed", "open", "review"};
static const char *const overrun[] = {"judge", "ignore", "with_reason"};
static const char *const per[] = {"debtor", "debt", "number", "person"};
static const char *const unit[] = {"day", "week", "month"};
static const char *const age_of[] = {"history", "case"};
static const char *const field[] = {
    "purpose", "case", "begin", "end", "location", "officers", "outcome", "with"};
static const char *const subject[] = {"case", "device", "officer", "agency"};
static const char *const fact[] = {"training", "certificate", "evaluation", "inspection",
    "white_list", "contract", "consent"};
static const char *const anchor[] = {"last_contact", "contact", "settled"};
static const char *const share[] = {"manual", "consent", "exception"};
static const char *const checklist[] = {"identify", "credential", "confirm", "debt",
    "disclose", "record", "film", "enter", "leave"};
static const char *const attachment_kind[] = {"document", "outside", "audio", "home", "other"};
static const char *const attachment_reason[] = {"asked", "evidence", "safety", "other"};
static const char *const approach[] = {"remind", "negotiate", "verify", "deliver", "care"};

#define SET(words)                                                                            \
	{                                                                                     \
		words, sizeof(words) / sizeof(words)[0]                                       \
	}

static const struct {
	const char *const *words;
	uint32_t count;
} sets[FV_CODES_COUNT] = {
    [FV_CODES_CHANNEL] = SET(channel),
    [FV_CODES_OUTCOME] = SET(outcome),
    [FV_CODES_WITH] = SET(with),
    [FV_CODES_BY] = SET(by),
    [FV_CODES_PLACE] = SET(place),
    [FV_CODES_PURPOSE] = SET(purpose),
    [FV_CODES_SOURCE] = SET(source),
    [FV_CODES_RECORDED] = SET(recorded),
    [FV_CODES_SCOPE] = SET(scope),
    [FV_CODES_EVENT_KIND] = SET(event_kind),
    [FV_CODES_ACTOR] = SET(actor),
    [FV_CODES_PRODUCT] = SET(product),
    [FV_CODES_FORM] = SET(form),
    [FV_CODES_TO] = SET(to),
    [FV_CODES_DATUM] = SET(datum),
    [FV_CODES_DAY] = SET(day),
    [FV_CODES_KIND] = SET(kind),
    [FV_CODES_PHASE] = SET(phase),
    [FV_CODES_ON_BREACH] = SET(on_breach),
    [FV_CODES_STRENGTH] = SET(strength),
    [FV_CODES_CONFIDENCE] = SET(confidence),
    [FV_CODES_EDGE] = SET(edge),
    [FV_CODES_OVERRUN] = SET(overrun),
    [FV_CODES_PER] = SET(per),
    [FV_CODES_UNIT] = SET(unit),
    [FV_CODES_AGE_OF] = SET(age_of),
    [FV_CODES_FIELD] = SET(field),
    [FV_CODES_SUBJECT] = SET(subject),
    [FV_CODES_FACT] = SET(fact),
    [FV_CODES_ANCHOR] = SET(anchor),
    [FV_CODES_SHARE] = SET(share),
    [FV_CODES_CHECKLIST] = SET(checklist),
    [FV_CODES_ATTACHMENT_KIND] = SET(attachment_kind),
    [FV_CODES_ATTACHMENT_REASON] = SET(attachment_reason),
    [FV_CODES_APPROACH] = SET(approach),
};

const char *
fv_code_word(enum fv_code_set set, uint32_t code)
{
	if (code == 0 || code > sets[set].count)
		return NULL;
	return sets[set].words[code - 1];
}

uint32_t
fv_code_find(enum fv_code_set set, struct fv_span word)
{
	for (uint32_t i = 0; i < sets[set].count; i++)
		if (fv_span_equal(word, fv_span_z(sets[set].words[i])))
			return i + 1;
	return 0;
}

uint32_t
fv_code_count(enum fv_code_set set)
{
	return sets[set].count;
}

const char *
fv_code_nearest(enum fv_code_set set, struct fv_span word)
{
	return fv_word_nearest(word, sets[set].words, sets[set].count);
}

/* Case is one sign of a slip, not of another word; '-' and '_' are taken for each other. */
static uint8_t
fold(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint8_t)(c - 'A' + 'a');
	return c == '-' || c == ' ' ? '_' : c;
}

/* Edits between a and b, a swap of neighbours counting once (restricted Damerau). */
static size_t
distance(struct fv_span a, struct fv_span b)
{
	size_t rows[3][WORD_MAX_BYTES + 1] = {{0}};

	for (size_t j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *row = rows[i % 3];
		const size_t *up = rows[(i + 2) % 3];
		const size_t *up2 = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			uint8_t x = fold(a.ptr[i - 1]);
			uint8_t y = fold(b.ptr[j - 1]);
			size_t best = up[j - 1] + (x != y);
			if (up[j] + 1 < best)
				best = up[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && x == fold(b.ptr[j - 2]) &&
			    y == fold(a.ptr[i - 2]) && up2[j - 2] + 1 < best)
				best = up2[j - 2] + 1;
			row[j] = best;
		}
	}
	return rows[a.len % 3][b.len];
}

/* A word may be near because one holds the other: "dialer_phone", "end_time". */
static bool
holds(struct fv_span longer, struct fv_span shorter)
{
	if (shorter.len < 3 || longer.len < shorter.len)
		return false;
	for (size_t i = 0; i + shorter.len <= longer.len; i++)
		if (memcmp(longer.ptr + i, shorter.ptr, shorter.len) == 0)
			return true;
	return false;
}

const char *
fv_word_nearest(struct fv_span word, const char *const *words, size_t count)
{
	const char *best = NULL;
	size_t best_edits = 0;
	const char *held = NULL;

	if (word.len == 0 || word.len > WORD_MAX_BYTES)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (words[i] == NULL || strlen(words[i]) > WORD_MAX_BYTES)
			continue;
		struct fv_span w = fv_span_z(words[i]);
		size_t edits = distance(word, w);
		if (best == NULL || edits < best_edits) {
			best = words[i];
			best_edits = edits;
		}
		if (held == NULL && (holds(word, w) || holds(w, word)))
			held = words[i];
	}
	size_t limit = word.len / 3 > 2 ? word.len / 3 : 2;
	if (best != NULL && best_edits <= limit && best_edits < word.len)
		return best;
	return held;
}
