/*
 * Any bytes as a roster's text and as a key file.  What parses must be written back as
 * the same bytes: one roster has one text, so that its hash names it.
 */
#include <assert.h>
#include <stdlib.h>

#include "fv/keyfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_roster(struct fv_span text, struct fv_roster *roster)
{
	uint8_t pks[FV_NOTE_RECIPIENTS_MAX][FV_KEY_BYTES];
	struct fv_buf again = {0};
	struct fv_fault fault;
	size_t count;

	if (fv_roster_parse(text, roster, &fault) != FV_OK) {
		assert(fault.rule[0] != '\0');
		return;
	}
	assert(roster->supervisor_count >= 1 && roster->auditor_count >= 1);
	assert(roster->threshold >= 1 && roster->threshold <= roster->supervisor_count);
	assert(fv_roster_recipients(roster, roster->supervisors[0].teams[0], pks, &count) ==
	    FV_OK);
	assert(count >= 2 && count <= FV_NOTE_RECIPIENTS_MAX);
	fv_roster_put(&again, roster);
	assert(fv_span_equal(fv_buf_span(&again), text));
	fv_buf_clear(&again);
}

static void
check_key(struct fv_span text)
{
	struct fv_key_public key;
	struct fv_buf again = {0};
	struct fv_fault fault;
	bool has_secret;

	if (fv_keyfile_parse_public(text, &key, &has_secret, &fault) != FV_OK) {
		assert(fault.rule[0] != '\0');
		return;
	}
	fv_keyfile_put_public(&again, &key);
	assert(again.len <= text.len && (has_secret || again.len == text.len));
	assert(fv_span_equal(fv_buf_span(&again), fv_span_of(text.ptr, again.len)));
	fv_buf_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_roster *roster = malloc(sizeof *roster);

	if (roster == NULL || fv_crypto_init() != FV_OK)
		abort();
	check_roster((struct fv_span){data, size}, roster);
	check_key((struct fv_span){data, size});
	free(roster);
	return 0;
}
