#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db.h"

#define BUSY_MS 5000
#define WAL_PAGES 4000 /* between two checkpoints: 16 MiB */

struct pragma {
	const char *set;
	const char *get;
	int64_t want;
};

/* NORMAL would commit without a single sync: what was asked for is read back. */
static const struct pragma writer_pragmas[] = {
    {"PRAGMA synchronous=FULL", "PRAGMA synchronous", 2},
    {"PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", 1},
    {"PRAGMA trusted_schema=OFF", "PRAGMA trusted_schema", 0},
    {"PRAGMA mmap_size=0", "PRAGMA mmap_size", 0},
    {"PRAGMA wal_autocheckpoint=4000", "PRAGMA wal_autocheckpoint", WAL_PAGES},
    {"PRAGMA cache_size=-8000", "PRAGMA cache_size", -8000},
};
static const struct pragma reader_pragmas[] = {
    {"PRAGMA trusted_schema=OFF", "PRAGMA trusted_schema", 0},
    {"PRAGMA query_only=ON", "PRAGMA query_only", 1},
};

static enum fv_err
set_pragmas(struct fv_store *store, const struct pragma *pragmas, size_t count)
{
	enum fv_err rc;
	int64_t got;

	for (size_t i = 0; i < count; i++) {
		if ((rc = fv_db_exec(store, pragmas[i].set)) != FV_OK)
			return rc;
		rc = fv_db_exec_int(store, pragmas[i].get, &got);
		if (rc == FV_ENOENT) /* a build without mmap answers nothing */
			continue;
		if (rc != FV_OK)
			return rc;
		if (got != pragmas[i].want)
			return FV_ESTATE;
	}
	return FV_OK;
}

/* journal_mode answers with a word, and is kept in the file. */
static enum fv_err
set_wal(struct fv_store *store)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	rc = fv_db_code(
	    sqlite3_prepare_v2(store->db, "PRAGMA journal_mode=WAL", -1, &stmt, NULL));
	if (rc == FV_OK && (rc = fv_db_row(stmt)) == FV_OK &&
	    !fv_span_equal(fv_db_col(stmt, 0), fv_span_z("wal")))
		rc = FV_ESTATE;
	(void)sqlite3_finalize(stmt);
	return rc == FV_ENOENT ? FV_ESTATE : rc;
}

static enum fv_err
migrate_from(struct fv_store *store, int64_t version)
{
	char set_version[48];
	enum fv_err rc;

	snprintf(set_version, sizeof set_version, "PRAGMA user_version=%d", (int)version + 1);
	rc = fv_db_exec(store, "BEGIN IMMEDIATE");
	if (rc == FV_OK && version == 6)
		rc = fv_db_add_queue(store);
	for (const char *const *sql = fv_db_migrations[version]; rc == FV_OK && *sql != NULL;
	     sql++)
		rc = fv_db_exec(store, *sql);
	if (rc == FV_OK && version == 3)
		rc = fv_db_note_moves(store);
	if (rc == FV_OK && version == 5)
		rc = fv_db_note_slips(store);
	if (rc == FV_OK && version == 6)
		rc = fv_db_note_shifts(store);
	if (rc == FV_OK && version == 6)
		rc = fv_db_note_asked_all(store);
	if (rc == FV_OK)
		rc = fv_db_exec(store, set_version);
	if (rc == FV_OK)
		rc = fv_db_exec(store, "COMMIT");
	if (rc != FV_OK)
		fv_store_rollback(store);
	return rc;
}

static enum fv_err
migrate(struct fv_store *store)
{
	int64_t version;
	enum fv_err rc;

	if ((rc = fv_db_exec_int(store, "PRAGMA user_version", &version)) != FV_OK)
		return rc;
	if (version < 0 || version > FV_STORE_VERSION)
		return FV_EVERSION;
	if (version < FV_STORE_VERSION && store->mode == FV_STORE_READ)
		return FV_ESTATE;
	for (; version < FV_STORE_VERSION; version++)
		if ((rc = migrate_from(store, version)) != FV_OK)
			return rc;
	return FV_OK;
}

static enum fv_err
set_up(struct fv_store *store)
{
	enum fv_err rc;

	(void)sqlite3_extended_result_codes(store->db, 1);
	if (sqlite3_busy_timeout(store->db, BUSY_MS) != SQLITE_OK)
		return FV_EIO;
	if (store->mode == FV_STORE_READ) {
		/* Two connections that checkpoint can lose pages (SQLite before 3.44.6). */
		if (sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) !=
		    SQLITE_OK)
			return FV_EIO;
		rc = set_pragmas(
		    store, reader_pragmas, sizeof reader_pragmas / sizeof reader_pragmas[0]);
	} else if ((rc = set_wal(store)) == FV_OK) {
		rc = set_pragmas(
		    store, writer_pragmas, sizeof writer_pragmas / sizeof writer_pragmas[0]);
	}
	return rc == FV_OK ? migrate(store) : rc;
}

/* A new, empty file.  It will hold tokens and secrets of handles: nobody else may read it. */
static enum fv_err
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == EEXIST ? FV_EEXIST : errno == ENOSPC ? FV_EFULL : FV_EIO;
	(void)close(fd);
	return FV_OK;
}

/* The last writer did not close: it left its write-ahead log. */
static bool
was_cut_short(const char *path)
{
	char wal[512];
	struct stat st;
	int len = snprintf(wal, sizeof wal, "%s-wal", path);

	return len > 0 && (size_t)len < sizeof wal && stat(wal, &st) == 0 && st.st_size > 0;
}

enum fv_err
fv_store_open(struct fv_store **store_out, const char *path, enum fv_store_mode mode)
{
	bool is_suspect = mode == FV_STORE_WRITE && was_cut_short(path);
	struct fv_store *store = NULL;
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	enum fv_err rc;

	*store_out = NULL;
	if (mode == FV_STORE_CREATE && (rc = make_file(path)) != FV_OK)
		return rc;
	rc = FV_ENOMEM;
	if ((store = calloc(1, sizeof *store)) == NULL)
		goto cleanup;
	store->mode = mode;
	flags |= mode == FV_STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	rc = fv_db_code(sqlite3_open_v2(path, &store->db, flags, NULL));
	if (rc != FV_OK)
		goto cleanup;
	if ((rc = set_up(store)) != FV_OK ||
	    (is_suspect && (rc = fv_store_check(store)) != FV_OK))
		goto cleanup;
	*store_out = store;
	store = NULL; /* the caller's now */
cleanup:
	fv_store_close(store);
	return rc;
}

void
fv_store_close(struct fv_store *store)
{
	if (store == NULL)
		return;
	for (size_t i = 0; i < FV_SQL_COUNT; i++)
		(void)sqlite3_finalize(store->stmts[i]);
	(void)sqlite3_close(store->db);
	free(store);
}

/* An SQLite step costs well under a microsecond: looked at every millisecond or so. */
#define END_STEPS 2000

static int
is_over_now(void *ctx)
{
	return atomic_load((atomic_bool *)ctx);
}

void
fv_store_end_when(struct fv_store *store, atomic_bool *is_over)
{
	sqlite3_progress_handler(store->db, END_STEPS, is_over_now, is_over);
}

const char *
fv_store_error(const struct fv_store *store)
{
	return sqlite3_errmsg(store->db);
}

enum fv_err
fv_store_begin(struct fv_store *store)
{
	return fv_db_exec(store, "BEGIN IMMEDIATE");
}

/* End the reads that lent out spans: an open one would hold back the checkpoints. */
static void
end_reads(struct fv_store *store)
{
	for (size_t i = 0; i < FV_SQL_COUNT; i++)
		if (store->stmts[i] != NULL && sqlite3_stmt_busy(store->stmts[i]))
			(void)sqlite3_reset(store->stmts[i]);
}

enum fv_err
fv_store_commit(struct fv_store *store)
{
	end_reads(store);
	return fv_db_exec(store, "COMMIT");
}

void
fv_store_rollback(struct fv_store *store)
{
	end_reads(store);
	/* Some errors (disk full, I/O) have rolled back already. */
	if (sqlite3_get_autocommit(store->db) == 0 && fv_db_exec(store, "ROLLBACK") != FV_OK)
		(void)sqlite3_get_autocommit(store->db);
}

/* A row that was lent and not asked past keeps its snapshot open: the next view would be of
 * then, and the write-ahead log could not begin anew. */
static void
reset_all(struct fv_store *store)
{
	for (size_t i = 0; i < FV_SQL_COUNT; i++)
		if (store->stmts[i] != NULL)
			(void)sqlite3_reset(store->stmts[i]);
}

enum fv_err
fv_store_view_begin(struct fv_store *store)
{
	enum fv_err rc;

	reset_all(store);
	rc = fv_db_exec(store, "BEGIN");
	store->in_view = rc == FV_OK;
	return rc;
}

void
fv_store_view_end(struct fv_store *store)
{
	if (store->in_view) {
		reset_all(store);
		fv_store_rollback(store);
	}
	store->in_view = false;
}

enum fv_err
fv_store_backup(struct fv_store *store, const char *path)
{
	struct fv_store *copy = NULL;
	sqlite3_backup *backup = NULL;
	enum fv_err rc;
	int step;

	if ((rc = make_file(path)) != FV_OK)
		return rc;
	rc = FV_ENOMEM;
	if ((copy = calloc(1, sizeof *copy)) == NULL)
		goto cleanup;
	rc = fv_db_code(sqlite3_open_v2(
	    path, &copy->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
	if (rc != FV_OK)
		goto cleanup;
	rc = FV_EIO;
	if ((backup = sqlite3_backup_init(copy->db, "main", store->db, "main")) == NULL)
		goto cleanup;
	step = sqlite3_backup_step(backup, -1);
	rc = step == SQLITE_DONE ? FV_OK : fv_db_code(step);
	step = sqlite3_backup_finish(backup);
	if (rc == FV_OK)
		rc = fv_db_code(step);
cleanup:
	fv_store_close(copy);
	return rc;
}

enum fv_err
fv_store_check(struct fv_store *store)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	rc = fv_db_code(sqlite3_prepare_v2(store->db, "PRAGMA quick_check", -1, &stmt, NULL));
	if (rc == FV_OK && (rc = fv_db_row(stmt)) == FV_OK &&
	    !fv_span_equal(fv_db_col(stmt, 0), fv_span_z("ok")))
		rc = FV_ECORRUPT;
	(void)sqlite3_finalize(stmt);
	return rc;
}

enum fv_err
fv_store_meta_get(struct fv_store *store, const char *name, struct fv_buf *value_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_META_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(name));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	fv_buf_put_span(value_out, fv_db_col(stmt, 0));
	(void)sqlite3_reset(stmt);
	return fv_buf_status(value_out);
}

enum fv_err
fv_store_meta_set(struct fv_store *store, const char *name, struct fv_span value)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_META_SET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(name));
	fv_db_bind_blob(stmt, 2, value);
	return fv_db_run(stmt);
}
