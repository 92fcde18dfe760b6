/*
 * Ingest, verified and durable, beside a bare insert of the same rows with the same
 * commits on the same disk in the same run: one JSON object a line.
 *
 * backlog: one device, requests of 512 records with 8 seals, each opened, verified,
 * committed and answered.  peak: many devices, 6 records and 2 seals each, as the server
 * takes them, but for HTTP: its number of threads open requests for its one writer, which
 * commits in groups; beside the sum of what the parts cost alone, in CPU time.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "fv/envelope.h"
#include "sync-server/ahead.h"
#include "sync-server/down.h"
#include "sync-server/ingest.h"
#include "sync-server/store/records.h"
#include "sync-server/writer.h"
#include "tests/support/handset.h"

#define NOW INT64_C(1770001000000)
#define BACKLOG_REQUESTS 40
#define BACKLOG_RECORDS 512U
#define BACKLOG_SEALS 8U
#define PEAK_DEVICES 2000
#define PEAK_RECORDS 8U /* 6 and 2 seals */
#define PEAK_FRONTS 2   /* threads that open requests: http.c's POOL_THREADS */
#define PEAK_GROUP 100  /* bare inserts: syncs in a commit */

struct house {
	char dir[64];
	char path[96];
	struct fv_store *store;
	struct fv_ledger *ledger;
	struct fv_ingest *ingest;
	uint8_t sk[FV_KEY_BYTES], pk[FV_KEY_BYTES]; /* the server's HPKE key */
};

/* A request as it comes over the wire. */
struct sealed {
	struct fv_store_device device;
	struct fv_envelope_hdr hdr;
	struct fv_buf body;
};

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* CPU seconds of this process: what other work on the machine cannot change. */
static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
must(enum fv_err rc, const char *what)
{
	if (rc == FV_OK)
		return;
	fprintf(stderr, "bench_server_ingest: %s: %s\n", what, fv_err_text(rc));
	exit(1);
}

static void
house_open(struct house *h)
{
	static const uint8_t seed[FV_SEED_BYTES] = {42};

	memset(h, 0, sizeof *h);
	snprintf(h->dir, sizeof h->dir, "build/bench-XXXXXX");
	if (mkdtemp(h->dir) == NULL)
		must(FV_EIO, "build/bench-XXXXXX");
	snprintf(h->path, sizeof h->path, "%s/fieldvisit.db", h->dir);
	must(fv_store_open(&h->store, h->path, FV_STORE_CREATE), h->path);
	must(fv_ledger_open(&h->ledger, h->store, seed), "ledger");
	must(fv_ingest_new(&h->ingest, h->store, h->ledger), "ingest");
	fv_hpke_keypair(fv_random_system(), h->sk, h->pk);
}

static void
house_close(struct house *h)
{
	static const char *const names[] = {"fieldvisit.db", "fieldvisit.db-wal",
	    "fieldvisit.db-shm", "bare.db", "bare.db-wal", "bare.db-shm"};
	char path[128];

	fv_ingest_free(h->ingest);
	fv_ledger_close(h->ledger);
	fv_store_close(h->store);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", h->dir, names[i]);
		(void)unlink(path); /* not each of them is there */
	}
	(void)rmdir(h->dir);
}

static void
enrol(struct house *h, const struct handset *hs, struct fv_store_device *out)
{
	struct fv_store_device device = {.enrolled_ms = 1};
	int64_t no;

	memcpy(device.dev, hs->dev, sizeof device.dev);
	memcpy(device.pk_0, hs->pk_0, sizeof device.pk_0);
	memcpy(device.pk_sync, hs->pk_sync, sizeof device.pk_sync);
	strcpy(device.officer, "zhang");
	must(fv_store_device_add(h->store, &device, &no), "device");
	must(fv_store_device_get_no(h->store, no, out), "device");
}

static void
make_records(struct handset *hs, size_t records, size_t seals)
{
	size_t end = hs->count + records, every = records / seals;
	uint64_t visit;

	while (hs->count < end) {
		if ((hs->count + 1) % every == 0) {
			handset_seal(hs);
		} else if ((hs->count + 2) % every == 0) {
			(void)handset_visit(hs, "c1");
		} else {
			visit = handset_visit(hs, "c1");
			if ((hs->count + 1) % every != 0)
				handset_visit_end(hs, visit);
		}
	}
}

/* One request of the records [from, until), chunk by chunk as a handheld packs them. */
static void
pack(struct house *h, const struct handset *hs, size_t from, size_t until, struct sealed *out)
{
	struct fv_envelope_to to = {
	    .hdr = &out->hdr, .pk_server = h->pk, .sk_sync = hs->sk_sync};
	struct fv_sync_request request = {.from_seq = from, .n = until};
	struct fv_envelope_request envelope;
	struct fv_buf chunk = {0}, record = {0};

	to.random = fv_random_system();
	out->hdr.kind = FV_ENVELOPE_SYNC;
	out->hdr.key_id = 1;
	must(fv_envelope_request_begin(&to, &envelope, &out->body), "envelope");
	request.answer_max = FV_ANSWER_DEFAULT;
	fv_sync_request_put(&chunk, &request);
	for (size_t i = from; i < until; i++) {
		fv_buf_reset(&record);
		handset_wire(hs, i, i + 1, &record);
		if (chunk.len + record.len > FV_CHUNK_PLAIN_MAX) {
			must(fv_envelope_request_seal(
				 &envelope, fv_buf_span(&chunk), false, &out->body),
			    "seal");
			fv_buf_reset(&chunk);
		}
		fv_buf_put_span(&chunk, fv_buf_span(&record));
	}
	must(fv_envelope_request_seal(&envelope, fv_buf_span(&chunk), true, &out->body),
	    "seal");
	fv_envelope_request_clear(&envelope);
	fv_buf_clear(&chunk);
	fv_buf_clear(&record);
}

/* Open the request and feed its chunks; the group is the caller's. */
static struct fv_session *
take(struct house *h, const struct sealed *in, struct fv_envelope_stream **stream_out)
{
	struct fv_envelope_from from = {.hdr = &in->hdr,
	    .sk_server = h->sk,
	    .pk_server = h->pk,
	    .pk_sync = in->device.pk_sync};
	struct fv_span rest = fv_buf_span(&in->body);
	struct fv_session *session;
	size_t used;
	enum fv_err rc;

	must(fv_session_new(&session, &in->device, 0), "session");
	must(fv_envelope_stream_new(&from, stream_out), "stream");
	while (rest.len > 0) {
		rc = fv_envelope_stream_feed(*stream_out, rest, &used);
		rest = fv_span_of(rest.ptr + used, rest.len - used);
		if (rc == FV_AGAIN)
			continue;
		must(rc, "open");
		must(fv_ingest_chunk(
			 h->ingest, session, fv_envelope_stream_chunk(*stream_out), NOW),
		    "chunk");
	}
	must(fv_ingest_end(h->ingest, session, NOW), "end");
	return session;
}

static void
answer(struct house *h, struct fv_session *session, struct fv_envelope_stream *stream)
{
	struct fv_buf plain = {0}, body = {0};

	if (!fv_session_result(session)->has_receipt)
		must(FV_EAUTH, "no receipt");
	must(fv_down_answer(h->ingest, h->store, session, NOW, &plain), "answer");
	must(fv_envelope_stream_seal_answer(
		 stream, fv_random_system(), fv_buf_span(&plain), &body),
	    "answer");
	fv_buf_clear(&plain);
	fv_buf_clear(&body);
	fv_envelope_stream_free(stream);
	fv_session_free(session);
}

/* -- the same rows, SQLite alone ---------------------------------------------------------- */

struct bare {
	sqlite3 *db;
	sqlite3_stmt *insert;
	uint64_t rows, every; /* commit after so many */
};

static void
must_sql(int rc, const struct bare *bare)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE)
		return;
	fprintf(stderr, "bench_server_ingest: bare: %s\n", sqlite3_errmsg(bare->db));
	exit(1);
}

static void
run_sql(struct bare *bare, const char *sql)
{
	must_sql(sqlite3_exec(bare->db, sql, NULL, NULL, NULL), bare);
}

static enum fv_err
insert_bare(const struct fv_store_record *r, void *ctx)
{
	struct bare *bare = ctx;
	sqlite3_stmt *s = bare->insert;

	sqlite3_bind_int64(s, 1, r->no << 40 | (int64_t)r->seq);
	sqlite3_bind_int64(s, 2, r->type);
	sqlite3_bind_int64(s, 3, r->received_ms);
	sqlite3_bind_blob(s, 4, r->header.ptr, (int)r->header.len, SQLITE_STATIC);
	sqlite3_bind_blob(s, 5, r->leaf.b, FV_HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_blob(s, 6, r->salt.ptr, (int)r->salt.len, SQLITE_STATIC);
	sqlite3_bind_blob(s, 7, r->payload.ptr, (int)r->payload.len, SQLITE_STATIC);
	sqlite3_bind_blob(s, 8, r->sig.ptr, (int)r->sig.len, SQLITE_STATIC);
	must_sql(sqlite3_step(s), bare);
	must_sql(sqlite3_reset(s), bare);
	if (++bare->rows % bare->every == 0)
		run_sql(bare, "COMMIT; BEGIN");
	return FV_OK;
}

/* Rows copied to memory first, so that only the inserts are timed. */
struct row {
	struct fv_store_record record;
	uint8_t bytes[1024];
};
struct rows {
	struct row *list;
	size_t count, cap;
};

static struct fv_span
keep(struct row *row, size_t *used, struct fv_span span)
{
	struct fv_span kept = fv_span_of(row->bytes + *used, span.len);

	if (*used + span.len > sizeof row->bytes)
		must(FV_ETOOBIG, "row");
	if (span.len > 0)
		memcpy(row->bytes + *used, span.ptr, span.len);
	*used += span.len;
	return kept;
}

static enum fv_err
keep_row(const struct fv_store_record *r, void *ctx)
{
	struct rows *rows = ctx;
	struct row *row;
	size_t used = 0;

	if (rows->count == rows->cap)
		return FV_ETOOBIG;
	row = &rows->list[rows->count++];
	row->record = *r;
	row->record.header = keep(row, &used, r->header);
	row->record.salt = keep(row, &used, r->salt);
	row->record.payload = keep(row, &used, r->payload);
	row->record.sig = keep(row, &used, r->sig);
	return FV_OK;
}

static double
time_bare(struct house *h, const struct rows *rows, uint64_t every)
{
	struct bare bare = {.every = every};
	char path[128];
	double start;

	snprintf(path, sizeof path, "%s/bare.db", h->dir);
	must_sql(sqlite3_open(path, &bare.db), &bare);
	run_sql(&bare,
	    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	    "PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-8000;"
	    "CREATE TABLE record(id INTEGER PRIMARY KEY, type INTEGER,"
	    " received_ms INTEGER, header BLOB, leaf BLOB, salt BLOB, payload BLOB,"
	    " sig BLOB)");
	must_sql(sqlite3_prepare_v2(bare.db, "INSERT INTO record VALUES(?,?,?,?,?,?,?,?)", -1,
		     &bare.insert, NULL),
	    &bare);
	start = now_s();
	run_sql(&bare, "BEGIN");
	for (size_t i = 0; i < rows->count; i++)
		must(insert_bare(&rows->list[i].record, &bare), "bare");
	run_sql(&bare, "COMMIT");
	start = now_s() - start;
	sqlite3_finalize(bare.insert);
	sqlite3_close(bare.db);
	return start;
}

static void
rows_of(struct house *h, int64_t devices, size_t cap, struct rows *rows)
{
	rows->list = calloc(cap, sizeof *rows->list);
	rows->cap = cap;
	rows->count = 0;
	if (rows->list == NULL)
		must(FV_ENOMEM, "rows");
	for (int64_t no = 1; no <= devices; no++)
		must(fv_store_record_each(
			 h->store, no, (struct fv_store_seqs){0, UINT64_MAX}, keep_row, rows),
		    "rows");
}

/* -- the two loads --------------------------------------------------------------------------
 */

static void
run_backlog(void)
{
	static struct sealed requests[BACKLOG_REQUESTS];
	struct fv_envelope_stream *stream;
	struct fv_store_device device;
	struct fv_session *session;
	struct handset hs;
	struct rows rows;
	struct house h;
	double took, bare, cpu;

	house_open(&h);
	handset_init(&hs, 1);
	enrol(&h, &hs, &device);
	for (size_t i = 0; i < BACKLOG_REQUESTS; i++) {
		size_t from = hs.count;

		make_records(&hs, BACKLOG_RECORDS, BACKLOG_SEALS);
		requests[i].device = device;
		pack(&h, &hs, from, hs.count, &requests[i]);
	}
	took = now_s();
	cpu = cpu_s();
	for (size_t i = 0; i < BACKLOG_REQUESTS; i++) {
		must(fv_ingest_begin(h.ingest), "begin");
		session = take(&h, &requests[i], &stream);
		must(fv_ingest_commit(h.ingest), "commit");
		answer(&h, session, stream);
	}
	took = now_s() - took;
	cpu = cpu_s() - cpu;
	rows_of(&h, 1, hs.count, &rows);
	bare = time_bare(&h, &rows, BACKLOG_RECORDS);
	printf("{\"bench\":\"ingest_backlog\",\"records\":%zu,\"records_per_s\":%.0f,"
	       "\"records_per_cpu_s\":%.0f,\"bare_records_per_s\":%.0f,\"share_of_bare\":%.3f,"
	       "\"target_records_per_s\":50000,\"target_share\":0.30}\n",
	    rows.count, (double)rows.count / took, (double)rows.count / cpu,
	    (double)rows.count / bare, bare / took);
	for (size_t i = 0; i < BACKLOG_REQUESTS; i++)
		fv_buf_clear(&requests[i].body);
	free(rows.list);
	handset_clear(&hs);
	house_close(&h);
}

/* CPU seconds that the cryptography of one sync takes alone. */
static double
cost_of_parts(struct house *h, const struct sealed *in)
{
	static const uint8_t seed[FV_SEED_BYTES] = {3};
	uint8_t pk[FV_KEY_BYTES], sig[FV_SIG_BYTES], enc[FV_HPKE_ENC_BYTES];
	uint8_t header[160] = {0};
	struct fv_hpke_params params = {
	    .mode = FV_HPKE_AUTH, .info = fv_span_z("bench"), .pk_r = h->pk};
	struct fv_hpke_ctx ctx;
	struct fv_hash hash;
	double start;
	const int rounds = 500;

	fv_ed25519_public(seed, pk);
	fv_ed25519_sign(seed, fv_span_of(header, sizeof header), sig);
	memcpy(enc, in->body.ptr, sizeof enc);
	start = cpu_s();
	for (int i = 0; i < rounds; i++) {
		must(fv_ed25519_verify(pk, fv_span_of(header, sizeof header), sig), "verify");
		must(fv_ed25519_verify(pk, fv_span_of(header, sizeof header), sig), "verify");
		must(fv_hpke_setup_receiver(&params, enc, h->sk, in->device.pk_sync, &ctx),
		    "decap");
		for (size_t k = 0; k < 2 * PEAK_RECORDS; k++)
			fv_sha256(fv_span_of(header, sizeof header), &hash);
	}
	return (cpu_s() - start) / rounds;
}

/* What the threads of the evening peak share. */
struct peak {
	struct house *house;
	struct sealed *requests; /* PEAK_DEVICES */
	struct fv_writer *writer;
	struct fv_store *reader;
	pthread_mutex_t lock; /* of reader */
	atomic_int next;      /* request to be opened */
	atomic_int answered;
};

static void
on_done(struct fv_exchange *exchange, void *ctx)
{
	struct peak *peak = ctx;

	if (exchange->status != 200 || !fv_session_result(exchange->session)->has_receipt)
		must(FV_EAUTH, "no receipt");
	fv_exchange_free(exchange);
	atomic_fetch_add(&peak->answered, 1);
}

/* One request to the writer, as http.c hands it over. */
static void
hand_over(struct peak *peak, const struct sealed *in)
{
	struct fv_envelope_from from = {.hdr = &in->hdr,
	    .sk_server = peak->house->sk,
	    .pk_server = peak->house->pk,
	    .pk_sync = in->device.pk_sync};
	struct fv_ahead ahead = {
	    .reader = peak->reader, .lock = &peak->lock, .no = in->device.no};
	struct fv_exchange *ex = fv_exchange_new();
	struct fv_span rest = fv_buf_span(&in->body);
	size_t used;
	enum fv_err rc;

	if (ex == NULL)
		must(FV_ENOMEM, "exchange");
	ex->received_ms = NOW;
	ex->on_done = on_done;
	ex->ctx = peak;
	must(fv_session_new(&ex->session, &in->device, 0), "session");
	must(fv_envelope_stream_new(&from, &ex->stream), "stream");
	while (rest.len > 0) {
		struct fv_job job = {.kind = FV_JOB_CHUNK, .exchange = ex};

		rc = fv_envelope_stream_feed(ex->stream, rest, &used);
		rest = fv_span_of(rest.ptr + used, rest.len - used);
		if (rc == FV_AGAIN)
			continue;
		must(rc, "open");
		fv_buf_put_span(&job.plain, fv_envelope_stream_chunk(ex->stream));
		must(fv_buf_status(&job.plain), "chunk");
		job.seen = fv_ahead_chunk(&ahead, fv_envelope_stream_chunk(ex->stream));
		must(fv_writer_push(peak->writer, &job), "chunk");
	}
	must(fv_writer_push(
		 peak->writer, &(struct fv_job){.kind = FV_JOB_FINISH, .exchange = ex}),
	    "finish");
}

static void *
run_front(void *ctx)
{
	struct peak *peak = ctx;
	int i;

	while ((i = atomic_fetch_add(&peak->next, 1)) < PEAK_DEVICES)
		hand_over(peak, &peak->requests[i]);
	return NULL;
}

/* All requests through fronts and writer, to the last answer; returns commits. */
static uint64_t
serve(struct peak *peak)
{
	struct fv_host host = {.store = peak->house->store, .ledger = peak->house->ledger};
	pthread_t fronts[PEAK_FRONTS];
	uint64_t commits;

	must(fv_writer_start(&host, &peak->writer), "writer");
	for (size_t i = 0; i < PEAK_FRONTS; i++)
		if (pthread_create(&fronts[i], NULL, run_front, peak) != 0)
			must(FV_ENOMEM, "thread");
	for (size_t i = 0; i < PEAK_FRONTS; i++)
		pthread_join(fronts[i], NULL);
	while (atomic_load(&peak->answered) < PEAK_DEVICES)
		usleep(200);
	commits = atomic_load(&fv_writer_stats(peak->writer)->commits);
	fv_writer_stop(peak->writer);
	return commits;
}

static void
make_requests(struct house *h, struct sealed *requests)
{
	struct handset hs;

	must(fv_store_begin(h->store), "begin");
	for (size_t i = 0; i < PEAK_DEVICES; i++) {
		handset_init(&hs, (uint8_t)i);
		hs.counter = (uint32_t)(i * 100); /* another stream of keys for each */
		handset_renew(&hs);
		enrol(h, &hs, &requests[i].device);
		make_records(&hs, PEAK_RECORDS, 2);
		pack(h, &hs, 0, hs.count, &requests[i]);
		handset_clear(&hs);
	}
	must(fv_store_commit(h->store), "commit");
}

static void
run_peak(void)
{
	struct sealed *requests = calloc(PEAK_DEVICES, sizeof *requests);
	struct peak peak = {.requests = requests, .lock = PTHREAD_MUTEX_INITIALIZER};
	struct rows rows;
	struct house h;
	double took, parts, cpu;
	uint64_t commits;

	if (requests == NULL)
		must(FV_ENOMEM, "requests");
	house_open(&h);
	make_requests(&h, requests);
	peak.house = &h;
	must(fv_store_open(&peak.reader, h.path, FV_STORE_READ), "reader");
	took = now_s();
	cpu = cpu_s();
	commits = serve(&peak);
	took = now_s() - took;
	cpu = cpu_s() - cpu;
	fv_store_close(peak.reader);
	rows_of(&h, PEAK_DEVICES, PEAK_DEVICES * PEAK_RECORDS, &rows);
	parts = cpu_s();
	(void)time_bare(&h, &rows, PEAK_GROUP * PEAK_RECORDS);
	parts = cpu_s() - parts + cost_of_parts(&h, &requests[0]) * PEAK_DEVICES;
	printf(
	    "{\"bench\":\"ingest_peak\",\"devices\":%d,\"records\":%zu,\"commits\":%llu,"
	    "\"syncs_per_s\":%.0f,\"syncs_per_cpu_s\":%.0f,\"sum_of_parts_syncs_per_s\":%.0f,"
	    "\"share_of_parts\":%.3f,\"target_syncs_per_s\":4000,\"target_share\":0.50}\n",
	    PEAK_DEVICES, rows.count, (unsigned long long)commits, PEAK_DEVICES / took,
	    PEAK_DEVICES / cpu, PEAK_DEVICES / parts, parts / cpu);
	for (size_t i = 0; i < PEAK_DEVICES; i++)
		fv_buf_clear(&requests[i].body);
	free(requests);
	free(rows.list);
	house_close(&h);
}

int
main(void)
{
	must(fv_crypto_init(), "no source of randomness");
	run_backlog();
	run_peak();
	return 0;
}
