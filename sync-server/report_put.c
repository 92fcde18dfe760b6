/* The report as a table for people, as CSV and as JSON. */
#include <stdio.h>
#include <string.h>

#include "sync-server/report.h"

#define MINUTE_MS INT64_C(60000)

static bool
is_unwanted(const uint8_t *p, size_t left, size_t *len_out)
{
	uint32_t c = p[0];

	*len_out = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (*len_out > left)
		*len_out = left;
	if (c < 0x20 || c == 0x7f || (c == 0xc2 && left > 1 && p[1] < 0xa0))
		return true;
	/* U+200E, U+200F, U+2028..U+202E, U+2066..U+2069: they turn a line around or break it.
	 */
	if (c == 0xe2 && left > 2 && p[1] == 0x80)
		return p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae);
	return c == 0xe2 && left > 2 && p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9;
}

void
report_put_plain(struct fv_buf *out, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t left = strlen(text), len;

	for (; left > 0; p += len, left -= len) {
		if (is_unwanted(p, left, &len))
			fv_buf_put_u8(out, '?');
		else
			fv_buf_put(out, p, len);
	}
}

void
report_put_field(struct fv_buf *out, const char *text)
{
	bool is_formula = text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;

	if (!is_formula && strpbrk(text, ",\"\r\n") == NULL) {
		fv_buf_put_z(out, text);
		return;
	}
	fv_buf_put_u8(out, '"');
	if (is_formula)
		fv_buf_put_u8(out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fv_buf_put_u8(out, '"');
		fv_buf_put_u8(out, (uint8_t)*text);
	}
	fv_buf_put_u8(out, '"');
}

static int32_t
offset_of(const struct report_row *row, int64_t utc_ms)
{
	return row->zone != NULL ? fv_zone_offset_s(row->zone, utc_ms) : 0;
}

void
report_put_local(struct fv_buf *out, const struct report_row *row, int64_t utc_ms)
{
	char text[FV_INSTANT_TEXT_BYTES];
	int64_t whole = utc_ms - ((utc_ms % 1000) + 1000) % 1000;

	fv_buf_put_z(
	    out, fv_instant_format(whole, offset_of(row, utc_ms), row->zone == NULL, text));
}

const char *
report_verdict_phrase(enum fv_verdict worst)
{
	switch (worst) {
	case FV_VERDICT_FAIL:
		return "fail";
	case FV_VERDICT_REVIEW:
		return "review";
	case FV_VERDICT_PASS:
	case FV_VERDICT_NA:
		return "no rule broken";
	default:
		return "not judged";
	}
}

static const char *
word_of(enum fv_code_set set, uint32_t code)
{
	const char *word = fv_code_word(set, code);

	return word != NULL ? word : "";
}

/* What makes an officer more than a name: a stable word, and words for people. */
static const struct {
	const char *word;
	const char *phrase; /* NULL: nothing to say of who holds the handheld */
} confirmations[] = {
    [FV_OFFICER_HOLDS] = {"holder", NULL},
    [FV_OFFICER_DECLARED] = {"declared", "declared"},
    [FV_OFFICER_CODE_WRONG] = {"code_wrong", "declared: code did not match"},
    [FV_OFFICER_CODE_NOT_CHECKED] = {"code_not_checked", "declared: code not checked"},
    [FV_OFFICER_BY_HANDHELD] = {"own_handheld", "confirmed (own handheld)"},
    [FV_OFFICER_BY_CODE] = {"code", "confirmed (code)"},
    [FV_OFFICER_BY_PIN] = {"pin", "confirmed (PIN)"},
};

/* Officers joined by `between`, for people each second one with what confirms him. */
static void
put_officers(struct fv_buf *out, const struct fv_fold_contact *c, const char *between,
    bool is_for_people)
{
	for (size_t i = 0; i < c->contact.officers.count; i++) {
		const char *phrase = confirmations[c->confirmed[i]].phrase;

		if (i > 0)
			fv_buf_put_z(out, between);
		report_put_plain(out, c->contact.officers.items[i]);
		if (is_for_people && phrase != NULL)
			fv_buf_putf(out, " %s", phrase);
	}
}

static void
put_day(struct fv_buf *out, int64_t days)
{
	struct fv_civil c;

	fv_civil_from_days(days, &c);
	fv_buf_putf(out, "%04d-%02d-%02d", c.year, c.month, c.day);
}

static void
put_clock(struct fv_buf *out, const struct report_row *row, int64_t utc_ms)
{
	struct fv_civil c;

	fv_civil_from_instant(utc_ms, offset_of(row, utc_ms), &c);
	fv_buf_putf(out, "%02d:%02d", c.hour, c.minute);
}

static void
put_row_head(struct fv_buf *out, const struct report *r, const struct report_row *row)
{
	const struct fv_contact *c = &row->c->contact;
	int32_t offset = offset_of(row, c->begin_utc_ms);
	struct fv_civil day;

	if (r->options.all_days) {
		fv_civil_from_instant(c->begin_utc_ms, offset, &day);
		fv_buf_putf(out, "%04d-%02d-%02d ", day.year, day.month, day.day);
	}
	put_clock(out, row, c->begin_utc_ms);
	if (c->has_end) {
		fv_buf_put_z(out, c->is_open ? "-(" : "-");
		put_clock(out, row, c->end_utc_ms);
		fv_buf_put_z(out, c->is_open ? ")" : "");
	}
	fv_buf_putf(out, " %s %c%02d:%02d", row->zone_name, offset < 0 ? '-' : '+',
	    (offset < 0 ? -offset : offset) / 3600, (offset < 0 ? -offset : offset) / 60 % 60);
	fv_buf_putf(out, "  case %s  %s", c->case_id, word_of(FV_CODES_CHANNEL, c->channel));
	if (c->officers.count > 0) {
		fv_buf_put_z(out, " by ");
		put_officers(out, row->c, ", ", true);
	}
	if (c->has_end)
		fv_buf_putf(out, "  %lld min",
		    (long long)((c->end_utc_ms - c->begin_utc_ms) / MINUTE_MS));
	if (c->place != 0)
		fv_buf_putf(out, "  %s", word_of(FV_CODES_PLACE, c->place));
	if (c->outcome != 0)
		fv_buf_putf(out, "  %s", word_of(FV_CODES_OUTCOME, c->outcome));
	if (c->with != 0)
		fv_buf_putf(out, " with %s", word_of(FV_CODES_WITH, c->with));
	fv_buf_putf(out, "  [%s]\n", c->id);
}

/* What was recorded, where a correction says otherwise. */
static void
put_versions(struct fv_buf *out, const struct report_row *row)
{
	const struct fv_fold_contact *c = row->c;

	if (c->was_case != NULL)
		fv_buf_putf(out, "    recorded at case %s, corrected to %s\n", c->was_case,
		    c->contact.case_id);
	if (c->has_was_outcome)
		fv_buf_putf(out, "    recorded outcome %s, corrected to %s\n",
		    word_of(FV_CODES_OUTCOME, c->was_outcome),
		    word_of(FV_CODES_OUTCOME, c->contact.outcome));
	if (c->has_was_end) {
		fv_buf_put_z(out, "    recorded end ");
		put_clock(out, row, c->was_end_ms);
		fv_buf_put_z(out, ", claimed ");
		put_clock(out, row, c->contact.end_utc_ms);
		fv_buf_put_u8(out, '\n');
	}
	if (c->contact.has_claim) {
		fv_buf_put_z(out, "    recorded begin ");
		put_clock(out, row, c->contact.begin_utc_ms);
		fv_buf_put_z(out, ", claimed ");
		put_clock(out, row, c->contact.claim_begin_ms);
		fv_buf_put_u8(out, '\n');
	}
}

static void
put_row(struct fv_buf *out, const struct report *r, const struct report_row *row)
{
	struct report_odd odd;

	put_row_head(out, r, row);
	for (size_t i = 0; i < row->finding_count; i++) {
		const struct judged_finding *f = &row->j->findings[row->finding_at + i];

		if (f->verdict != FV_VERDICT_FAIL && f->verdict != FV_VERDICT_REVIEW)
			continue;
		fv_buf_putf(out, "    %-6s  severity %u  %s %s: ",
		    f->verdict == FV_VERDICT_FAIL ? "FAIL" : "review", f->severity, f->pack,
		    f->rule);
		report_put_plain(out, r->options.is_chinese ? f->why_zh : f->why_en);
		fv_buf_put_u8(out, '\n');
	}
	if (row->worst == FV_VERDICT_PASS || row->worst == FV_VERDICT_NA)
		fv_buf_put_z(out, "    no loaded rule is broken\n");
	put_versions(out, row);
	if (row->c->contact.link != NULL)
		fv_buf_putf(out, "    one visit, logged by each officer; counts once [%s]\n",
		    row->c->contact.link);
	for (size_t i = 0; report_exception(row, i, &odd); i++)
		fv_buf_putf(out, "%s%s", i == 0 ? "    ! " : "; ", odd.phrase);
	if (report_exception(row, 0, &odd))
		fv_buf_put_u8(out, '\n');
}

/* What to do when there is nothing to show. */
static void
put_empty(struct fv_buf *out, const struct report *r)
{
	if (judge_trail(r->judge, 0) == NULL)
		fv_buf_put_z(out,
		    "No handheld is enrolled.  Make a ticket with 'fieldvisitd invite', "
		    "and enrol with 'fieldvisit enroll FILE'.\n");
	else if (!r->has_case)
		fv_buf_put_z(out,
		    "No case is known.  Bring cases in with 'fieldvisitd case import "
		    "FILE'.\n");
	else if (r->has_last) {
		fv_buf_put_z(out, "Nothing on this day.  The newest contact is of ");
		put_day(out, r->last_day);
		fv_buf_put_z(out, ": 'fieldvisitd report --day ");
		put_day(out, r->last_day);
		fv_buf_put_z(out, "'.\n");
	} else {
		fv_buf_put_z(out,
		    "No visit has arrived yet.  On the handheld: 'fieldvisit begin CASE', "
		    "'fieldvisit end', 'fieldvisit sync'.\n");
	}
}

static void
put_seen(struct fv_buf *out, const struct report *r)
{
	const struct judge_trail *t;

	for (size_t i = 0; (t = judge_trail(r->judge, i)) != NULL; i++) {
		fv_buf_put_z(out, i == 0 ? "Seen: " : "; ");
		fv_buf_put_hex(out, t->device.dev, 4);
		fv_buf_putf(out, " (%s) %llu records, %llu of them sealed", t->device.officer,
		    (unsigned long long)t->size, (unsigned long long)t->sealed_size);
	}
	if (judge_trail(r->judge, 0) != NULL)
		fv_buf_put_u8(out, '\n');
	if (r->unknown > 0)
		fv_buf_putf(out,
		    "Unknown: %zu records of these trails cannot be read or placed\n",
		    r->unknown);
}

void
report_put_table(struct fv_buf *out, const struct report *r)
{
	fv_buf_put_z(out, "Report");
	if (r->options.case_id != NULL)
		fv_buf_putf(out, " of case %s", r->options.case_id);
	if (r->options.has_day) {
		fv_buf_put_z(out, " of ");
		put_day(out, r->options.day);
	} else if (!r->options.all_days) {
		fv_buf_put_z(out, " of today");
	}
	fv_buf_putf(out, ": %zu visits", r->visits);
	if (r->linked > 0)
		fv_buf_putf(out, " (%zu logged by two officers)", r->linked);
	fv_buf_putf(out,
	    ", %zu other contacts; %zu fail, %zu review, %zu no rule broken, %zu "
	    "not "
	    "judged; %zu provisional, %zu with exceptions\n",
	    r->others, r->fails, r->reviews, r->clean, r->unjudged, r->provisional, r->odd);
	put_seen(out, r);
	if (judge_pack_count(r->judge) == 0)
		fv_buf_put_z(out,
		    "No rule pack is adopted: sign one with 'fieldvisitd pack publish' and "
		    "bring it in with 'fieldvisitd pack import'.\n");
	for (size_t i = 0; i < r->row_count; i++) {
		fv_buf_put_u8(out, '\n');
		put_row(out, r, &r->rows[i]);
	}
	if (r->row_count == 0)
		put_empty(out, r);
	report_put_standing_table(out, r);
}

/* The words of what is out of the ordinary, each once, between `quote`s. */
static void
put_odd_words(
    struct fv_buf *out, const struct report_row *row, const char *between, const char *quote)
{
	const char *last = NULL;
	struct report_odd odd;

	for (size_t i = 0; report_exception(row, i, &odd); i++) {
		if (last == NULL || strcmp(last, odd.word) != 0)
			fv_buf_putf(out, "%s%s%s%s", last != NULL ? between : "", quote,
			    odd.word, quote);
		last = odd.word;
	}
}

static void
put_csv_row(struct fv_buf *out, const struct report *r, const struct report_row *row,
    const struct judged_finding *f)
{
	const struct fv_contact *c = &row->c->contact;
	struct fv_buf cell = {0};
	char number[24] = "";

	report_put_field(out, c->id);
	fv_buf_put_u8(out, ',');
	report_put_field(out, c->case_id);
	fv_buf_putf(out, ",%s,", word_of(FV_CODES_CHANNEL, c->channel));
	put_officers(&cell, row->c, ";", false);
	report_put_field(out, fv_buf_z(&cell) != NULL ? fv_buf_z(&cell) : "");
	fv_buf_put_u8(out, ',');
	report_put_local(out, row, c->begin_utc_ms);
	fv_buf_put_u8(out, ',');
	if (c->has_end && !c->is_open) {
		report_put_local(out, row, c->end_utc_ms);
		(void)snprintf(number, sizeof number, "%lld",
		    (long long)((c->end_utc_ms - c->begin_utc_ms) / MINUTE_MS));
	}
	fv_buf_putf(out, ",%s,%s,%s,%s,%s,", number, row->zone_name,
	    word_of(FV_CODES_PLACE, c->place), word_of(FV_CODES_OUTCOME, c->outcome),
	    f != NULL ? fv_verdict_word(f->verdict) : report_verdict_phrase(row->worst));
	if (f != NULL) {
		fv_buf_putf(out, "%u,", f->severity);
		report_put_field(out, f->pack);
		fv_buf_put_u8(out, ',');
		report_put_field(out, f->rule);
		fv_buf_put_u8(out, ',');
		report_put_field(out, r->options.is_chinese ? f->citation_zh : f->citation_en);
		fv_buf_put_u8(out, ',');
		report_put_field(out, r->options.is_chinese ? f->why_zh : f->why_en);
		fv_buf_put_u8(out, ',');
	} else {
		fv_buf_put_z(out, ",,,,,");
	}
	fv_buf_reset(&cell);
	put_odd_words(&cell, row, ";", "");
	report_put_field(out, fv_buf_z(&cell) != NULL ? fv_buf_z(&cell) : "");
	for (size_t i = 0; i < c->officers.count; i++)
		fv_buf_putf(
		    out, "%s%s", i > 0 ? ";" : ",", confirmations[row->c->confirmed[i]].word);
	fv_buf_putf(out, "%s,%s\r\n", c->officers.count == 0 ? "," : "",
	    c->link != NULL ? c->link : "");
	fv_buf_clear(&cell);
}

void
report_put_csv(struct fv_buf *out, const struct report *r)
{
	fv_buf_put_z(out,
	    "contact,case,channel,officers,begin,end,minutes,zone,place,outcome,"
	    "verdict,severity,pack,rule,citation,why,exceptions,confirmed,link\r\n");
	for (size_t i = 0; i < r->row_count; i++) {
		const struct report_row *row = &r->rows[i];
		size_t shown = 0;

		for (size_t k = 0; k < row->finding_count; k++) {
			const struct judged_finding *f =
			    &row->j->findings[row->finding_at + k];

			if (f->verdict != FV_VERDICT_FAIL && f->verdict != FV_VERDICT_REVIEW)
				continue;
			put_csv_row(out, r, row, f);
			shown++;
		}
		if (shown == 0)
			put_csv_row(out, r, row, NULL);
	}
}

static void
put_json_key(struct fv_buf *out, const char *key, const char *text)
{
	fv_buf_putf(out, ",\"%s\":", key);
	if (text == NULL)
		fv_buf_put_z(out, "null");
	else
		fv_audit_put_json_text(out, text);
}

static void
put_json_time(struct fv_buf *out, const char *key, const struct report_row *row, int64_t ms)
{
	fv_buf_putf(out, ",\"%s\":\"", key);
	report_put_local(out, row, ms);
	fv_buf_put_u8(out, '"');
}

/* What the checklist and the outcome say of how it went; null: not known. */
static void
put_json_conduct(struct fv_buf *out, const struct fv_contact *c)
{
	static const char *const words[] = {
	    [FV_TRI_UNKNOWN] = "null", [FV_TRI_YES] = "true", [FV_TRI_NO] = "false"};

	fv_buf_putf(out,
	    ",\"identified\":%s,\"identity_confirmed\":%s,\"entered\":%s,\"camera\":%s",
	    words[c->identified], words[c->identity_confirmed], words[c->entered],
	    words[c->camera]);
	put_json_key(out, "recorded", fv_code_word(FV_CODES_RECORDED, c->recorded));
}

static void
put_json_contact(struct fv_buf *out, const struct report_row *row)
{
	static const char *const fixes[] = {"none", "one_sided", "bridged", "inside"};
	const struct fv_contact *c = &row->c->contact;
	size_t shown = 0;

	fv_buf_put_z(out, "{\"contact\":");
	fv_audit_put_json_text(out, c->id);
	put_json_key(out, "case", c->case_id);
	put_json_key(out, "channel", word_of(FV_CODES_CHANNEL, c->channel));
	fv_buf_put_z(out, ",\"officers\":[");
	for (size_t i = 0; i < c->officers.count; i++) {
		fv_buf_put_z(out, i > 0 ? "," : "");
		fv_audit_put_json_text(out, c->officers.items[i]);
	}
	fv_buf_put_z(out, "],\"confirmed\":[");
	for (size_t i = 0; i < c->officers.count; i++)
		fv_buf_putf(out, "%s\"%s\"", i > 0 ? "," : "",
		    confirmations[row->c->confirmed[i]].word);
	fv_buf_put_u8(out, ']');
	put_json_key(out, "zone", row->zone_name);
	put_json_time(out, "begin", row, c->begin_utc_ms);
	if (c->has_end) {
		put_json_time(out, c->is_open ? "last_sign" : "end", row, c->end_utc_ms);
		fv_buf_putf(out, ",\"minutes\":%lld",
		    (long long)((c->end_utc_ms - c->begin_utc_ms) / MINUTE_MS));
	}
	if (c->has_claim)
		put_json_time(out, "claimed_begin", row, c->claim_begin_ms);
	if (row->c->has_was_end)
		put_json_time(out, "recorded_end", row, row->c->was_end_ms);
	put_json_conduct(out, c);
	put_json_key(out, "place", fv_code_word(FV_CODES_PLACE, c->place));
	put_json_key(out, "outcome", fv_code_word(FV_CODES_OUTCOME, c->outcome));
	put_json_key(out, "with", fv_code_word(FV_CODES_WITH, c->with));
	put_json_key(out, "fix", fixes[row->c->fix]);
	put_json_key(out, "link", c->link);
	put_json_key(out, "recorded_case", row->c->was_case);
	if (row->c->has_was_outcome)
		put_json_key(out, "recorded_outcome",
		    fv_code_word(FV_CODES_OUTCOME, row->c->was_outcome));
	fv_buf_putf(out, ",\"notes\":%u", row->c->note_count);
	put_json_key(out, "verdict", report_verdict_phrase(row->worst));
	fv_buf_put_z(out, ",\"exceptions\":[");
	put_odd_words(out, row, ",", "\"");
	fv_buf_put_z(out, "],\"alarms\":[");
	for (uint32_t check = 0, shown_alarms = 0; check < 64; check++)
		if ((row->c->alarms >> check & 1) != 0)
			fv_buf_putf(out, "%s%u", shown_alarms++ > 0 ? "," : "", check);
	fv_buf_put_z(out, "],\"findings\":[");
	for (size_t i = 0; i < row->finding_count; i++) {
		const struct judged_finding *f = &row->j->findings[row->finding_at + i];

		if (f->verdict == FV_VERDICT_NA)
			continue;
		fv_buf_put_z(out, shown++ > 0 ? "," : "");
		fv_buf_put_z(out, f->json);
	}
	fv_buf_put_z(out, "]}");
}

void
report_put_json(struct fv_buf *out, const struct report *r)
{
	const struct judge_trail *t;

	fv_buf_put_z(out, "{\"day\":");
	if (r->options.has_day) {
		fv_buf_put_u8(out, '"');
		put_day(out, r->options.day);
		fv_buf_put_u8(out, '"');
	} else {
		fv_buf_put_z(out, "null");
	}
	put_json_key(out, "case", r->options.case_id);
	fv_buf_putf(out,
	    ",\"counts\":{\"visits\":%zu,\"linked\":%zu,\"others\":%zu,\"fail\":%zu,"
	    "\"review\":%zu,"
	    "\"no_rule_broken\":%zu,\"not_judged\":%zu,\"provisional\":%zu,\"exceptions\":%zu}"
	    ","
	    "\"unknown_records\":%zu,\"trails\":[",
	    r->visits, r->linked, r->others, r->fails, r->reviews, r->clean, r->unjudged,
	    r->provisional, r->odd, r->unknown);
	for (size_t i = 0; (t = judge_trail(r->judge, i)) != NULL; i++) {
		fv_buf_put_z(out, i > 0 ? ",{\"device\":\"" : "{\"device\":\"");
		fv_buf_put_hex(out, t->device.dev, FV_DEV_BYTES);
		fv_buf_putf(out, "\",\"officer\":\"%s\",\"records\":%llu,\"sealed\":%llu}",
		    t->device.officer, (unsigned long long)t->size,
		    (unsigned long long)t->sealed_size);
	}
	fv_buf_put_z(out, "],\"contacts\":[");
	for (size_t i = 0; i < r->row_count; i++) {
		fv_buf_put_z(out, i > 0 ? ",\n" : "\n");
		put_json_contact(out, &r->rows[i]);
	}
	fv_buf_put_z(out, "],\"standing\":");
	report_put_standing_json(out, &r->standing);
	fv_buf_put_z(out, "}\n");
}
