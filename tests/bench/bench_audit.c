/*
 * Contacts judged per second of one core with all packs of one country and the house's,
 * growth with the length of one case, and `check` on a long one.  By CPU time, so that other
 * work on the machine does not show.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fv/audit.h"
#include "fv/zonefile.h"

#define PACKS_MAX 16U
#define CHECK_CONTACTS 10000U

static struct fv_zone *shanghai;

static const struct fv_zone *
zone(const char *name, void *ctx)
{
	(void)ctx;
	return strcmp(name, "Asia/Shanghai") == 0 ? shanghai : NULL;
}

static void
must(bool claim, const char *what)
{
	if (!claim) {
		fprintf(stderr, "bench_audit: %s\n", what);
		exit(1);
	}
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct fv_rulepack *
read_pack(const char *path)
{
	static char text[FV_RULEPACK_MAX_BYTES];
	struct fv_rulepack_error error;
	struct fv_rulepack *pack;
	FILE *f = fopen(path, "re");

	must(f != NULL, path);
	size_t n = fread(text, 1, sizeof text, f);
	fclose(f);
	must(fv_rulepack_parse(fv_span_of(text, n), &pack, &error) == FV_OK, path);
	return pack;
}

/* Every pack of China that ships, in its newest revision, and the house's.  How many. */
static size_t
read_packs(const struct fv_rulepack *packs[PACKS_MAX])
{
	size_t count = 0;
	glob_t files;

	must(glob("sync-server/rules/cn-*.json", 0, NULL, &files) == 0, "packs");
	must(glob("sync-server/rules/house.json", GLOB_APPEND, NULL, &files) == 0, "house");
	for (size_t i = 0; i < files.gl_pathc && count < PACKS_MAX; i++)
		if (strchr(files.gl_pathv[i], '@') == NULL)
			packs[count++] = read_pack(files.gl_pathv[i]);
	globfree(&files);
	return count;
}

/* `cases` cases of `each` contacts: calls and visits, one in about 9 hours. */
static struct fv_history *
make_history(size_t cases, size_t each)
{
	static const char *const zones[] = {"Asia/Shanghai"};
	static const char *const numbers[] = {"n1", "n2", "n3"};
	static const char *const officers[] = {"o1", "o2"};
	struct fv_history_error error;
	struct fv_history *h;
	uint32_t x = 1;
	char id[64];
	char cid[32];

	must(fv_history_new(&h) == FV_OK, "memory");
	for (size_t c = 0; c < cases; c++) {
		snprintf(cid, sizeof cid, "c%06zu", c);
		struct fv_case subject = {.id = cid,
		    .zones = {zones, 1},
		    .actor = FV_ACTOR_THIRD_PARTY,
		    .product = FV_PRODUCT_ONLINE_LOAN,
		    .has_place = true,
		    .lat_e7 = 231291000,
		    .lon_e7 = 1132644000};
		must(fv_history_add_case(h, &subject) == FV_OK, "case");
		for (size_t i = 0; i < each; i++) {
			x = x * 1664525U + 1013904223U;
			bool is_visit = x >> 28 == 0;
			snprintf(id, sizeof id, "k%zu-%zu", c, i);
			struct fv_contact k = {.id = id,
			    .case_id = cid,
			    .channel = is_visit ? FV_CHANNEL_VISIT : FV_CHANNEL_CALL,
			    .by = FV_BY_COLLECTOR,
			    .begin_utc_ms = INT64_C(1772400000000) +
				(int64_t)i * INT64_C(31536000) +
				(int64_t)(x >> 8 & 0xffff) * 100,
			    .number = is_visit ? NULL : numbers[(x >> 4) % 3],
			    .outcome = (x >> 9 & 3) == 0 ? FV_OUTCOME_CONVERSATION
							 : FV_OUTCOME_NO_ANSWER,
			    .with = (x >> 9 & 3) == 0 ? FV_WITH_DEBTOR : 0,
			    .has_officers = is_visit,
			    .officers = {officers, is_visit ? 2 : 0},
			    .has_place = is_visit,
			    .lat_e7 = 231291000 + (int32_t)(x >> 16 & 0x3fff),
			    .lon_e7 = 1132644000,
			    .has_accuracy = is_visit,
			    .accuracy_mm = 6000};
			must(fv_history_add_contact(h, &k) == FV_OK, "contact");
		}
	}
	must(fv_history_finish(h, &error) == FV_OK, "finish");
	return h;
}

static enum fv_err
count(const struct fv_finding *f, void *ctx)
{
	size_t *tally = ctx;

	tally[f->verdict]++;
	return FV_OK;
}

/* Seconds for all cases, the least of three runs. */
static double
judge(struct fv_audit *audit, const struct fv_history *h, size_t tally[FV_VERDICT_FAIL + 1])
{
	double best = 1e9;

	for (int run = 0; run < 3; run++) {
		memset(tally, 0, (FV_VERDICT_FAIL + 1) * sizeof *tally);
		double t = now_s();
		for (size_t i = 0; i < fv_history_case_count(h); i++)
			must(
			    fv_audit_case(audit, fv_history_case(h, i), count, tally) == FV_OK,
			    "audit");
		t = now_s() - t;
		best = t < best ? t : best;
	}
	return best;
}

/* Milliseconds of one `check` of a visit now, the history being there and, for *all_out,
 * made first; the least of five. */
static double
check_ms(struct fv_audit *audit, double *all_out)
{
	double best = 1e9;

	*all_out = 1e9;
	for (int run = 0; run < 5; run++) {
		double start = now_s();
		struct fv_history *h = make_history(1, CHECK_CONTACTS);
		const struct fv_case_history *of = fv_history_case(h, 0);
		const int64_t now_ms = of->contacts[of->contact_count - 1]->begin_utc_ms;
		const struct fv_check_plan plan = {.now_utc_ms = now_ms + 3600000,
		    .place = FV_PLACE_HOME,
		    .has_sync = true,
		    .sync_utc_ms = now_ms};
		struct fv_check check;
		double from = now_s();

		must(fv_audit_check(audit, of, &plan, &check) == FV_OK, "check");
		double end = now_s();
		best = end - from < best ? end - from : best;
		*all_out = end - start < *all_out ? end - start : *all_out;
		fv_check_clear(&check);
		fv_history_free(h);
	}
	*all_out *= 1000;
	return best * 1000;
}

int
main(void)
{
	const struct fv_rulepack *packs[PACKS_MAX];
	size_t tally[FV_VERDICT_FAIL + 1], ignored[FV_VERDICT_FAIL + 1];
	struct fv_audit *audit;
	double all_ms;

	must(fv_zonefile_open(fv_zonefile_source(NULL), "Asia/Shanghai", &shanghai) == FV_OK,
	    "zone");
	struct fv_audit_opts opts = {.packs = packs,
	    .pack_count = read_packs(packs),
	    .zone = zone,
	    .tzdata = "bench",
	    .today_utc_ms = INT64_MAX};
	must(fv_audit_new(&opts, &audit) == FV_OK, "memory");
	struct fv_history *many = make_history(2000, 50);
	double t = judge(audit, many, tally);
	size_t rows = tally[1] + tally[2] + tally[3] + tally[4];
	struct fv_history *small = make_history(1, 1000);
	struct fv_history *large = make_history(1, 100000);
	double t_small = judge(audit, small, ignored);
	double t_large = judge(audit, large, ignored);
	double ms = check_ms(audit, &all_ms);
	printf("{\"bench\":\"audit\",\"packs\":%zu,\"contacts\":100000,\"verdicts\":%zu,"
	       "\"contacts_per_s\":%.0f,\"growth_100000_over_1000\":%.1f}\n",
	    opts.pack_count, rows, 100000 / t, t_large / t_small);
	printf("{\"bench\":\"audit_check\",\"contacts\":%u,\"ms\":%.2f,\"with_history_ms\":"
	       "%.2f}\n",
	    CHECK_CONTACTS, ms, all_ms);
	fv_history_free(many);
	fv_history_free(small);
	fv_history_free(large);
	fv_audit_free(audit);
	for (size_t i = 0; i < opts.pack_count; i++)
		fv_rulepack_free((struct fv_rulepack *)(uintptr_t)packs[i]);
	fv_zone_free(shanghai);
	return 0;
}
