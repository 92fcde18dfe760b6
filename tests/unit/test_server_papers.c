/* roster import, invite import, device import, roster export. */
#include "sync-server/directory.h"
#include "sync-server/store/staff.h"
#include "tests/support/desk.h"

static int
import_roster(
    struct desk *d, const struct fv_roster *roster, const unsigned *who, size_t count)
{
	struct fv_buf note = {0};
	int code;

	desk_sign_roster(&note, roster, who, count);
	code = desk_send(d, "roster import", "note", fv_buf_span(&note));
	fv_buf_clear(&note);
	return code;
}

static void
a_first_roster_is_taken_and_logged(void **state)
{
	struct desk *d = *state;
	struct fv_store_note held;
	struct fv_buf body = {0};

	desk_import_roster(d);
	assert_int_equal(fv_store_note_last(d->host->store, FV_NOTE_ROSTER, &held), FV_OK);
	assert_int_equal(held.version, 1);
	fv_cbor_put_array(&body, 3);
	fv_cbor_put_text_z(&body, "north");
	fv_cbor_put_uint(&body, 1);
	fv_cbor_put_bytes(&body, d->roster_hash.b, FV_HASH_BYTES);
	desk_expect_leaf(d, FV_LEAF_ROSTER, fv_buf_span(&body));
	fv_buf_clear(&body);
}

static void
the_roster_in_force_comes_again_without_a_trace(void **state)
{
	struct desk *d = *state;

	desk_mark(d);
	assert_int_equal(import_roster(d, d->roster, desk_s12, 2), FV_EXIT_OK);
	desk_expect_same(d);
}

static void
a_next_roster_needs_version_previous_and_signatures(void **state)
{
	struct desk *d = *state;

	desk_mark(d);
	d->roster->version = 3;
	d->roster->has_previous = true;
	d->roster->previous = d->roster_hash;
	assert_int_equal(import_roster(d, d->roster, desk_s1, 1), FV_EXIT_DATA);
	desk_expect_error(d, "FILE: does not follow version 1");
	d->roster->version = 2;
	d->roster->previous.b[0] ^= 1;
	assert_int_equal(import_roster(d, d->roster, desk_s1, 1), FV_EXIT_DATA);
	d->roster->previous.b[0] ^= 1;
	assert_int_equal(import_roster(d, d->roster, desk_stranger, 1), FV_EXIT_DATA);
	desk_expect_error(d, "needs good signatures of 1 supervisors of version 1");
	desk_expect_same(d);
	assert_int_equal(import_roster(d, d->roster, desk_s1, 1), FV_EXIT_OK);
	assert_int_equal(desk_number(d, "version"), 2);
}

static void
a_roster_of_another_agency_is_refused(void **state)
{
	struct desk *d = *state;

	desk_mark(d);
	memcpy(d->roster->agency, "south", 6);
	assert_int_equal(import_roster(d, d->roster, desk_s1, 1), FV_EXIT_DATA);
	desk_expect_error(d, "agency south");
	desk_expect_same(d);
}

static void
a_malformed_roster_is_refused_with_its_line(void **state)
{
	static const char text[] = "fieldvisit/v1/roster/north\nversion 1\nprevious none\n"
				   "threshold many\n";
	struct desk *d = *state;
	struct fv_buf note = {0};

	desk_mark(d);
	people_sign(&note, fv_span_z(text), "north", desk_s1, 1);
	assert_int_equal(
	    desk_send(d, "roster import", "note", fv_buf_span(&note)), FV_EXIT_DATA);
	desk_expect_error(d, "FILE:4: ");
	assert_int_equal(
	    desk_send(d, "roster import", "note", fv_span_z("hello\n")), FV_EXIT_DATA);
	desk_expect_error(d, "FILE: it is not a signed note");
	desk_expect_same(d);
	fv_buf_clear(&note);
}

static void
nothing_is_signed_before_there_is_a_roster(void **state)
{
	struct desk *d = *state;
	struct fv_ticket ticket;

	desk_ticket(d, &d->a, "o1", &ticket);
	assert_int_equal(desk_import_ticket(d, &ticket, desk_s1), FV_EXIT_CONFIG);
	desk_expect_error(d, "roster import");
	assert_int_equal(
	    desk_order(d, fv_span_z("fieldvisit/v1/approve\n"), desk_s1), FV_EXIT_CONFIG);
}

static void
a_ticket_is_kept_with_its_token_until_it_is_spent(void **state)
{
	struct desk *d = *state;
	struct fv_store_ticket held;
	struct fv_ticket ticket;

	desk_ticket(d, &d->a, "o1", &ticket);
	assert_int_equal(desk_import_ticket(d, &ticket, desk_s1), FV_EXIT_OK);
	assert_int_equal(fv_store_ticket_get(d->host->store, ticket.id, &held), FV_OK);
	assert_memory_equal(held.token, ticket.token, sizeof held.token);
	assert_string_equal(held.officer, "o1");
	assert_string_equal(held.team, "t1");
	assert_false(held.is_spent);
	assert_int_equal(desk_import_ticket(d, &ticket, desk_s1), FV_EXIT_OK);
	ticket.token[0] ^= 1;
	assert_int_equal(desk_import_ticket(d, &ticket, desk_s1), FV_EXIT_DATA);
	desk_expect_error(d, "another token");
	ticket.token[0] ^= 1;
	assert_int_equal(fv_store_begin(d->host->store), FV_OK);
	assert_int_equal(fv_store_ticket_spend(d->host->store, ticket.id, 1, 1), FV_OK);
	assert_int_equal(fv_store_commit(d->host->store), FV_OK);
	assert_int_equal(desk_import_ticket(d, &ticket, desk_s1), FV_EXIT_DATA);
	desk_expect_error(d, "has enrolled with this ticket");
}

static void
expect_ticket_refused(struct desk *d, const struct fv_ticket *ticket, const char *rule)
{
	struct fv_store_ticket held;

	assert_int_equal(desk_import_ticket(d, ticket, desk_s1), FV_EXIT_DATA);
	desk_expect_error(d, rule);
	assert_int_equal(fv_store_ticket_get(d->host->store, ticket->id, &held), FV_ENOENT);
}

static void
a_ticket_that_does_not_fit_is_refused(void **state)
{
	struct desk *d = *state;
	struct fv_ticket good, bad;

	desk_ticket(d, &d->a, "o1", &good);
	assert_int_equal(desk_import_ticket(d, &good, desk_stranger), FV_EXIT_DATA);
	desk_expect_error(d, "no supervisor on the roster signed it");
	bad = good;
	memcpy(bad.url, "http://127.0.0.1:9999", 22);
	expect_ticket_refused(d, &bad, "another server URL");
	bad = good;
	people_sign_seed(50, bad.log_pk);
	fv_ed25519_public(bad.log_pk, bad.log_pk);
	expect_ticket_refused(d, &bad, "another ledger key");
	bad = good;
	people_box_pk(60, bad.hpke_pk);
	expect_ticket_refused(d, &bad, "another HPKE key");
	bad = good;
	bad.roster.b[0] ^= 1;
	expect_ticket_refused(d, &bad, "another roster");
	bad = good;
	memcpy(bad.officer, "o9", 3);
	expect_ticket_refused(d, &bad, "no officer o9");
	bad = good;
	bad.expires_ms = 1000;
	expect_ticket_refused(d, &bad, "expired at 1970-01-01T00:00:01Z");
	assert_int_equal(
	    desk_send(d, "invite import", "ticket", fv_span_z("fieldvisit-ticket/v1 x\n")),
	    FV_EXIT_DATA);
	desk_expect_error(d, "FILE:1: ");
}

static void
an_approval_is_logged_and_counts_once(void **state)
{
	struct desk *d = *state;

	desk_enrol(d, &d->a, "o1");
	assert_false(desk_device(d, &d->a).is_approved);
	assert_int_equal(desk_approve(d, &d->a, desk_s1), FV_EXIT_OK);
	assert_true(desk_device(d, &d->a).is_approved);
	desk_expect_leaf(d, FV_LEAF_APPROVE, fv_span_z(""));
	desk_mark(d);
	assert_int_equal(desk_approve(d, &d->a, desk_s1), FV_EXIT_OK);
	desk_expect_same(d);
}

static void
an_approval_that_does_not_fit_is_refused(void **state)
{
	struct desk *d = *state;
	struct fv_buf text = {0};
	struct fv_approve approve = {{0}, {{0}}};

	desk_enrol(d, &d->a, "o1");
	desk_mark(d);
	assert_int_equal(desk_approve(d, &d->a, desk_stranger), FV_EXIT_DATA);
	desk_expect_error(d, "no supervisor on the roster in force signed it");
	memcpy(approve.dev, d->a.dev, sizeof approve.dev);
	fv_approve_put(&text, &approve);
	assert_int_equal(desk_order(d, fv_buf_span(&text), desk_s1), FV_EXIT_DATA);
	desk_expect_error(d, "another enrolment");
	fv_buf_reset(&text);
	memcpy(approve.dev, d->b.dev, sizeof approve.dev);
	fv_approve_put(&text, &approve);
	assert_int_equal(desk_order(d, fv_buf_span(&text), desk_s1), FV_EXIT_DATA);
	desk_expect_error(d, "is enrolled here");
	assert_int_equal(
	    desk_order(d, fv_span_z("fieldvisit/v1/approve\nxx\n"), desk_s1), FV_EXIT_DATA);
	desk_expect_error(d, "FILE:2: ");
	desk_expect_same(d);
	assert_false(desk_device(d, &d->a).is_approved);
	fv_buf_clear(&text);
}

static void
a_revocation_is_logged_and_sent_to_the_handheld(void **state)
{
	struct desk *d = *state;
	struct fv_store_device row;

	desk_enrol(d, &d->a, "o1");
	desk_mark(d);
	assert_int_equal(desk_revoke(d, &d->a, desk_stranger), FV_EXIT_DATA);
	desk_expect_same(d);
	assert_int_equal(desk_revoke(d, &d->a, desk_s1), FV_EXIT_OK);
	row = desk_device(d, &d->a);
	assert_true(row.is_revoked);
	assert_int_equal(row.trusted_size, 7);
	desk_expect_leaf(d, FV_LEAF_REVOKE, fv_span_z(""));
	assert_string_equal(desk_changes(d, &d->a, d->change).text, "8 ");
	assert_int_equal(desk_approve(d, &d->a, desk_s1), FV_EXIT_DATA);
	desk_expect_error(d, "is revoked");
	desk_mark(d);
	assert_int_equal(desk_revoke(d, &d->a, desk_s1), FV_EXIT_OK);
	desk_expect_same(d);
}

static void
a_wipe_order_is_sent_and_an_erasure_is_refused(void **state)
{
	struct desk *d = *state;
	struct fv_order order = {.kind = FV_ORDER_WIPE,
	    .seq = 1,
	    .what = "note",
	    .basis = "request",
	    .at_ms = 1000};
	struct fv_buf text = {0};

	desk_enrol(d, &d->a, "o1");
	desk_mark(d);
	memcpy(order.dev, d->a.dev, sizeof order.dev);
	fv_order_put(&text, &order);
	assert_int_equal(desk_order(d, fv_buf_span(&text), desk_s1), FV_EXIT_OK);
	assert_string_equal(desk_changes(d, &d->a, d->change).text, "9 ");
	desk_mark(d);
	order.kind = FV_ORDER_ERASE;
	fv_buf_reset(&text);
	fv_order_put(&text, &order);
	assert_int_equal(desk_order(d, fv_buf_span(&text), desk_s1), FV_EXIT_DATA);
	desk_expect_error(d, "erasure");
	desk_expect_same(d);
	fv_buf_clear(&text);
}

/* Put him on the register. */
static void
put_staff(struct desk *d, const char *id, const char *agency, bool is_disabled)
{
	struct fv_store_agency row = {.added_ms = 1};
	struct fv_store_staff staff = {
	    .added_ms = 1, .is_disabled = is_disabled, .disabled_ms = 2};

	(void)snprintf(row.id, sizeof row.id, "%s", agency);
	(void)snprintf(staff.id, sizeof staff.id, "%s", id);
	(void)snprintf(staff.agency, sizeof staff.agency, "%s", agency);
	assert_int_equal(fv_store_begin(d->host->store), FV_OK);
	assert_int_equal(fv_store_agency_put(d->host->store, &row), FV_OK);
	assert_int_equal(fv_store_staff_put(d->host->store, &staff), FV_OK);
	assert_int_equal(fv_store_commit(d->host->store), FV_OK);
}

static void
close_agency(struct desk *d, const char *id)
{
	struct fv_store_agency row = {.added_ms = 1, .is_closed = true, .closed_ms = 2};

	(void)snprintf(row.id, sizeof row.id, "%s", id);
	assert_int_equal(fv_store_begin(d->host->store), FV_OK);
	assert_int_equal(fv_store_agency_put(d->host->store, &row), FV_OK);
	assert_int_equal(fv_store_commit(d->host->store), FV_OK);
}

static void
what_the_register_bars_gets_no_ticket_in(void **state)
{
	struct desk *d = *state;
	struct fv_ticket ticket;

	desk_ticket(d, &d->a, "o1", &ticket);
	ticket.id[0] ^= 1;
	put_staff(d, "o1", "north", true);
	expect_ticket_refused(d, &ticket, "officer o1 is disabled");
	put_staff(d, "o1", "south", false);
	expect_ticket_refused(
	    d, &ticket, "officer o1 is of agency south, and team t1 of north");
	put_staff(d, "o1", "north", false);
	close_agency(d, "north");
	expect_ticket_refused(d, &ticket, "agency north of team t1 is closed");
	put_staff(d, "o1", "north", false);
	assert_int_equal(desk_import_ticket(d, &ticket, desk_s1), FV_EXIT_OK);
	/* Of o2 the register says nothing: the roster decides. */
	desk_ticket(d, &d->b, "o2", &ticket);
	ticket.id[0] ^= 1;
	assert_int_equal(desk_import_ticket(d, &ticket, desk_s1), FV_EXIT_OK);
}

/* {file, ticket} of a ticket whose id begins with `number`. */
static json_t *
ticket_file(struct desk *d, const char *name, uint8_t number, const unsigned *who)
{
	struct fv_buf text = {0}, note = {0}, file = {0};
	struct fv_ticket ticket;
	json_t *row;

	desk_ticket(d, &d->a, "o1", &ticket);
	ticket.id[0] = number;
	fv_ticket_text_put(&text, &ticket);
	people_sign(&note, fv_buf_span(&text), "north", who, 1);
	fv_ticket_file_put(&file, ticket.token, fv_buf_span(&note));
	row =
	    json_pack("{s:s, s:s%}", "file", name, "ticket", (const char *)file.ptr, file.len);
	assert_non_null(row);
	fv_buf_clear(&file);
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	return row;
}

static bool
has_ticket(struct desk *d, uint8_t number)
{
	struct fv_store_ticket held;
	struct fv_ticket ticket;

	desk_ticket(d, &d->a, "o1", &ticket);
	ticket.id[0] = number;
	return fv_store_ticket_get(d->host->store, ticket.id, &held) == FV_OK;
}

static void
a_folder_of_tickets_is_taken_whole_or_not_at_all(void **state)
{
	struct desk *d = *state;

	assert_int_equal(
	    desk_ask(d, "invite import all",
		json_pack("{s:[o, o, o]}", "files", ticket_file(d, "one", 0xf1, desk_s1),
		    ticket_file(d, "two", 0xf2, desk_stranger),
		    ticket_file(d, "three", 0xf3, desk_s1))),
	    FV_EXIT_DATA);
	desk_expect_error(d, "two: no supervisor on the roster signed it");
	assert_false(has_ticket(d, 0xf1) || has_ticket(d, 0xf2) || has_ticket(d, 0xf3));
	assert_int_equal(
	    desk_ask(d, "invite import all",
		json_pack("{s:[o, o, o]}", "files", ticket_file(d, "one", 0xf1, desk_s1),
		    ticket_file(d, "one again", 0xf1, desk_s1),
		    ticket_file(d, "two", 0xf2, desk_s1))),
	    FV_EXIT_OK);
	assert_int_equal(desk_number(d, "count"), 2);
	assert_true(has_ticket(d, 0xf1) && has_ticket(d, 0xf2));
	assert_int_equal(
	    desk_ask(d, "invite import all", json_pack("{s:[]}", "files")), FV_EXIT_DATA);
	desk_expect_error(d, "no file");
}

static void
what_is_exported_opens_off_the_server(void **state)
{
	struct desk *d = *state;
	struct directory directory;
	const struct directory_device *a, *b;
	char path[128], verb[] = "export", out[] = "--out";
	char *argv[] = {verb, out, path, NULL};

	assert_int_equal(desk_revoke(d, &d->b, desk_s1), FV_EXIT_OK);
	(void)snprintf(path, sizeof path, "%s/directory", d->root);
	assert_int_equal(setenv("FIELDVISITD_DIR", d->dir, 1), 0);
	assert_int_equal(cmd_roster_export(3, argv), FV_EXIT_OK);
	assert_int_equal(directory_open(path, &directory), FV_EXIT_OK);
	assert_int_equal(directory.device_count, 2);
	assert_memory_equal(directory.roster_hash.b, d->roster_hash.b, FV_HASH_BYTES);
	a = directory_find(&directory, d->a.dev);
	b = directory_find(&directory, d->b.dev);
	assert_non_null(a);
	assert_non_null(b);
	assert_true(a->is_approved && !a->is_revoked);
	assert_string_equal(a->officer, "o1");
	assert_true(!b->is_approved && b->is_revoked);
	assert_non_null(directory_find_agency(&directory.people, "north"));
	assert_null(directory_find_officer(&directory.people, "o1"));
	directory_close(&directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		a_first_roster_is_taken_and_logged, desk_set_up, desk_tear_down),
	    cmocka_unit_test_setup_teardown(the_roster_in_force_comes_again_without_a_trace,
		desk_set_up_roster, desk_tear_down),
	    cmocka_unit_test_setup_teardown(
		a_next_roster_needs_version_previous_and_signatures, desk_set_up_roster,
		desk_tear_down),
	    cmocka_unit_test_setup_teardown(
		a_roster_of_another_agency_is_refused, desk_set_up, desk_tear_down),
	    cmocka_unit_test_setup_teardown(
		a_malformed_roster_is_refused_with_its_line, desk_set_up, desk_tear_down),
	    cmocka_unit_test_setup_teardown(
		nothing_is_signed_before_there_is_a_roster, desk_set_up, desk_tear_down),
	    cmocka_unit_test_setup_teardown(a_ticket_is_kept_with_its_token_until_it_is_spent,
		desk_set_up_roster, desk_tear_down),
	    cmocka_unit_test_setup_teardown(
		a_ticket_that_does_not_fit_is_refused, desk_set_up_roster, desk_tear_down),
	    cmocka_unit_test_setup_teardown(
		an_approval_is_logged_and_counts_once, desk_set_up_roster, desk_tear_down),
	    cmocka_unit_test_setup_teardown(
		an_approval_that_does_not_fit_is_refused, desk_set_up_roster, desk_tear_down),
	    cmocka_unit_test_setup_teardown(a_revocation_is_logged_and_sent_to_the_handheld,
		desk_set_up_roster, desk_tear_down),
	    cmocka_unit_test_setup_teardown(a_wipe_order_is_sent_and_an_erasure_is_refused,
		desk_set_up_roster, desk_tear_down),
	    cmocka_unit_test_setup_teardown(
		what_the_register_bars_gets_no_ticket_in, desk_set_up_roster, desk_tear_down),
	    cmocka_unit_test_setup_teardown(a_folder_of_tickets_is_taken_whole_or_not_at_all,
		desk_set_up_roster, desk_tear_down),
	    cmocka_unit_test_setup_teardown(
		what_is_exported_opens_off_the_server, desk_set_up_devices, desk_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
