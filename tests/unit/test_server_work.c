/* What the desk does: plans that the rules allow, holds, many cases at once, answers. */
#include <time.h>

#include "fv/codes.h"
#include "sync-server/store/work.h"
#include "tests/support/desk.h"

#define PACK_FILE "sync-server/rules/house.json"
#define HEADER "case,agency,zone,lat,lon,datum,actor,product,debts,packs,assigned,as_of\n"
#define ROW ",north,Asia/Shanghai,31.2,121.4,wgs84,third_party,consumer_loan,d1,house,o1,"
#define COLUMNS "date,from,to,case,officer,second,place,purpose,approach,agreed\n"

/* "2026-03-04", so many days from now. */
static const char *
day_after(int days)
{
	static char texts[16][16];
	static size_t at;
	char *out = texts[at++ % 16];
	time_t then = time(NULL) + days * 86400;
	struct tm tm;

	(void)strftime(out, 16, "%Y-%m-%d", gmtime_r(&then, &tm));
	return out;
}

static void
adopt_house(struct desk *d)
{
	static struct fv_packs packs;
	uint8_t bytes[65536];
	struct fv_store_pack pack = {.id = fv_span_z("house"), .revision = 1};
	struct fv_store_note note = {.version = 1};
	struct fv_pack_line line = {.revision = 1, .adopted_day = 20000};
	struct fv_buf text = {0}, signed_text = {0};
	FILE *file = fopen(PACK_FILE, "rb");
	size_t len;

	assert_non_null(file);
	len = fread(bytes, 1, sizeof bytes, file);
	assert_true(len > 0 && len < sizeof bytes);
	assert_int_equal(fclose(file), 0);
	memset(&packs, 0, sizeof packs);
	strcpy(packs.agency, "north");
	strcpy(line.id, "house");
	fv_sha256(fv_span_of(bytes, len), &line.sha256);
	assert_int_equal(fv_packs_add(&packs, &line), FV_OK);
	fv_packs_put(&text, &packs);
	people_sign(&signed_text, fv_buf_span(&text), "north", desk_s1, 1);
	pack.sha256 = line.sha256;
	pack.file = fv_span_of(bytes, len);
	note.note = fv_buf_span(&signed_text);
	assert_int_equal(fv_store_pack_put(d->host->store, &pack), FV_OK);
	assert_int_equal(fv_store_note_put(d->host->store, FV_NOTE_PACKS, &note), FV_OK);
	fv_buf_clear(&text);
	fv_buf_clear(&signed_text);
}

/* As desk_set_up_devices(), with the house's pack and the cases c1 and c2 of o1. */
static int
set_up(void **state)
{
	struct desk *d;
	char text[512];

	desk_set_up_devices(state);
	d = *state;
	adopt_house(d);
	(void)snprintf(text, sizeof text, HEADER "c1" ROW "%s\nc2" ROW "%s\n", day_after(0),
	    day_after(0));
	assert_int_equal(desk_send(d, "case import", "text", fv_span_z(text)), FV_EXIT_OK);
	return 0;
}

static int
import(struct desk *d, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	return desk_send(d, "plan import", "text", fv_span_z(text));
}

static enum fv_err
count_plan(const struct fv_store_plan *plan, void *ctx)
{
	size_t *count = ctx;

	assert_int_equal(plan->from_minute < plan->to_minute, 1);
	(*count)++;
	return FV_OK;
}

static size_t
plans(const struct desk *d, uint32_t state)
{
	const struct fv_store_plan_filter filter = {
	    .state = state, .after_day = INT64_MIN, .max = 100};
	size_t count = 0;

	assert_int_equal(
	    fv_store_plan_each(d->host->store, &filter, count_plan, &count), FV_OK);
	return count;
}

static void
expect_refused(struct desk *d, const char *rows, const char *error)
{
	const size_t before = plans(d, 0);

	desk_mark(d);
	assert_int_equal(import(d, COLUMNS "%s", rows), FV_EXIT_DATA);
	desk_expect_error(d, error);
	desk_expect_same(d);
	assert_int_equal(plans(d, 0), before);
}

static const char *
row_of(const char *date, const char *from, const char *to, const char *case_id)
{
	static char text[2][160];
	static size_t at;

	(void)snprintf(text[++at % 2], sizeof text[0], "%s,%s,%s,%s,o1,o2,home,,,yes\n", date,
	    from, to, case_id);
	return text[at % 2];
}

static void
a_planned_visit_goes_down_with_its_case(void **state)
{
	struct desk *d = *state;
	struct fv_store_plan plan;
	uint64_t before;

	assert_int_equal(fv_store_change_last(d->host->store, &before), FV_OK);
	assert_int_equal(
	    import(d, COLUMNS "%s", row_of(day_after(2), "10:00", "12:00", "c1")), FV_EXIT_OK);
	assert_int_equal(desk_number(d, "count"), 1);
	desk_expect_leaf(d, FV_LEAF_POLICY, fv_span_of(NULL, 0));
	assert_string_equal(desk_changes(d, &d->a, before).text, "1c1 ");
	assert_string_equal(desk_changes(d, &d->b, before).text, "");
	assert_int_equal(
	    fv_store_plan_next(d->host->store, fv_span_z("c1"), "o2", &plan), FV_OK);
	assert_true(plan.is_agreed && plan.place == FV_PLACE_HOME &&
	    plan.purpose == FV_PURPOSE_COLLECT && plan.to_ms - plan.from_ms == 2 * 3600000);
	assert_string_equal(plan.officer, "o1");
}

static void
a_file_is_taken_whole_or_not_at_all(void **state)
{
	struct desk *d = *state;
	const char *day = day_after(3);
	char rows[400];

	(void)snprintf(rows, sizeof rows, "%s%s", row_of(day, "10:00", "12:00", "c1"),
	    row_of(day, "10:00", "09:00", "c2"));
	expect_refused(d, rows, "FILE:3: column \"to\": is not after \"from\"");
	(void)snprintf(rows, sizeof rows, "%s%s", row_of(day, "10:00", "12:00", "c1"),
	    row_of(day, "14:00", "15:00", "c1"));
	expect_refused(d, rows, "FILE:3: column \"date\": a visit to this case is planned");
	expect_refused(
	    d, row_of(day, "10:00", "12:00", "c9"), "FILE:2: column \"case\": no such");
	expect_refused(d, row_of("2026-01-02", "10:00", "12:00", "c1"),
	    "FILE:2: column \"date\": this time is over");
	expect_refused(d, row_of("1/2/2026", "10:00", "12:00", "c1"),
	    "FILE:2: column \"date\": is as a spreadsheet wrote it");
	expect_refused(d, "2030-01-02,10:00,12:00,c1,o2,,home,,,\n",
	    "FILE:2: column \"officer\": the case is not assigned to him");
	expect_refused(d, "2030-01-02,10:00\n", "FILE:2: the row has not as many values");
	assert_int_equal(import(d, "date,who\n"), FV_EXIT_DATA);
	desk_expect_error(d, "FILE:1: the first line names the columns");
	assert_int_equal(import(d, ""), FV_EXIT_DATA);
}

static void
what_a_rule_forbids_is_refused_with_the_rule(void **state)
{
	struct desk *d = *state;

	for (int day = 2; day < 6; day += 2)
		assert_int_equal(
		    import(d, COLUMNS "%s", row_of(day_after(day), "10:00", "12:00", "c1")),
		    FV_EXIT_OK);
	expect_refused(
	    d, row_of(day_after(7), "10:00", "12:00", "c1"), "house house-visits-7d");
	desk_expect_error(d, "allowed from ");
	assert_int_equal(
	    import(d, COLUMNS "%s", row_of(day_after(7), "10:00", "12:00", "c2")), FV_EXIT_OK);
}

static int
hold(struct desk *d, const char *kind)
{
	return desk_ask(d, "hold put",
	    json_pack("{s:s, s:s, s:s, s:s}", "case", "c1", "kind", kind, "reason", "by_phone",
		"by", "s1"));
}

static void
a_hold_forbids_a_plan_until_it_is_lifted(void **state)
{
	struct desk *d = *state;
	uint64_t before;
	json_int_t id;

	assert_int_equal(fv_store_change_last(d->host->store, &before), FV_OK);
	assert_int_equal(hold(d, "complaint"), FV_EXIT_OK);
	id = desk_number(d, "id");
	desk_expect_leaf(d, FV_LEAF_POLICY, fv_span_of(NULL, 0));
	assert_string_equal(desk_changes(d, &d->a, before).text, "2c1 3c1 ");
	expect_refused(
	    d, row_of(day_after(2), "10:00", "12:00", "c1"), "house house-complaint");
	assert_int_equal(
	    desk_ask(d, "hold lift",
		json_pack("{s:I, s:s, s:s}", "id", id, "reason", "whim", "by", "s1")),
	    FV_EXIT_USAGE);
	assert_int_equal(
	    desk_ask(d, "hold lift",
		json_pack("{s:I, s:s, s:s}", "id", id, "reason", "answered", "by", "s1")),
	    FV_EXIT_OK);
	assert_int_equal(
	    import(d, COLUMNS "%s", row_of(day_after(2), "10:00", "12:00", "c1")), FV_EXIT_OK);
	assert_int_equal(
	    desk_ask(d, "hold lift",
		json_pack("{s:I, s:s, s:s}", "id", id, "reason", "answered", "by", "s1")),
	    FV_EXIT_DATA);
	desk_expect_error(d, "was lifted before");
}

static void
a_hold_of_no_known_kind_or_reason_is_refused(void **state)
{
	struct desk *d = *state;

	desk_mark(d);
	assert_int_equal(hold(d, "paid"), FV_EXIT_USAGE);
	assert_int_equal(desk_ask(d, "hold put",
			     json_pack("{s:s, s:s, s:s}", "case", "c1", "kind", "attorney",
				 "reason", "because he said so")),
	    FV_EXIT_USAGE);
	assert_int_equal(
	    desk_ask(d, "hold put",
		json_pack("{s:s, s:s, s:s, s:s}", "case", "c1", "kind", "attorney", "reason",
		    "law", "until", "2020-01-01T00:00:00Z")),
	    FV_EXIT_USAGE);
	desk_expect_same(d);
}

static void
a_plan_that_was_not_made_is_closed_with_a_reason(void **state)
{
	struct desk *d = *state;

	assert_int_equal(
	    import(d, COLUMNS "%s", row_of(day_after(2), "10:00", "12:00", "c1")), FV_EXIT_OK);
	assert_int_equal(
	    desk_ask(d, "plan close", json_pack("{s:i}", "id", 1)), FV_EXIT_USAGE);
	assert_int_equal(
	    desk_ask(d, "plan close", json_pack("{s:i, s:s}", "id", 7, "reason", "sick")),
	    FV_EXIT_NOINPUT);
	assert_int_equal(plans(d, FV_PLANNED_OPEN), 1);
	assert_int_equal(
	    desk_ask(d, "plan close", json_pack("{s:i, s:s}", "id", 1, "reason", "sick")),
	    FV_EXIT_OK);
	assert_int_equal(plans(d, FV_PLANNED_OPEN), 0);
	assert_int_equal(plans(d, FV_PLANNED_CLOSED), 1);
	assert_int_equal(
	    desk_ask(d, "plan close", json_pack("{s:i, s:s}", "id", 1, "reason", "sick")),
	    FV_EXIT_DATA);
}

static void
many_cases_move_at_once_with_their_plans_or_none_does(void **state)
{
	struct desk *d = *state;
	struct fv_store_plan plan;
	uint64_t before;

	assert_int_equal(
	    import(d, COLUMNS "%s", row_of(day_after(2), "10:00", "12:00", "c1")), FV_EXIT_OK);
	desk_mark(d);
	assert_int_equal(desk_ask(d, "case reassign",
			     json_pack("{s:[{s:s, s:[s]}, {s:s, s:[s]}]}", "cases", "case",
				 "c1", "officers", "o2", "case", "c9", "officers", "o2")),
	    FV_EXIT_NOINPUT);
	desk_expect_same(d);
	assert_int_equal(fv_store_change_last(d->host->store, &before), FV_OK);
	assert_int_equal(
	    desk_ask(d, "case reassign",
		json_pack("{s:s, s:[{s:s, s:[s]}, {s:s, s:[s]}]}", "by", "s1", "cases", "case",
		    "c1", "officers", "o2", "case", "c2", "officers", "o2")),
	    FV_EXIT_OK);
	assert_string_equal(desk_changes(d, &d->a, before).text, "12c1 12c2 ");
	assert_non_null(strstr(desk_changes(d, &d->b, before).text, "1c1 "));
	assert_int_equal(
	    fv_store_plan_next(d->host->store, fv_span_z("c1"), "o2", &plan), FV_OK);
	assert_string_equal(plan.officer, "o2");
}

static void
a_case_of_another_agency_is_not_there(void **state)
{
	struct desk *d = *state;

	assert_int_equal(desk_ask(d, "case reassign",
			     json_pack("{s:s, s:[{s:s, s:[s]}]}", "agency", "south", "cases",
				 "case", "c1", "officers", "o2")),
	    FV_EXIT_NOINPUT);
	assert_int_equal(
	    desk_ask(d, "plan import",
		json_pack("{s:s, s:s, s:s++}", "agency", "south", "file", "FILE", "text",
		    COLUMNS, row_of(day_after(2), "10:00", "12:00", "c1"), "")),
	    FV_EXIT_DATA);
	desk_expect_error(d, "no such case");
}

static void
an_exception_is_settled_once_with_a_reason(void **state)
{
	struct desk *d = *state;

	assert_int_equal(
	    desk_ask(d, "exception settle",
		json_pack("{s:i, s:s, s:s}", "kind", 2, "key", "5", "reason", "explained")),
	    FV_EXIT_OK);
	assert_int_equal(
	    desk_ask(d, "exception settle",
		json_pack("{s:i, s:s, s:s}", "kind", 2, "key", "5", "reason", "explained")),
	    FV_EXIT_DATA);
	assert_int_equal(desk_ask(d, "exception settle",
			     json_pack("{s:i, s:s, s:s}", "kind", 2, "key", "6", "reason",
				 "he is a good man")),
	    FV_EXIT_USAGE);
	/* A plan is closed by 'plan close', with its own reasons. */
	assert_int_equal(
	    desk_ask(d, "exception settle",
		json_pack("{s:i, s:s, s:s}", "kind", 1, "key", "6", "reason", "explained")),
	    FV_EXIT_NOINPUT);
	assert_int_equal(
	    desk_ask(d, "exception reopen", json_pack("{s:i, s:s}", "kind", 2, "key", "5")),
	    FV_EXIT_OK);
	assert_int_equal(
	    desk_ask(d, "exception settle",
		json_pack("{s:i, s:s, s:s}", "kind", 2, "key", "5", "reason", "explained")),
	    FV_EXIT_OK);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, desk_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_planned_visit_goes_down_with_its_case),
	    T(a_file_is_taken_whole_or_not_at_all),
	    T(what_a_rule_forbids_is_refused_with_the_rule),
	    T(a_hold_forbids_a_plan_until_it_is_lifted),
	    T(a_hold_of_no_known_kind_or_reason_is_refused),
	    T(a_plan_that_was_not_made_is_closed_with_a_reason),
	    T(many_cases_move_at_once_with_their_plans_or_none_does),
	    T(a_case_of_another_agency_is_not_there),
	    T(an_exception_is_settled_once_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
