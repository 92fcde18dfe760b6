/*
 * Inside of the store: the SQLite handle, its statement table and the few moves that
 * every file of this folder makes.  Nothing outside of store/ includes this.
 */
#ifndef FV_STORE_DB_H
#define FV_STORE_DB_H

#include <sqlite3.h>

#include "queue.h"
#include "sql.h"
#include "findings.h"
#include "records.h"
#include "store.h"

struct fv_store {
	sqlite3 *db;
	sqlite3_stmt *stmts[FV_SQL_COUNT]; /* prepared at first use */
	enum fv_store_mode mode;
	bool in_view;
};

/* The code for an SQLite result; FV_OK for OK, ROW and DONE. */
enum fv_err fv_db_code(int sqlite_rc);

/* The prepared statement, reset, with no values bound.  Returns borrowed: until close. */
FV_NODISCARD enum fv_err fv_db_get(
    struct fv_store *store, enum fv_sql sql, sqlite3_stmt **stmt_out);
/*
 * The same for reads that call back: while the prepared statement is running, because a
 * callback asks the same again, a second one is made.  fv_db_drop() after the loop.
 */
FV_NODISCARD enum fv_err fv_db_make(
    struct fv_store *store, enum fv_sql sql, sqlite3_stmt **stmt_out);
void fv_db_drop(struct fv_store *store, sqlite3_stmt *stmt);

/* Run a statement that gives no row, and reset it. */
FV_NODISCARD enum fv_err fv_db_run(sqlite3_stmt *stmt);
/* Run it to its first row.  FV_OK: there is one;  FV_ENOENT: none (and it is reset). */
FV_NODISCARD enum fv_err fv_db_row(sqlite3_stmt *stmt);

/* Run SQL text without parameters. */
FV_NODISCARD enum fv_err fv_db_exec(struct fv_store *store, const char *sql);
/* First column of the first row of SQL text.  FV_ENOENT: no row. */
FV_NODISCARD enum fv_err fv_db_exec_int(
    struct fv_store *store, const char *sql, int64_t *value_out);

/* Bind parameter `at` (from 1).  The bytes must live until the statement has run.  An
 * empty span binds an empty value; bind nothing for NULL. */
void fv_db_bind_blob(sqlite3_stmt *stmt, int at, struct fv_span span);
void fv_db_bind_text(sqlite3_stmt *stmt, int at, struct fv_span span);
void fv_db_bind_int(sqlite3_stmt *stmt, int at, int64_t value);
void fv_db_bind_uint(sqlite3_stmt *stmt, int at, uint64_t value);

/* Column `at` (from 0) as bytes, borrowed until the next step; empty for NULL. */
struct fv_span fv_db_col(sqlite3_stmt *stmt, int at);
bool fv_db_col_has(sqlite3_stmt *stmt, int at);
int64_t fv_db_col_int(sqlite3_stmt *stmt, int at);
uint64_t fv_db_col_uint(sqlite3_stmt *stmt, int at);
uint32_t fv_db_col_u32(sqlite3_stmt *stmt, int at);
/* Exactly `len` bytes, or false (out is zeroed). */
bool fv_db_col_fixed(sqlite3_stmt *stmt, int at, void *out, size_t len);
/* Text that fits `cap` bytes with its NUL, or false. */
bool fv_db_col_z(sqlite3_stmt *stmt, int at, char *out, size_t cap);

/* The row of a statement that selects the columns of a finding. */
FV_NODISCARD enum fv_err fv_db_read_finding(sqlite3_stmt *stmt, struct fv_store_finding *out);

/* Note what an AMEND moves to another case; any other record is passed over. */
FV_NODISCARD enum fv_err fv_db_note_move(
    struct fv_store *store, const struct fv_store_record *record);
/* The same for every AMEND that is there: part of the fourth migration. */
FV_NODISCARD enum fv_err fv_db_note_moves(struct fv_store *store);

/* Keep the hash of a VISIT_BEGIN's slip code; any other record is passed over. */
FV_NODISCARD enum fv_err fv_db_note_slip(
    struct fv_store *store, const struct fv_store_record *record);
/* The same for every visit that is there: part of the sixth migration. */
FV_NODISCARD enum fv_err fv_db_note_slips(struct fv_store *store);

/* Keep when a shift began and whose it was; any other record is passed over. */
FV_NODISCARD enum fv_err fv_db_note_shift(
    struct fv_store *store, const struct fv_store_record *record);
/* The same for every shift that is there: part of the seventh migration. */
FV_NODISCARD enum fv_err fv_db_note_shifts(struct fv_store *store);
/* Keep what a record means for the desk: the visit that was planned, what was asked for at
 * the door; any other record is passed over. */
FV_NODISCARD enum fv_err fv_db_note_work(
    struct fv_store *store, const struct fv_store_record *record);
/* What was asked for in every record that is there: part of the seventh migration. */
FV_NODISCARD enum fv_err fv_db_note_asked_all(struct fv_store *store);

/* Keep which finding a NOTE answers; any other record is passed over. */
FV_NODISCARD enum fv_err fv_db_note_reply(
    struct fv_store *store, const struct fv_store_record *record);

/* A row of open_finding, in the order of OPEN_COLUMNS. */
void fv_db_read_open(sqlite3_stmt *stmt, struct fv_store_open *out);
/* Every row of a statement with QUEUE_COLUMNS; drops it. */
FV_NODISCARD enum fv_err fv_db_each_visit(
    struct fv_store *store, sqlite3_stmt *stmt, fv_store_visit_fn fn, void *ctx);

/* The findings queue, reviews, and what waits to be judged: part of the seventh migration. */
FV_NODISCARD enum fv_err fv_db_add_queue(struct fv_store *store);

/* The parts of the eighth migration, a file each (schema_*.c). */
extern const char fv_db_eighth_staff[];
extern const char fv_db_eighth_fleet[];
extern const char fv_db_eighth_settings[];
extern const char fv_db_eighth_flow[];
extern const char fv_db_eighth_hand[];
/* The ninth, of schema_care.c. */
extern const char fv_db_ninth_care[];

/* The scripts that lead from user_version k to k + 1, each list ended by NULL. */
extern const char *const *const fv_db_migrations[FV_STORE_VERSION];

#endif
