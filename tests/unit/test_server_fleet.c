/* Many handhelds at once, off the server: who gets tickets, and a bench's digits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "fv/order.h"
#include "fv/ticket.h"
#include "sync-server/benchfile.h"
#include "sync-server/cmd.h"
#include "sync-server/exits.h"
#include "tests/support/people.h"
#include "tests/support/world.h"

#define KEY " --key @s1.key --passphrase-file @pass"
#define INVITE "invite --directory @directory.json --server-info @server.pub --out @t" KEY
#define BENCH "approve --bench @bench --directory @directory.json --out @a" KEY

/* Write the directory anew, with a register unless it is NULL. */
static void
put_directory(struct world *w, const char *people)
{
	json_t *root, *member;
	char *dump;

	world_put_directory(w);
	if (people == NULL)
		return;
	assert_non_null(root = json_load_file(world_path(w, "directory.json"), 0, NULL));
	assert_non_null(member = json_loads(people, 0, NULL));
	assert_int_equal(json_object_set_new(root, "people", member), 0);
	assert_non_null(dump = json_dumps(root, JSON_COMPACT));
	world_write(w, "directory.json", fv_span_z(dump));
	free(dump);
	json_decref(root);
}

/* Six officers, o1 with a handheld; supervisors s1 of t1 and s2 of t1 and t2. */
static struct world *
start(void **state, const char *people)
{
	static const struct world_device held = {
	    .number = 20, .officer = "o1", .team = "t1", .ticket_signer = 1};
	struct world *w = *state;

	for (size_t i = w->roster->officer_count; i < 6; i++) {
		(void)snprintf(w->roster->officers[i].id, FV_ID_BYTES, "o%zu", i + 1);
		memcpy(w->roster->officers[i].name, "Somebody", 9);
		w->roster->officer_count = i + 1;
	}
	world_put_key(w, "s1.key", 1);
	w->devices[0] = held;
	w->device_count = 1;
	world_put_server(w);
	put_directory(w, people);
	return w;
}

/* "o2/t2 o3/t2": officers and teams of the tickets that were made, in order. */
static const char *
made(struct world *w)
{
	static char text[512];
	json_t *list = json_load_file(world_path(w, "t/tickets.json"), 0, NULL);
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s/%s",
		    i > 0 ? " " : "", json_string_value(json_object_get(row, "officer")),
		    json_string_value(json_object_get(row, "team")));
	}
	json_decref(list);
	return text;
}

static bool
is_there(const struct world *w, const char *name)
{
	return access(world_path(w, name), F_OK) == 0;
}

static const char register_of_two[] =
    "{\"agencies\":[{\"agency\":\"north\",\"closed\":false,\"teams\":[]},"
    "{\"agency\":\"firm\",\"closed\":false,\"teams\":[\"t2\"]},"
    "{\"agency\":\"gone\",\"closed\":true,\"teams\":[]}],"
    "\"officers\":[{\"officer\":\"o2\",\"agency\":\"firm\",\"team\":\"\",\"disabled\":false},"
    "{\"officer\":\"o3\",\"agency\":\"firm\",\"team\":\"t2\",\"disabled\":false},"
    "{\"officer\":\"o4\",\"agency\":\"firm\",\"team\":\"\",\"disabled\":true},"
    "{\"officer\":\"o5\",\"agency\":\"north\",\"team\":\"t1\",\"disabled\":false},"
    "{\"officer\":\"o77\",\"agency\":\"firm\",\"team\":\"\",\"disabled\":false}]}";

static void
an_agencys_tickets_are_for_its_officers_and_its_only_team(void **state)
{
	struct world *w = start(state, register_of_two);

	assert_int_equal(
	    world_run(w, cmd_invite, INVITE " --count 3 --agency firm"), FV_EXIT_OK);
	assert_string_equal(made(w), "o2/t2 o3/t2 o2/t2");
	world_assert_said(w, "officer o4: is disabled; no ticket");
	world_assert_said(w, "officer o77: is not on the roster");
}

static void
whom_the_register_does_not_know_is_of_the_rosters_own_agency(void **state)
{
	struct world *w = start(state, register_of_two);

	assert_int_equal(world_run(w, cmd_invite, INVITE " --officers o1,o5,o6"), FV_EXIT_OK);
	assert_string_equal(made(w), "o5/t1 o6/t1 o1/t1");
}

static void
those_with_the_fewest_handhelds_come_first(void **state)
{
	struct world *w = start(state, NULL);

	assert_int_equal(world_run(w, cmd_invite, INVITE " --count 7 --team t1"), FV_EXIT_OK);
	assert_string_equal(made(w), "o2/t1 o3/t1 o4/t1 o5/t1 o6/t1 o1/t1 o2/t1");
	assert_non_null(strstr(fv_buf_z(&w->out), "handed out in turn among 6 officers"));
}

static void
a_revoked_handheld_is_none(void **state)
{
	struct world *w = start(state, NULL);

	w->devices[0].revoker = 1;
	put_directory(w, NULL);
	assert_int_equal(world_run(w, cmd_invite, INVITE " --count 1 --team t1"), FV_EXIT_OK);
	assert_string_equal(made(w), "o1/t1");
}

static void
every_ticket_is_signed_for_the_roster_and_opens_alone(void **state)
{
	struct world *w = start(state, NULL);
	struct fv_ticket a, b;
	struct fv_fault fault;
	struct fv_span note;
	struct stat st;

	assert_int_equal(
	    world_run(w, cmd_invite, INVITE " --officers o2,o3 --team t2"), FV_EXIT_OK);
	world_read(w, "t/001-o2.ticket", &w->out);
	assert_int_equal(fv_ticket_file_parse(fv_buf_span(&w->out), &a, &note, &fault), FV_OK);
	assert_int_equal(fv_ticket_verify(note, w->roster, &w->roster_hash), FV_OK);
	world_read(w, "t/002-o3.ticket", &w->out);
	assert_int_equal(fv_ticket_file_parse(fv_buf_span(&w->out), &b, &note, &fault), FV_OK);
	assert_int_equal(fv_ticket_verify(note, w->roster, &w->roster_hash), FV_OK);
	assert_memory_not_equal(a.id, b.id, sizeof a.id);
	assert_memory_not_equal(a.token, b.token, sizeof a.token);
	assert_int_equal(stat(world_path(w, "t/sheet.html"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Nothing is made, and why. */
static void
expect_none(struct world *w, const char *line, int code, const char *why)
{
	assert_int_equal(world_run(w, cmd_invite, line), code);
	world_assert_said(w, why);
	assert_false(is_there(w, "t"));
}

/* The register is not signed: whoever reads the notes is the supervisor's to say. */
static void
the_register_overrules_no_team_that_was_given(void **state)
{
	struct world *w = start(state, register_of_two);

	assert_int_equal(
	    world_run(w, cmd_invite, INVITE " --officer o5 --team t2"), FV_EXIT_DATA);
	world_assert_said(w, "t2 is not officer o5's team in the register, which says t1");
	assert_false(is_there(w, "t"));
	assert_int_equal(
	    world_run(w, cmd_invite, INVITE " --officer o5 --team t1"), FV_EXIT_OK);
}

static void
what_cannot_be_signed_for_makes_no_folder(void **state)
{
	struct world *w = start(state, register_of_two);

	expect_none(w, INVITE " --count 2 --agency gone", FV_EXIT_DATA, "gone is closed");
	expect_none(w, INVITE " --count 2 --agency far", FV_EXIT_DATA, "\"far\" is not known");
	expect_none(
	    w, INVITE " --officers o6,o1 --agency firm", FV_EXIT_DATA, "nobody is left");
	expect_none(w, INVITE " --officers o6 --team t2", FV_EXIT_DATA,
	    "t2 is of agency firm, and officer o6 of north");
	expect_none(w, INVITE " --officers o6 --team t9", FV_EXIT_DATA, "nobody could read");
	expect_none(w, INVITE " --officers a/b,c", FV_EXIT_DATA, "\"a/b\" is no officer's id");
	expect_none(w, INVITE " --officers @none", FV_EXIT_NOINPUT, "No such file");
	expect_none(w, INVITE " --count 2x", FV_EXIT_USAGE, "1 to 1000");
	expect_none(w, INVITE, FV_EXIT_USAGE, "needs --officer ID");
	expect_none(w, INVITE " --officer o1 --count 2", FV_EXIT_USAGE, "needs --officer ID");
	put_directory(w, NULL);
	expect_none(w, INVITE " --count 2", FV_EXIT_USAGE, "agency north has several");
	expect_none(w, "invite --server-info @server.pub --out @t --count 1 --key @s1.key",
	    FV_EXIT_USAGE, "needs --roster SIGNED, or --directory");
}

static void
a_roster_that_the_key_never_signed_is_refused(void **state)
{
	struct world *w = start(state, NULL);

	w->roster_signer = 2;
	put_directory(w, NULL);
	expect_none(w, INVITE " --count 1 --team t1", FV_EXIT_DATA, "may be the server's own");
	assert_int_equal(
	    world_run(w, cmd_invite, INVITE " --count 1 --team t1 --roster @roster"),
	    FV_EXIT_OK);
}

static void
a_register_that_breaks_its_form_is_refused(void **state)
{
	struct world *w = start(state, "{\"agencies\":[]}");

	expect_none(
	    w, INVITE " --count 1", FV_EXIT_DATA, "people: want agencies and officers");
	put_directory(w, "{\"agencies\":[{\"agency\":\"a b\"}],\"officers\":[]}");
	expect_none(w, INVITE " --count 1", FV_EXIT_DATA, "people: an agency's id is none");
	put_directory(w, "{\"agencies\":[{\"agency\":\"a\",\"teams\":[7]}],\"officers\":[]}");
	expect_none(w, INVITE " --count 1", FV_EXIT_DATA, "people: a team's id is none");
	put_directory(w, "{\"agencies\":[],\"officers\":[{\"officer\":\"o1\"}]}");
	expect_none(w, INVITE " --count 1", FV_EXIT_DATA, "people: an officer's id, agency");
}

static void
a_folder_that_holds_something_is_let_be(void **state)
{
	struct world *w = start(state, NULL);

	assert_int_equal(mkdir(world_path(w, "t"), 0755), 0);
	assert_int_equal(world_run(w, cmd_invite, INVITE " --count 1 --team t1"), FV_EXIT_OK);
	assert_true(is_there(w, "t/sheet.html"));
	assert_int_equal(
	    world_run(w, cmd_invite, INVITE " --count 2 --team t1"), FV_EXIT_CANTCREAT);
	world_assert_said(w, "is not empty");
	assert_false(is_there(w, "t/002-o3.ticket"));
}

static void
an_officers_own_ticket_names_him_and_his_team(void **state)
{
	struct world *w = start(state, register_of_two);
	struct fv_ticket ticket;
	struct fv_fault fault;
	struct fv_span note;

	assert_int_equal(world_run(w, cmd_officer_invite, INVITE " o3"), FV_EXIT_OK);
	assert_non_null(
	    strstr(fv_buf_z(&w->out), "'fieldvisit login o3 --ticket FILE', or --qr"));
	world_read(w, "t", &w->out);
	assert_int_equal(
	    fv_ticket_file_parse(fv_buf_span(&w->out), &ticket, &note, &fault), FV_OK);
	assert_string_equal(ticket.officer, "o3");
	assert_string_equal(ticket.team, "t2");
	assert_int_equal(unlink(world_path(w, "t")), 0);
	assert_int_equal(world_run(w, cmd_officer_invite, INVITE " o4"), FV_EXIT_DATA);
	world_assert_said(w, "\"o4\" is disabled");
	assert_int_equal(world_run(w, cmd_officer_invite, INVITE), FV_EXIT_USAGE);
	assert_int_equal(world_run(w, cmd_officer_invite, INVITE " o2 o3"), FV_EXIT_USAGE);
	assert_false(is_there(w, "t"));
}

/* -- the bench ------------------------------------------------------------------------- */

/* A line of handheld `i`: its dev and digits, the last of them changed by `off`. */
static void
put_line(const struct world *w, size_t i, int off, struct fv_buf *file)
{
	struct fv_buf leaf = {0};
	uint8_t dev[FV_DEV_BYTES];
	char digits[48];

	world_leaf(w, &w->devices[i], &leaf, dev);
	fv_enrol_digits(fv_buf_span(&leaf), digits);
	digits[46] = (char)('0' + (digits[46] - '0' + off) % 10);
	fv_buf_put_hex(file, dev, sizeof dev);
	fv_buf_putf(file, " %s\n", digits);
	fv_buf_clear(&leaf);
}

static void
put_fleet(struct world *w, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		w->devices[i] = w->devices[0];
		w->devices[i].number = (unsigned)(20 + i);
	}
	w->device_count = count;
	put_directory(w, NULL);
}

static size_t
count_notes(const struct world *w, const struct fv_roster *roster)
{
	struct fv_buf leaf = {0}, hex = {0}, note = {0};
	size_t count = 0;

	for (size_t i = 0; i < w->device_count; i++) {
		struct fv_approve approve;
		struct fv_span text;
		struct fv_hash hash;
		uint8_t dev[FV_DEV_BYTES];
		char name[64];

		fv_buf_reset(&leaf);
		fv_buf_reset(&hex);
		world_leaf(w, &w->devices[i], &leaf, dev);
		fv_buf_put_hex(&hex, dev, sizeof dev);
		(void)snprintf(name, sizeof name, "a/%s.note", fv_buf_z(&hex));
		if (!is_there(w, name))
			continue;
		world_read(w, name, &note);
		assert_int_equal(fv_order_verify(fv_buf_span(&note), roster, 1, &text), FV_OK);
		assert_int_equal(fv_approve_parse(text, &approve, NULL), FV_OK);
		fv_leaf_hash(fv_buf_span(&leaf), &hash);
		assert_memory_equal(&approve.leaf, &hash, sizeof hash);
		count++;
	}
	fv_buf_clear(&note);
	fv_buf_clear(&hex);
	fv_buf_clear(&leaf);
	return count;
}

static void
a_bench_whose_digits_agree_is_approved(void **state)
{
	struct world *w = start(state, NULL);
	struct fv_buf file = {0};

	put_fleet(w, 30);
	fv_buf_put_z(&file, "# this morning\n\n");
	for (size_t i = 0; i < 29; i++)
		put_line(w, i, 0, &file);
	world_write(w, "bench", fv_buf_span(&file));
	assert_int_equal(world_run(w, cmd_device_approve, BENCH), FV_EXIT_OK);
	assert_int_equal(count_notes(w, w->roster), 29);
	world_assert_said(w, "of officer o1 enrolled and is not in it; it is not approved");
	fv_buf_clear(&file);
}

static void
expect_no_approval(struct world *w, struct fv_buf *file, int code, const char *why)
{
	world_write(w, "bench", fv_buf_span(file));
	assert_int_equal(world_run(w, cmd_device_approve, BENCH), code);
	world_assert_said(w, why);
	assert_false(is_there(w, "a"));
	fv_buf_clear(file);
}

static void
one_wrong_line_approves_nobody(void **state)
{
	struct world *w = start(state, NULL);
	struct fv_buf file = {0};

	put_fleet(w, 3);
	put_line(w, 0, 0, &file);
	put_line(w, 1, 1, &file);
	expect_no_approval(w, &file, FV_EXIT_NO, "of officer o1 shows");
	put_line(w, 0, 0, &file);
	put_line(w, 0, 0, &file);
	expect_no_approval(w, &file, FV_EXIT_DATA, "stands in line 1 already");
	w->devices[2].revoker = 1;
	put_directory(w, NULL);
	put_line(w, 2, 0, &file);
	expect_no_approval(w, &file, FV_EXIT_DATA, "is revoked");
	w->device_count = 2;
	put_directory(w, NULL);
	put_line(w, 2, 0, &file);
	expect_no_approval(w, &file, FV_EXIT_DATA, "is not enrolled in");
	fv_buf_put_z(&file, "\n");
	expect_no_approval(w, &file, FV_EXIT_DATA, "has no handheld in it");
}

static void
what_is_approved_already_is_left_as_it_is(void **state)
{
	struct world *w = start(state, NULL);
	struct fv_buf file = {0};

	put_fleet(w, 2);
	w->devices[0].approver = 2;
	put_directory(w, NULL);
	put_line(w, 0, 0, &file);
	put_line(w, 1, 0, &file);
	world_write(w, "bench", fv_buf_span(&file));
	assert_int_equal(world_run(w, cmd_device_approve, BENCH), FV_EXIT_OK);
	assert_int_equal(count_notes(w, w->roster), 1);
	assert_non_null(
	    strstr(fv_buf_z(&w->out), "1 handhelds approved, those approved before"));
	fv_buf_clear(&file);
}

static void
a_bench_goes_with_a_directory_and_nothing_else(void **state)
{
	struct world *w = start(state, NULL);

	assert_int_equal(
	    world_run(w, cmd_device_approve, "approve --bench @bench --out @a" KEY),
	    FV_EXIT_USAGE);
	assert_int_equal(world_run(w, cmd_device_approve, BENCH " --digits 1"), FV_EXIT_USAGE);
	assert_int_equal(world_run(w, cmd_device_approve, BENCH), FV_EXIT_NOINPUT);
	assert_false(is_there(w, "a"));
}

#define DEV "00112233445566778899aabbccddeeff"
#define DIGITS "12345 12345 12345 12345 12345 12345 12345 12345"

static void
a_bench_file_is_read_as_cables_and_people_write_it(void **state)
{
	static const char text[] = "{\"dev\":\"" DEV "\",\"digits\":\"" DIGITS
				   "\",\"serial\":\"S1\",\"officer\":\"o1\"}\r\n"
				   "# a remark\n\n \t" DEV "  " DIGITS "  \n" DEV
				   "1234512345123451234512345123451234512345";
	struct benchfile bench;
	struct fv_fault fault;

	(void)state;
	assert_int_equal(benchfile_parse(fv_span_z(text), &bench, &fault), FV_OK);
	assert_int_equal(bench.count, 3);
	assert_string_equal(bench.lines[0].serial, "S1");
	assert_string_equal(bench.lines[1].serial, "");
	assert_int_equal(bench.lines[1].line, 4);
	for (size_t i = 1; i < 3; i++) {
		assert_memory_equal(bench.lines[i].dev, bench.lines[0].dev, FV_DEV_BYTES);
		assert_string_equal(bench.lines[i].digits, bench.lines[0].digits);
	}
	benchfile_clear(&bench);
}

static void
a_bench_line_that_is_none_is_named(void **state)
{
	static const char *const bad[] = {DEV, DEV " 12345", DEV " " DIGITS "1",
	    "x" DEV " " DIGITS, DEV " " DIGITS " o1", "{", "{}", "[1]",
	    "{\"dev\":\"" DEV "\",\"digits\":7}",
	    "{\"dev\":\"" DEV "\",\"digits\":\"" DIGITS "\"} more",
	    "{\"dev\":\"" DEV "\",\"digits\":\"" DIGITS
	    "\",\"serial\":\"0123456789012345678901234567890123456789012345678901234567890123"
	    "4\"}"};
	struct fv_buf file = {0};
	struct benchfile bench;
	struct fv_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		fv_buf_reset(&file);
		fv_buf_putf(&file, "#\n%s\n", bad[i]);
		assert_int_equal(
		    benchfile_parse(fv_buf_span(&file), &bench, &fault), FV_EFORMAT);
		assert_int_equal(fault.line, 2);
		assert_true(fault.rule[0] != '\0');
		benchfile_clear(&bench);
	}
	fv_buf_clear(&file);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    T(an_agencys_tickets_are_for_its_officers_and_its_only_team),
	    T(whom_the_register_does_not_know_is_of_the_rosters_own_agency),
	    T(those_with_the_fewest_handhelds_come_first),
	    T(a_revoked_handheld_is_none),
	    T(every_ticket_is_signed_for_the_roster_and_opens_alone),
	    T(the_register_overrules_no_team_that_was_given),
	    T(what_cannot_be_signed_for_makes_no_folder),
	    T(a_roster_that_the_key_never_signed_is_refused),
	    T(a_register_that_breaks_its_form_is_refused),
	    T(a_folder_that_holds_something_is_let_be),
	    T(an_officers_own_ticket_names_him_and_his_team),
	    T(a_bench_whose_digits_agree_is_approved),
	    T(one_wrong_line_approves_nobody),
	    T(what_is_approved_already_is_left_as_it_is),
	    T(a_bench_goes_with_a_directory_and_nothing_else),
	    cmocka_unit_test(a_bench_file_is_read_as_cables_and_people_write_it),
	    cmocka_unit_test(a_bench_line_that_is_none_is_named),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
