/* fieldvisitd case seal, and the directory and case files that it reads and writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/order.h"
#include "fv/signednote.h"
#include "fv/ticket.h"
#include "sync-server/casefile.h"
#include "sync-server/cmd.h"
#include "sync-server/directory.h"
#include "sync-server/exits.h"
#include "tests/support/people.h"
#include "tests/support/world.h"

#define HEAD "case,agency,zone,actor,packs,assigned,lat,lon,datum,name,phone,address,amount\n"
#define ROW(id, who)                                                                          \
	id ",north,Asia/Shanghai,third_party,house," who                                      \
	   ",23.1291,113.2644,wgs84,PLANTED-NAME,13800138000;021-555,PLANTED ROAD,1000 CNY\n"
#define SEAL "seal @in.csv --key @s1.key --passphrase-file @pass --directory @directory.json"

static const struct world_device good = {
    .number = 20, .officer = "o1", .team = "t1", .ticket_signer = 1, .approver = 2};

static struct world *
start(void **state, const char *csv)
{
	struct world *w = *state;

	world_put_key(w, "s1.key", 1);
	if (w->device_count == 0)
		w->devices[w->device_count++] = good;
	world_put_directory(w);
	world_write(w, "in.csv", fv_span_z(csv));
	return w;
}

/* What a handheld finds in OUT.cases. */
struct card_seen {
	struct world *w;
	size_t cases, cards;
	struct fv_card text;
	struct casefile_card card; /* owned: the last one */
	struct fv_place place;
};

static enum fv_err
on_case(const struct fv_case_row *row, const struct casefile_card *card, void *ctx)
{
	struct card_seen *s = ctx;

	s->cases++;
	s->place = row->place;
	if (card == NULL)
		return FV_OK;
	s->cards++;
	casefile_card_clear(&s->card);
	fv_buf_put_span(&s->card.note, fv_buf_span(&card->note));
	fv_buf_put_span(&s->card.ct, fv_buf_span(&card->ct));
	fv_buf_put_span(&s->card.capsules, fv_buf_span(&card->capsules));
	return fv_card_verify(fv_buf_span(&card->note), fv_buf_span(&card->ct),
	    fv_buf_span(&card->capsules), s->w->roster, &s->text);
}

static void
read_out(struct world *w, struct card_seen *seen)
{
	struct casefile_opts opts = {.on_case = on_case, .ctx = seen};
	struct fv_case_fault fault;

	memset(seen, 0, sizeof *seen);
	seen->w = w;
	assert_int_equal(casefile_read(fv_buf_span(&w->out), &opts, &fault), FV_OK);
}

/* Open the last card as the holder of box key `number`; the text goes to `plain`. */
static enum fv_err
open_as(const struct card_seen *s, unsigned number, struct fv_buf *plain)
{
	uint8_t sk[FV_KEY_BYTES], pk[FV_KEY_BYTES], cek[FV_NOTE_CEK_BYTES];
	struct fv_buf aad = {0};
	enum fv_err rc;
	size_t i;

	people_box_sk(number, sk);
	people_box_pk(number, pk);
	rc = fv_note_find_recipient(
	    fv_span_of(s->text.key_ids, s->text.recipient_count * 4), pk, &i);
	if (rc != FV_OK)
		return rc;
	rc = fv_note_open_capsule(fv_buf_span(&s->card.capsules), i, s->text.kc, sk, cek);
	if (rc != FV_OK)
		return rc;
	fv_note_card_aad_put(&aad, fv_span_z(s->text.case_id), s->text.version);
	const struct fv_note_parts parts = {.kind = FV_NOTE_CARD,
	    .ct = fv_buf_span(&s->card.ct),
	    .aad = fv_buf_span(&aad),
	    .kc = s->text.kc};
	rc = fv_note_open(&parts, cek, plain);
	fv_buf_clear(&aad);
	return rc;
}

static void
the_assigned_handheld_its_supervisors_and_recovery_read_a_card(void **state)
{
	static const unsigned readers[] = {20, 1, 2, 102};
	struct world *w = start(state, HEAD ROW("c1", "o1"));
	struct card_seen seen;
	struct fv_buf plain = {0};

	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_OK);
	read_out(w, &seen);
	assert_int_equal(seen.cards, 1);
	assert_string_equal(seen.text.case_id, "c1");
	assert_int_equal(seen.text.recipient_count, 4);
	for (size_t i = 0; i < 4; i++) {
		fv_buf_reset(&plain);
		assert_int_equal(open_as(&seen, readers[i], &plain), FV_OK);
		assert_non_null(memmem(plain.ptr, plain.len, "PLANTED-NAME", 12));
		assert_non_null(memmem(plain.ptr, plain.len, "13800138000", 11));
	}
	assert_int_equal(fv_cbor_check_all(fv_buf_span(&plain)), FV_OK);
	fv_buf_clear(&plain);
	casefile_card_clear(&seen.card);
}

static void
nobody_else_reads_it(void **state)
{
	struct world *w = start(state, HEAD ROW("c1", "o1"));
	struct card_seen seen;
	struct fv_buf plain = {0};
	uint8_t sk[FV_KEY_BYTES], cek[FV_NOTE_CEK_BYTES];

	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_OK);
	read_out(w, &seen);
	assert_int_equal(open_as(&seen, 21, &plain), FV_ENOENT);
	/* Nor the auditor, nor a stranger who tries the handheld's capsule. */
	assert_int_equal(open_as(&seen, 101, &plain), FV_ENOENT);
	people_box_sk(21, sk);
	assert_int_equal(
	    fv_note_open_capsule(fv_buf_span(&seen.card.capsules), 0, seen.text.kc, sk, cek),
	    FV_EAUTH);
	assert_int_equal(plain.len, 0);
	fv_buf_clear(&plain);
	casefile_card_clear(&seen.card);
}

static void
no_planted_text_is_in_what_the_server_gets(void **state)
{
	static const char *const planted[] = {"PLANTED", "13800138000", "021-555", "1000 CNY"};
	struct world *w = start(state, HEAD ROW("c1", "o1"));

	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_OK);
	for (size_t i = 0; i < 4; i++) {
		assert_null(strstr(fv_buf_z(&w->out), planted[i]));
		assert_null(strstr(fv_buf_z(&w->err), planted[i]));
	}
	assert_non_null(strstr(fv_buf_z(&w->out), "\"datum\":\"wgs84\""));
}

static void
a_handheld_without_approval_is_refused_by_name(void **state)
{
	struct world_device *d = ((struct world *)*state)->devices;
	struct fv_buf leaf = {0}, name = {0};
	uint8_t dev[FV_DEV_BYTES];
	struct world *w;

	((struct world *)*state)->device_count = 1;
	d[0] = good;
	d[0].approver = 0;
	w = start(state, HEAD ROW("c1", "o1"));
	world_leaf(w, &d[0], &leaf, dev);
	fv_buf_put_hex(&name, dev, sizeof dev);
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	world_assert_said(w, fv_buf_z(&name));
	world_assert_said(w, "in.csv:2: case c1: officer o1");
	assert_int_equal(w->out.len, 0);
	/* A stranger's approval, and one of another leaf, are none. */
	d[0].approver = 9;
	world_put_directory(w);
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	d[0].approver = 2;
	d[0].other_leaf = true;
	world_put_directory(w);
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	fv_buf_clear(&leaf);
	fv_buf_clear(&name);
}

static void
a_revoked_handheld_gets_no_card(void **state)
{
	struct world *w = *state;

	w->devices[0] = good;
	w->devices[0].revoker = 1;
	w->devices[1] = good;
	w->devices[1].number = 30;
	w->device_count = 2;
	w = start(state, HEAD ROW("c1", "o1"));
	struct card_seen seen;
	struct fv_buf plain = {0};
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_OK);
	read_out(w, &seen);
	assert_int_equal(open_as(&seen, 20, &plain), FV_ENOENT);
	assert_int_equal(open_as(&seen, 30, &plain), FV_OK);
	fv_buf_clear(&plain);
	casefile_card_clear(&seen.card);
}

static void
an_officer_without_a_handheld_is_refused_and_nothing_is_printed(void **state)
{
	struct world *w = start(state, HEAD ROW("c1", "o1") ROW("c2", "o2"));

	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	world_assert_said(w, "in.csv:3: case c2: officer o2 has no handheld");
	assert_int_equal(w->out.len, 0);
}

static void
a_directory_that_the_server_made_up_is_refused(void **state)
{
	struct world *w = start(state, HEAD ROW("c1", "o1"));

	/* A ticket that no supervisor signed gives no officer. */
	w->devices[0].ticket_signer = 0;
	world_put_directory(w);
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	world_assert_said(w, "no supervisor signed its ticket");
	w->devices[0] = good;
	w->devices[0].other_ticket = true;
	world_put_directory(w);
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	world_assert_said(w, "its ticket is another one's");
	w->devices[0] = good;
	w->devices[0].other_dev = true;
	world_put_directory(w);
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	world_assert_said(w, "its keys do not make its id");
	w->devices[0] = good;
	w->roster_signer = 9;
	world_put_directory(w);
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	world_assert_said(w, "lacks the signatures it needs");
	assert_int_equal(w->out.len, 0);
}

/* A ticket that s1 signed: as the enrolment's but for its id. */
static json_t *
another_ticket(const char *note)
{
	const unsigned s1 = 1;
	struct fv_buf text = {0}, again = {0};
	struct fv_signednote parsed;
	struct fv_ticket ticket;
	json_t *signed_again;

	assert_int_equal(fv_signednote_parse(fv_span_z(note), &parsed), FV_OK);
	assert_int_equal(fv_ticket_text_parse(parsed.text, &ticket, NULL), FV_OK);
	memset(ticket.id, 0x77, sizeof ticket.id);
	fv_ticket_text_put(&text, &ticket);
	people_sign(&again, fv_buf_span(&text), "north", &s1, 1);
	signed_again = json_stringn((const char *)again.ptr, again.len);
	fv_buf_clear(&text);
	fv_buf_clear(&again);
	return signed_again;
}

/* Let the directory say that handhelds 0 and 1 were taken by these tickets. */
static void
put_logins(const struct world *w, json_t *root, json_t *ticket0, json_t *ticket1)
{
	const json_t *tickets[] = {ticket0, ticket1};
	json_t *logins = json_array();
	uint8_t dev[FV_DEV_BYTES];
	struct fv_buf leaf = {0}, hex = {0};
	char *dump;

	for (size_t i = 0; i < 2; i++) {
		fv_buf_reset(&hex);
		world_leaf(w, &w->devices[i], &leaf, dev);
		fv_buf_put_hex(&hex, dev, sizeof dev);
		json_array_append_new(logins,
		    json_pack("{s:s, s:O}", "dev", fv_buf_z(&hex), "ticket", tickets[i]));
		fv_buf_reset(&leaf);
	}
	json_object_set_new(root, "logins", logins);
	assert_non_null(dump = json_dumps(root, JSON_COMPACT));
	world_write(w, "directory.json", fv_span_z(dump));
	free(dump);
	fv_buf_clear(&leaf);
	fv_buf_clear(&hex);
}

static void
a_ticket_lets_its_officer_take_one_handheld(void **state)
{
	struct world *w = start(state, "");
	struct directory directory;
	struct fv_buf text = {0};
	json_t *root, *of1, *fresh;

	w->devices[1] = w->devices[0];
	w->devices[1].number = 21;
	w->devices[1].officer = "o2";
	w->device_count = 2;
	world_put_directory(w);
	world_read(w, "directory.json", &text);
	root = json_loadb((const char *)text.ptr, text.len, 0, NULL);
	of1 =
	    json_object_get(json_array_get(json_object_get(root, "enrolments"), 1), "ticket");
	fresh = another_ticket(json_string_value(of1));
	/* The server says that o2 took o1's handheld, by the ticket that enrolled his own. */
	put_logins(w, root, of1, fresh);
	assert_int_equal(
	    directory_open(world_path(w, "directory.json"), &directory), FV_EXIT_OK);
	assert_false(directory_is_of(&directory.devices[0], "o2"));
	directory_close(&directory);
	/* And by one that he took another with, or that is his first. */
	put_logins(w, root, fresh, fresh);
	assert_int_equal(
	    directory_open(world_path(w, "directory.json"), &directory), FV_EXIT_OK);
	assert_true(directory_is_of(&directory.devices[0], "o2"));
	assert_int_equal(directory.devices[1].other_count, 0);
	directory_close(&directory);
	json_decref(fresh);
	json_decref(root);
	fv_buf_clear(&text);
}

static void
a_roster_that_this_key_did_not_sign_must_be_given(void **state)
{
	struct world *w = *state;

	w->roster_signer = 2;
	w = start(state, HEAD ROW("c1", "o1"));
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	world_assert_said(w, "give the roster that you know with --roster");
	assert_int_equal(world_run(w, cmd_case_seal, SEAL " --roster @roster"), FV_EXIT_OK);
	/* Another roster than the one that the directory holds. */
	memcpy(w->roster->officers[0].name, "Somebody", 9);
	world_put_directory(w);
	world_read(w, "roster", &w->out);
	world_write(w, "other", fv_buf_span(&w->out));
	memcpy(w->roster->officers[0].name, "Nobody\0", 8);
	world_put_directory(w);
	assert_int_equal(world_run(w, cmd_case_seal, SEAL " --roster @other"), FV_EXIT_DATA);
	assert_int_equal(w->out.len, 0);
}

static void
a_key_that_is_not_on_the_roster_seals_nothing(void **state)
{
	struct world *w = start(state, HEAD ROW("c1", "o1"));

	world_put_key(w, "s1.key", 7);
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	world_assert_said(w, "this key is not on its roster");
}

static void
a_wrong_passphrase_is_not_permitted(void **state)
{
	struct world *w = start(state, HEAD ROW("c1", "o1"));

	world_write(w, "pass", fv_span_z("incorrect horse\n"));
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_NOPERM);
	assert_int_equal(w->out.len, 0);
}

static void
bad_rows_are_named_by_line_and_column(void **state)
{
	struct world *w = start(state, HEAD ROW("c1", "o1") ROW("13800138000", "o1"));

	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	world_assert_said(w, "in.csv:3: column \"case\": looks like a mobile number");
	world_write(w, "in.csv", fv_span_z(HEAD ROW("c1", "o1") ROW("c1", "o1")));
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	world_assert_said(w, "in.csv:3: case c1: stands twice");
	world_write(w, "in.csv", fv_span_z(HEAD ROW("c1", "")));
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	world_assert_said(w, "nobody in \"assigned\"");
	assert_int_equal(w->out.len, 0);
}

static void
a_25th_recipient_is_refused(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < 21; i++) {
		w->devices[i] = good;
		w->devices[i].number = 20 + i;
	}
	w->device_count = 21; /* and two supervisors and recovery: 24 */
	w = start(state, HEAD ROW("c1", "o1"));
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_OK);
	w->devices[21] = good;
	w->devices[21].number = 41;
	w->device_count = 22;
	world_put_directory(w);
	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_DATA);
	world_assert_said(w, "more than 24 recipients");
}

static void
a_case_without_personal_columns_needs_no_card(void **state)
{
	struct world *w = start(state,
	    "case,agency,zone,actor,packs\n"
	    "c1,north,Asia/Shanghai,third_party,house\n");
	struct card_seen seen;

	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_OK);
	read_out(w, &seen);
	assert_int_equal(seen.cases, 1);
	assert_int_equal(seen.cards, 0);
}

static enum fv_err
read_line(const char *text, struct fv_case_fault *fault)
{
	struct card_seen seen = {0};
	struct casefile_opts opts = {.on_case = on_case, .ctx = &seen};

	return casefile_read(fv_span_z(text), &opts, fault);
}

static void
a_sealed_file_with_personal_text_is_refused_at_import(void **state)
{
#define AUDIT                                                                                 \
	"\"case\":\"c1\",\"agency\":\"north\",\"zone\":\"UTC\",\"actor\":\"third_party\","    \
	"\"packs\":\"house\""
	struct fv_case_fault fault;

	(void)state;
	assert_int_equal(read_line("{" AUDIT "}\n", &fault), FV_OK);
	assert_int_equal(
	    read_line("{" AUDIT "}\n{" AUDIT ",\"name\":\"Wang\"}\n", &fault), FV_EDENIED);
	assert_int_equal(fault.line, 2);
	assert_string_equal(fault.column, "name");
	assert_int_equal(
	    read_line("{" AUDIT ",\"debts\":\"13800138000\"}\n", &fault), FV_EDENIED);
	assert_string_equal(fault.column, "debts");
	assert_int_equal(read_line("{" AUDIT ",\"colour\":\"x\"}\n", &fault), FV_EFORMAT);
	assert_int_equal(read_line("{" AUDIT ",\"radius_m\":100}\n", &fault), FV_EFORMAT);
	assert_int_equal(read_line("{" AUDIT ",\"case\":\"c2\"}\n", &fault), FV_EFORMAT);
	assert_int_equal(read_line("{" AUDIT ",\"card\":{}}\n", &fault), FV_EFORMAT);
	assert_string_equal(fault.column, "card");
	assert_int_equal(read_line("{" AUDIT ",\"card\":{\"note\":\"x\",\"ct\":\"AA==\","
				   "\"capsules\":\"AA==\"}}\n",
			     &fault),
	    FV_EFORMAT);
	assert_int_equal(read_line("{" AUDIT "\n", &fault), FV_EFORMAT);
	assert_int_equal(fault.line, 1);
	/* An audit-only CSV goes the same way. */
	assert_int_equal(
	    read_line(
		"case,agency,zone,actor,packs\nc1,north,UTC,third_party,house\n", &fault),
	    FV_OK);
#undef AUDIT
}

static void
a_card_that_was_tampered_with_is_refused_at_import(void **state)
{
	struct world *w = start(state, HEAD ROW("c1", "o1"));
	struct card_seen seen = {.w = w};
	struct casefile_opts opts = {.on_case = on_case, .ctx = &seen};
	struct fv_case_fault fault;
	char *at;

	assert_int_equal(world_run(w, cmd_case_seal, SEAL), FV_EXIT_OK);
	assert_int_equal(casefile_read(fv_buf_span(&w->out), &opts, &fault), FV_OK);
	assert_non_null(at = strstr((char *)w->out.ptr, "\"ct\":\""));
	at[40] = at[40] == 'A' ? 'B' : 'A';
	assert_int_equal(casefile_read(fv_buf_span(&w->out), &opts, &fault), FV_EAUTH);
	casefile_card_clear(&seen.card);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    T(the_assigned_handheld_its_supervisors_and_recovery_read_a_card),
	    T(nobody_else_reads_it),
	    T(no_planted_text_is_in_what_the_server_gets),
	    T(a_handheld_without_approval_is_refused_by_name),
	    T(a_revoked_handheld_gets_no_card),
	    T(an_officer_without_a_handheld_is_refused_and_nothing_is_printed),
	    T(a_directory_that_the_server_made_up_is_refused),
	    T(a_ticket_lets_its_officer_take_one_handheld),
	    T(a_roster_that_this_key_did_not_sign_must_be_given),
	    T(a_key_that_is_not_on_the_roster_seals_nothing),
	    T(a_wrong_passphrase_is_not_permitted),
	    T(bad_rows_are_named_by_line_and_column),
	    T(a_25th_recipient_is_refused),
	    T(a_case_without_personal_columns_needs_no_card),
	    T(a_sealed_file_with_personal_text_is_refused_at_import),
	    T(a_card_that_was_tampered_with_is_refused_at_import),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
