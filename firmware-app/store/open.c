#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-app/store/statements.h"

struct pragma {
	const char *set; /* statement that sets it; NULL: only asked */
	const char *ask;
	const char *want; /* what asking must answer */
};

/* locking_mode comes first: WAL without shared memory needs it before the file is read. */
static const struct pragma pragmas[] = {
    {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA locking_mode", "exclusive"},
    {"PRAGMA journal_mode=WAL", "PRAGMA journal_mode", "wal"},
    {"PRAGMA synchronous=FULL", "PRAGMA synchronous", "2"},
    {"PRAGMA wal_autocheckpoint=0", "PRAGMA wal_autocheckpoint", "0"},
    {"PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", "1"},
    {"PRAGMA trusted_schema=OFF", "PRAGMA trusted_schema", "0"},
    {"PRAGMA secure_delete=ON", "PRAGMA secure_delete", "1"},
    {"PRAGMA cache_size=-1024", "PRAGMA cache_size", "-1024"},
};

/* First column of the first row as text, compared; FV_EIO when it is another. */
static enum fv_err
expect(sqlite3 *db, const char *ask, const char *want)
{
	sqlite3_stmt *stmt = NULL;
	const char *got;
	enum fv_err rc;

	rc = fv_store_error(sqlite3_prepare_v2(db, ask, -1, &stmt, NULL));
	if (rc == FV_OK && (rc = fv_store_row(stmt)) == FV_OK) {
		got = (const char *)sqlite3_column_text(stmt, 0);
		if (got == NULL || strcmp(got, want) != 0)
			rc = FV_EIO;
	}
	sqlite3_finalize(stmt);
	return rc;
}

static enum fv_err
ask_int(sqlite3 *db, const char *ask, int64_t *value_out)
{
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	*value_out = 0;
	rc = fv_store_error(sqlite3_prepare_v2(db, ask, -1, &stmt, NULL));
	if (rc == FV_OK && (rc = fv_store_row(stmt)) == FV_OK)
		*value_out = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return rc;
}

static enum fv_err
set_pragmas(sqlite3 *db)
{
	for (size_t i = 0; i < sizeof pragmas / sizeof pragmas[0]; i++) {
		int rc = sqlite3_exec(db, pragmas[i].set, NULL, NULL, NULL);
		enum fv_err err = fv_store_error(rc);

		if (err == FV_OK)
			err = expect(db, pragmas[i].ask, pragmas[i].want);
		if (err != FV_OK)
			return err;
	}
	return FV_OK;
}

static enum fv_err
make_schema(sqlite3 *db)
{
	char text[128];
	int rc;

	if ((rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL)) != SQLITE_OK)
		return fv_store_error(rc);
	sqlite3_snprintf(sizeof text, text,
	    "PRAGMA application_id=%d; PRAGMA user_version=%d;", FV_STORE_APPLICATION_ID,
	    FV_STORE_SCHEMA);
	if ((rc = sqlite3_exec(db, fv_store_schema, NULL, NULL, NULL)) == SQLITE_OK &&
	    (rc = sqlite3_exec(db, text, NULL, NULL, NULL)) == SQLITE_OK)
		rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return fv_store_error(rc);
}

static enum fv_err
check_schema(sqlite3 *db)
{
	int64_t id, version;
	enum fv_err rc;

	if ((rc = ask_int(db, "PRAGMA application_id", &id)) != FV_OK ||
	    (rc = ask_int(db, "PRAGMA user_version", &version)) != FV_OK)
		return rc;
	if (id == 0 && version == 0)
		return make_schema(db);
	if (id != FV_STORE_APPLICATION_ID)
		return FV_ECORRUPT;
	return version == FV_STORE_SCHEMA ? FV_OK : FV_EVERSION;
}

static enum fv_err
sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum fv_err rc;

	if (fd < 0)
		return FV_EIO;
	rc = fsync(fd) == 0 ? FV_OK : FV_EIO;
	close(fd);
	return rc;
}

static enum fv_err
ballast_path(const char *dir, struct fv_buf *out)
{
	fv_buf_putf(out, "%s/%s", dir, FV_STORE_BALLAST_FILE);
	return fv_buf_z(out) != NULL ? FV_OK : FV_ENOMEM;
}

enum fv_err
fv_store_make_ballast(const char *dir)
{
	struct fv_buf path = {0};
	struct stat st;
	int fd = -1, err;
	enum fv_err rc;

	if ((rc = ballast_path(dir, &path)) != FV_OK)
		goto cleanup;
	if (stat(fv_buf_z(&path), &st) == 0 && st.st_size == FV_STORE_BALLAST_BYTES)
		goto cleanup;
	rc = FV_EIO;
	fd = open(fv_buf_z(&path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		goto cleanup;
	err = posix_fallocate(fd, 0, FV_STORE_BALLAST_BYTES);
	rc = err == 0 ? FV_OK : err == ENOSPC ? FV_EFULL : FV_EIO;
	if (rc != FV_OK)
		unlink(fv_buf_z(&path));
cleanup:
	if (fd >= 0)
		close(fd);
	fv_buf_clear(&path);
	return rc;
}

void
fv_store_drop_ballast(const char *dir)
{
	struct fv_buf path = {0};

	if (ballast_path(dir, &path) == FV_OK)
		unlink(fv_buf_z(&path));
	fv_buf_clear(&path);
}

/* A WAL that is not empty was left by a stop without close. */
static bool
has_wal(const char *path)
{
	struct fv_buf wal = {0};
	struct stat st;
	bool is_there;

	fv_buf_putf(&wal, "%s-wal", path);
	is_there = fv_buf_z(&wal) != NULL && stat(fv_buf_z(&wal), &st) == 0 && st.st_size > 0;
	fv_buf_clear(&wal);
	return is_there;
}

static enum fv_err
connect_file(struct fv_store *store, const char *path, bool is_unclean)
{
	enum fv_err rc;

	rc = fv_store_error(sqlite3_open_v2(path, &store->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
	if (rc != FV_OK)
		return rc;
	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if ((rc = set_pragmas(store->db)) != FV_OK || (rc = check_schema(store->db)) != FV_OK)
		return rc;
	if (is_unclean && (rc = expect(store->db, "PRAGMA quick_check(1)", "ok")) == FV_EIO)
		rc = FV_ECORRUPT;
	return rc;
}

enum fv_err
fv_store_open(struct fv_store **store_out, const char *dir, bool *was_clean_out)
{
	struct fv_store *store = NULL;
	struct fv_buf path = {0};
	bool is_new;
	enum fv_err rc;

	*store_out = NULL;
	*was_clean_out = true;
	rc = FV_ENOMEM;
	fv_buf_putf(&path, "%s/%s", dir, FV_STORE_FILE);
	if (fv_buf_z(&path) == NULL || (store = calloc(1, sizeof *store)) == NULL)
		goto cleanup;

	is_new = access(fv_buf_z(&path), F_OK) != 0;
	*was_clean_out = !has_wal(fv_buf_z(&path));
	if ((rc = connect_file(store, fv_buf_z(&path), !*was_clean_out)) != FV_OK)
		goto cleanup;
	if (is_new && (rc = sync_folder(dir)) != FV_OK)
		goto cleanup;
	/* What an attachment left that was cut off.  On a full disk it waits for the next one:
	 * no record names it, and nothing counts or sends it. */
	rc = fv_store_drop_staged(store);
	(void)rc;
	/* Without its reserve the program still works; `status` says that space is short. */
	if (fv_store_make_ballast(dir) != FV_OK)
		fv_store_drop_ballast(dir);

	rc = FV_OK;
	*store_out = store;
	store = NULL;
cleanup:
	fv_store_close(store);
	fv_buf_clear(&path);
	return rc;
}

void
fv_store_close(struct fv_store *store)
{
	if (store == NULL)
		return;
	if (store->in_transaction)
		fv_store_rollback(store);
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(store->stmts[i]);
	sqlite3_close(store->db);
	free(store);
}

enum fv_err
fv_store_checkpoint(struct fv_store *store)
{
	return fv_store_error(sqlite3_wal_checkpoint_v2(
	    store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
}

static enum fv_err
run_plain(struct fv_store *store, enum fv_sql which)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_store_stmt(store, which, &stmt);

	return rc == FV_OK ? fv_store_run(stmt) : rc;
}

enum fv_err
fv_store_begin(struct fv_store *store)
{
	enum fv_err rc;

	if (store->in_transaction)
		return FV_ESTATE;
	rc = run_plain(store, SQL_BEGIN);
	store->in_transaction = rc == FV_OK;
	return rc;
}

enum fv_err
fv_store_commit(struct fv_store *store)
{
	enum fv_err rc;

	if (!store->in_transaction)
		return FV_ESTATE;
	rc = run_plain(store, SQL_COMMIT);
	if (rc == FV_OK)
		store->in_transaction = false;
	else
		fv_store_rollback(store);
	return rc;
}

void
fv_store_rollback(struct fv_store *store)
{
	enum fv_err rc;

	if (!store->in_transaction)
		return;
	/* SQLite may have rolled back by itself (disk full); then this is refused: fine. */
	rc = run_plain(store, SQL_ROLLBACK);
	(void)rc;
	store->in_transaction = false;
}
