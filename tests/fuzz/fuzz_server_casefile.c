/* Any bytes as OUT.cases and as server.pub: bounds hold, and a case is written back alike. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/casefile.h"
#include "sync-server/serverinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct again {
	struct fv_case_row row;
	size_t count;
};

static enum fv_err
on_again(const struct fv_case_row *row, const struct casefile_card *card, void *ctx)
{
	struct again *a = ctx;

	(void)card;
	a->count++;
	assert(strcmp(row->case_id, a->row.case_id) == 0);
	assert(row->has_place == a->row.has_place && row->radius_m == a->row.radius_m);
	assert(row->place.lat_e7 == a->row.place.lat_e7);
	assert(row->place.lon_e7 == a->row.place.lon_e7);
	assert(row->actor == a->row.actor && row->product == a->row.product);
	assert(row->plan_day == a->row.plan_day && row->as_of_day == a->row.as_of_day);
	return FV_OK;
}

static enum fv_err
on_case(const struct fv_case_row *row, const struct casefile_card *card, void *ctx)
{
	struct again again = {.row = *row};
	const struct casefile_opts opts = {.on_case = on_again, .ctx = &again};
	struct fv_buf line = {0};
	struct fv_case_fault fault;

	(void)ctx;
	assert(!row->has_sealed);
	assert(card == NULL || card->capsules.len % FV_NOTE_CAPSULE_BYTES == 0);
	if (casefile_put(&line, row, card) == FV_OK) {
		assert(casefile_read(fv_buf_span(&line), &opts, &fault) == FV_OK);
		assert(again.count == 1);
	}
	fv_buf_clear(&line);
	return FV_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct casefile_opts opts = {.on_case = on_case};
	struct fv_case_fault fault;
	struct serverinfo info;
	struct fv_fault line;

	if (fv_crypto_init() != FV_OK)
		abort();
	(void)!casefile_read((struct fv_span){data, size}, &opts, &fault);
	if (serverinfo_parse((struct fv_span){data, size}, &info, &line) == FV_OK)
		assert(fv_url_valid(fv_span_z(info.url)));
	else
		assert(line.line > 0 && line.rule[0] != '\0');
	return 0;
}
