/* fieldvisitd note open, on an export made in memory whose note is "secret words". */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sync-server/cmd.h"
#include "sync-server/exits.h"
#include "tests/support/exhibit.h"
#include "tests/support/people.h"
#include "tests/support/world.h"

#define OPEN "open @e.tar --key @s1.key --passphrase-file @pass"

struct exported {
	struct exhibit x;
	struct fv_buf tar;
};

static void
export_it(const struct world *w, struct exported *e)
{
	struct fv_bundle *b = exhibit_bundle(&e->x, "c1");

	exhibit_close(&e->x, b, true, &e->tar);
	fv_bundle_free(b);
	world_write(w, "e.tar", fv_buf_span(&e->tar));
}

static struct world *
start(void **state, struct exported *e)
{
	struct world *w = *state;

	memset(e, 0, sizeof *e);
	exhibit_init(&e->x);
	world_put_key(w, "s1.key", 1);
	return w;
}

static void
end(struct exported *e)
{
	exhibit_free(&e->x);
	fv_buf_clear(&e->tar);
}

static void
a_supervisor_reads_the_note_that_was_sealed_to_him(void **state)
{
	struct exported e;
	struct world *w = start(state, &e);

	export_it(w, &e);
	assert_int_equal(world_run(w, cmd_note_open, OPEN), FV_EXIT_OK);
	assert_non_null(strstr(fv_buf_z(&w->out), "secret words\n"));
	assert_int_equal(world_run(w, cmd_note_open, OPEN " --json"), FV_EXIT_OK);
	assert_non_null(strstr(fv_buf_z(&w->out), "\"kind\":1,\"text\":\"secret words\"}"));
	end(&e);
}

static void
an_export_unpacked_into_a_folder_is_read_alike(void **state)
{
	struct exported e;
	struct world *w = start(state, &e);
	char command[320];

	export_it(w, &e);
	(void)snprintf(command, sizeof command,
	    "mkdir '%s/folder' && tar -C '%s/folder' -xf '%s/e.tar'", w->dir, w->dir, w->dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(
	    world_run(w, cmd_note_open, "open @folder --key @s1.key --passphrase-file @pass"),
	    FV_EXIT_OK);
	assert_non_null(strstr(fv_buf_z(&w->out), "secret words\n"));
	end(&e);
}

static void
another_supervisors_key_opens_nothing(void **state)
{
	struct exported e;
	struct world *w = start(state, &e);

	export_it(w, &e);
	world_put_key(w, "s1.key", 2);
	assert_int_equal(world_run(w, cmd_note_open, OPEN), FV_EXIT_NO);
	world_assert_said(w, "1 notes are not sealed to this key");
	assert_int_equal(w->out.len, 0);
	end(&e);
}

static void
a_wrong_passphrase_is_not_permitted(void **state)
{
	struct exported e;
	struct world *w = start(state, &e);

	export_it(w, &e);
	world_write(w, "pass", fv_span_z("incorrect horse\n"));
	assert_int_equal(world_run(w, cmd_note_open, OPEN), FV_EXIT_NOPERM);
	end(&e);
}

static void
no_changed_export_shows_a_note(void **state)
{
	struct exported e;
	struct world *w = start(state, &e);

	export_it(w, &e);
	/* A byte here and there: every byte is test_bundle's to try. */
	for (size_t at = 100; at < e.tar.len; at += 4096) {
		e.tar.ptr[at] ^= 1;
		world_write(w, "e.tar", fv_buf_span(&e.tar));
		e.tar.ptr[at] ^= 1;
		assert_int_not_equal(world_run(w, cmd_note_open, OPEN), FV_EXIT_OK);
		assert_null(strstr(fv_buf_z(&w->out), "secret words"));
	}
	world_write(w, "e.tar", fv_span_z("no tar at all"));
	assert_int_equal(world_run(w, cmd_note_open, OPEN), FV_EXIT_DATA);
	end(&e);
}

static void
a_note_sealed_under_another_commitment_is_not_shown(void **state)
{
	struct exported e;
	struct world *w = start(state, &e);
	struct fv_note_sealed other = {0};
	uint8_t pk[FV_KEY_BYTES], aad[FV_NOTE_AAD_BYTES];

	/* A server that seals words of its own to the reader: the record names other bytes. */
	people_box_pk(1, pk);
	fv_note_aad(e.x.trail.trail.dev, e.x.note, aad);
	const struct fv_note_seal seal = {.kind = FV_NOTE_RECORD,
	    .plain = fv_span_z("planted words"),
	    .aad = fv_span_of(aad, sizeof aad),
	    .pks = pk,
	    .pk_count = 1,
	    .random = fv_random_system()};
	assert_int_equal(fv_note_seal(&seal, &other), FV_OK);
	const struct fv_note_sealed mine = e.x.sealed_note;
	e.x.sealed_note = other;
	export_it(w, &e);
	assert_int_equal(world_run(w, cmd_note_open, OPEN), FV_EXIT_NO);
	assert_int_equal(w->out.len, 0);
	e.x.sealed_note = mine;
	fv_note_sealed_clear(&other);
	end(&e);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
	const struct CMUnitTest tests[] = {
	    T(a_supervisor_reads_the_note_that_was_sealed_to_him),
	    T(an_export_unpacked_into_a_folder_is_read_alike),
	    T(another_supervisors_key_opens_nothing),
	    T(a_wrong_passphrase_is_not_permitted),
	    T(no_changed_export_shows_a_note),
	    T(a_note_sealed_under_another_commitment_is_not_shown),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
