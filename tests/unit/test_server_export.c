#include "sync-server/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fv/order.h"
#include "sync-server/cmd.h"
#include "sync-server/host.h"
#include "sync-server/ingest.h"
#include "sync-server/store/book.h"
#include "sync-server/store/log.h"
#include "sync-server/store/records.h"
#include "tests/support/handset.h"
#include "tests/support/told.h"
#include "tests/support/made.h"
#include "tests/support/people.h"

#define NOW INT64_C(1770001000000)
#define OTHER "planted-other-case-77"

struct world {
	char dir[64];
	struct handset sets[2];
	char visits[2][48]; /* ids of the visit to c1 on each handheld */
	struct fv_buf said;
};

static const char *
at(const struct world *w, const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", w->dir, name);
	return path;
}

/* A visit to c1 with another case mentioned, then one to the other case; two seals. */
static void
make_trail(struct world *w, size_t which)
{
	struct handset *h = &w->sets[which];
	size_t seq;

	handset_init(h, (uint8_t)(which + 1));
	handset_tell(h, FV_REC_BOOT, "{4:1}");
	handset_tell(h, FV_REC_SESSION, "{4:3,5:\"/dev/pts/9\"}");
	seq = h->count;
	handset_tell(h, FV_REC_VISIT_BEGIN, "{1:\"c1\",4:[\"o1\"]}");
	handset_tell(h, FV_REC_EVENT, "{1:\"" OTHER "\",4:3}");
	handset_tell(h, FV_REC_OUTCOME, "{1:%zu,4:1}", seq);
	handset_tell(h, FV_REC_VISIT_END, "{1:%zu,4:1}", seq);
	handset_seal(h);
	(void)snprintf(w->visits[which], sizeof w->visits[which], "v-");
	for (size_t i = 0; i < 8; i++)
		(void)snprintf(w->visits[which] + 2 + 2 * i, 3, "%02x", h->dev[i]);
	(void)snprintf(w->visits[which] + 18, 16, "-%zu", seq);
	handset_tell(h, FV_REC_VISIT_BEGIN, "{1:\"" OTHER "\",4:[\"o1\"]}");
	handset_seal(h);
}

static void
log_roster(struct fv_host *host)
{
	struct fv_roster *roster = people_roster(2);
	struct fv_buf text = {0}, note = {0}, body = {0};
	const unsigned one[] = {1};
	struct fv_store_note row = {.version = 1};

	fv_roster_put(&text, roster);
	people_sign(&note, fv_buf_span(&text), "north", one, 1);
	fv_roster_hash(fv_buf_span(&text), &row.hash);
	row.note = fv_buf_span(&note);
	assert_int_equal(fv_store_note_put(host->store, FV_NOTE_ROSTER, &row), FV_OK);
	fv_cbor_put_array(&body, 3);
	fv_cbor_put_text_z(&body, "north");
	fv_cbor_put_uint(&body, 1);
	fv_cbor_put_bytes(&body, row.hash.b, FV_HASH_BYTES);
	assert_int_equal(
	    fv_ledger_append(host->ledger, FV_LEAF_ROSTER, NOW, fv_buf_span(&body), NULL),
	    FV_OK);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	fv_buf_clear(&body);
	free(roster);
}

/* Approval of the handheld whose ENROL leaf stands at `index`. */
static void
log_approval(struct fv_host *host, const struct handset *h, uint64_t index)
{
	struct fv_buf leaf = {0}, text = {0}, note = {0}, body = {0};
	const unsigned one[] = {2};
	struct fv_approve approve;
	struct fv_store_document document = {.kind = "approve", .added_ms = NOW};

	memcpy(approve.dev, h->dev, sizeof approve.dev);
	assert_int_equal(fv_store_leaf_get(host->store, index, &leaf), FV_OK);
	fv_leaf_hash(fv_buf_span(&leaf), &approve.leaf);
	fv_approve_put(&text, &approve);
	people_sign(&note, fv_buf_span(&text), "north", one, 1);
	fv_sha256(fv_buf_span(&text), &document.hash);
	document.body = fv_buf_span(&note);
	assert_int_equal(fv_store_document_put(host->store, &document), FV_OK);
	fv_cbor_put_array(&body, 2);
	fv_cbor_put_bytes(&body, h->dev, FV_DEV_BYTES);
	fv_cbor_put_bytes(&body, document.hash.b, FV_HASH_BYTES);
	assert_int_equal(
	    fv_ledger_append(host->ledger, FV_LEAF_APPROVE, NOW, fv_buf_span(&body), NULL),
	    FV_OK);
	fv_buf_clear(&leaf);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
	fv_buf_clear(&body);
}

static void
enrol(struct fv_host *host, const struct handset *h, struct fv_store_device *out)
{
	struct fv_leaf_enrol leaf = {.agency = fv_span_z("north")};
	struct fv_store_device device = {
	    .enrolled_ms = NOW, .agency = "north", .officer = "o1"};
	struct fv_buf body = {0};
	int64_t no;

	memcpy(leaf.dev, h->dev, sizeof leaf.dev);
	memcpy(leaf.pk_0, h->pk_0, FV_KEY_BYTES);
	memcpy(leaf.pk_sync, h->pk_sync, FV_KEY_BYTES);
	memcpy(leaf.pk_box, h->pk_box, FV_KEY_BYTES);
	memcpy(leaf.ticket_id, h->ticket_id, sizeof leaf.ticket_id);
	memcpy(device.dev, h->dev, sizeof device.dev);
	memcpy(device.pk_0, h->pk_0, FV_KEY_BYTES);
	memcpy(device.pk_sync, h->pk_sync, FV_KEY_BYTES);
	memcpy(device.pk_box, h->pk_box, FV_KEY_BYTES);
	memcpy(device.ticket_id, h->ticket_id, sizeof device.ticket_id);
	fv_leaf_enrol_put(&body, &leaf);
	assert_int_equal(fv_ledger_append(host->ledger, FV_LEAF_ENROL, NOW, fv_buf_span(&body),
			     &device.enrol_index),
	    FV_OK);
	assert_int_equal(fv_store_device_add(host->store, &device, &no), FV_OK);
	assert_int_equal(fv_store_device_get_no(host->store, no, out), FV_OK);
	log_approval(host, h, device.enrol_index);
	fv_buf_clear(&body);
}

static void
send_records(struct fv_host *host, struct fv_ingest *ingest, const struct handset *h,
    const struct fv_store_device *device, size_t until)
{
	struct fv_sync_request request = {.n = h->count, .answer_max = FV_ANSWER_DEFAULT};
	struct fv_session *session;
	struct fv_buf map = {0}, parts = {0};

	(void)host;
	handset_wire(h, 0, until, &parts);
	assert_int_equal(fv_session_new(&session, device, 0), FV_OK);
	assert_int_equal(fv_ingest_begin(ingest), FV_OK);
	fv_sync_request_put(&map, &request);
	assert_int_equal(fv_ingest_chunk(ingest, session, fv_buf_span(&map), NOW), FV_OK);
	assert_int_equal(fv_ingest_chunk(ingest, session, fv_buf_span(&parts), NOW), FV_OK);
	assert_int_equal(fv_ingest_end(ingest, session, NOW), FV_OK);
	assert_int_equal(fv_ingest_commit(ingest), FV_OK);
	fv_session_free(session);
	fv_buf_clear(&map);
	fv_buf_clear(&parts);
}

/* The first handheld sent everything, the second all but its seals. */
static void
fill(struct world *w)
{
	struct fv_store_device devices[2];
	struct fv_ingest *ingest;
	struct fv_host *host;

	assert_int_equal(fv_host_open(w->dir, &host), FV_OK);
	assert_int_equal(fv_store_begin(host->store), FV_OK);
	log_roster(host);
	for (size_t i = 0; i < 2; i++)
		enrol(host, &w->sets[i], &devices[i]);
	assert_int_equal(fv_host_commit(host), FV_OK);
	assert_int_equal(fv_ingest_new(&ingest, host->store, host->ledger), FV_OK);
	send_records(host, ingest, &w->sets[0], &devices[0], w->sets[0].count);
	send_records(host, ingest, &w->sets[1], &devices[1], 6);
	fv_ingest_free(ingest);
	fv_host_close(host);
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct fv_host_init init = {
	    .agency = "north", .url = "http://127.0.0.1:1", .now_ms = NOW};

	assert_non_null(w);
	assert_int_equal(fv_crypto_init(), FV_OK);
	(void)snprintf(w->dir, sizeof w->dir, "/tmp/fv-export-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	init.dir = w->dir;
	assert_int_equal(fv_host_create(&init), FV_OK);
	make_trail(w, 0);
	make_trail(w, 1);
	fill(w);
	assert_int_equal(setenv("FIELDVISITD_DIR", w->dir, 1), 0);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;
	char command[128];

	(void)snprintf(command, sizeof command, "rm -rf '%s'", w->dir);
	assert_int_equal(system(command), 0);
	handset_clear(&w->sets[0]);
	handset_clear(&w->sets[1]);
	fv_buf_clear(&w->said);
	free(w);
	return 0;
}

/* Run the verb in a child; what it prints on stderr goes to DIR/err. */
static int export(struct world *w, const char *option, const char *value, const char *out)
{
	char path[128], verb[] = "export", out_option[] = "--out", name[64], text[64];
	char *argv[] = {verb, name, text, out_option, path, NULL};
	int status;
	pid_t child;

	(void)snprintf(path, sizeof path, "%s", at(w, out));
	(void)snprintf(name, sizeof name, "%s", option);
	(void)snprintf(text, sizeof text, "%s", value);
	(void)fflush(NULL);
	if ((child = fork()) == 0) {
		if (freopen(at(w, "err"), "w", stderr) == NULL ||
		    freopen("/dev/null", "w", stdout) == NULL)
			_exit(99);
		status = cmd_export(5, argv);
		(void)fflush(NULL);
		_exit(status);
	}
	assert_true(child > 0);
	assert_true(waitpid(child, &status, 0) == child && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
read_all(const char *path, struct fv_buf *out)
{
	uint8_t block[4096];
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		fv_buf_put(out, block, n);
	assert_int_equal(fclose(f), 0);
}

static void
note_claim(const struct fv_claim *claim, void *ctx)
{
	struct world *w = ctx;

	fv_buf_putf(&w->said, "%s %s%s\n", fv_claim_word(claim->kind),
	    claim->holds ? "" : "FAILS ", claim->text);
}

static enum fv_bundle_verdict
judge(struct world *w, const char *name, struct fv_buf *tar)
{
	struct fv_bundle_check check = {.fn = note_claim, .ctx = w};
	enum fv_bundle_verdict verdict;

	fv_buf_reset(tar);
	fv_buf_reset(&w->said);
	read_all(at(w, name), tar);
	check.tar = fv_buf_span(tar);
	assert_int_equal(fv_bundle_verify(&check, &verdict), FV_OK);
	assert_non_null(fv_buf_z(&w->said));
	return verdict;
}

static void
assert_said(struct world *w, const char *what)
{
	if (strstr(fv_buf_z(&w->said), what) == NULL)
		fail_msg("\"%s\" was not said:\n%s", what, fv_buf_z(&w->said));
}

static void
the_evidence_of_a_visit_holds_and_shows_no_other_case(void **state)
{
	struct world *w = *state;
	struct fv_buf tar = {0};
	struct stat st;

	assert_int_equal(export(w, "--visit", w->visits[0], "v.tar"), 0);
	if (judge(w, "v.tar", &tar) != FV_BUNDLE_HOLDS)
		fail_msg("%s", fv_buf_z(&w->said));
	assert_said(w, "BUNDLE every member is as exported");
	assert_said(w, "with s2, records 0..8 unbroken under 2 seals");
	assert_said(w, "(case c1)");
	assert_said(w, "pseudo-terminal");
	assert_null(memmem(tar.ptr, tar.len, OTHER, sizeof OTHER - 1));
	assert_int_equal(stat(at(w, "v.tar"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	fv_buf_clear(&tar);
}

static void
the_evidence_of_a_case_leaves_out_what_is_not_sealed(void **state)
{
	struct world *w = *state;
	struct fv_buf tar = {0};

	assert_int_equal(export(w, "--case", "c1", "c.tar"), 0);
	assert_int_equal(judge(w, "c.tar", &tar), FV_BUNDLE_HOLDS);
	assert_null(memmem(tar.ptr, tar.len, OTHER, sizeof OTHER - 1));
	/* the second handheld has no seal at the server: no folder of it */
	assert_null(memmem(tar.ptr, tar.len, w->visits[1] + 2, 16));
	assert_int_equal(export(w, "--visit", w->visits[1], "no.tar"), 1);
	assert_int_equal(access(at(w, "no.tar"), F_OK), -1);
	fv_buf_clear(&tar);
}

static void
each_export_is_a_leaf_and_names_who(void **state)
{
	struct world *w = *state;
	struct fv_store *store;
	struct fv_buf leaf = {0};
	struct fv_leaf parsed;
	uint64_t before, after;

	assert_int_equal(fv_store_open(&store, at(w, "fieldvisit.db"), FV_STORE_READ), FV_OK);
	assert_int_equal(fv_store_leaf_count(store, &before), FV_OK);
	assert_int_equal(setenv("SUDO_USER", "li.wei", 1), 0);
	assert_int_equal(export(w, "--visit", w->visits[0], "a.tar"), 0);
	assert_int_equal(fv_store_leaf_count(store, &after), FV_OK);
	assert_int_equal(after, before + 1);
	assert_int_equal(fv_store_leaf_get(store, before, &leaf), FV_OK);
	assert_int_equal(fv_leaf_parse(fv_buf_span(&leaf), &parsed), FV_OK);
	assert_int_equal(parsed.kind, FV_LEAF_EXPORT);
	assert_non_null(memmem(leaf.ptr, leaf.len, "li.wei", 6));
	fv_buf_clear(&leaf);
	fv_store_close(store);
}

static void
what_cannot_be_exported_is_said_and_logged_nowhere(void **state)
{
	struct world *w = *state;
	struct fv_buf err = {0};

	assert_int_equal(export(w, "--visit", "v-nonsense", "x.tar"), 2);
	assert_int_equal(export(w, "--case", "c9", "x.tar"), 66);
	read_all(at(w, "err"), &err);
	assert_non_null(strstr(fv_buf_z(&err), "fieldvisitd: c9: no record of it is here"));
	assert_int_equal(export(w, "--visit", "v-0000000000000000-1", "x.tar"), 66);
	assert_int_equal(access(at(w, "x.tar"), F_OK), -1);
	assert_int_equal(export(w, "--case", "c1", "y.tar"), 0);
	assert_int_equal(export(w, "--case", "c1", "y.tar"), 73);
	fv_buf_clear(&err);
}

static void
the_howto_in_a_bundle_works_as_it_is_written(void **state)
{
	struct world *w = *state;
	char command[512];

	if (system("command -v openssl xxd >/dev/null 2>&1") != 0)
		skip();
	assert_int_equal(export(w, "--visit", w->visits[0], "v.tar"), 0);
	(void)snprintf(command, sizeof command,
	    "cd %s && mkdir u && cd u && tar -xf ../v.tar && "
	    "sed -n 's/^   \\$ //p' HOWTO.txt > ../steps && bash -e -o pipefail ../steps > "
	    "../out 2>&1",
	    w->dir);
	if (system(command) != 0) {
		struct fv_buf out = {0};

		read_all(at(w, "out"), &out);
		fail_msg("%s", fv_buf_z(&out));
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(the_evidence_of_a_visit_holds_and_shows_no_other_case),
	    T(the_evidence_of_a_case_leaves_out_what_is_not_sealed),
	    T(each_export_is_a_leaf_and_names_who),
	    T(what_cannot_be_exported_is_said_and_logged_nowhere),
	    T(the_howto_in_a_bundle_works_as_it_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
