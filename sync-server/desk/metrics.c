/* GET /metrics: Prometheus text 0.0.4.  Nothing personal stands there: counts and times. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sync-server/desk/desk_in.h"
#include "sync-server/healthwatch.h"
#include "sync-server/rejudge.h"
#include "sync-server/store/gauges.h"

static void
put_head(struct fv_buf *out, const char *name, const char *type, const char *help)
{
	fv_buf_putf(
	    out, "# HELP fieldvisit_%s %s\n# TYPE fieldvisit_%s %s\n", name, help, name, type);
}

static void
put(struct fv_buf *out, const char *name, const char *type, uint64_t value, const char *help)
{
	put_head(out, name, type, help);
	fv_buf_putf(out, "fieldvisit_%s %" PRIu64 "\n", name, value);
}

static void
put_writer(struct fv_buf *out, struct fv_writer *writer)
{
	const struct fv_writer_stats *s = fv_writer_stats(writer);

	put(out, "commits_total", "counter", atomic_load(&s->commits),
	    "Transactions committed.");
	put(out, "failed_commits_total", "counter", atomic_load(&s->failed_commits),
	    "Transactions that the disk or the store refused.");
	put(out, "chunks_total", "counter", atomic_load(&s->chunks),
	    "Chunks taken in from handhelds.");
	put(out, "syncs_total", "counter", atomic_load(&s->syncs),
	    "Syncs of handhelds, whole or cut.");
	put(out, "enrolments_total", "counter", atomic_load(&s->enrolments),
	    "Enrolments of handhelds.");
	put(out, "queue_depth", "gauge", fv_writer_waiting(writer),
	    "Jobs that wait for the one thread that writes.");
}

/* What `doctor` says, in numbers. */
static void
put_health(struct fv_buf *out, struct healthwatch *watch)
{
	struct health health;

	healthwatch_get(watch, false, &health);
	put_head(out, "health", "gauge", "What doctor says: 0 ok, 1 attention, 2 broken.");
	for (size_t i = 0; i < health.count; i++)
		fv_buf_putf(out, "fieldvisit_health{check=\"%s\"} %d\n", health.lines[i].check,
		    (int)health.lines[i].state);
	put(out, "healthy", "gauge", health_is_well(&health) ? 1 : 0,
	    "1: nothing is broken without which this server cannot work, as /healthz says.");
}

static void
put_store(struct fv_buf *out, const struct fv_store_gauges *g)
{
	put(out, "devices", "gauge", g->devices, "Handhelds approved and not revoked.");
	put(out, "devices_silent", "gauge", g->silent,
	    "Of those, without a sync for 72 hours.");
	put(out, "records", "gauge", g->records, "Records of all trails.");
	put(out, "records_sealed", "gauge", g->sealed, "Of those, under a good seal.");
	put(out, "parts_missing", "gauge", g->missing,
	    "Payloads, notes and pieces that were announced and have not come.");
	put(out, "alerts_unacknowledged", "gauge", g->alerts, "Alerts that nobody has seen.");
	put(out, "ledger_leaves", "gauge", g->leaves, "Leaves of the ledger.");
	put_head(
	    out, "findings_open", "gauge", "Findings that nobody has decided, by verdict.");
	fv_buf_putf(out,
	    "fieldvisit_findings_open{verdict=\"fail\"} %" PRIu64
	    "\nfieldvisit_findings_open{verdict=\"review\"} %" PRIu64 "\n",
	    g->fails, g->reviews);
	put_head(out, "last_backup_timestamp_seconds", "gauge",
	    "When the last backup was made; absent: never.");
	if (g->has_backup)
		fv_buf_putf(out, "fieldvisit_last_backup_timestamp_seconds %" PRId64 "\n",
		    g->backup_ms / 1000);
}

static void
put_answers(struct fv_buf *out, struct desk *desk)
{
	put_head(out, "http_answers_total", "counter", "Answers of the desk by class.");
	for (size_t i = 2; i < DESK_CLASSES; i++)
		fv_buf_putf(out,
		    "fieldvisit_http_answers_total{class=\"%zuxx\"} %" PRIu64 "\n", i,
		    (uint64_t)atomic_load(&desk->answers[i]));
}

void
desk_serve_metrics(struct desk *desk, struct fv_web_answer *answer)
{
	struct rejudge_state judging = {0};
	struct fv_store_gauges gauges;
	struct fv_store *store;
	enum fv_err rc = desk_reader_take(desk, &store);

	answer->status = 200;
	answer->type = "text/plain; version=0.0.4";
	put_writer(&answer->body, desk->writer);
	put_answers(&answer->body, desk);
	put_health(&answer->body, desk->watch);
	if (rc != FV_OK) /* what the program itself counts still stands */
		return;
	if ((rc = fv_store_view_begin(store)) == FV_OK)
		rc = fv_store_gauges(store, fv_host_now_ms() - HEALTH_SILENT_MS, &gauges);
	if (rc == FV_OK)
		rc = rejudge_state(store, &judging);
	fv_store_view_end(store);
	desk_reader_give(desk, store);
	if (rc != FV_OK)
		return;
	put_store(&answer->body, &gauges);
	put(&answer->body, "cases_to_judge", "gauge", judging.waiting,
	    "Cases that wait to be judged again.");
}
