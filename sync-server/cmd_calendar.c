/* fieldvisitd calendar import and list: holidays as packs of calendars. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fv/instant.h"
#include "fv/order.h"
#include "sync-server/calendarfile.h"
#include "sync-server/cli.h"
#include "sync-server/cmd.h"
#include "sync-server/textfile.h"
#include "sync-server/packfile.h"
#include "sync-server/zones.h"

#define USAGE                                                                                 \
	"calendar import FILE|- --id ID --zones ZONE[,ZONE...] --source TEXT --from DATE "    \
	"--until DATE\n"                                                                      \
	"           [--confidence P|S|W|U] [--revision N] [--date DATE]\n"                    \
	"           " TEXTFILE_USAGE

struct wish {
	const char *id, *zones, *source, *from, *until, *confidence, *revision, *date;
	int64_t from_day, until_day, published_day;
	uint64_t number;
	size_t passed_over; /* days that are not covered */
};

static int
read_day(const char *option, const char *text, int64_t *day_out)
{
	if (fv_date_parse(fv_span_z(text), day_out) == FV_OK)
		return FV_EXIT_OK;
	return fv_cli_fail(FV_EXIT_USAGE, option, "is not a date; write as 2026-03-02");
}

static int
check_wish(struct wish *w)
{
	int code;

	w->published_day = (int64_t)time(NULL) / 86400;
	w->number = 1;
	if ((code = read_day("--from", w->from, &w->from_day)) != FV_EXIT_OK ||
	    (code = read_day("--until", w->until, &w->until_day)) != FV_EXIT_OK ||
	    (w->date != NULL &&
		(code = read_day("--date", w->date, &w->published_day)) != FV_EXIT_OK))
		return code;
	if (w->until_day < w->from_day)
		return fv_cli_fail(FV_EXIT_USAGE, "--until", "is before --from");
	if (!fv_id_valid(fv_span_z(w->id), FV_PACK_ID_BYTES - 1))
		return fv_cli_fail(FV_EXIT_USAGE, "--id",
		    "is not an id: 1 to 40 letters, digits, '.', '_' or '-'");
	if (w->confidence == NULL)
		w->confidence = "S";
	if (fv_code_find(FV_CODES_CONFIDENCE, fv_span_z(w->confidence)) == 0)
		return fv_cli_fail(FV_EXIT_USAGE, "--confidence",
		    "is P (primary text read), S (secondary source), W (weak) or U "
		    "(unverified)");
	if (w->revision != NULL &&
	    (fv_decimal_decode(fv_span_z(w->revision), 999999, &w->number) != FV_OK ||
		w->number == 0))
		return fv_cli_fail(FV_EXIT_USAGE, "--revision", "is not a number from 1");
	return FV_EXIT_OK;
}

/* The zones as a JSON list, each of them in this machine's time zone database. */
static int
read_zones(const char *text, json_t *list)
{
	char name[FV_ZONE_NAME_MAX_BYTES + 1];
	struct zones zones;
	int code = FV_EXIT_OK;

	zones_init(&zones, NULL);
	while (code == FV_EXIT_OK && *text != '\0') {
		const size_t len = strcspn(text, ",;");
		(void)snprintf(name, sizeof name, "%.*s", (int)len, text);
		if (len >= sizeof name || zones_get(name, &zones) == NULL)
			code = fv_cli_fail(FV_EXIT_USAGE, "--zones",
			    "%s is not a zone of the time zone database in %s", name,
			    FV_ZONEFILE_FOLDER);
		else
			(void)json_array_append_new(list, json_string(name));
		text += len + (text[len] != '\0');
	}
	zones_clear(&zones);
	return code;
}

static json_t *
json_date(int64_t days)
{
	struct fv_civil c;

	fv_civil_from_days(days, &c);
	return json_sprintf("%04d-%02d-%02d", (int)c.year, (int)c.month, (int)c.day);
}

/* The days of one kind that are covered. */
static json_t *
json_days(struct wish *w, const struct calendarfile *file, bool workdays)
{
	json_t *list = json_array();

	for (size_t i = 0; i < file->count; i++) {
		const struct calendarfile_day *d = &file->days[i];
		if (d->is_workday != workdays)
			continue;
		if (d->day < w->from_day || d->day > w->until_day)
			w->passed_over++;
		else
			(void)json_array_append_new(list, json_date(d->day));
	}
	return list;
}

/* A pack without rules; json takes `zones`. */
static json_t *
make_pack(struct wish *w, const struct calendarfile *file, json_t *zones)
{
	json_t *calendar = json_pack("{s:s, s:o, s:s, s:s, s:o, s:o, s:o}", "id", w->id,
	    "zones", zones, "source", w->source, "confidence", w->confidence, "from",
	    json_date(w->from_day), "until", json_date(w->until_day), "days",
	    json_days(w, file, false));
	json_t *workdays = json_days(w, file, true);

	if (json_array_size(workdays) > 0)
		(void)json_object_set(calendar, "workdays", workdays);
	json_decref(workdays);
	return json_pack("{s:s, s:s, s:I, s:{s:o, s:o}, s:o, s:[{s:s, s:s}], s:[], s:[o]}",
	    "id", w->id, "jurisdiction", "calendar", "revision", (json_int_t)w->number,
	    "title", "en", json_sprintf("Holidays: %s", w->id), "zh",
	    json_sprintf("节假日历：%s", w->id), "published", json_date(w->published_day),
	    "sources", "title", w->source, "where", "as given to calendar import", "rules",
	    "calendars", calendar);
}

/* Print the pack once it reads as one. */
static int
print_pack(const json_t *pack)
{
	struct fv_rulepack_error error;
	struct fv_rulepack *read = NULL;
	char *text = pack == NULL ? NULL : json_dumps(pack, JSON_INDENT(1));
	enum fv_err rc = FV_ENOMEM;

	if (text != NULL)
		rc = fv_rulepack_parse(fv_span_z(text), &read, &error);
	if (rc == FV_OK)
		puts(text);
	fv_rulepack_free(read);
	free(text);
	if (rc == FV_ENOMEM)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, "pack", "out of memory; try again");
	if (rc != FV_OK)
		return fv_cli_fail(FV_EXIT_DATA, error.field, "%s", error.text);
	return fv_cli_finish();
}

static int
explain(const char *path, const struct calendarfile_fault *f)
{
	char place[64] = "";

	if (f->line > 0)
		(void)snprintf(place, sizeof place, ":%zu", f->line);
	fprintf(stderr, "fieldvisitd: %s%s: %s%s%s%s\n", path, place,
	    f->column[0] != '\0' ? "column " : "", f->column, f->column[0] != '\0' ? ": " : "",
	    f->rule);
	return FV_EXIT_DATA;
}

int
cmd_calendar_import(int argc, char **argv)
{
	static const char *const days[] = {"date", NULL};
	struct textfile_opts reading = {.day_columns = days};
	const char *encoding = NULL;
	struct wish w = {0};
	const struct fv_cli_option options[] = {
	    {"encoding", FV_CLI_TEXT, &encoding, false},
	    {"excel-dates", FV_CLI_FLAG, &reading.takes_serials, false},
	    {"id", FV_CLI_TEXT, &w.id, true},
	    {"zones", FV_CLI_TEXT, &w.zones, true},
	    {"source", FV_CLI_TEXT, &w.source, true},
	    {"from", FV_CLI_TEXT, &w.from, true},
	    {"until", FV_CLI_TEXT, &w.until, true},
	    {"confidence", FV_CLI_TEXT, &w.confidence, false},
	    {"revision", FV_CLI_TEXT, &w.revision, false},
	    {"date", FV_CLI_TEXT, &w.date, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct calendarfile_fault fault;
	struct calendarfile file = {0};
	struct fv_buf text = {0};
	json_t *zones = json_array(), *pack = NULL;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK) {
		json_decref(zones);
		return code < 0 ? FV_EXIT_OK : code;
	}
	if (argc != 2)
		code = fv_cli_fail(
		    FV_EXIT_USAGE, "calendar import", "needs one FILE; see --help");
	if (code == FV_EXIT_OK && (code = check_wish(&w)) == FV_EXIT_OK &&
	    (code = read_zones(w.zones, zones)) == FV_EXIT_OK &&
	    (code = textfile_encoding_option(encoding, &reading)) == FV_EXIT_OK &&
	    (code = textfile_read(argv[1], &reading, &text)) == FV_EXIT_OK &&
	    calendarfile_read(fv_buf_span(&text), &file, &fault) != FV_OK)
		code = explain(argv[1], &fault);
	if (code == FV_EXIT_OK) {
		pack = make_pack(&w, &file, json_incref(zones));
		code = print_pack(pack);
	}
	if (code == FV_EXIT_OK && w.passed_over > 0)
		fprintf(stderr,
		    "fieldvisitd: %zu days outside of --from and --until were left out\n",
		    w.passed_over);
	json_decref(pack);
	json_decref(zones);
	calendarfile_clear(&file);
	fv_buf_clear(&text);
	return code;
}
