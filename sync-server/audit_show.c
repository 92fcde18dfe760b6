/* How far a run is, what came out of it, and what it changed. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sync-server/audit_run.h"
#include "sync-server/cmd.h"

#define TERMINAL_MS INT64_C(200)
#define PIPE_MS INT64_C(10000)

/* -- progress, on stderr -------------------------------------------------------------- */

static int64_t
mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
audit_progress_start(struct audit_run *run, uint64_t total)
{
	struct audit_progress *p = &run->progress;

	p->is_shown = !run->args.is_quiet;
	p->is_terminal = isatty(STDERR_FILENO) == 1;
	p->done = p->at_start = run->tally.cases;
	p->total = p->done + total;
	p->start_ms = mono_ms();
	p->next_ms = p->start_ms + (p->is_terminal ? TERMINAL_MS : PIPE_MS);
}

static void
put_line(const struct audit_progress *p, int64_t now_ms)
{
	const uint64_t here = p->done - p->at_start;
	const int64_t spent_ms = now_ms > p->start_ms ? now_ms - p->start_ms : 1;
	const double rate = (double)here * 1000.0 / (double)spent_ms;
	const uint64_t left_s = rate > 0 ? (uint64_t)((double)(p->total - p->done) / rate) : 0;

	fprintf(stderr, "%s%llu of %llu cases, %.0f a second, %llu:%02llu:%02llu left%s",
	    p->is_terminal ? "\r" : "fieldvisitd: audit run: ", (unsigned long long)p->done,
	    (unsigned long long)p->total, rate, (unsigned long long)(left_s / 3600),
	    (unsigned long long)(left_s / 60 % 60), (unsigned long long)(left_s % 60),
	    p->is_terminal ? "\033[K" : "\n");
	fflush(stderr);
}

void
audit_progress_show(struct audit_run *run, bool is_last)
{
	struct audit_progress *p = &run->progress;
	const int64_t now_ms = p->is_shown ? mono_ms() : 0;

	if (!p->is_shown || (is_last && !p->is_terminal) || (!is_last && now_ms < p->next_ms))
		return;
	p->next_ms = now_ms + (p->is_terminal ? TERMINAL_MS : PIPE_MS);
	if (p->total < p->done) /* cases that came meanwhile */
		p->total = p->done;
	put_line(p, now_ms);
	if (is_last)
		fputc('\n', stderr);
}

/* -- changes, one by one ---------------------------------------------------------------- */

static const char *
word_of(uint32_t verdict)
{
	return verdict >= FV_VERDICT_NA && verdict <= FV_VERDICT_FAIL
	    ? fv_verdict_word((enum fv_verdict)verdict)
	    : "none";
}

struct listing {
	bool as_json;
	bool has_one;
	struct fv_buf line;
};

static void
put_revision(struct fv_buf *out, uint32_t revision, bool as_json)
{
	if (revision == 0)
		fv_buf_put_z(out, as_json ? "null" : "-");
	else
		fv_buf_putf(out, "%s%u", as_json ? "" : "r", revision);
}

static void
put_json_change(struct fv_buf *out, const struct fv_store_finding_change *c)
{
	const struct fv_span texts[] = {c->case_id, c->subject, c->pack, c->rule};
	static const char *const names[] = {"case", "contact", "pack", "rule"};
	json_t *text;

	for (size_t i = 0; i < 4; i++) {
		char *z;

		text = fv_verb_json_span(texts[i]);
		z = text != NULL ? json_dumps(text, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
		fv_buf_putf(
		    out, "%s\"%s\":%s", i > 0 ? "," : "{", names[i], z != NULL ? z : "null");
		json_decref(text);
		free(z);
	}
	fv_buf_putf(out, ",\"before\":{\"verdict\":\"%s\",\"revision\":", word_of(c->was));
	put_revision(out, c->was_revision, true);
	fv_buf_putf(out, "},\"after\":{\"verdict\":\"%s\",\"revision\":", word_of(c->now));
	put_revision(out, c->now_revision, true);
	fv_buf_put_z(out, "}}");
}

/* Control characters of a foreign id never reach a terminal. */
static void
put_plain(struct fv_buf *out, struct fv_span text)
{
	for (size_t i = 0; i < text.len; i++)
		fv_buf_put_u8(
		    out, text.ptr[i] < 0x20 || text.ptr[i] == 0x7f ? '?' : text.ptr[i]);
	fv_buf_put_z(out, "  ");
}

static void
put_text_change(struct fv_buf *out, const struct fv_store_finding_change *c)
{
	put_plain(out, c->case_id.len > 0 ? c->case_id : fv_span_z("-"));
	put_plain(out, c->subject);
	put_plain(out, c->pack);
	put_plain(out, c->rule);
	fv_buf_putf(out, "%s (", word_of(c->was));
	put_revision(out, c->was_revision, false);
	fv_buf_putf(out, ") -> %s (", word_of(c->now));
	put_revision(out, c->now_revision, false);
	fv_buf_put_z(out, ")\n");
}

static enum fv_err
show_change(const struct fv_store_finding_change *change, void *ctx)
{
	struct listing *l = ctx;
	enum fv_err rc;

	fv_buf_reset(&l->line);
	if (l->as_json) {
		fv_buf_put_z(&l->line, l->has_one ? ",\n" : "\n");
		put_json_change(&l->line, change);
	} else {
		put_text_change(&l->line, change);
	}
	l->has_one = true;
	if ((rc = fv_buf_status(&l->line)) != FV_OK)
		return rc;
	return fwrite(l->line.ptr, 1, l->line.len, stdout) == l->line.len ? FV_OK : FV_EIO;
}

static struct fv_span
span_at(const json_t *row, size_t at)
{
	const json_t *text = json_array_get(row, at);

	return fv_span_of(json_string_value(text), json_string_length(text));
}

static uint32_t
number_at(const json_t *row, size_t at)
{
	return (uint32_t)json_integer_value(json_array_get(row, at));
}

/* What a trial kept aside. */
static enum fv_err
each_spooled(FILE *spool, struct listing *listing)
{
	char *line = NULL;
	size_t cap = 0;
	enum fv_err rc = FV_OK;

	if (spool == NULL)
		return FV_OK;
	rewind(spool);
	while (rc == FV_OK && getline(&line, &cap, spool) > 0) {
		json_t *row = json_loads(line, 0, NULL);
		const struct fv_store_finding_change change = {.case_id = span_at(row, 0),
		    .subject = span_at(row, 1),
		    .pack = span_at(row, 2),
		    .rule = span_at(row, 3),
		    .was = number_at(row, 4),
		    .now = number_at(row, 5),
		    .was_revision = number_at(row, 6),
		    .now_revision = number_at(row, 7)};

		rc = row != NULL ? show_change(&change, listing) : FV_EIO;
		json_decref(row);
	}
	free(line);
	return rc == FV_OK && ferror(spool) != 0 ? FV_EIO : rc;
}

static enum fv_err
list_changes(struct audit_run *run)
{
	struct listing listing = {.as_json = run->args.as_json};
	enum fv_err rc = run->is_trial
	    ? each_spooled(run->changes, &listing)
	    : fv_store_run_each_change(run->store, run->no, show_change, &listing);

	fv_buf_clear(&listing.line);
	return rc;
}

/* -- what came out ----------------------------------------------------------------------- */

static void
put_packs(const struct audit_run *run)
{
	const struct fv_rulepack *pack;

	for (size_t i = 0; (pack = judge_pack(run->judge, i)) != NULL; i++)
		if (run->args.as_json)
			printf("%s{\"id\":\"%s\",\"revision\":%u}", i > 0 ? "," : "", pack->id,
			    pack->revision);
		else
			printf("%s%s@r%u", i > 0 ? ", " : "", pack->id, pack->revision);
}

static void
show_text(const struct audit_run *run)
{
	const struct audit_tally *t = &run->tally;

	if (run->is_trial) {
		printf("trial of ");
		put_packs(run);
		printf(": nothing was written\n");
	} else {
		printf("run %llu by ", (unsigned long long)run->no);
		put_packs(run);
		printf("\n");
	}
	printf("%llu cases, %llu of them not judged: %llu fail, %llu review, %llu pass; %llu "
	       "findings %s\n",
	    (unsigned long long)t->cases, (unsigned long long)t->not_judged,
	    (unsigned long long)t->verdicts[FV_VERDICT_FAIL],
	    (unsigned long long)t->verdicts[FV_VERDICT_REVIEW],
	    (unsigned long long)t->verdicts[FV_VERDICT_PASS], (unsigned long long)t->changed,
	    run->is_trial ? "would be new or change" : "new or changed");
	if (run->standing.fails + run->standing.reviews + run->standing.hints > 0)
		printf("standing: %zu fail, %zu review, %zu hints; 'fieldvisitd audit "
		       "standing' lists them\n",
		    run->standing.fails, run->standing.reviews, run->standing.hints);
	for (uint32_t was = 0; was <= FV_VERDICT_FAIL; was++)
		for (uint32_t now = 0; now <= FV_VERDICT_FAIL; now++)
			if (t->moves[was][now] > 0)
				printf("  %-6s -> %-6s  %llu%s\n", word_of(was), word_of(now),
				    (unsigned long long)t->moves[was][now],
				    was == now ? " (by other inputs)" : "");
}

static void
show_json(const struct audit_run *run)
{
	const struct audit_tally *t = &run->tally;
	bool has_one = false;

	printf("{\"trial\":%s,\"run\":", run->is_trial ? "true" : "false");
	if (run->no > 0)
		printf("%llu", (unsigned long long)run->no);
	else
		printf("null");
	printf(",\"packs\":[");
	put_packs(run);
	printf("],\"cases\":%llu,\"not_judged\":%llu,\"fail\":%llu,\"review\":%llu,"
	       "\"pass\":%llu,\"written\":%llu,\"changed\":%llu,\"standing\":{\"fail\":%zu,"
	       "\"review\":%zu,\"hints\":%zu},\"moves\":[",
	    (unsigned long long)t->cases, (unsigned long long)t->not_judged,
	    (unsigned long long)t->verdicts[FV_VERDICT_FAIL],
	    (unsigned long long)t->verdicts[FV_VERDICT_REVIEW],
	    (unsigned long long)t->verdicts[FV_VERDICT_PASS],
	    (unsigned long long)(run->is_trial ? 0 : t->changed),
	    (unsigned long long)t->changed, run->standing.fails, run->standing.reviews,
	    run->standing.hints);
	for (uint32_t was = 0; was <= FV_VERDICT_FAIL; was++)
		for (uint32_t now = 0; now <= FV_VERDICT_FAIL; now++) {
			if (t->moves[was][now] == 0)
				continue;
			printf("%s{\"from\":\"%s\",\"to\":\"%s\",\"count\":%llu}",
			    has_one ? "," : "", word_of(was), word_of(now),
			    (unsigned long long)t->moves[was][now]);
			has_one = true;
		}
	printf("]");
}

int
audit_show(struct audit_run *run)
{
	enum fv_err rc = FV_OK;

	if (run->args.as_json)
		show_json(run);
	else
		show_text(run);
	if (run->args.shows_changes) {
		fputs(run->args.as_json ? ",\"changes\":[" : "", stdout);
		rc = list_changes(run);
		fputs(run->args.as_json ? "]" : "", stdout);
	}
	if (run->args.as_json)
		puts("}");
	if (rc != FV_OK)
		return fv_cli_fail(
		    fv_verb_exit(rc), "--changes", "cannot be listed: %s", fv_err_text(rc));
	return fv_cli_finish();
}
