#include "sync-server/staff_show.h"

#include <stdlib.h>
#include <string.h>

#include "sync-server/html.h"
#include "sync-server/report.h"
#include "sync-server/verb.h"

/* -- agencies --------------------------------------------------------------------- */

struct listing {
	struct fv_store *store;
	const struct fv_roster *roster; /* NULL: there is none */
	int64_t now_ms;
	bool only_open;
	json_t *list; /* owned by the caller */
};

static enum fv_err
add_team(struct fv_span team, void *ctx)
{
	return json_array_append_new(ctx, fv_verb_json_span(team)) == 0 ? FV_OK : FV_ENOMEM;
}

static enum fv_err
count_active(const struct fv_store_staff *staff, void *ctx)
{
	int64_t *count = ctx;

	*count += fv_store_staff_own_bar(staff, fv_host_now_ms()) == FV_BAR_NONE;
	return FV_OK;
}

enum fv_err
staff_agency_json(struct fv_store *store, const struct fv_store_agency *row, json_t **out)
{
	const struct fv_span id = fv_span_z(row->id);
	json_t *teams = json_array(), *dates = NULL;
	int64_t officers = 0;
	enum fv_err rc = teams == NULL ? FV_ENOMEM : FV_OK;

	*out = NULL;
	if (rc == FV_OK)
		rc = fv_store_team_each(store, id, add_team, teams);
	if (rc == FV_OK)
		rc = fv_store_staff_each(
		    store, id, fv_span_z(""), UINT32_MAX, count_active, &officers);
	if (rc == FV_OK)
		rc = staff_dates_json(store, FV_SUBJECT_AGENCY, row->id, &dates);
	if (rc == FV_OK)
		*out = json_pack("{s:s, s:s, s:b, s:o, s:o, s:O, s:I, s:O}", "agency", row->id,
		    "name", row->name, "open", !row->is_closed, "added",
		    fv_verb_json_time(row->added_ms != 0, row->added_ms), "closed",
		    fv_verb_json_time(row->is_closed, row->closed_ms), "teams", teams,
		    "officers", (json_int_t)officers, "dates", dates);
	json_decref(teams);
	json_decref(dates);
	return rc == FV_OK && *out == NULL ? FV_ENOMEM : rc;
}

static enum fv_err
add_agency(const struct fv_store_agency *row, void *ctx)
{
	struct listing *l = ctx;
	json_t *agency = NULL;
	enum fv_err rc;

	if (l->only_open && row->is_closed)
		return FV_OK;
	rc = staff_agency_json(l->store, row, &agency);
	if (rc == FV_OK && json_array_append_new(l->list, agency) != 0)
		rc = FV_ENOMEM;
	return rc;
}

enum fv_err
staff_agencies(struct fv_store *store, bool only_open, json_t **list_out)
{
	struct listing l = {.store = store, .only_open = only_open, .list = json_array()};
	enum fv_err rc = l.list == NULL
	    ? FV_ENOMEM
	    : fv_store_agency_each(store, fv_span_z(""), UINT32_MAX, add_agency, &l);

	*list_out = l.list;
	if (rc != FV_OK) {
		json_decref(l.list);
		*list_out = NULL;
	}
	return rc;
}

/* -- officers --------------------------------------------------------------------- */

/* What makes him one who may be sent, as a command. */
static json_t *
next_step(const char *id, bool is_known, bool is_on_roster, bool is_barred)
{
	char text[128];

	if (is_known && !is_on_roster && !is_barred)
		(void)snprintf(text, sizeof text,
		    "fieldvisitd roster set --roster DRAFT --officer %s=NAME", id);
	else if (is_barred && is_on_roster)
		(void)snprintf(text, sizeof text,
		    "fieldvisitd roster set --roster DRAFT --drop-officer %s", id);
	else if (!is_known)
		(void)snprintf(
		    text, sizeof text, "fieldvisitd officer add %s --agency AGENCY", id);
	else
		return json_null();
	return json_string(text);
}

static enum fv_err
officer_json(
    const struct listing *l, const char *id, const struct fv_store_staff *staff, json_t **out)
{
	const struct fv_officer *named =
	    l->roster != NULL ? fv_roster_find_officer(l->roster, id) : NULL;
	enum fv_store_bar bar;
	json_t *dates = NULL;
	enum fv_err rc = fv_store_staff_bar(l->store, fv_span_z(id), l->now_ms, &bar);

	*out = NULL;
	if (rc == FV_OK)
		rc = staff_dates_json(l->store, FV_SUBJECT_OFFICER, id, &dates);
	if (rc != FV_OK)
		return rc;
	*out = json_pack("{s:s, s:s?, s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:b, s:o, s:o}",
	    "officer", id, "name", named != NULL ? named->name : NULL, "agency", staff->agency,
	    "team", staff->team, "badge", staff->badge, "state",
	    staff->id[0] == '\0' ? "not in the register" : staff_bar_word(bar), "reason",
	    staff->reason, "ends", fv_verb_json_time(staff->has_end, staff->ends_ms),
	    "on_roster", named != NULL, "in_register", staff->id[0] != '\0', "dates", dates,
	    "next", next_step(id, staff->id[0] != '\0', named != NULL, bar != FV_BAR_NONE));
	return *out == NULL ? FV_ENOMEM : FV_OK;
}

static enum fv_err
add_officer(const struct fv_store_staff *staff, void *ctx)
{
	struct listing *l = ctx;
	json_t *officer = NULL;
	enum fv_err rc = officer_json(l, staff->id, staff, &officer);

	if (rc == FV_OK && json_array_append_new(l->list, officer) != 0)
		rc = FV_ENOMEM;
	return rc;
}

/* Those of the roster whom the register does not know. */
static enum fv_err
add_unknown(struct listing *l)
{
	struct fv_store_staff staff;
	json_t *officer;
	enum fv_err rc = FV_OK;

	for (size_t i = 0; l->roster != NULL && i < l->roster->officer_count; i++) {
		const char *id = l->roster->officers[i].id;

		rc = fv_store_staff_get(l->store, fv_span_z(id), &staff);
		if (rc == FV_OK)
			continue;
		if (rc == FV_ENOENT)
			rc = officer_json(l, id, &staff, &officer);
		if (rc == FV_OK && json_array_append_new(l->list, officer) != 0)
			rc = FV_ENOMEM;
		if (rc != FV_OK)
			return rc;
	}
	return FV_OK;
}

static enum fv_err
open_roster(struct fv_store *store, struct fv_roster **roster_out)
{
	struct fv_hash hash;
	enum fv_err rc = fv_verb_roster(store, roster_out, &hash);

	return rc == FV_ENOENT ? FV_OK : rc;
}

enum fv_err
staff_officers(struct fv_store *store, const char *agency, int64_t now_ms, json_t **list_out)
{
	const struct fv_span of = fv_span_z(agency != NULL ? agency : "");
	struct listing l = {.store = store, .now_ms = now_ms, .list = json_array()};
	struct fv_roster *roster = NULL;
	struct fv_store_agency row;
	enum fv_err rc = l.list == NULL ? FV_ENOMEM : FV_OK;

	*list_out = NULL;
	if (rc == FV_OK && agency != NULL)
		rc = fv_store_agency_get(store, of, &row);
	if (rc == FV_OK)
		rc = open_roster(store, &roster);
	l.roster = roster;
	if (rc == FV_OK)
		rc =
		    fv_store_staff_each(store, of, fv_span_z(""), UINT32_MAX, add_officer, &l);
	if (rc == FV_OK && agency == NULL)
		rc = add_unknown(&l);
	free(roster);
	if (rc == FV_OK)
		*list_out = l.list;
	else
		json_decref(l.list);
	return rc;
}

enum fv_err
staff_officer(struct fv_store *store, const char *id, int64_t now_ms, json_t **out)
{
	struct listing l = {.store = store, .now_ms = now_ms};
	struct fv_roster *roster = NULL;
	struct fv_store_staff staff;
	enum fv_err rc, there;

	*out = NULL;
	there = fv_store_staff_get(store, fv_span_z(id), &staff);
	if (there != FV_OK && there != FV_ENOENT)
		return there;
	if ((rc = open_roster(store, &roster)) != FV_OK)
		return rc;
	l.roster = roster;
	if (there == FV_ENOENT &&
	    (roster == NULL || fv_roster_find_officer(roster, id) == NULL))
		rc = FV_ENOENT;
	if (rc == FV_OK)
		rc = officer_json(&l, id, &staff, out);
	free(roster);
	return rc;
}

/* -- for people ------------------------------------------------------------------- */

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static const char *
date_of(const json_t *object, const char *fact)
{
	return text_of(json_object_get(object, "dates"), fact);
}

static void
put_teams(struct fv_buf *out, const json_t *agency, const char *between)
{
	const json_t *teams = json_object_get(agency, "teams"), *team;
	size_t i;

	json_array_foreach(teams, i, team)
	{
		fv_buf_put_z(out, i > 0 ? between : "");
		fv_buf_put_z(out, json_string_value(team));
	}
}

void
staff_put_agencies_text(struct fv_buf *out, const json_t *list)
{
	const json_t *a;
	size_t i;

	json_array_foreach(list, i, a)
	{
		const bool is_open = json_is_true(json_object_get(a, "open"));

		fv_buf_putf(out, "%-24s  %-6s  %3lld officers  ", text_of(a, "agency"),
		    is_open ? "open" : "CLOSED",
		    (long long)json_integer_value(json_object_get(a, "officers")));
		report_put_plain(out, text_of(a, "name"));
		fv_buf_put_z(out, "\n");
		if (json_array_size(json_object_get(a, "teams")) > 0) {
			fv_buf_put_z(out, "    teams ");
			put_teams(out, a, " ");
			fv_buf_put_z(out, "\n");
		}
		for (uint32_t fact = 1; fact < STAFF_FACTS; fact++) {
			const char *word = fv_code_word(FV_CODES_FACT, fact);

			if (*date_of(a, word) != '\0')
				fv_buf_putf(out, "    %s %s\n", word, date_of(a, word));
		}
	}
	if (json_array_size(list) == 0)
		fv_buf_put_z(out, "no agency; 'fieldvisitd agency add ID' adds one\n");
}

/* What the list for the bank's site says of each, in order. */
static const struct {
	const char *member;
	bool is_date;
	const char *en, *zh;
} columns[] = {
    {"agency", false, "Agency", "机构"},
    {"name", false, "Name", "名称"},
    {"added", false, "Since", "自"},
    {"white_list", true, "White list", "白名单"},
    {"contract", true, "Contract", "合同"},
    {"evaluation", true, "Evaluation", "评估"},
    {"inspection", true, "Inspection", "检查"},
    {"closed", false, "Closed", "终止"},
};
#define COLUMNS (sizeof columns / sizeof columns[0])

/* Of an instant the UTC date. */
static void
cell(const json_t *agency, size_t column, char out[FV_AGENCY_NAME_BYTES])
{
	const char *name = columns[column].member;
	const bool is_instant = strcmp(name, "added") == 0 || strcmp(name, "closed") == 0;

	(void)snprintf(out, FV_AGENCY_NAME_BYTES, "%.*s",
	    is_instant ? 10 : (int)FV_AGENCY_NAME_BYTES,
	    columns[column].is_date ? date_of(agency, name) : text_of(agency, name));
}

void
staff_put_agencies_csv(struct fv_buf *out, const json_t *list)
{
	char text[FV_AGENCY_NAME_BYTES];
	const json_t *a;
	size_t i;

	for (size_t c = 0; c < COLUMNS; c++)
		fv_buf_putf(out, "%s%s", c > 0 ? "," : "", columns[c].member);
	fv_buf_put_z(out, ",teams\r\n");
	json_array_foreach(list, i, a)
	{
		for (size_t c = 0; c < COLUMNS; c++) {
			cell(a, c, text);
			fv_buf_put_z(out, c > 0 ? "," : "");
			report_put_field(out, text);
		}
		fv_buf_put_z(out, ",");
		put_teams(out, a, ";");
		fv_buf_put_z(out, "\r\n");
	}
}

void
staff_put_agencies_html(struct fv_buf *out, const json_t *list)
{
	char text[FV_AGENCY_NAME_BYTES];
	const json_t *a;
	size_t i;

	fv_buf_put_z(out, "<table class=\"agencies\">\n<thead><tr>");
	for (size_t c = 0; c < COLUMNS; c++)
		fv_buf_putf(out, "<th>%s %s</th>", columns[c].zh, columns[c].en);
	fv_buf_put_z(out, "</tr></thead>\n<tbody>\n");
	json_array_foreach(list, i, a)
	{
		fv_buf_put_z(out, "<tr>");
		for (size_t c = 0; c < COLUMNS; c++) {
			cell(a, c, text);
			fv_buf_put_z(out, "<td>");
			html_put(out, fv_span_z(text));
			fv_buf_put_z(out, "</td>");
		}
		fv_buf_put_z(out, "</tr>\n");
	}
	fv_buf_put_z(out, "</tbody>\n</table>\n");
}

void
staff_put_officers_text(struct fv_buf *out, const json_t *list)
{
	const json_t *o;
	size_t i;

	json_array_foreach(list, i, o)
	{
		fv_buf_putf(out, "%-24s  %-12s  %-12s  %-10s  %-8s  ", text_of(o, "officer"),
		    text_of(o, "agency"), text_of(o, "team"), text_of(o, "badge"),
		    text_of(o, "state"));
		report_put_plain(out, text_of(o, "name"));
		fv_buf_put_z(out, "\n");
		for (uint32_t fact = 1; fact < STAFF_FACTS; fact++) {
			const char *word = fv_code_word(FV_CODES_FACT, fact);

			if (*date_of(o, word) != '\0')
				fv_buf_putf(out, "    %s %s\n", word, date_of(o, word));
		}
		if (*text_of(o, "ends") != '\0')
			fv_buf_putf(out, "    ends %s\n", text_of(o, "ends"));
		if (!json_is_true(json_object_get(o, "on_roster")))
			fv_buf_put_z(out, "    NOT ON THE ROSTER: no ticket, no case\n");
		if (*text_of(o, "next") != '\0')
			fv_buf_putf(out, "    next: %s\n", text_of(o, "next"));
	}
	if (json_array_size(list) == 0)
		fv_buf_put_z(
		    out, "no officer; 'fieldvisitd officer add ID --agency A' adds one\n");
}

/* -- command lines ---------------------------------------------------------------- */

int
staff_say(struct fv_buf *out)
{
	const char *text = fv_buf_z(out);

	if (text != NULL)
		fputs(text, stdout);
	fv_buf_clear(out);
	return text != NULL
	    ? fv_cli_finish()
	    : fv_cli_fail(FV_EXIT_TEMPFAIL, "output", "out of memory; try again");
}

int
staff_show_one(json_t *object, bool as_json)
{
	const char *name;
	json_t *value;
	char *text;

	if (as_json)
		return fv_cli_print_json(object);
	json_object_foreach(object, name, value)
	{
		text = json_is_string(value)
		    ? NULL
		    : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		printf("%-12s %s\n", name,
		    json_is_string(value) ? json_string_value(value)
			: text != NULL    ? text
					  : "");
		free(text);
	}
	json_decref(object);
	return fv_cli_finish();
}

/* Put a text member; NULL: none.  False: not UTF-8, or no memory. */
static bool
put_member(json_t *request, const char *name, const char *value)
{
	return value == NULL || json_object_set_new(request, name, json_string(value)) == 0;
}

/* "VERB ID [WORD=DATE]..." as {"id", "dates"}.  Owned: *request_out.  An exit code, said
 * why. */
static int
make_request(int argc, char **argv, const char *usage, json_t **request_out)
{
	json_t *dates = json_object();
	int code = FV_EXIT_OK;

	*request_out = NULL;
	if (!fv_verb_operands(argc, 1, 1 + (int)STAFF_FACTS, usage))
		code = FV_EXIT_USAGE;
	for (int i = 2; i < argc && code == FV_EXIT_OK; i++) {
		char *equals = strchr(argv[i], '=');

		if (equals == NULL || equals == argv[i]) {
			code = fv_cli_fail(FV_EXIT_USAGE, argv[i],
			    "is not WORD=DATE, such as certificate=2027-03-01");
			break;
		}
		*equals = '\0';
		if (dates == NULL || !put_member(dates, argv[i], equals + 1))
			code = fv_cli_fail(FV_EXIT_USAGE, argv[i],
			    "the date is not UTF-8, or memory ran out");
	}
	if (code == FV_EXIT_OK &&
	    (*request_out = json_pack("{s:s, s:O}", "id", argv[1], "dates", dates)) == NULL)
		code = fv_cli_fail(FV_EXIT_USAGE, argv[1], "is not UTF-8, or memory ran out");
	json_decref(dates);
	return code;
}

int
staff_change(int argc, char **argv, const char *verb, const char *usage,
    const struct staff_field *fields)
{
	struct fv_cli_option options[STAFF_FIELDS_MAX + 2] = {{0}};
	const char *values[STAFF_FIELDS_MAX] = {NULL};
	bool as_json = false, is_put = true;
	json_t *request = NULL;
	size_t count = 0;
	int code;

	for (; fields[count].option != NULL; count++)
		options[count] = (struct fv_cli_option){fields[count].option, FV_CLI_TEXT,
		    &values[count], fields[count].is_required};
	options[count] = (struct fv_cli_option){"json", FV_CLI_FLAG, &as_json, false};
	if ((code = fv_cli_parse(&argc, argv, options, usage)) != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if ((code = make_request(argc, argv, usage, &request)) != FV_EXIT_OK)
		return code;
	for (size_t i = 0; i < count; i++)
		is_put = is_put && put_member(request, fields[i].member, values[i]);
	if (is_put)
		return fv_host_call(verb, request, as_json);
	json_decref(request);
	return fv_cli_fail(FV_EXIT_USAGE, argv[1], "a value is not UTF-8, or memory ran out");
}
