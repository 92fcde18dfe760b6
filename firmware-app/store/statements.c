#include "firmware-app/store/statements.h"

#include <errno.h>
#include <string.h>

const char fv_store_schema[] =
    "CREATE TABLE setting(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE record(seq INTEGER PRIMARY KEY, type INTEGER NOT NULL,"
    " header BLOB NOT NULL, salt BLOB NOT NULL, payload BLOB NOT NULL, leaf BLOB NOT NULL,"
    " sig BLOB);"
    "CREATE INDEX record_type ON record(type, seq);"
    "CREATE TRIGGER record_no_update BEFORE UPDATE ON record"
    " BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END;"
    "CREATE TRIGGER record_no_delete BEFORE DELETE ON record"
    " BEGIN SELECT RAISE(ABORT, 'a record is never deleted'); END;"
    "CREATE TRIGGER record_in_order BEFORE INSERT ON record"
    " WHEN NEW.seq <> (SELECT ifnull(max(seq) + 1, 0) FROM record)"
    " BEGIN SELECT RAISE(ABORT, 'records are numbered without a gap'); END;"
    "CREATE TABLE blob(hash BLOB PRIMARY KEY, seq INTEGER NOT NULL, held INTEGER NOT NULL,"
    " data BLOB NOT NULL);"
    "CREATE INDEX blob_unsent ON blob(seq) WHERE held < length(data);"
    "CREATE TABLE item(kind INTEGER NOT NULL, key BLOB NOT NULL, version INTEGER NOT NULL,"
    " body BLOB NOT NULL, taken_ms INTEGER NOT NULL, PRIMARY KEY(kind, key));"
    "CREATE TABLE part(hash BLOB PRIMARY KEY, kind INTEGER NOT NULL, key BLOB NOT NULL,"
    " version INTEGER NOT NULL, total INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE TABLE receipt(sealed_size INTEGER PRIMARY KEY, checkpoint_size INTEGER NOT NULL,"
    " checkpoint BLOB NOT NULL, leaf BLOB NOT NULL, leaf_index INTEGER NOT NULL,"
    " inclusion BLOB NOT NULL, taken_ms INTEGER NOT NULL);"
    "CREATE TABLE meter(day TEXT PRIMARY KEY, up INTEGER NOT NULL, down INTEGER NOT NULL)"
    " WITHOUT ROWID;";

/* blob.seq while its record is not made yet: FV_BLOB_STAGED in SQL. */
#define BLOB_STAGED "9223372036854775807"

static const char *const sql[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_SETTING_PUT] = "INSERT INTO setting(name, value) VALUES(?1, ?2)"
			" ON CONFLICT(name) DO UPDATE SET value = excluded.value",
    [SQL_SETTING_GET] = "SELECT value FROM setting WHERE name = ?1",
    [SQL_SETTING_DROP] = "DELETE FROM setting WHERE name = ?1",
    [SQL_RECORD_PUT] = "INSERT INTO record(seq, type, header, salt, payload, leaf, sig)"
		       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_RECORD_GET] = "SELECT seq, type, header, salt, payload, leaf, sig FROM record"
		       " WHERE seq = ?1",
    [SQL_RECORD_RANGE] = "SELECT seq, type, header, salt, payload, leaf, sig FROM record"
			 " WHERE seq >= ?1 AND seq < ?2 ORDER BY seq",
    [SQL_RECORD_OF_TYPES] =
	"SELECT seq, type, header, salt, payload, leaf, sig FROM record"
	" WHERE type IN (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
	" ORDER BY seq",
    [SQL_RECORD_LEAVES] = "SELECT leaf FROM record ORDER BY seq",
    [SQL_RECORD_COUNT] = "SELECT ifnull(max(seq) + 1, 0) FROM record",
    [SQL_RECORD_LAST_OF_TYPE] = "SELECT seq FROM record WHERE type = ?1 AND seq < ?2"
				" ORDER BY seq DESC LIMIT 1",
    [SQL_BLOB_PUT] = "INSERT INTO blob(hash, seq, held, data) VALUES(?1, ?2, 0, ?3)"
		     " ON CONFLICT(hash) DO NOTHING",
    [SQL_BLOB_GET] = "SELECT data FROM blob WHERE hash = ?1",
    [SQL_BLOB_UNSENT] =
	"SELECT hash, seq, held, length(data) FROM blob"
	" WHERE held < length(data) AND seq < " BLOB_STAGED " ORDER BY seq, rowid",
    [SQL_BLOB_HELD] = "UPDATE blob SET held = min(?2, length(data)) WHERE hash = ?1",
    [SQL_BLOB_COUNT] = "SELECT count(*), ifnull(sum(length(data) - held), 0) FROM blob"
		       " WHERE held < length(data) AND seq >= ?1 AND seq < " BLOB_STAGED,
    [SQL_BLOB_PIECES] = "SELECT 0, sum(length(data)) FROM blob WHERE seq >= ?1",
    [SQL_BLOB_DROP_PIECES] =
	"DELETE FROM blob WHERE rowid IN (SELECT rowid FROM blob WHERE"
	" seq >> 62 AND seq < ?1 AND held = length(data) LIMIT 128) RETURNING 1",
    [SQL_BLOB_ADOPT] =
	"UPDATE blob SET seq = ?1 WHERE held < length(data) AND seq = " BLOB_STAGED,
    [SQL_BLOB_DROP_STAGED] =
	"DELETE FROM blob WHERE held < length(data) AND seq = " BLOB_STAGED,
    [SQL_ITEM_PUT] = "INSERT INTO item(kind, key, version, body, taken_ms)"
		     " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(kind, key) DO UPDATE"
		     " SET version = excluded.version, body = excluded.body,"
		     " taken_ms = excluded.taken_ms WHERE excluded.version >= version",
    [SQL_ITEM_GET] = "SELECT kind, key, version, body, taken_ms FROM item"
		     " WHERE kind = ?1 AND key = ?2",
    [SQL_ITEM_EACH] = "SELECT kind, key, version, body, taken_ms FROM item WHERE kind = ?1"
		      " ORDER BY key",
    [SQL_ITEM_DROP] = "DELETE FROM item WHERE kind = ?1 AND key = ?2",
    [SQL_ITEM_DROP_KIND] = "DELETE FROM item WHERE kind = ?1",
    [SQL_PART_PUT] = "INSERT INTO part(hash, kind, key, version, total, data)"
		     " VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
		     " ON CONFLICT(hash) DO UPDATE SET data = excluded.data",
    [SQL_PART_GET] = "SELECT data FROM part WHERE hash = ?1",
    [SQL_PART_DROP] = "DELETE FROM part WHERE hash = ?1",
    [SQL_PART_EACH] = "SELECT hash, kind, key, version, total, data FROM part ORDER BY rowid",
    [SQL_RECEIPT_PUT] = "INSERT INTO receipt(sealed_size, checkpoint_size, checkpoint, leaf,"
			" leaf_index, inclusion, taken_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
			" ON CONFLICT(sealed_size) DO NOTHING",
    [SQL_RECEIPT_LAST] = "SELECT sealed_size, checkpoint_size, checkpoint, leaf, leaf_index,"
			 " inclusion, taken_ms FROM receipt ORDER BY sealed_size DESC LIMIT 1",
    [SQL_METER_ADD] = "INSERT INTO meter(day, up, down) VALUES(?1, ?2, ?3) ON CONFLICT(day)"
		      " DO UPDATE SET up = up + excluded.up, down = down + excluded.down",
    [SQL_METER_GET] = "SELECT up, down FROM meter WHERE day = ?1",
};

enum fv_err
fv_store_error(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return FV_OK;
	case SQLITE_NOMEM:
		return FV_ENOMEM;
	case SQLITE_FULL:
		return FV_EFULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return FV_EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return FV_ECORRUPT;
	case SQLITE_CONSTRAINT:
		return FV_ECONFLICT;
	default:
		return FV_EIO;
	}
}

enum fv_err
fv_store_stmt(struct fv_store *store, enum fv_sql which, sqlite3_stmt **stmt_out)
{
	int rc;

	*stmt_out = NULL;
	if (store->stmts[which] == NULL) {
		rc = sqlite3_prepare_v3(store->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT,
		    &store->stmts[which], NULL);
		if (rc != SQLITE_OK)
			return fv_store_error(rc);
	}
	*stmt_out = store->stmts[which];
	sqlite3_reset(*stmt_out);
	sqlite3_clear_bindings(*stmt_out);
	return FV_OK;
}

/* SQLite calls only ENOSPC a full disk: a quota and a limit of file size are no less. */
static bool
is_out_of_space(int rc)
{
	return (rc & 0xff) == SQLITE_IOERR && (errno == EDQUOT || errno == EFBIG);
}

enum fv_err
fv_store_run(sqlite3_stmt *stmt)
{
	bool is_full;
	int rc;

	errno = 0;
	rc = sqlite3_step(stmt);
	is_full = is_out_of_space(rc);
	sqlite3_reset(stmt);
	return is_full ? FV_EFULL : fv_store_error(rc);
}

enum fv_err
fv_store_row(sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW)
		return FV_OK;
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? FV_ENOENT : fv_store_error(rc);
}

void
fv_store_bind(sqlite3_stmt *stmt, int idx, struct fv_span bytes)
{
	/* A NULL pointer would bind SQL NULL; "" gives an empty blob. */
	sqlite3_bind_blob64(
	    stmt, idx, bytes.len > 0 ? (const void *)bytes.ptr : "", bytes.len, SQLITE_STATIC);
}

struct fv_span
fv_store_column(sqlite3_stmt *stmt, int idx)
{
	const void *ptr = sqlite3_column_blob(stmt, idx);
	int len = sqlite3_column_bytes(stmt, idx);

	return fv_span_of(ptr, ptr != NULL && len > 0 ? (size_t)len : 0);
}

enum fv_err
fv_store_column_hash(sqlite3_stmt *stmt, int idx, struct fv_hash *hash_out)
{
	struct fv_span bytes = fv_store_column(stmt, idx);

	memset(hash_out, 0, sizeof *hash_out);
	if (bytes.len != sizeof hash_out->b)
		return FV_ECORRUPT;
	memcpy(hash_out->b, bytes.ptr, sizeof hash_out->b);
	return FV_OK;
}
