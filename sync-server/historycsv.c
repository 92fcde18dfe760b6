#include "sync-server/historycsv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "fv/instant.h"
#include "sync-server/csvrows.h"
#include "sync-server/textfile.h"

#define LABEL_BYTES 32U

enum value { V_TEXT, V_SET, V_BOOL, V_NUMBER, V_TIME, V_TERM, V_JSON };
enum object { O_BOTH, O_CONTACT, O_EVENT };

struct column {
	const char *name;
	enum object object;
	enum value value;
};

static const struct column columns[] = {
    {"type", O_BOTH, V_TEXT},
    {"id", O_BOTH, V_TEXT},
    {"case", O_BOTH, V_TEXT},
    {"source", O_BOTH, V_TEXT},
    {"debts", O_BOTH, V_SET},
    {"by", O_BOTH, V_TEXT},
    {"number", O_BOTH, V_TEXT},
    {"channel", O_CONTACT, V_TEXT},
    {"begin", O_CONTACT, V_TIME},
    {"end", O_CONTACT, V_TIME},
    {"officers", O_CONTACT, V_SET},
    {"outcome", O_CONTACT, V_TEXT},
    {"discussed", O_CONTACT, V_SET},
    {"with", O_CONTACT, V_TEXT},
    {"place", O_CONTACT, V_TEXT},
    {"entered", O_CONTACT, V_BOOL},
    {"lat", O_CONTACT, V_NUMBER},
    {"lon", O_CONTACT, V_NUMBER},
    {"accuracy_m", O_CONTACT, V_NUMBER},
    {"identified", O_CONTACT, V_BOOL},
    {"identity_confirmed", O_CONTACT, V_BOOL},
    {"recorded", O_CONTACT, V_TEXT},
    {"camera", O_CONTACT, V_BOOL},
    {"call_id", O_CONTACT, V_TEXT},
    {"purpose", O_CONTACT, V_TEXT},
    {"meant_for", O_CONTACT, V_TEXT},
    {"overrun_reason", O_CONTACT, V_TEXT},
    {"kind", O_EVENT, V_TEXT},
    {"at", O_EVENT, V_TIME},
    {"until", O_EVENT, V_TERM},
    {"from", O_EVENT, V_TERM},
    {"windows", O_EVENT, V_JSON},
    {"scope", O_EVENT, V_SET},
    {"form", O_EVENT, V_TEXT},
    {"to", O_EVENT, V_TEXT},
    {"contact", O_EVENT, V_TEXT},
    {"channels", O_EVENT, V_SET},
    {"recorded_by", O_EVENT, V_TEXT},
};
#define COLUMN_COUNT (sizeof columns / sizeof columns[0])
_Static_assert(COLUMN_COUNT <= CSVROWS_COLUMNS_MAX, "every column fits a row");

struct reading {
	const struct historycsv_opts *opts;
	const struct historycsv_taker *taker;
	struct csvrows rows;
	const struct column *columns[CSVROWS_COLUMNS_MAX];
	size_t column_count;
	enum object only; /* what every row is where no column "type" says it */
	json_t *object;   /* of the row, owned */
	bool is_ended;    /* the taker has enough */
};

static enum fv_err
fault(struct reading *r, size_t line, const char *column, const char *rule)
{
	r->is_ended = !r->taker->on_fault(line, column, rule, r->taker->ctx);
	return FV_EFORMAT;
}

/* -- the names of the columns -------------------------------------------------------- */

/* Why a column that is not of the interchange has no place here. */
static const char *
why_not(const char *name)
{
	static const char *const amounts[] = {
	    "amount", "paid_amount", "amount_paid", "balance", "sum", "days_overdue"};
	static const char *const personal[] = {"name", "phone", "address", "remark"};

	for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++)
		if (strcmp(name, amounts[i]) == 0)
			return "the server keeps no amount; leave the column out";
	for (size_t i = 0; i < sizeof personal / sizeof personal[0]; i++)
		if (strcmp(name, personal[i]) == 0)
			return "personal text never reaches the server; leave the column out";
	return "is no name of the interchange; leave the column out";
}

static bool
has_column(const struct reading *r, const char *name)
{
	for (size_t i = 0; i < r->column_count; i++)
		if (r->columns[i] != NULL && strcmp(r->columns[i]->name, name) == 0)
			return true;
	return false;
}

/* A name for messages: what stands there may be the first row of a file without names. */
static const char *
label(const char *name, size_t at, char out[LABEL_BYTES])
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz_");

	if (len > 0 && len < LABEL_BYTES && name[len] == '\0')
		return name;
	(void)snprintf(out, LABEL_BYTES, "%zu", at + 1);
	return out;
}

static enum fv_err
take_name(struct reading *r, size_t at)
{
	const char *name = r->rows.cells[at];
	const size_t line = r->rows.row_line;
	char out[LABEL_BYTES];
	size_t i = 0;

	while (i < COLUMN_COUNT && strcmp(columns[i].name, name) != 0)
		i++;
	if (i == COLUMN_COUNT)
		return fault(r, line, label(name, at, out), why_not(name));
	if (has_column(r, name))
		return fault(r, line, name, "stands twice; leave one of them out");
	if (r->opts->is_payments &&
	    (columns[i].object == O_CONTACT || strcmp(name, "kind") == 0 ||
		strcmp(name, "type") == 0))
		return fault(r, line, name,
		    "a payment has id, case and at, and may have source, debts and "
		    "recorded_by; leave the column out");
	r->columns[r->column_count++] = &columns[i];
	return FV_OK;
}

/* The faults of the first line are said together, and no row is read after one. */
static enum fv_err
read_names(struct reading *r)
{
	enum fv_err rc = FV_OK, one;

	for (size_t i = 0; i < r->rows.cell_count && !r->is_ended; i++)
		if ((one = take_name(r, i)) != FV_OK)
			rc = one;
	if (rc != FV_OK || r->is_ended)
		return FV_EFORMAT;
	if (r->opts->is_payments)
		r->only = O_EVENT;
	else if (has_column(r, "type"))
		r->only = O_BOTH;
	else if (has_column(r, "channel") != has_column(r, "kind"))
		r->only = has_column(r, "kind") ? O_EVENT : O_CONTACT;
	else
		return fault(r, r->rows.row_line, "",
		    "the first line names the columns: a contact has a channel, an event has "
		    "a kind, and a file of both has a column type");
	return FV_OK;
}

/* -- values ---------------------------------------------------------------------------- */

static enum fv_err
bad(struct reading *r, const struct column *c, const char *rule)
{
	return fault(r, r->rows.row_line, c->name, rule);
}

/* Whether a time of day stands in what textfile_wall() took. */
static bool
has_time(const char *text)
{
	return strchr(text, ':') != NULL ||
	    (strchr(text, '.') == strrchr(text, '.') && strchr(text, '.') != NULL);
}

/* The instant of a clock on the wall. */
static enum fv_err
find_instant(struct reading *r, const struct column *c, int64_t wall_ms, int64_t *out)
{
	struct fv_civil civil;
	int64_t found[2];
	size_t count = 0;

	if (r->opts->zone == NULL)
		return bad(r, c,
		    "does not say of which clock it is; give --zone ZONE, or write it as "
		    "2026-03-02T08:15:00+08:00");
	fv_civil_from_instant(wall_ms, 0, &civil);
	if (fv_zone_instants(r->opts->zone, &civil, found, &count) != FV_OK || count == 0)
		return bad(r, c, "clocks were put forward over this time on that day");
	if (count > 1)
		return bad(r, c,
		    "clocks were put back over this time, so that it was twice; write it with "
		    "its offset");
	*out = found[0];
	return FV_OK;
}

static enum fv_err
put_time(struct reading *r, const struct column *c, const char *text, json_t **out)
{
	char said[FV_INSTANT_TEXT_BYTES];
	int64_t at_ms, wall_ms;
	const char *rule;
	enum fv_err rc;

	if (fv_instant_parse(fv_span_z(text), &at_ms) == FV_OK) {
		*out = json_string(text);
		return FV_OK;
	}
	if (textfile_wall(text, r->opts->takes_serials, &wall_ms, &rule) != FV_OK)
		return bad(r, c, rule);
	if (c->value == V_TIME && !has_time(text))
		return bad(
		    r, c, "has no time of day; the hour counts, write it as 2026-03-02 08:15");
	if ((rc = find_instant(r, c, wall_ms, &at_ms)) != FV_OK)
		return rc;
	*out = json_string(fv_instant_format(at_ms, 0, true, said));
	return FV_OK;
}

static enum fv_err
put_bool(struct reading *r, const struct column *c, const char *text, json_t **out)
{
	const bool is_yes =
	    strcmp(text, "yes") == 0 || strcmp(text, "true") == 0 || strcmp(text, "TRUE") == 0;

	if (!is_yes && strcmp(text, "no") != 0 && strcmp(text, "false") != 0 &&
	    strcmp(text, "FALSE") != 0)
		return bad(r, c, "must be yes or no");
	*out = json_boolean(is_yes);
	return FV_OK;
}

static enum fv_err
put_json(struct reading *r, const struct column *c, const char *text, json_t **out)
{
	*out = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	if (c->value == V_NUMBER && !json_is_number(*out))
		return bad(r, c, "is not a number such as 23.1291");
	if (c->value == V_JSON && !json_is_array(*out))
		return bad(r, c,
		    "is not a list such as "
		    "[{\"days\":[\"mon\"],\"from\":\"15:00\",\"to\":\"17:00\"}]");
	return FV_OK;
}

static json_t *
set_of(const char *text)
{
	json_t *list = json_array();

	for (;;) {
		const size_t len = strcspn(text, ";");

		if (json_array_append_new(list, json_stringn(text, len)) != 0) {
			json_decref(list);
			return NULL;
		}
		if (text[len] == '\0')
			return list;
		text += len + 1;
	}
}

/* One value.  An empty one says nothing, and is left out. */
static enum fv_err
put_value(struct reading *r, const struct column *c, const char *text)
{
	json_t *value = NULL;
	enum fv_err rc = FV_OK;

	if (text[0] == '\0')
		return FV_OK;
	if (!fv_utf8_valid(fv_span_z(text)))
		return bad(r, c, "is not UTF-8");
	switch (c->value) {
	case V_SET:
		value = set_of(text);
		break;
	case V_BOOL:
		rc = put_bool(r, c, text, &value);
		break;
	case V_NUMBER:
	case V_JSON:
		rc = put_json(r, c, text, &value);
		break;
	case V_TIME:
	case V_TERM:
		rc = put_time(r, c, text, &value);
		break;
	case V_TEXT:
		value = json_string(text);
		break;
	}
	if (rc == FV_OK)
		return json_object_set_new(r->object, c->name, value) == 0 ? FV_OK : FV_ENOMEM;
	json_decref(value);
	return rc;
}

/* -- rows ------------------------------------------------------------------------------ */

static enum fv_err
set_word(struct reading *r, const char *name, const char *word)
{
	return json_object_set_new(r->object, name, json_string(word)) == 0 ? FV_OK
									    : FV_ENOMEM;
}

static enum fv_err
put_kind(struct reading *r)
{
	enum fv_err rc = FV_OK;

	if (r->only != O_BOTH)
		rc = set_word(r, "type", r->only == O_EVENT ? "event" : "contact");
	if (rc == FV_OK && r->opts->is_payments)
		rc = set_word(r, "kind", "paid");
	if (rc == FV_OK && r->opts->is_payments &&
	    json_object_get(r->object, "source") == NULL)
		rc = set_word(r, "source", "desk");
	return rc;
}

static enum fv_err
take_row(struct reading *r)
{
	enum fv_err rc = FV_OK;
	char *text = NULL;

	if (r->rows.cell_count != r->column_count)
		return fault(r, r->rows.row_line, "",
		    "the row has not as many values as there are columns");
	if ((r->object = json_object()) == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; rc == FV_OK && i < r->column_count; i++)
		rc = put_value(r, r->columns[i], r->rows.cells[i]);
	if (rc == FV_OK)
		rc = put_kind(r);
	if (rc == FV_OK) {
		/* In the order of names: the order of columns is no part of what is said. */
		text = json_dumps(
		    r->object, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(12));
		if (text == NULL)
			rc = FV_ENOMEM;
		else
			r->is_ended = !r->taker->on_row(
			    fv_span_z(text), r->rows.row_line, r->taker->ctx);
	}
	free(text);
	json_decref(r->object);
	r->object = NULL;
	return rc;
}

bool
historycsv_is_table(struct fv_span text)
{
	size_t at = 0;

	while (at < text.len && text.ptr[at] != '\0' && strchr(" \t\n", text.ptr[at]) != NULL)
		at++;
	return at < text.len && text.ptr[at] != '{';
}

enum fv_err
historycsv_read(struct fv_span text, const struct historycsv_opts *opts,
    const struct historycsv_taker *taker)
{
	struct reading r = {.opts = opts, .taker = taker, .rows = csvrows_of(text)};
	enum fv_err rc = FV_OK;

	while (!r.is_ended && !csvrows_at_end(&r.rows)) {
		if (csvrows_next(&r.rows) != FV_OK) {
			(void)fault(&r, r.rows.fault_line, "", r.rows.rule);
			break;
		}
		if (r.rows.cell_count == 0)
			continue;
		if (r.column_count > 0)
			rc = take_row(&r);
		else if (read_names(&r) != FV_OK)
			break;
		if (rc == FV_ENOMEM)
			return rc;
	}
	return FV_OK;
}
