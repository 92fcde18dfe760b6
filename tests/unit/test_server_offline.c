/* The verbs that make keys, rosters, tickets, approvals and packs notes off the server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "fv/order.h"
#include "fv/ticket.h"
#include "sync-server/cmd.h"
#include "sync-server/exits.h"
#include "tests/support/people.h"
#include "tests/support/world.h"

#define KEY " --key @s1.key --passphrase-file @pass"
#define PACK "sync-server/rules/cn-cba-2026.json"

static const struct world_device good = {
    .number = 20, .officer = "o1", .team = "t1", .ticket_signer = 1, .approver = 2};

static struct world *
start(void **state)
{
	struct world *w = *state;

	world_put_key(w, "s1.key", 1);
	world_put_key(w, "s2.key", 2);
	w->devices[0] = good;
	w->device_count = 1;
	world_put_directory(w);
	return w;
}

static void
a_new_key_is_private_and_never_overwritten(void **state)
{
	struct world *w = *state;
	struct stat st;

	world_write(w, "pass", fv_span_z("correct horse\n"));
	assert_int_equal(
	    world_run(w, cmd_supervisor_keygen,
		"keygen --agency north --id anna --out @k --passphrase-file @pass"),
	    FV_EXIT_OK);
	assert_int_equal(stat(world_path(w, "k"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(world_path(w, "k.pub"), &st), 0);
	assert_int_equal(
	    world_run(w, cmd_supervisor_keygen,
		"keygen --agency north --id anna --out @k --passphrase-file @pass"),
	    FV_EXIT_CANTCREAT);
	world_assert_said(w, "never overwritten");
	/* A public half that is in the way leaves no secret half behind. */
	assert_int_equal(remove(world_path(w, "k")), 0);
	assert_int_equal(
	    world_run(w, cmd_supervisor_keygen,
		"keygen --agency north --id anna --out @k --passphrase-file @pass"),
	    FV_EXIT_CANTCREAT);
	assert_int_not_equal(stat(world_path(w, "k"), &st), 0);
}

static void
a_key_needs_a_passphrase_and_an_id(void **state)
{
	struct world *w = *state;

	world_write(w, "pass", fv_span_z("short\n"));
	assert_int_equal(
	    world_run(w, cmd_supervisor_keygen,
		"keygen --agency north --id anna --out @k --passphrase-file @pass"),
	    FV_EXIT_DATA);
	world_assert_said(w, "shorter than 8 bytes");
	assert_int_equal(
	    world_run(w, cmd_supervisor_keygen,
		"keygen --agency north --id anna --out @k --passphrase-file @none"),
	    FV_EXIT_NOINPUT);
	assert_int_equal(
	    world_run(w, cmd_supervisor_keygen,
		"keygen --agency north --id a%b --out @k --passphrase-file @pass"),
	    FV_EXIT_USAGE);
	assert_int_equal(world_run(w, cmd_supervisor_keygen, "keygen --agency north --out @k"),
	    FV_EXIT_USAGE);
	world_assert_said(w, "--id: is needed");
	/* No terminal, no passphrase file: say which option. */
	assert_int_equal(
	    world_run(w, cmd_supervisor_keygen, "keygen --agency north --id anna --out @k"),
	    FV_EXIT_USAGE);
	world_assert_said(w, "--passphrase-file");
}

static void
a_roster_is_drawn_up_and_signed_to_its_threshold(void **state)
{
	struct world *w = start(state);
	struct fv_roster *roster = people_roster(1);
	struct fv_fault fault;
	struct fv_hash hash;

	assert_int_equal(world_run(w, cmd_roster_new,
			     "new --agency north --out @r --threshold 2 --pack-threshold 2"),
	    FV_EXIT_OK);
	assert_int_equal(world_run(w, cmd_supervisor_add,
			     "add --public @s1.key.pub --roster @r --teams t1,t2"),
	    FV_EXIT_OK);
	assert_int_equal(
	    world_run(w, cmd_supervisor_add, "add --public @s2.key.pub --roster @r"),
	    FV_EXIT_USAGE);
	world_assert_said(w, "--teams");
	assert_int_equal(world_run(w, cmd_supervisor_add,
			     "add --public @s2.key.pub --roster @r --teams t2"),
	    FV_EXIT_OK);
	for (int i = 0; i < 2; i++) {
		static const char *const make[] = {
		    "keygen --agency north --id a1 --kind auditor --out @a1 --passphrase-file "
		    "@pass",
		    "keygen --agency north --id r1 --kind recovery --out @r1 "
		    "--passphrase-file "
		    "@pass"};
		static const char *const add[] = {
		    "add --public @a1.pub --roster @r", "add --public @r1.pub --roster @r"};
		assert_int_equal(world_run(w, cmd_supervisor_keygen, make[i]), FV_EXIT_OK);
		assert_int_equal(world_run(w, cmd_supervisor_add, add[i]), FV_EXIT_OK);
	}
	assert_int_equal(
	    world_run(w, cmd_roster_set, "set --roster @r --officer o1=Wang%Er"), FV_EXIT_OK);
	assert_int_equal(world_run(w, cmd_roster_show, "show @r"), FV_EXIT_NO);
	assert_int_equal(world_run(w, cmd_roster_sign, "sign @r" KEY), FV_EXIT_OK);
	assert_non_null(strstr(fv_buf_z(&w->out), "1 of 2 signatures"));
	assert_int_equal(world_run(w, cmd_roster_sign, "sign @r" KEY), FV_EXIT_DATA);
	assert_int_equal(
	    world_run(w, cmd_roster_set, "set --roster @r --officer o2=X"), FV_EXIT_DATA);
	world_assert_said(w, "is signed and cannot be changed");
	assert_int_equal(
	    world_run(w, cmd_roster_sign, "sign @r --key @s2.key --passphrase-file @pass"),
	    FV_EXIT_OK);
	assert_int_equal(world_run(w, cmd_roster_show, "show @r --json"), FV_EXIT_OK);
	world_read(w, "r", &w->out);
	assert_int_equal(
	    fv_roster_verify_first(fv_buf_span(&w->out), roster, &hash, &fault), FV_OK);
	assert_string_equal(roster->officers[0].name, "Wang Er");
	free(roster);
}

static void
a_strangers_key_signs_no_roster(void **state)
{
	struct world *w = start(state);

	world_put_key(w, "s9.key", 9);
	assert_int_equal(world_run(w, cmd_roster_sign,
			     "sign @roster --key @s9.key --passphrase-file @pass"),
	    FV_EXIT_DATA);
	world_assert_said(w, "not one of the supervisors who decide");
	world_write(w, "r", fv_span_z("fieldvisit/v1/roster/north\nversion 1\n"));
	assert_int_equal(world_run(w, cmd_roster_sign, "sign @r" KEY), FV_EXIT_DATA);
	world_assert_said(w, "r:3:");
}

static void
the_next_roster_is_judged_by_the_previous_one(void **state)
{
	struct world *w = start(state);

	assert_int_equal(
	    world_run(w, cmd_roster_new, "new --previous @roster --out @r2"), FV_EXIT_OK);
	assert_int_equal(
	    world_run(w, cmd_roster_set, "set --roster @r2 --drop-supervisor s2"), FV_EXIT_OK);
	assert_int_equal(world_run(w, cmd_roster_sign, "sign @r2" KEY), FV_EXIT_USAGE);
	world_assert_said(w, "--previous");
	/* He who leaves may still agree: the previous roster decides. */
	assert_int_equal(
	    world_run(w, cmd_roster_sign,
		"sign @r2 --previous @roster --key @s2.key --passphrase-file @pass"),
	    FV_EXIT_OK);
	assert_int_equal(
	    world_run(w, cmd_roster_show, "show @r2 --previous @roster"), FV_EXIT_OK);
	assert_int_equal(
	    world_run(w, cmd_roster_show, "show @r2 --previous @r2"), FV_EXIT_DATA);
	assert_int_equal(world_run(w, cmd_roster_show, "show @r2"), FV_EXIT_NO);
}

#define INVITE "invite --roster @roster --server-info @server.pub --out @t" KEY

static void
a_ticket_names_the_newest_server_key_and_the_roster(void **state)
{
	struct world *w = start(state);
	struct fv_ticket ticket;
	struct fv_fault fault;
	struct fv_span note;
	struct stat st;
	uint8_t pk[FV_KEY_BYTES];

	world_put_server(w);
	assert_int_equal(
	    world_run(w, cmd_invite, INVITE " --team t2 --officer o2"), FV_EXIT_OK);
	assert_int_equal(stat(world_path(w, "t"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	world_read(w, "t", &w->out);
	assert_int_equal(
	    fv_ticket_file_parse(fv_buf_span(&w->out), &ticket, &note, &fault), FV_OK);
	assert_int_equal(ticket.hpke_key_id, 2);
	people_box_pk(502, pk);
	assert_memory_equal(ticket.hpke_pk, pk, sizeof pk);
	assert_int_equal(fv_ticket_verify(note, w->roster, &w->roster_hash), FV_OK);
	assert_int_equal(
	    world_run(w, cmd_invite, INVITE " --team t2 --officer o2"), FV_EXIT_CANTCREAT);
}

static void
nobody_is_invited_who_could_not_be_read_or_named(void **state)
{
	struct world *w = start(state);

	world_put_server(w);
	assert_int_equal(
	    world_run(w, cmd_invite, INVITE " --team t9 --officer o2"), FV_EXIT_DATA);
	world_assert_said(w, "nobody could read its notes");
	assert_int_equal(
	    world_run(w, cmd_invite, INVITE " --team t1 --officer o9"), FV_EXIT_DATA);
	world_assert_said(w, "is not on the roster");
	assert_int_equal(world_run(w, cmd_invite, INVITE " --team t1 --officer o1 --hours 0"),
	    FV_EXIT_USAGE);
	world_put_key(w, "s1.key", 9);
	assert_int_equal(
	    world_run(w, cmd_invite, INVITE " --team t1 --officer o1"), FV_EXIT_DATA);
	world_write(w, "server.pub", fv_span_z("url http://127.0.0.1:8470\nlog x\n"));
	assert_int_equal(
	    world_run(w, cmd_invite, INVITE " --team t1 --officer o1"), FV_EXIT_DATA);
	world_assert_said(w, "server.pub:2:");
}

static void
digits_of(const struct world *w, char out[48])
{
	struct fv_buf leaf = {0};
	uint8_t dev[FV_DEV_BYTES];

	world_leaf(w, &w->devices[0], &leaf, dev);
	world_write(w, "leaf", fv_buf_span(&leaf));
	fv_enrol_digits(fv_buf_span(&leaf), out);
	fv_buf_clear(&leaf);
}

static void
a_handheld_is_approved_when_the_digits_agree(void **state)
{
	struct world *w = start(state);
	struct fv_approve approve;
	struct fv_hash hash;
	struct fv_span text;
	char digits[48], line[256];

	digits_of(w, digits);
	for (char *c = digits; *c != '\0'; c++)
		*c = *c == ' ' ? '%' : *c;
	(void)snprintf(
	    line, sizeof line, "approve --leaf @leaf --out @a --digits %s" KEY, digits);
	assert_int_equal(world_run(w, cmd_device_approve, line), FV_EXIT_OK);
	world_read(w, "a", &w->out);
	assert_int_equal(fv_order_verify(fv_buf_span(&w->out), w->roster, 1, &text), FV_OK);
	assert_int_equal(fv_approve_parse(text, &approve, NULL), FV_OK);
	world_read(w, "leaf", &w->err);
	fv_leaf_hash(fv_buf_span(&w->err), &hash);
	assert_memory_equal(&approve.leaf, &hash, sizeof hash);
}

static void
a_handheld_from_the_directory_is_approved_by_its_id(void **state)
{
	struct world *w = start(state);
	struct fv_buf leaf = {0}, hex = {0};
	uint8_t dev[FV_DEV_BYTES];
	char digits[48], line[320];

	world_leaf(w, &w->devices[0], &leaf, dev);
	fv_enrol_digits(fv_buf_span(&leaf), digits);
	for (char *c = digits; *c != '\0'; c++)
		*c = *c == ' ' ? '-' : *c;
	fv_buf_put_hex(&hex, dev, sizeof dev);
	(void)snprintf(line, sizeof line,
	    "approve --directory @directory.json --dev %s --out @a --digits %s" KEY,
	    fv_buf_z(&hex), digits);
	assert_int_equal(world_run(w, cmd_device_approve, line), FV_EXIT_OK);
	assert_int_equal(world_run(w, cmd_device_approve,
			     "approve --directory @directory.json --dev "
			     "00000000000000000000000000000000 --out @b" KEY),
	    FV_EXIT_DATA);
	fv_buf_clear(&leaf);
	fv_buf_clear(&hex);
}

static void
wrong_digits_approve_nothing(void **state)
{
	struct world *w = start(state);
	char digits[48], line[256];
	struct stat st;

	digits_of(w, digits);
	for (char *c = digits; *c != '\0'; c++)
		*c = *c == ' ' ? '-' : *c;
	digits[46] = digits[46] == '0' ? '1' : '0';
	(void)snprintf(
	    line, sizeof line, "approve --leaf @leaf --out @a --digits %s" KEY, digits);
	assert_int_equal(world_run(w, cmd_device_approve, line), FV_EXIT_NO);
	world_assert_said(w, "do not approve it");
	assert_int_equal(world_run(w, cmd_device_approve,
			     "approve --leaf @leaf --out @a --digits 12345" KEY),
	    FV_EXIT_DATA);
	assert_int_equal(world_run(w, cmd_device_approve, "approve --leaf @leaf --out @a" KEY),
	    FV_EXIT_USAGE);
	world_assert_said(w, "--digits");
	assert_int_not_equal(stat(world_path(w, "a"), &st), 0);
}

static void
a_leaf_that_does_not_hold_together_is_not_approved(void **state)
{
	struct world *w = start(state);
	char digits[48];

	w->devices[0].other_dev = true;
	digits_of(w, digits);
	assert_int_equal(
	    world_run(w, cmd_device_approve, "approve --leaf @leaf --out @a --digits 1" KEY),
	    FV_EXIT_DATA);
	world_assert_said(w, "keys do not make its id");
	world_write(w, "leaf", fv_span_z("nonsense!"));
	assert_int_equal(
	    world_run(w, cmd_device_approve, "approve --leaf @leaf --out @a --digits 1" KEY),
	    FV_EXIT_DATA);
}

static void
orders_are_signed_and_name_one_handheld(void **state)
{
#define DEV "000102030405060708090a0b0c0d0e0f"
	struct world *w = start(state);
	struct fv_order order;
	struct fv_span text;

	assert_int_equal(
	    world_run(w, cmd_device_revoke,
		"revoke --dev " DEV " --reason stolen --trusted-size 17 --out @o" KEY),
	    FV_EXIT_OK);
	world_read(w, "o", &w->out);
	assert_int_equal(fv_order_verify(fv_buf_span(&w->out), w->roster, 1, &text), FV_OK);
	assert_int_equal(fv_order_parse(text, &order, NULL), FV_OK);
	assert_int_equal(order.kind, FV_ORDER_REVOKE);
	assert_string_equal(order.reason, "stolen");
	assert_int_equal(order.trusted_size, 17);
	assert_int_equal(order.dev[15], 15);
	assert_int_equal(
	    world_run(w, cmd_device_wipe, "wipe --dev " DEV " --out @p" KEY), FV_EXIT_OK);
	world_read(w, "p", &w->out);
	assert_int_equal(fv_order_verify(fv_buf_span(&w->out), w->roster, 1, &text), FV_OK);
	assert_int_equal(fv_order_parse(text, &order, NULL), FV_OK);
	assert_int_equal(order.kind, FV_ORDER_WIPE);
	assert_int_equal(
	    world_run(w, cmd_device_wipe, "wipe --dev 00 --out @q" KEY), FV_EXIT_USAGE);
	assert_int_equal(world_run(w, cmd_device_revoke,
			     "revoke --dev " DEV " --reason two%words --out @q" KEY),
	    FV_EXIT_USAGE);
	assert_int_equal(
	    world_run(w, cmd_device_revoke,
		"revoke --dev " DEV " --reason lost --trusted-size -1 --out @q" KEY),
	    FV_EXIT_USAGE);
#undef DEV
}

static void
packs_are_published_and_signed_by_a_second_supervisor(void **state)
{
	struct world *w = start(state);
	struct fv_packs packs;
	struct fv_buf before = {0};

	w->roster->pack_threshold = 2;
	assert_int_equal(
	    world_run(w, cmd_pack_publish, "publish " PACK " --out @n --date 2026-03-02" KEY),
	    FV_EXIT_OK);
	world_read(w, "n", &w->out);
	assert_int_equal(fv_packs_verify(fv_buf_span(&w->out), w->roster, &packs), FV_EAUTH);
	world_read(w, "n.packs", &before);
	assert_int_equal(
	    world_run(w, cmd_pack_sign, "sign @n --key @s2.key --passphrase-file @pass"),
	    FV_EXIT_OK);
	world_read(w, "n", &w->out);
	assert_int_equal(fv_packs_verify(fv_buf_span(&w->out), w->roster, &packs), FV_OK);
	assert_int_equal(packs.count, 1);
	assert_string_equal(packs.packs[0].id, "cn-cba-2026");
	assert_int_equal(packs.packs[0].adopted_day, 20514);
	/* The import file has the new note and the same packs. */
	world_read(w, "n.packs", &w->err);
	assert_non_null(strstr(fv_buf_z(&w->err), "sup/north/s2"));
	assert_string_equal(strchr(fv_buf_z(&w->err), '\n'), strchr(fv_buf_z(&before), '\n'));
	assert_int_equal(world_run(w, cmd_pack_sign, "sign @n" KEY), FV_EXIT_DATA);
	fv_buf_clear(&before);
}

static void
what_was_adopted_stays_adopted(void **state)
{
	struct world *w = start(state);
	struct fv_packs packs;

	assert_int_equal(
	    world_run(w, cmd_pack_publish, "publish " PACK " --out @n" KEY), FV_EXIT_OK);
	assert_int_equal(
	    world_run(w, cmd_pack_publish,
		"publish sync-server/rules/house.json --previous @n --out @n2" KEY),
	    FV_EXIT_OK);
	world_read(w, "n2", &w->out);
	assert_int_equal(fv_packs_verify(fv_buf_span(&w->out), w->roster, &packs), FV_OK);
	assert_int_equal(packs.count, 2);
	/* Other bytes under an adopted revision are refused. */
	world_read(w, "n2", &w->err);
	world_read(w, "n2.packs", &w->err);
	FILE *f = fopen(PACK, "rb");
	assert_non_null(f);
	fv_buf_reset(&w->err);
	for (int c; (c = fgetc(f)) != EOF;)
		fv_buf_put_u8(&w->err, (uint8_t)c);
	(void)fclose(f);
	fv_buf_put_u8(&w->err, '\n');
	world_write(w, "changed.json", fv_buf_span(&w->err));
	assert_int_equal(world_run(w, cmd_pack_publish,
			     "publish @changed.json --previous @n2 --out @n3" KEY),
	    FV_EXIT_DATA);
	world_assert_said(w, "give it a new revision");
	world_write(w, "bad.json", fv_span_z("{"));
	assert_int_equal(
	    world_run(w, cmd_pack_publish, "publish @bad.json --out @n4" KEY), FV_EXIT_DATA);
}

static void
options_are_read_strictly(void **state)
{
	struct world *w = start(state);

	assert_int_equal(world_run(w, cmd_roster_show, "show @roster @roster"), FV_EXIT_USAGE);
	assert_int_equal(
	    world_run(w, cmd_roster_show, "show @roster --colour"), FV_EXIT_USAGE);
	world_assert_said(w, "--colour: this verb has no such option");
	assert_int_equal(
	    world_run(w, cmd_roster_show, "show @roster --json=1"), FV_EXIT_USAGE);
	assert_int_equal(
	    world_run(w, cmd_roster_show, "show @roster --previous"), FV_EXIT_USAGE);
	assert_int_equal(world_run(w, cmd_roster_show,
			     "show @roster --previous @roster --previous @roster"),
	    FV_EXIT_USAGE);
	assert_int_equal(world_run(w, cmd_roster_show, "show --help"), FV_EXIT_OK);
	assert_non_null(strstr(fv_buf_z(&w->out), "usage: fieldvisitd roster show"));
	assert_int_equal(world_run(w, cmd_roster_show, "show -- @roster"), FV_EXIT_OK);
	assert_int_equal(world_run(w, cmd_roster_show, "show @none"), FV_EXIT_NOINPUT);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    T(a_new_key_is_private_and_never_overwritten),
	    T(a_key_needs_a_passphrase_and_an_id),
	    T(a_roster_is_drawn_up_and_signed_to_its_threshold),
	    T(a_strangers_key_signs_no_roster),
	    T(the_next_roster_is_judged_by_the_previous_one),
	    T(a_ticket_names_the_newest_server_key_and_the_roster),
	    T(nobody_is_invited_who_could_not_be_read_or_named),
	    T(a_handheld_is_approved_when_the_digits_agree),
	    T(a_handheld_from_the_directory_is_approved_by_its_id),
	    T(wrong_digits_approve_nothing),
	    T(a_leaf_that_does_not_hold_together_is_not_approved),
	    T(orders_are_signed_and_name_one_handheld),
	    T(packs_are_published_and_signed_by_a_second_supervisor),
	    T(what_was_adopted_stays_adopted),
	    T(options_are_read_strictly),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
