/* A file on its way into the trail: whole or not at all, whatever fails on the way. */
#include "tests/unit/app_fixture.h"

#include <fcntl.h>

#include "firmware-app/attaching.h"
#include "firmware-app/roster_kept.h"
#include "fv/attachment.h"
#include "fv/item.h"
#include "tests/support/oom.h"
#include "tests/support/people.h"

#define FILE_BYTES 200000U /* 13 pieces: more than one commit */

/* A handheld that knows case c1, and a file. */
struct given {
	struct handheld *h;
	struct fv_call call;
	struct fv_reply reply;
};

static void
put_file(struct given *g, size_t bytes)
{
	char path[128];

	snprintf(path, sizeof path, "%s/photo", g->h->dir);
	if (g->call.has_fd)
		close(g->call.fd);
	g->call.fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(g->call.fd >= 0);
	g->call.has_fd = true;
	assert_int_equal(ftruncate(g->call.fd, (off_t)bytes), 0);
	assert_int_equal(lseek(g->call.fd, 0, SEEK_SET), 0);
}

static void
begin(struct given *g, void **state)
{
	static const char *const words[] = {"photo", "c1", "--kind", "document"};
	struct fv_roster *roster = people_roster(2);
	struct fv_item_row row = {.kind = FV_ITEM_CASE,
	    .key = fv_span_z("c1"),
	    .version = 1,
	    .body = fv_span_z("x")};
	struct fv_buf text = {0}, note = {0};
	const unsigned by[] = {1};

	memset(g, 0, sizeof *g);
	g->h = *state;
	fv_roster_put(&text, roster);
	people_sign(&note, fv_buf_span(&text), "north", by, 1);
	assert_int_equal(fv_roster_keep(g->h->app.store, 1, fv_buf_span(&note), 1), FV_OK);
	snprintf(g->h->app.identity.ticket.team, sizeof g->h->app.identity.ticket.team, "%s",
	    roster->supervisors[0].teams[0]);
	assert_int_equal(fv_store_put_item(g->h->app.store, &row), FV_OK);
	g->call.verb = fv_verb_find("attach");
	for (size_t i = 0; i < 4; i++)
		g->call.words[i] = words[i];
	g->call.word_count = 4;
	fv_reply_init(&g->reply, true);
	assert_true(fv_call_parse(&g->call, &g->reply));
	put_file(g, FILE_BYTES);
	free(roster);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
}

static void
end(struct given *g)
{
	close(g->call.fd);
	fv_reply_clear(&g->reply);
}

/* Unsent pieces that a record names, and all blobs' count. */
static uint64_t
pieces(struct given *g, uint64_t *blobs_out)
{
	uint64_t count, bytes;

	assert_int_equal(
	    fv_store_count_unsent_blobs(g->h->app.store, blobs_out, &bytes), FV_OK);
	assert_int_equal(fv_store_count_unsent_pieces(g->h->app.store, &count, &bytes), FV_OK);
	return count;
}

static enum fv_err
attach(struct given *g)
{
	struct fv_attaching *a = fv_attaching_new(&g->h->app, &g->call, &g->reply);

	if (a == NULL)
		return FV_ENOMEM;
	while (!fv_attaching_step(a)) {
	}
	fv_attaching_tell(a, &g->reply);
	fv_attaching_free(a);
	return g->reply.exit == FV_EXIT_OK ? FV_OK : FV_ENOMEM;
}

static void
a_whole_file_is_one_record_manifest_capsules_and_pieces(void **state)
{
	struct fv_record_row row;
	struct fv_attachment what;
	struct fv_buf keep = {0}, manifest = {0};
	struct given g;
	uint64_t blobs, seq;

	begin(&g, state);
	assert_int_equal(attach(&g), FV_OK);
	assert_int_equal(pieces(&g, &blobs), 13);
	assert_int_equal(blobs, 13 + 2);
	assert_int_equal(
	    fv_store_last_of_type(g.h->app.store, FV_REC_ATTACHMENT, UINT64_MAX, &seq), FV_OK);
	assert_int_equal(fv_store_get_record(g.h->app.store, seq, &keep, &row), FV_OK);
	assert_int_equal(fv_attachment_parse(row.payload, &what), FV_OK);
	assert_int_equal(what.bytes, FILE_BYTES);
	assert_int_equal(what.kind, FV_ATTACHMENT_DOCUMENT);
	assert_int_equal(fv_store_get_blob(g.h->app.store, &what.manifest, &manifest), FV_OK);
	assert_int_equal(fv_attachment_check_manifest(&what, fv_buf_span(&manifest)), FV_OK);
	fv_buf_clear(&keep);
	fv_buf_clear(&manifest);
	end(&g);
}

static void
what_is_given_up_half_way_leaves_nothing(void **state)
{
	struct fv_attaching *a;
	struct given g;
	uint64_t blobs, before, seq;

	begin(&g, state);
	before = fv_journal_next_seq(&g.h->app.journal);
	a = fv_attaching_new(&g.h->app, &g.call, &g.reply);
	assert_non_null(a);
	assert_false(fv_attaching_step(a));
	assert_int_equal(pieces(&g, &blobs), 0); /* staged: nobody's yet */
	fv_attaching_free(a);
	assert_int_equal(fv_store_adopt_staged(g.h->app.store, 0), FV_OK);
	assert_int_equal(pieces(&g, &blobs), 0);
	assert_int_equal(fv_journal_next_seq(&g.h->app.journal), before);
	assert_int_equal(
	    fv_store_last_of_type(g.h->app.store, FV_REC_ATTACHMENT, UINT64_MAX, &seq),
	    FV_ENOENT);
	end(&g);
}

static void
a_file_that_grows_over_the_cap_while_it_is_read_is_refused(void **state)
{
	struct fv_attaching *a;
	struct given g;
	uint64_t blobs;

	begin(&g, state);
	a = fv_attaching_new(&g.h->app, &g.call, &g.reply);
	assert_non_null(a);
	assert_int_equal(ftruncate(g.call.fd, FV_ATTACHMENT_MAX + 1), 0);
	while (!fv_attaching_step(a)) {
	}
	fv_attaching_tell(a, &g.reply);
	fv_attaching_free(a);
	assert_int_equal(g.reply.exit, FV_EXIT_DATA);
	assert_int_equal(fv_store_adopt_staged(g.h->app.store, 0), FV_OK);
	assert_int_equal(pieces(&g, &blobs), 0);
	end(&g);
}

static void
every_allocation_failure_leaves_all_of_it_or_nothing(void **state)
{
	uint64_t blobs, had = 0, now;
	struct given g;
	size_t nth = 0;
	bool was_hit = true;

	begin(&g, state);
	while (was_hit) {
		enum fv_err rc;

		put_file(&g, 40000);
		fv_reply_clear(&g.reply);
		fv_reply_init(&g.reply, true);
		nth++;
		oom_arm(nth, nth % 2 == 0 ? OOM_ONCE : OOM_STICKY);
		rc = attach(&g);
		was_hit = oom_disarm();
		assert_int_equal(fv_store_adopt_staged(g.h->app.store, 0), FV_OK);
		now = pieces(&g, &blobs);
		assert_true(now == had || now == had + 3);
		assert_true(rc != FV_OK || now == had + 3);
		had = now;
	}
	assert_true(nth > 10);
	end(&g);
}

#define T(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_whole_file_is_one_record_manifest_capsules_and_pieces),
	    T(what_is_given_up_half_way_leaves_nothing),
	    T(a_file_that_grows_over_the_cap_while_it_is_read_is_refused),
	    T(every_allocation_failure_leaves_all_of_it_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
