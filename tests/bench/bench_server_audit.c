/*
 * The re-audit from the store: every case folded from its records and judged by the packs
 * of one country and the house.  Once over a store without findings, so that each is made;
 * once over one that holds them all, so that each is compared and none is made.  JSON lines.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "sync-server/judge.h"
#include "sync-server/store/findings.h"
#include "sync-server/store/records.h"

#define DEVICES 20U
#define CASES 1000U
#define EACH 50U
#define START_MS INT64_C(1772400000000)
#define TODAY_MS INT64_C(1900000000000)

struct trail {
	int64_t no;
	uint8_t dev[FV_DEV_BYTES];
	uint64_t count;
};

static void
must(enum fv_err rc, const char *what)
{
	if (rc == FV_OK)
		return;
	fprintf(stderr, "bench_server_audit: %s: %s\n", what, fv_err_text(rc));
	exit(1);
}

static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long
peak_kb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* A record as ingest keeps it, but for what only verifying needs. */
static void
put_record(struct fv_store *store, struct trail *t, uint32_t type, int64_t rtc_ms,
    struct fv_buf *payload, const char *case_id, uint64_t subject)
{
	struct fv_header header = {
	    .type = type, .seq = t->count, .boottime_ms = rtc_ms - START_MS, .rtc_ms = rtc_ms};
	struct fv_buf bytes = {0};
	uint8_t salt[FV_SALT_BYTES] = {1};
	struct fv_store_record row = {.no = t->no,
	    .seq = t->count,
	    .type = type,
	    .received_ms = rtc_ms,
	    .has_payload = true,
	    .salt = fv_span_of(salt, sizeof salt),
	    .payload = fv_buf_span(payload),
	    .has_subject_seq = case_id == NULL,
	    .subject_seq = subject};

	memcpy(header.dev, t->dev, sizeof header.dev);
	if (case_id != NULL)
		row.case_id = fv_span_z(case_id);
	fv_header_put(&bytes, &header);
	row.header = fv_buf_span(&bytes);
	must(fv_buf_status(payload), "payload");
	must(fv_store_record_append(store, &row), "record");
	t->count++;
	fv_buf_clear(&bytes);
	fv_buf_reset(payload);
}

static void
put_stamp(struct fv_buf *out, uint32_t x)
{
	fv_cbor_put_map(out, 4);
	for (uint64_t key = 1; key <= 6; key += key == 1 ? 2 : key == 4 ? 2 : 1) {
		fv_cbor_put_uint(out, key);
		fv_cbor_put_int(out,
		    key == 1       ? 3
			: key == 3 ? 231291000 + (int64_t)(x >> 16 & 0x3fff)
			: key == 4 ? 1132644000
				   : 6000);
	}
}

static void
put_visit(struct fv_store *store, struct trail *t, const char *id, int64_t at, uint32_t x)
{
	struct fv_buf p = {0};
	const uint64_t begin = t->count;

	fv_cbor_put_map(&p, 4);
	fv_cbor_put_uint(&p, 1);
	fv_cbor_put_text_z(&p, id);
	fv_cbor_put_uint(&p, 2);
	put_stamp(&p, x);
	fv_cbor_put_uint(&p, 4);
	fv_cbor_put_array(&p, 2);
	fv_cbor_put_text_z(&p, "o1");
	fv_cbor_put_text_z(&p, "o2");
	fv_cbor_put_uint(&p, 5);
	fv_cbor_put_uint(&p, 1);
	put_record(store, t, FV_REC_VISIT_BEGIN, at, &p, id, 0);
	fv_cbor_put_map(&p, 3);
	for (uint64_t key = 1; key <= 5; key += key == 1 ? 3 : 1) {
		fv_cbor_put_uint(&p, key);
		fv_cbor_put_uint(&p, key == 1 ? begin : 1);
	}
	put_record(store, t, FV_REC_OUTCOME, at + 60000, &p, NULL, begin);
	fv_cbor_put_map(&p, 3);
	fv_cbor_put_uint(&p, 1);
	fv_cbor_put_uint(&p, begin);
	fv_cbor_put_uint(&p, 2);
	put_stamp(&p, x);
	fv_cbor_put_uint(&p, 4);
	fv_cbor_put_uint(&p, 1);
	put_record(store, t, FV_REC_VISIT_END, at + 600000, &p, NULL, begin);
	fv_buf_clear(&p);
}

static void
put_call(struct fv_store *store, struct trail *t, const char *id, int64_t at, uint32_t x)
{
	struct fv_buf p = {0};

	fv_cbor_put_map(&p, 5);
	fv_cbor_put_uint(&p, 1);
	fv_cbor_put_text_z(&p, id);
	fv_cbor_put_uint(&p, 4);
	fv_cbor_put_uint(&p, FV_CHANNEL_CALL);
	fv_cbor_put_uint(&p, 6);
	fv_cbor_put_uint(&p, FV_BY_COLLECTOR);
	fv_cbor_put_uint(&p, 7);
	fv_cbor_put_text_z(&p, (x >> 4) % 3 == 0 ? "n1" : "n2");
	fv_cbor_put_uint(&p, 8);
	fv_cbor_put_uint(
	    &p, (x >> 9 & 3) == 0 ? FV_OUTCOME_CONVERSATION : FV_OUTCOME_NO_ANSWER);
	put_record(store, t, FV_REC_CONTACT, at, &p, id, 0);
	fv_buf_clear(&p);
}

static void
case_name(size_t i, char out[16])
{
	snprintf(out, 16, "c%06zu", i);
}

static void
add_devices(struct fv_store *store, struct trail trails[DEVICES])
{
	for (uint8_t i = 0; i < DEVICES; i++) {
		struct fv_store_device device = {.enrolled_ms = 1};

		memset(trails[i].dev, i + 1, FV_DEV_BYTES);
		memcpy(device.dev, trails[i].dev, FV_DEV_BYTES);
		snprintf(device.officer, sizeof device.officer, "o%u", i);
		must(fv_store_device_add(store, &device, &trails[i].no), "device");
	}
}

/* Sealed as far as a judge asks. */
static void
seal_all(struct fv_store *store, const struct trail trails[DEVICES])
{
	struct fv_store_trail *t = malloc(sizeof *t);

	must(t != NULL ? FV_OK : FV_ENOMEM, "memory");
	for (size_t i = 0; i < DEVICES; i++) {
		must(fv_store_trail_load(store, trails[i].no, t), "trail");
		t->trail.range.size = t->trail.sealed_size = trails[i].count;
		t->sealed_range.size = trails[i].count;
		t->trail.last =
		    (struct fv_header){.type = FV_REC_CONTACT, .seq = trails[i].count - 1};
		memcpy(t->trail.last.dev, trails[i].dev, FV_DEV_BYTES);
		must(fv_store_trail_save(store, trails[i].no, t), "trail");
	}
	free(t);
}

static void
fill(struct fv_store *store)
{
	struct trail trails[DEVICES] = {0};
	uint32_t x = 1;
	char id[16];

	must(fv_store_begin(store), "begin");
	add_devices(store, trails);
	for (size_t c = 0; c < CASES; c++) {
		struct fv_store_case row = {.item = {.agency = fv_span_z("a"),
						.zones = fv_span_z("Asia/Shanghai"),
						.has_place = true,
						.lat_e7 = 231291000,
						.lon_e7 = 1132644000,
						.actor = FV_ACTOR_THIRD_PARTY,
						.product = FV_PRODUCT_ONLINE_LOAN,
						.debts = fv_span_z("d1"),
						.packs = fv_span_z(""),
						.assigned = fv_span_z("")}};

		case_name(c, id);
		row.item.id = fv_span_z(id);
		must(fv_store_case_put(store, &row), "case");
	}
	for (size_t k = 0; k < EACH; k++)
		for (size_t c = 0; c < CASES; c++) {
			const int64_t at = START_MS + (int64_t)k * INT64_C(31536000) +
			    (int64_t)(c / DEVICES) * 600000;

			x = x * 1664525U + 1013904223U;
			case_name(c, id);
			if (x >> 28 == 0)
				put_visit(store, &trails[c % DEVICES], id, at, x);
			else
				put_call(store, &trails[c % DEVICES], id, at, x);
		}
	seal_all(store, trails);
	must(fv_store_commit(store), "commit");
}

/* Every pack of China that ships, and the house's.  How many. */
static unsigned
take_packs(struct judge *judge)
{
	static uint8_t text[FV_RULEPACK_MAX_BYTES];
	struct fv_rulepack_error why;
	unsigned count = 0;
	glob_t files;

	if (glob("sync-server/rules/cn-*.json", 0, NULL, &files) != 0 ||
	    glob("sync-server/rules/house.json", GLOB_APPEND, NULL, &files) != 0)
		must(FV_ENOENT, "packs");
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *f = fopen(files.gl_pathv[i], "re");
		struct fv_rulepack *pack;
		size_t n;

		must(f != NULL ? FV_OK : FV_ENOENT, files.gl_pathv[i]);
		n = fread(text, 1, sizeof text, f);
		fclose(f);
		if (fv_rulepack_parse(fv_span_of(text, n), &pack, &why) != FV_OK)
			must(FV_EFORMAT, files.gl_pathv[i]);
		if (judge_take_pack(judge, pack, true) != FV_OK)
			fv_rulepack_free(pack); /* an earlier revision of another file's */
		else
			count++;
	}
	globfree(&files);
	return count;
}

static enum fv_err
append(const struct fv_store_finding *row, const struct judged_finding *finding, void *ctx)
{
	(void)finding;
	return fv_store_finding_append(ctx, row);
}

/* CPU seconds to judge every case; *findings_out counts those that are new or changed. */
static double
judge_all(struct fv_store *store, struct judge *judge, bool writes, size_t *findings_out)
{
	struct judgement j;
	struct fv_store_case row;
	double spent = 0;
	char id[16];

	*findings_out = 0;
	for (size_t c = 0; c < CASES; c++) {
		double from = cpu_s();

		case_name(c, id);
		must(fv_store_case_get(store, fv_span_z(id), &row), "case");
		must(judge_case(judge, &row, &j), "judge");
		spent += cpu_s() - from;
		*findings_out += j.finding_count;
		if (writes)
			must(judge_each_change(judge, &j, append, store), "append");
		judgement_clear(&j);
	}
	return spent;
}

int
main(void)
{
	const struct judge_opts opts = {.today_utc_ms = TODAY_MS, .has_own_packs = true};
	const double contacts = (double)CASES * EACH;
	char dir[] = "build/bench-XXXXXX", path[64], command[64];
	struct fv_store *store;
	struct judge *judge;
	size_t made, again;
	double first, second;
	unsigned packs;

	must(fv_crypto_init(), "crypto");
	must(mkdtemp(dir) != NULL ? FV_OK : FV_EIO, "folder");
	snprintf(path, sizeof path, "%s/fieldvisit.db", dir);
	must(fv_store_open(&store, path, FV_STORE_CREATE), path);
	fill(store);
	must(judge_open(&judge, store, &opts), "judge");
	packs = take_packs(judge);
	must(fv_store_begin(store), "begin");
	first = judge_all(store, judge, true, &made);
	must(fv_store_commit(store), "commit");
	second = judge_all(store, judge, false, &again);
	printf("{\"bench\":\"audit_store\",\"packs\":%u,\"contacts\":%.0f,\"findings\":%zu,"
	       "\"contacts_per_s\":%.0f,\"again_contacts_per_s\":%.0f,\"again_changed\":%zu,"
	       "\"peak_kb\":%ld}\n",
	    packs, contacts, made, contacts / first, contacts / second, again, peak_kb());
	judge_close(judge);
	fv_store_close(store);
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	return system(command) == 0 && again == 0 ? 0 : 1;
}
