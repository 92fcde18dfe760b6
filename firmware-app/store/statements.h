/*
 * Every SQL statement of the handheld, by name, and the connection that runs them.
 * Only for the files of store/.
 */
#ifndef FV_APP_STATEMENTS_H
#define FV_APP_STATEMENTS_H

#include <sqlite3.h>

#include "firmware-app/store/store.h"
#include "fv/lines.h"

enum fv_sql {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_SETTING_PUT,
	SQL_SETTING_GET,
	SQL_SETTING_DROP,
	SQL_RECORD_PUT,
	SQL_RECORD_GET,
	SQL_RECORD_RANGE,
	SQL_RECORD_OF_TYPES,
	SQL_RECORD_LEAVES,
	SQL_RECORD_COUNT,
	SQL_RECORD_LAST_OF_TYPE,
	SQL_BLOB_PUT,
	SQL_BLOB_GET,
	SQL_BLOB_UNSENT,
	SQL_BLOB_HELD,
	SQL_BLOB_COUNT,
	SQL_BLOB_PIECES,
	SQL_BLOB_DROP_PIECES,
	SQL_BLOB_ADOPT,
	SQL_BLOB_DROP_STAGED,
	SQL_ITEM_PUT,
	SQL_ITEM_GET,
	SQL_ITEM_EACH,
	SQL_ITEM_DROP,
	SQL_ITEM_DROP_KIND,
	SQL_PART_PUT,
	SQL_PART_GET,
	SQL_PART_DROP,
	SQL_PART_EACH,
	SQL_RECEIPT_PUT,
	SQL_RECEIPT_LAST,
	SQL_METER_ADD,
	SQL_METER_GET,
	SQL_COUNT,
};

struct fv_store {
	sqlite3 *db;                    /* owned */
	sqlite3_stmt *stmts[SQL_COUNT]; /* owned; prepared at first use */
	bool in_transaction;
	bool has_hand;
	char hand[FV_ID_BYTES]; /* with has_hand */
};

#define FV_STORE_APPLICATION_ID 0x46564831 /* "FVH1" */
#define FV_STORE_SCHEMA 1

/* The whole schema of version FV_STORE_SCHEMA. */
extern const char fv_store_schema[];

/* FV error of an SQLite result. */
enum fv_err fv_store_error(int rc);

/* A reset statement with no parameters bound; NULL stmt_out after an error. */
FV_NODISCARD enum fv_err fv_store_stmt(
    struct fv_store *store, enum fv_sql which, sqlite3_stmt **stmt_out);

/* Step a statement that returns no row, and reset it. */
FV_NODISCARD enum fv_err fv_store_run(sqlite3_stmt *stmt);

/* Step to a row.  FV_OK: there is one;  FV_ENOENT: there is none (and it is reset). */
FV_NODISCARD enum fv_err fv_store_row(sqlite3_stmt *stmt);

/* Bind bytes that live until the statement is reset; an empty span is an empty blob. */
void fv_store_bind(sqlite3_stmt *stmt, int idx, struct fv_span bytes);

/* A column's bytes.  Returns borrowed: until the next step. */
struct fv_span fv_store_column(sqlite3_stmt *stmt, int idx);

/* A column that must be a hash.  Errors: FV_ECORRUPT */
FV_NODISCARD enum fv_err fv_store_column_hash(
    sqlite3_stmt *stmt, int idx, struct fv_hash *hash_out);

#endif
