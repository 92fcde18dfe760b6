#include "facts.h"

#include "db.h"

static bool
words_of(enum fv_subject subject, enum fv_fact fact, struct fv_span *subject_out,
    struct fv_span *fact_out)
{
	const char *who = fv_code_word(FV_CODES_SUBJECT, subject);
	const char *what = fv_code_word(FV_CODES_FACT, fact);

	if (who == NULL || what == NULL ||
	    (subject != FV_SUBJECT_OFFICER && subject != FV_SUBJECT_AGENCY))
		return false;
	*subject_out = fv_span_z(who);
	*fact_out = fv_span_z(what);
	return true;
}

enum fv_err
fv_store_fact_set(struct fv_store *store, const struct fv_store_fact *fact)
{
	struct fv_span subject, word;
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if (!words_of(fact->subject, fact->fact, &subject, &word))
		return FV_ERANGE;
	if (!fv_id_valid(fact->id, FV_ID_BYTES - 1))
		return FV_EFORMAT;
	if ((rc = fv_db_get(store, FV_SQL_FACT_SET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, subject);
	fv_db_bind_text(stmt, 2, fact->id);
	fv_db_bind_text(stmt, 3, word);
	fv_db_bind_int(stmt, 4, fact->day);
	fv_db_bind_text(stmt, 5, fact->source);
	fv_db_bind_int(stmt, 6, fact->set_ms);
	return fv_db_run(stmt);
}

/* Ready to run, bound to the date's subject, id and word.  FV_ENOENT: it has no word. */
static enum fv_err
name_fact(struct fv_store *store, enum fv_sql sql, enum fv_subject subject, const char *id,
    enum fv_fact fact, sqlite3_stmt **stmt_out)
{
	struct fv_span who, what;
	enum fv_err rc;

	if (!words_of(subject, fact, &who, &what))
		return FV_ENOENT;
	if ((rc = fv_db_get(store, sql, stmt_out)) != FV_OK)
		return rc;
	fv_db_bind_text(*stmt_out, 1, who);
	fv_db_bind_text(*stmt_out, 2, fv_span_z(id));
	fv_db_bind_text(*stmt_out, 3, what);
	return FV_OK;
}

enum fv_err
fv_store_fact_drop(
    struct fv_store *store, enum fv_subject subject, const char *id, enum fv_fact fact)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = name_fact(store, FV_SQL_FACT_DROP, subject, id, fact, &stmt);

	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	return fv_db_run(stmt);
}

enum fv_err
fv_store_fact_get(struct fv_store *store, enum fv_subject subject, const char *id,
    enum fv_fact fact, int64_t *day_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*day_out = 0;
	if ((rc = name_fact(store, FV_SQL_FACT_GET, subject, id, fact, &stmt)) != FV_OK ||
	    (rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	*day_out = fv_db_col_int(stmt, 0);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

enum fv_err
fv_store_fact_any(
    struct fv_store *store, const char *officer, const char *agency, bool *has_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_db_get(store, FV_SQL_FACT_ANY, &stmt);

	*has_out = false;
	if (rc != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(officer));
	fv_db_bind_text(stmt, 2, fv_span_z(agency));
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	*has_out = true;
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

enum fv_err
fv_store_case_since(struct fv_store *store, struct fv_span case_id, int64_t *ms_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*ms_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_CASE_SINCE, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, case_id);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	*ms_out = fv_db_col_int(stmt, 0);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}
