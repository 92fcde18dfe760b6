#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/evidence.h"
#include "fv/fold.h"
#include "fv/track.h"
#include "tests/support/exhibit.h"
#include "tests/support/oom.h"

static int
set_up(void **state)
{
	struct exhibit *x = calloc(1, sizeof *x);
	struct made_record *r;
	struct fv_track_info info = {.quantum_e7 = 10, .count = 40};
	struct fv_track_fix fixes[40];

	assert_non_null(x);
	exhibit_init(x);
	r = &x->trail.records[x->trail.count];
	info.first_ms = x->trail.rtc_ms;
	for (int i = 0; i < 40; i++)
		fixes[i] = (struct fv_track_fix){info.first_ms + i * 1000, {231291000, i}};
	assert_int_equal(fv_track_payload_put(&r->payload, &info, fixes), FV_OK);
	(void)made_finish(&x->trail, FV_REC_TRACK);
	(void)made_put(&x->trail, FV_REC_CONTACT,
	    "{1:\"c1\",3:1772410000000,4:2,6:1,7:\"n1\",11:[\"d1\"],20:\"x\"}");
	(void)made_putf(&x->trail, FV_REC_COSIGN, "{1:%d,4:\"o3\",5:1}", (int)x->visit);
	(void)made_putf(
	    &x->trail, FV_REC_EVENT, "{1:%d,4:4,10:[[1,0,60]],13:[\"d1\"]}", (int)x->visit);
	*state = x;
	return 0;
}

static int
tear_down(void **state)
{
	exhibit_free(*state);
	free(*state);
	return 0;
}

static enum fv_err
fold_all(void *ctx)
{
	struct exhibit *x = ctx;
	struct fv_history *history = NULL;
	struct fv_fold *fold;
	enum fv_err rc = fv_fold_new(&fold);

	for (size_t i = 0; i < x->trail.count && rc == FV_OK; i++) {
		struct fv_fold_record record = {.header = x->trail.records[i].header,
		    .payload = fv_buf_span(&x->trail.records[i].payload)};

		rc = fv_fold_add(fold, &record);
	}
	if (rc == FV_OK)
		rc = fv_fold_finish(fold);
	if (rc == FV_OK)
		rc = fv_history_new(&history);
	if (rc == FV_OK)
		rc = fv_fold_to_history(fold, NULL, history);
	fv_history_free(history);
	fv_fold_free(fold);
	return rc;
}

static enum fv_err
gather(struct exhibit *x, struct fv_bundle *bundle)
{
	struct fv_evidence_trail *trail = NULL;
	struct fv_evidence_scope *scope = NULL;
	enum fv_err rc = fv_evidence_scope_new(&scope, "c1", 0);

	for (size_t i = 0; i < x->sealed_n && rc == FV_OK; i++)
		rc = fv_evidence_scope_take(scope, &x->trail.records[i].header,
		    fv_buf_span(&x->trail.records[i].payload));
	if (rc == FV_OK)
		rc = fv_evidence_trail_new(&trail, x->trail.trail.dev);
	for (size_t i = 0; i < x->sealed_n && rc == FV_OK; i++) {
		struct made_record *r = &x->trail.records[i];
		struct fv_evidence_record record = {.header = fv_buf_span(&r->header_bytes),
		    .leaf = r->leaf,
		    .salt = r->salt,
		    .payload = fv_buf_span(&r->payload),
		    .sig = r->header.type == FV_REC_SEAL ? r->sig : NULL,
		    .is_shown = fv_evidence_scope_has(scope, i)};

		rc = fv_evidence_trail_add(trail, bundle, &record);
	}
	if (rc == FV_OK)
		rc = fv_evidence_trail_end(trail, bundle, x->seal_pk);
	fv_evidence_trail_free(trail);
	fv_evidence_scope_free(scope);
	return rc;
}

static enum fv_err
make_bundle(void *ctx)
{
	struct exhibit *x = ctx;
	struct fv_bundle *bundle;
	struct fv_buf manifest = {0}, tar = {0};
	enum fv_err rc = fv_bundle_new(&bundle);

	if (rc == FV_OK)
		rc = gather(x, bundle);
	if (rc == FV_OK)
		rc = fv_evidence_add_words(bundle, x->log_pk);
	if (rc == FV_OK)
		rc = fv_bundle_manifest_put(bundle, &manifest);
	if (rc == FV_OK)
		rc = fv_bundle_add(
		    bundle, fv_span_z(FV_BUNDLE_MANIFEST), fv_buf_span(&manifest));
	if (rc == FV_OK)
		rc = fv_bundle_put(bundle, &tar);
	fv_bundle_free(bundle);
	fv_buf_clear(&manifest);
	fv_buf_clear(&tar);
	return rc;
}

static enum fv_err
verify(void *ctx)
{
	const struct fv_buf *tar = ctx;
	struct fv_bundle_check check = {.tar = fv_buf_span(tar), .explain = true};
	enum fv_bundle_verdict verdict;
	enum fv_err rc = fv_bundle_verify(&check, &verdict);

	/* Out of memory is never "holds", nor a false accusation. */
	assert_int_equal(verdict, rc == FV_OK ? FV_BUNDLE_HOLDS : FV_BUNDLE_CANNOT);
	return rc;
}

static void
a_fold_without_memory_says_so(void **state)
{
	assert_true(oom_sweep(fold_all, *state) > 5);
}

static void
a_bundle_without_memory_is_not_made(void **state)
{
	assert_true(oom_sweep(make_bundle, *state) > 20);
}

static void
a_verifier_without_memory_accuses_nobody(void **state)
{
	struct exhibit *x = *state;
	struct fv_bundle *bundle = exhibit_bundle(x, "c1");
	struct fv_buf tar = {0};
	char prefix[48];

	assert_int_equal(
	    fv_evidence_add(bundle, fv_evidence_prefix(x->trail.trail.dev, prefix),
		"notes/4.cek", fv_span_of(x->cek, sizeof x->cek)),
	    FV_OK);
	exhibit_close(x, bundle, true, &tar);
	assert_true(oom_sweep(verify, &tar) > 10);
	fv_bundle_free(bundle);
	fv_buf_clear(&tar);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_fold_without_memory_says_so),
	    T(a_bundle_without_memory_is_not_made),
	    T(a_verifier_without_memory_accuses_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
