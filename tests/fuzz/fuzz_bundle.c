/* A tar file that reads is the one that would be written; no strange file ever "holds". */
#include <stdlib.h>
#include <string.h>

#include "fv/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
need(bool holds)
{
	if (!holds)
		abort();
}

/* Names and bodies from the input, so that members reach the verifier without luck. */
static void
verify_members(struct fv_span in)
{
	static const char *const names[] = {"manifest", "policy", "export.leaf", "export.salt",
	    "export.tlog-proof", "agency-n/roster-000001.note", "agency-n/roster-000001.leaf",
	    "agency-n/roster-000001.tlog-proof",
	    "device-00000000000000000000000000000000/enrol.leaf",
	    "device-00000000000000000000000000000000/enrol.tlog-proof",
	    "device-00000000000000000000000000000000/approve.note", "x"};
	struct fv_bundle_check check = {.explain = true};
	enum fv_bundle_verdict verdict;
	struct fv_bundle *bundle;
	struct fv_buf tar = {0};

	need(fv_bundle_new(&bundle) == FV_OK);
	while (in.len >= 2) {
		const char *name = names[in.ptr[0] % (sizeof names / sizeof names[0])];
		size_t len = in.ptr[1] < in.len - 2 ? in.ptr[1] : in.len - 2;
		enum fv_err rc =
		    fv_bundle_add(bundle, fv_span_z(name), fv_span_of(in.ptr + 2, len));

		need(rc == FV_OK || rc == FV_EEXIST);
		in = fv_span_of(in.ptr + 2 + len, in.len - 2 - len);
	}
	need(fv_bundle_put(bundle, &tar) == FV_OK);
	check.tar = fv_buf_span(&tar);
	need(fv_bundle_verify(&check, &verdict) == FV_OK);
	need(verdict != FV_BUNDLE_HOLDS);
	fv_bundle_free(bundle);
	fv_buf_clear(&tar);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_span in = fv_span_of(data, size);
	struct fv_tlog_proof proof;
	struct fv_bundle *bundle;
	struct fv_buf again = {0};

	if (fv_bundle_read(in, &bundle, NULL) == FV_OK) {
		need(fv_bundle_put(bundle, &again) == FV_OK);
		need(fv_span_equal(fv_buf_span(&again), in));
		fv_bundle_free(bundle);
		fv_buf_reset(&again);
	}
	if (fv_tlog_proof_parse(in, &proof) == FV_OK) {
		fv_tlog_proof_put(&again, &proof);
		need(fv_span_equal(fv_buf_span(&again), in));
	}
	fv_buf_clear(&again);
	verify_members(in);
	return 0;
}
