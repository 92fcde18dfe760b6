#include "sync-server/casefile.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/codes.h"
#include "fv/instant.h"
#include "sync-server/cli.h"

#define LINE_MAX_BYTES ((size_t)128 << 10)

const char *const casefile_days[] = {"plan_date", "as_of", NULL};

void
casefile_card_clear(struct casefile_card *card)
{
	fv_buf_clear(&card->note);
	fv_buf_clear(&card->ct);
	fv_buf_clear(&card->capsules);
}

static bool
set_text(json_t *object, enum fv_case_column column, struct fv_span text)
{
	if (text.len == 0)
		return true;
	return json_object_set_new(object, fv_case_column_name(column),
		   json_stringn((const char *)text.ptr, text.len)) == 0;
}

static bool
set_z(json_t *object, enum fv_case_column column, const char *text)
{
	return text == NULL || set_text(object, column, fv_span_z(text));
}

static bool
set_degrees(json_t *object, enum fv_case_column column, int32_t e7)
{
	const int64_t size = e7 < 0 ? -(int64_t)e7 : e7;
	char text[24];

	(void)snprintf(text, sizeof text, "%s%lld.%07lld", e7 < 0 ? "-" : "",
	    (long long)(size / 10000000), (long long)(size % 10000000));
	return set_z(object, column, text);
}

static bool
set_day(json_t *object, enum fv_case_column column, int64_t day)
{
	struct fv_civil c;
	char text[24];

	fv_civil_from_days(day, &c);
	(void)snprintf(
	    text, sizeof text, "%04d-%02d-%02d", (int)c.year, (int)c.month, (int)c.day);
	return set_z(object, column, text);
}

static bool
set_row(json_t *o, const struct fv_case_row *row)
{
	char radius[12];

	if (!set_z(o, FV_COL_CASE, row->case_id) || !set_z(o, FV_COL_AGENCY, row->agency) ||
	    !set_text(o, FV_COL_ZONE, row->zones) ||
	    !set_z(o, FV_COL_ACTOR, fv_code_word(FV_CODES_ACTOR, row->actor)) ||
	    !set_z(o, FV_COL_PRODUCT, fv_code_word(FV_CODES_PRODUCT, row->product)) ||
	    !set_text(o, FV_COL_DEBTS, row->debts) || !set_text(o, FV_COL_PACKS, row->packs) ||
	    !set_text(o, FV_COL_ASSIGNED, row->assigned))
		return false;
	if (row->has_place &&
	    (!set_degrees(o, FV_COL_LAT, row->place.lat_e7) ||
		!set_degrees(o, FV_COL_LON, row->place.lon_e7) ||
		!set_z(o, FV_COL_DATUM, "wgs84")))
		return false;
	(void)snprintf(radius, sizeof radius, "%u", row->radius_m);
	if (row->has_radius && !set_z(o, FV_COL_RADIUS_M, radius))
		return false;
	return (!row->has_plan || set_day(o, FV_COL_PLAN_DATE, row->plan_day)) &&
	    (!row->has_as_of || set_day(o, FV_COL_AS_OF, row->as_of_day));
}

static bool
set_card(json_t *object, const struct casefile_card *card)
{
	struct fv_buf ct = {0}, capsules = {0};
	bool is_set = false;

	fv_buf_put_base64(&ct, card->ct.ptr, card->ct.len);
	fv_buf_put_base64(&capsules, card->capsules.ptr, card->capsules.len);
	if (fv_buf_z(&ct) != NULL && fv_buf_z(&capsules) != NULL)
		is_set = json_object_set_new(object, "card",
			     json_pack("{s:s%, s:s, s:s}", "note",
				 (const char *)card->note.ptr, card->note.len, "ct",
				 fv_buf_z(&ct), "capsules", fv_buf_z(&capsules))) == 0;
	fv_buf_clear(&ct);
	fv_buf_clear(&capsules);
	return is_set;
}

enum fv_err
casefile_put(
    struct fv_buf *out, const struct fv_case_row *row, const struct casefile_card *card)
{
	json_t *object = json_object();
	char *line = NULL;
	enum fv_err rc = FV_ENOMEM;

	if (object == NULL || !set_row(object, row) ||
	    (card != NULL && !set_card(object, card)))
		goto cleanup;
	if ((line = json_dumps(object, JSON_COMPACT)) == NULL)
		goto cleanup;
	fv_buf_put_z(out, line);
	fv_buf_put_u8(out, '\n');
	rc = fv_buf_status(out);
cleanup:
	free(line);
	json_decref(object);
	return rc;
}

static enum fv_err
fail(struct fv_case_fault *fault, const char *column, const char *rule, enum fv_err err)
{
	memset(fault->column, 0, sizeof fault->column);
	for (size_t i = 0; column[i] != '\0' && i + 1 < sizeof fault->column; i++)
		fault->column[i] =
		    (uint8_t)column[i] < 0x20 || (uint8_t)column[i] >= 0x7f ? '?' : column[i];
	fault->rule = rule;
	return err;
}

static struct fv_span
text_of(const json_t *value)
{
	if (!json_is_string(value))
		return (struct fv_span){NULL, 0};
	return fv_span_of(json_string_value(value), json_string_length(value));
}

static enum fv_err
read_card(const json_t *object, struct casefile_card *card, struct fv_case_fault *fault)
{
	const struct fv_span note = text_of(json_object_get(object, "note"));
	enum fv_err rc;

	if (!json_is_object(object) || json_object_size(object) != 3 || note.len == 0 ||
	    fv_base64_decode(text_of(json_object_get(object, "ct")), &card->ct) != FV_OK ||
	    fv_base64_decode(text_of(json_object_get(object, "capsules")), &card->capsules) !=
		FV_OK)
		return fail(fault, "card",
		    "is not {note, ct, capsules}; take a file that 'fieldvisitd case seal' "
		    "wrote",
		    FV_EFORMAT);
	if (card->ct.len > FV_NOTE_CT_MAX || card->capsules.len == 0 ||
	    card->capsules.len % FV_NOTE_CAPSULE_BYTES != 0 ||
	    card->capsules.len > (size_t)FV_CARD_RECIPIENTS_MAX * FV_NOTE_CAPSULE_BYTES)
		return fail(fault, "card",
		    "has bytes of a wrong length; take a file that 'fieldvisitd case seal' "
		    "wrote",
		    FV_EFORMAT);
	fv_buf_put_span(&card->note, note);
	if ((rc = fv_buf_status(&card->note)) == FV_OK &&
	    (rc = fv_buf_status(&card->ct)) == FV_OK)
		rc = fv_buf_status(&card->capsules);
	return rc;
}

static enum fv_err
read_members(const json_t *object, struct fv_span values[FV_COL_COUNT],
    struct casefile_card *card, bool *has_card, struct fv_case_fault *fault)
{
	const char *name;
	json_t *value;
	enum fv_case_column column;
	enum fv_err rc;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		if (strcmp(name, "card") == 0) {
			if ((rc = read_card(value, card, fault)) != FV_OK)
				return rc;
			*has_card = true;
			continue;
		}
		if (fv_case_column_find(fv_span_z(name), &column) != FV_OK)
			return fail(fault, name,
			    "is not a column of a case file; leave it out", FV_EFORMAT);
		if (column >= FV_COL_SEALED_FIRST)
			return fail(fault, name,
			    "personal text never reaches the server; seal it with "
			    "'fieldvisitd "
			    "case seal'",
			    FV_EDENIED);
		if (!json_is_string(value))
			return fail(fault, name, "is not a string; quote it", FV_EFORMAT);
		values[column] = text_of(value);
	}
	return FV_OK;
}

static enum fv_err
read_line(struct fv_span line, size_t number, const struct casefile_opts *opts,
    struct fv_case_fault *fault)
{
	struct fv_span values[FV_COL_COUNT] = {{NULL, 0}};
	struct casefile_card card = {0};
	struct fv_case_row row;
	bool has_card = false;
	json_t *object = NULL;
	enum fv_err rc;

	*fault = (struct fv_case_fault){.rule = ""};
	if (line.len > LINE_MAX_BYTES) {
		rc = fail(fault, "", "a line is longer than 128 KiB; shorten it", FV_ETOOBIG);
		goto cleanup;
	}
	object = json_loadb((const char *)line.ptr, line.len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(object)) {
		rc = fail(fault, "",
		    "is not a JSON object; take a file that 'fieldvisitd case seal' wrote",
		    FV_EFORMAT);
		goto cleanup;
	}
	if ((rc = read_members(object, values, &card, &has_card, fault)) != FV_OK ||
	    (rc = fv_case_row_read(values, &row, fault)) != FV_OK)
		goto cleanup;
	row.line = number;
	rc = opts->on_case(&row, has_card ? &card : NULL, opts->ctx);
cleanup:
	json_decref(object);
	casefile_card_clear(&card);
	if (rc != FV_OK)
		fault->line = number;
	return rc;
}

static enum fv_err
read_lines(struct fv_span file, const struct casefile_opts *opts, struct fv_case_fault *fault)
{
	size_t number = 0;
	enum fv_err rc;

	while (file.len > 0) {
		const uint8_t *end = memchr(file.ptr, '\n', file.len);
		const size_t len = end == NULL ? file.len : (size_t)(end - file.ptr);
		const size_t used = end == NULL ? len : len + 1;

		number++;
		if (len > 0 &&
		    (rc = read_line(fv_span_of(file.ptr, len), number, opts, fault)) != FV_OK)
			return rc;
		file = fv_span_of(file.ptr + used, file.len - used);
	}
	return FV_OK;
}

static enum fv_err
on_row(const struct fv_case_row *row, void *ctx)
{
	const struct casefile_opts *opts = ctx;

	return opts->on_case(row, NULL, opts->ctx);
}

enum fv_err
casefile_read(
    struct fv_span file, const struct casefile_opts *opts, struct fv_case_fault *fault_out)
{
	struct casefile_opts copy = *opts;
	const struct fv_casecsv_opts csv = {.on_row = on_row, .ctx = &copy};
	struct fv_case_fault local;
	size_t at = 0;

	if (fault_out == NULL)
		fault_out = &local;
	*fault_out = (struct fv_case_fault){.rule = ""};
	while (
	    at < file.len && strchr(" \t\r\n", file.ptr[at]) != NULL && file.ptr[at] != '\0')
		at++;
	if (at < file.len && file.ptr[at] == '{')
		return read_lines(file, opts, fault_out);
	return fv_casecsv_read(file, &csv, fault_out);
}

int
casefile_fault(const char *path, const struct fv_case_fault *fault, enum fv_err err)
{
	if (err == FV_ENOMEM)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
	fprintf(stderr, "fieldvisitd: %s:%zu: ", path, fault->line);
	if (fault->column[0] != '\0')
		fprintf(stderr, "column \"%s\": ", fault->column);
	fprintf(stderr, "%s\n",
	    fault->rule == NULL || fault->rule[0] == '\0' ? fv_err_text(err) : fault->rule);
	return FV_EXIT_DATA;
}
