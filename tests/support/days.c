#include "tests/support/days.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fv/order.h"
#include "fv/rulepack.h"
#include "sync-server/store/findings.h"
#include "sync-server/store/records.h"
#include "sync-server/store/book.h"
#include "tests/support/people.h"
#include "tests/support/told.h"

/* A visit of some minutes with its outcome, sealed. */
void
days_visit(struct handset *h, const char *case_id, const char *officers, int minutes, int lat)
{
	size_t seq = h->count;

	handset_tell(h, FV_REC_VISIT_BEGIN,
	    "{1:\"%s\",2:{1:3,3:%d,4:1132644000,6:5000,21:9},4:%s,5:1}", case_id, lat,
	    officers);
	handset_tell(h, FV_REC_OUTCOME, "{1:%zu,4:1,5:1,6:false,11:true,12:3,13:true}", seq);
	h->now_ms += (int64_t)minutes * 60000;
	handset_tell(
	    h, FV_REC_VISIT_END, "{1:%zu,2:{1:3,3:%d,4:1132644000,6:5000},4:1}", seq, lat);
	handset_seal(h);
	h->now_ms += 3600000;
}

static void
make_days(struct days *w)
{
	struct handset *a = &w->sets[0], *b = &w->sets[1];

	handset_init(a, 1);
	handset_init(b, 2);
	b->now_ms = a->now_ms;
	handset_tell(a, FV_REC_BOOT, "{4:1,6:\"t\"}");
	handset_tell(b, FV_REC_BOOT, "{4:1,6:\"t\"}");
	days_visit(a, "c1", "[\"o1\",\"o2\"]", 20, 231291000);
	days_visit(b, "c1", "[\"o2\"]", 21, 231291500);
	days_visit(a, "c2", "[\"o1\"]", 15, 231291000);
	handset_tell(b, FV_REC_EVENT, "{1:\"c2\",4:3}");
	days_visit(b, "c2", "[\"o2\"]", 30, 232000000);
	a->now_ms += 10 * 3600000;
	days_visit(a, "c1", "[\"o1\"]", 5, 231291000);
	handset_tell(b, FV_REC_AMEND, "{1:2,4:4,5:{4:6}}");
	handset_seal(b);
}

static void
put_cases(struct place *p)
{
	static const char *const ids[] = {"c1", "c2"};

	for (size_t i = 0; i < 2; i++) {
		struct fv_store_case row = {.item = {.id = fv_span_z(ids[i]),
						.agency = fv_span_z("north"),
						.zones = fv_span_z("Asia/Shanghai"),
						.has_place = true,
						.lat_e7 = 231291000,
						.lon_e7 = 1132644000,
						.actor = FV_ACTOR_THIRD_PARTY,
						.product = FV_PRODUCT_CONSUMER_LOAN,
						.debts = fv_span_z("d1"),
						.packs = fv_span_z(""),
						.assigned = fv_span_z("o1;o2")}};

		assert_int_equal(fv_store_case_put(p->store, &row), FV_OK);
	}
}

static void
put_pack(struct days *w)
{
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;
	struct fv_packs packs = {.agency = "north", .count = 1};
	struct fv_buf text = {0}, note = {0};
	struct fv_span file = fv_span_of(w->pack, w->pack_len);
	const unsigned one[] = {1};
	struct fv_store_pack row;
	struct fv_store_note papers = {.version = 1};

	assert_int_equal(fv_rulepack_parse(file, &pack, &why), FV_OK);
	row = (struct fv_store_pack){.sha256 = pack->sha256,
	    .id = fv_span_z(pack->id),
	    .revision = pack->revision,
	    .file = file};
	assert_int_equal(fv_store_pack_put(w->p.store, &row), FV_OK);
	(void)snprintf(packs.packs[0].id, sizeof packs.packs[0].id, "%s", pack->id);
	packs.packs[0].revision = pack->revision;
	packs.packs[0].sha256 = pack->sha256;
	packs.packs[0].adopted_day = 20000;
	fv_packs_put(&text, &packs);
	people_sign(&note, fv_buf_span(&text), "north", one, 1);
	papers.note = fv_buf_span(&note);
	assert_int_equal(fv_store_note_put(w->p.store, FV_NOTE_PACKS, &papers), FV_OK);
	fv_rulepack_free(pack);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
}

void
days_open_place(struct days *w)
{
	static const uint8_t seed[FV_SEED_BYTES] = {42};
	struct place *p = &w->p;
	char path[96];

	memset(p, 0, sizeof *p);
	(void)snprintf(p->dir, sizeof p->dir, "%s/fv-judge-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	(void)snprintf(path, sizeof path, "%s/fieldvisit.db", p->dir);
	assert_int_equal(fv_store_open(&p->store, path, FV_STORE_CREATE), FV_OK);
	assert_int_equal(fv_ledger_open(&p->ledger, p->store, seed), FV_OK);
	assert_int_equal(fv_ingest_new(&p->ingest, p->store, p->ledger), FV_OK);
	assert_int_equal(fv_store_begin(p->store), FV_OK);
	for (size_t i = 0; i < 2; i++) {
		const struct handset *h = &w->sets[i];
		struct fv_store_device device = {.enrolled_ms = 1};
		int64_t no;

		memcpy(device.dev, h->dev, sizeof device.dev);
		memcpy(device.pk_0, h->pk_0, sizeof device.pk_0);
		memcpy(device.pk_sync, h->pk_sync, sizeof device.pk_sync);
		memcpy(device.pk_box, h->pk_box, sizeof device.pk_box);
		(void)snprintf(device.officer, sizeof device.officer, "o%zu", i + 1);
		assert_int_equal(fv_store_device_add(p->store, &device, &no), FV_OK);
		assert_int_equal(fv_store_device_approve(p->store, no, 2), FV_OK);
		assert_int_equal(fv_store_device_get_no(p->store, no, &p->devices[i]), FV_OK);
	}
	put_cases(p);
	put_pack(w);
	assert_int_equal(fv_store_commit(p->store), FV_OK);
}

void
days_close_place(struct place *p)
{
	char command[128];

	fv_ingest_free(p->ingest);
	fv_ledger_close(p->ledger);
	fv_store_close(p->store);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
	assert_int_equal(system(command), 0);
}

int
days_set_up(void **state)
{
	struct days *w = calloc(1, sizeof *w);
	FILE *f = fopen("sync-server/rules/cn-cba-2026.json", "rb");

	assert_non_null(w);
	assert_non_null(f);
	assert_int_equal(fv_crypto_init(), FV_OK);
	w->pack = malloc(FV_RULEPACK_MAX_BYTES);
	assert_non_null(w->pack);
	w->pack_len = fread(w->pack, 1, FV_RULEPACK_MAX_BYTES, f);
	assert_int_equal(fclose(f), 0);
	make_days(w);
	days_open_place(w);
	*state = w;
	return 0;
}

int
days_tear_down(void **state)
{
	struct days *w = *state;

	days_close_place(&w->p);
	handset_clear(&w->sets[0]);
	handset_clear(&w->sets[1]);
	free(w->pack);
	free(w);
	return 0;
}

void
days_send(struct days *w, size_t which, size_t from, size_t until)
{
	const struct handset *h = &w->sets[which];
	struct fv_sync_request request = {
	    .from_seq = from, .n = h->count, .answer_max = FV_ANSWER_DEFAULT};
	struct fv_session *session;
	struct fv_buf map = {0}, parts = {0};

	handset_wire(h, from, until, &parts);
	assert_int_equal(fv_session_new(&session, &w->p.devices[which], 0), FV_OK);
	assert_int_equal(fv_ingest_begin(w->p.ingest), FV_OK);
	fv_sync_request_put(&map, &request);
	assert_int_equal(
	    fv_ingest_chunk(w->p.ingest, session, fv_buf_span(&map), DAYS_NOW), FV_OK);
	assert_int_equal(
	    fv_ingest_chunk(w->p.ingest, session, fv_buf_span(&parts), DAYS_NOW), FV_OK);
	assert_int_equal(fv_ingest_end(w->p.ingest, session, DAYS_NOW), FV_OK);
	assert_int_equal(fv_ingest_commit(w->p.ingest), FV_OK);
	fv_session_free(session);
	fv_buf_clear(&map);
	fv_buf_clear(&parts);
}

void
days_import(struct days *w)
{
	const char *line =
	    "{\"type\":\"contact\",\"id\":\"k9\",\"case\":\"c1\",\"channel\":\"call\","
	    "\"begin\":\"2026-02-02T10:00:00+08:00\",\"by\":\"collector\","
	    "\"outcome\":\"conversation\",\"source\":\"dialler\"}";
	struct fv_store_import row = {.source = fv_span_z("dialler"),
	    .id = fv_span_z("k9"),
	    .case_id = fv_span_z("c1"),
	    .at_ms = 1,
	    .line = fv_span_z(line)};

	assert_int_equal(fv_store_begin(w->p.store), FV_OK);
	assert_int_equal(fv_store_import_put(w->p.store, &row), FV_OK);
	assert_int_equal(fv_store_commit(w->p.store), FV_OK);
}

uint32_t
days_random(uint64_t *x)
{
	*x = *x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*x >> 33);
}
