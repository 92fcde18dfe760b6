/* What the handheld knows at the door: its own records beside the server's, and a second
 * officer's PIN. */
#include "firmware-app/casebook.h"

#include "firmware-app/officer.h"
#include "firmware-app/roster_kept.h"
#include "firmware-app/verb.h"
#include "tests/support/people.h"
#include "tests/unit/app_fixture.h"

#define CASE "c1"
#define HOUR_MS INT64_C(3600000)

static void
keep_item(struct handheld *h, uint32_t kind, const struct fv_buf *body)
{
	const struct fv_item_row row = {
	    .kind = kind, .key = fv_span_z(CASE), .version = 1, .body = fv_buf_span(body)};

	assert_int_equal(fv_store_put_item(h->app.store, &row), FV_OK);
}

/* The case, and a call to n1 that another handheld made. */
static void
keep_case(struct handheld *h)
{
	struct fv_item_case item = {.actor = 2, .product = 1};
	struct fv_item_line line = {.channel = FV_CHANNEL_CALL,
	    .begin_ms = 1,
	    .by = FV_BY_COLLECTOR,
	    .source = FV_SOURCE_AI};
	struct fv_buf body = {0};

	item.id = fv_span_z(CASE);
	item.zones = fv_span_z("Asia/Shanghai");
	item.debts = fv_span_z("d1");
	fv_item_case_put(&body, &item);
	keep_item(h, FV_ITEM_CASE, &body);
	fv_buf_reset(&body);
	line.has_number = line.has_call = true;
	fv_item_number_hash(fv_span_z(CASE), fv_span_z("n1"), line.number);
	fv_item_number_hash(fv_span_z(CASE), fv_span_z("x1"), line.call);
	fv_item_history_put_count(&body, 1);
	fv_item_line_put(&body, &line);
	keep_item(h, FV_ITEM_HISTORY, &body);
	fv_buf_clear(&body);
}

static void
a_label_is_one_number_in_the_servers_lines_and_in_ones_own_records(void **state)
{
	struct handheld *h = *state;
	const struct fv_case_history *of;
	struct fv_casebook book;

	keep_case(h);
	(void)fixture_record(h, FV_REC_CONTACT, "{1:\"c1\",4:2,6:1,7:\"n1\",20:\"x1\"}");
	(void)fixture_record(h, FV_REC_CONTACT, "{1:\"c1\",4:2,6:1,7:\"n2\"}");
	(void)fixture_record(
	    h, FV_REC_EVENT, "{1:\"c1\",2:null,4:30,11:\"n1\",12:\"officer\"}");
	assert_int_equal(fv_casebook_load(h->app.store, CASE, NULL, &book), FV_OK);
	of = fv_history_find(book.history, CASE);
	assert_int_equal(of->contact_count, 3);
	assert_int_equal(of->contacts[0]->source, FV_SOURCE_AI);
	/* Interned: one number is one pointer. */
	assert_ptr_equal(of->contacts[0]->number, of->contacts[1]->number);
	assert_ptr_equal(of->contacts[0]->call_id, of->contacts[1]->call_id);
	assert_ptr_equal(of->contacts[0]->number, of->events[0]->number);
	assert_ptr_not_equal(of->contacts[0]->number, of->contacts[2]->number);
	fv_casebook_clear(&book);
}

static void
try_pin(struct handheld *h, const char *officer, const char *pin, const char *fail)
{
	struct fv_reply reply;
	uint8_t *key = NULL;
	bool is_good;

	fv_reply_init(&reply, true);
	is_good = fv_officer_try_pin(&h->app, officer, fv_span_z(pin), &key, &reply);
	assert_int_equal(is_good, fail == NULL);
	assert_null(key);
	if (fail != NULL)
		assert_non_null(strstr(fv_buf_z(&reply.out), fail));
	fv_reply_clear(&reply);
}

static void
set_pin(struct handheld *h, const char *officer, const char *pin)
{
	struct fv_reply reply;

	fv_reply_init(&reply, true);
	assert_true(fv_officer_set_pin(&h->app, officer, fv_span_z(pin), NULL, &reply));
	fv_reply_clear(&reply);
}

static void
each_second_officer_has_a_pin_of_his_own_that_opens_nothing(void **state)
{
	struct handheld *h = *state;

	try_pin(h, "o2", "7531", "no-pin");
	set_pin(h, "o2", "7531");
	set_pin(h, "O2", "8642"); /* another id, whatever the file system thinks */
	set_pin(h, "o2.new", "1111");
	try_pin(h, "o2", "8642", "wrong-pin");
	try_pin(h, "o2", "7531", NULL);
	try_pin(h, "O2", "8642", NULL);
	try_pin(h, "o3", "7531", "no-pin");
	assert_null(h->app.sk_box);
}

static void
wrong_pins_are_delayed_and_the_tenth_erases_his_pin_alone(void **state)
{
	struct handheld *h = *state;
	int64_t failures;

	set_pin(h, "o2", "7531");
	set_pin(h, "o3", "8642");
	for (int i = 1; i <= FV_PIN_TRIES_MAX; i++) {
		if (i > FV_PIN_FREE_TRIES) {
			try_pin(h, "o2", "7531", "pin-delay"); /* not even the right one */
			h->clock_ms += 20 * HOUR_MS;
		}
		try_pin(h, "o2", "0000", i < FV_PIN_TRIES_MAX ? "wrong-pin" : "no-pin");
	}
	try_pin(h, "o2", "7531", "no-pin");
	try_pin(h, "o3", "8642", NULL);
	assert_int_equal(fv_store_get_int(h->app.store, FV_SET_PIN_FAILURES, &failures),
	    FV_ENOENT); /* the holder's count is his own */
	set_pin(h, "o2", "9753");
	try_pin(h, "o2", "9753", NULL);
}

/* -- the ticket that sets it --------------------------------------------------------- */

#define NOW_MS INT64_C(1795000000000) /* the fixture's clock, or a little later */

static void
keep_roster(struct handheld *h, struct fv_roster *roster)
{
	const unsigned signer[] = {1};
	struct fv_buf text = {0}, note = {0};

	fv_roster_put(&text, roster);
	people_sign(&note, fv_buf_span(&text), "north", signer, 1);
	assert_int_equal(fv_roster_keep(h->app.store, 1, fv_buf_span(&note), 0), FV_OK);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
}

/* A ticket file; what the rows below leave zero is as it should be. */
struct made_ticket {
	uint8_t id;
	const char *agency, *officer;
	int64_t expires_ms;
	unsigned signer;
};

static void
put_ticket(struct fv_buf *file, const struct made_ticket *t)
{
	const uint8_t token[FV_TICKET_TOKEN_BYTES] = {9};
	struct fv_ticket ticket = {.id = {t->id}, .hpke_key_id = 1, .auditor_count = 1};
	struct fv_buf text = {0}, note = {0};
	const unsigned signer = t->signer != 0 ? t->signer : 1;
	uint8_t seed[FV_SEED_BYTES];

	snprintf(ticket.url, sizeof ticket.url, "http://127.0.0.1:9");
	people_sign_seed(50, seed);
	fv_ed25519_public(seed, ticket.log_pk);
	people_box_pk(51, ticket.hpke_pk);
	people_box_pk(101, ticket.auditors[0]);
	snprintf(ticket.agency, FV_ID_BYTES, "%s", t->agency != NULL ? t->agency : "north");
	snprintf(ticket.team, FV_ID_BYTES, "t1");
	snprintf(ticket.officer, FV_ID_BYTES, "%s", t->officer != NULL ? t->officer : "o2");
	ticket.expires_ms = t->expires_ms != 0 ? t->expires_ms : NOW_MS + 10 * HOUR_MS;
	fv_ticket_text_put(&text, &ticket);
	people_sign(&note, fv_buf_span(&text), "north", &signer, 1);
	fv_ticket_file_put(file, token, fv_buf_span(&note));
	assert_int_equal(fv_buf_status(file), FV_OK);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
}

/* cosign OFFICER --ticket; its failure, or "pin_set". */
static void
set_by_ticket(
    struct handheld *h, const char *officer, const struct made_ticket *t, const char *want)
{
	struct fv_call call = {.verb = fv_verb_find("cosign"), .want_json = true};
	struct fv_reply reply;

	call.words[call.word_count++] = officer;
	call.words[call.word_count++] = "--ticket";
	call.words[call.word_count++] = "a-file";
	fv_reply_init(&reply, true);
	assert_true(fv_call_parse(&call, &reply));
	put_ticket(&call.inputs[0], t);
	fv_buf_put_z(&call.inputs[1], "7531");
	(void)fv_cmd_cosign(&h->app, &call, &reply);
	assert_non_null(strstr(fv_buf_z(&reply.out), want));
	fv_call_clear(&call);
	fv_reply_clear(&reply);
}

static void
only_a_supervisors_ticket_of_that_officer_here_and_now_sets_a_pin(void **state)
{
	static const struct {
		const char *officer;
		struct made_ticket ticket;
		const char *want;
	} rows[] = {
	    {"o2", {.id = 1, .signer = 7}, "bad-ticket"}, /* nobody on the roster */
	    {"o2", {.id = 2, .agency = "south"}, "bad-ticket"},
	    {"o3", {.id = 3, .officer = "o2"}, "bad-ticket"},
	    {"o9", {.id = 4, .officer = "o9"}, "bad-ticket"}, /* not on the roster */
	    {"o2", {.id = 5, .expires_ms = NOW_MS - HOUR_MS}, "ticket-expired"},
	    {"o1", {.id = 6, .officer = "o1"}, "usage"}, /* he holds this handheld */
	};
	const struct made_ticket good = {.id = 7};
	struct handheld *h = *state;
	struct fv_roster *roster = people_roster(1);

	snprintf(h->app.identity.ticket.officer, FV_ID_BYTES, "o1");
	assert_int_equal(fv_officer_load(&h->app), FV_OK);
	keep_roster(h, roster);
	free(roster);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		set_by_ticket(h, rows[i].officer, &rows[i].ticket, rows[i].want);
	try_pin(h, "o2", "7531", "no-pin");
	set_by_ticket(h, "o2", &good, "pin_set");
	try_pin(h, "o2", "7531", NULL);
	set_by_ticket(h, "o2", &good, "ticket-spent");
}

#define T(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_label_is_one_number_in_the_servers_lines_and_in_ones_own_records),
	    T(each_second_officer_has_a_pin_of_his_own_that_opens_nothing),
	    T(only_a_supervisors_ticket_of_that_officer_here_and_now_sets_a_pin),
	    T(wrong_pins_are_delayed_and_the_tenth_erases_his_pin_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
