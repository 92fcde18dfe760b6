#include "people.h"

#include <string.h>

#include "db.h"

static void
bind(sqlite3_stmt *stmt, const struct fv_store_account *a)
{
	fv_db_bind_text(stmt, 1, fv_span_z(a->id));
	fv_db_bind_text(stmt, 2, fv_span_z(a->name));
	fv_db_bind_int(stmt, 3, a->role);
	fv_db_bind_text(stmt, 4, fv_span_z(a->agency));
	fv_db_bind_text(stmt, 5, fv_span_z(a->officer));
	fv_db_bind_int(stmt, 6, a->is_disabled);
	fv_db_bind_uint(stmt, 7, a->epoch);
	if (a->password.is_set) {
		fv_db_bind_blob(
		    stmt, 8, fv_span_of(a->password.salt, sizeof a->password.salt));
		fv_db_bind_int(stmt, 9, a->password.ops);
		fv_db_bind_int(stmt, 10, a->password.mem_kib);
		fv_db_bind_blob(
		    stmt, 11, fv_span_of(a->password.hash, sizeof a->password.hash));
	}
	fv_db_bind_int(stmt, 12, a->created_ms);
	if (a->has_login)
		fv_db_bind_int(stmt, 13, a->login_ms);
}

/* The row that the statement stands on. */
static enum fv_err
read_account(sqlite3_stmt *stmt, struct fv_store_account *a)
{
	struct fv_account_password *p = &a->password;

	memset(a, 0, sizeof *a);
	a->role = fv_db_col_u32(stmt, 2);
	a->is_disabled = fv_db_col_int(stmt, 5) != 0;
	a->epoch = fv_db_col_uint(stmt, 6);
	p->is_set = fv_db_col_has(stmt, 10);
	p->ops = fv_db_col_u32(stmt, 8);
	p->mem_kib = fv_db_col_u32(stmt, 9);
	a->created_ms = fv_db_col_int(stmt, 11);
	a->has_login = fv_db_col_has(stmt, 12);
	a->login_ms = fv_db_col_int(stmt, 12);
	if (!fv_db_col_z(stmt, 0, a->id, sizeof a->id) ||
	    !fv_db_col_z(stmt, 1, a->name, sizeof a->name) ||
	    !fv_db_col_z(stmt, 3, a->agency, sizeof a->agency) ||
	    !fv_db_col_z(stmt, 4, a->officer, sizeof a->officer))
		return FV_ECORRUPT;
	if (p->is_set &&
	    (!fv_db_col_fixed(stmt, 7, p->salt, sizeof p->salt) ||
		!fv_db_col_fixed(stmt, 10, p->hash, sizeof p->hash)))
		return FV_ECORRUPT;
	return FV_OK;
}

enum fv_err
fv_store_account_add(struct fv_store *store, const struct fv_store_account *account)
{
	struct fv_store_account there;
	sqlite3_stmt *stmt;
	enum fv_err rc = fv_store_account_get(store, fv_span_z(account->id), &there);

	fv_wipe(&there, sizeof there);
	if (rc != FV_ENOENT)
		return rc == FV_OK ? FV_EEXIST : rc;
	if ((rc = fv_db_get(store, FV_SQL_ACCOUNT_ADD, &stmt)) != FV_OK)
		return rc;
	bind(stmt, account);
	return fv_db_run(stmt);
}

enum fv_err
fv_store_account_set(struct fv_store *store, const struct fv_store_account *account)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_ACCOUNT_SET, &stmt)) != FV_OK)
		return rc;
	bind(stmt, account);
	if ((rc = fv_db_run(stmt)) != FV_OK)
		return rc;
	return sqlite3_changes(store->db) == 1 ? FV_OK : FV_ENOENT;
}

enum fv_err
fv_store_account_get(struct fv_store *store, struct fv_span id, struct fv_store_account *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_ACCOUNT_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, id);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	rc = read_account(stmt, out);
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_account_each(struct fv_store *store, struct fv_span after, uint32_t limit,
    fv_store_account_fn fn, void *ctx)
{
	struct fv_store_account account;
	sqlite3_stmt *stmt = NULL;
	enum fv_err rc;

	if ((rc = fv_db_make(store, FV_SQL_ACCOUNT_EACH, &stmt)) != FV_OK)
		goto cleanup;
	fv_db_bind_text(stmt, 1, after);
	fv_db_bind_int(stmt, 2, limit);
	while ((rc = fv_db_row(stmt)) == FV_OK) {
		if ((rc = read_account(stmt, &account)) != FV_OK ||
		    (rc = fn(&account, ctx)) != FV_OK)
			goto cleanup;
	}
	if (rc == FV_ENOENT) /* the end of the list */
		rc = FV_OK;
cleanup:
	fv_wipe(&account, sizeof account);
	fv_db_drop(store, stmt);
	return rc;
}

enum fv_err
fv_store_account_count(
    struct fv_store *store, uint32_t role, int64_t now_ms, uint64_t *count_out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	*count_out = 0;
	if ((rc = fv_db_get(store, FV_SQL_ACCOUNT_COUNT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_int(stmt, 1, role);
	fv_db_bind_int(stmt, 2, now_ms);
	if ((rc = fv_db_row(stmt)) != FV_OK)
		return rc;
	*count_out = fv_db_col_uint(stmt, 0);
	(void)sqlite3_reset(stmt);
	return FV_OK;
}

enum fv_err
fv_store_link_put(struct fv_store *store, const struct fv_store_link *link)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_LINK_PUT, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, fv_span_z(link->account));
	fv_db_bind_blob(stmt, 2, fv_span_of(link->hash.b, FV_HASH_BYTES));
	fv_db_bind_int(stmt, 3, link->expires_ms);
	return fv_db_run(stmt);
}

/* Run a look-up with its one value bound. */
static enum fv_err
read_link(sqlite3_stmt *stmt, struct fv_store_link *out)
{
	enum fv_err rc = fv_db_row(stmt);

	if (rc != FV_OK)
		return rc;
	out->expires_ms = fv_db_col_int(stmt, 2);
	if (!fv_db_col_z(stmt, 0, out->account, sizeof out->account) ||
	    !fv_db_col_fixed(stmt, 1, out->hash.b, FV_HASH_BYTES))
		rc = FV_ECORRUPT;
	(void)sqlite3_reset(stmt);
	return rc;
}

enum fv_err
fv_store_link_get(
    struct fv_store *store, const struct fv_hash *hash, struct fv_store_link *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_LINK_GET, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_blob(stmt, 1, fv_span_of(hash->b, FV_HASH_BYTES));
	return read_link(stmt, out);
}

enum fv_err
fv_store_link_of(struct fv_store *store, struct fv_span account, struct fv_store_link *out)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_db_get(store, FV_SQL_LINK_OF, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, account);
	return read_link(stmt, out);
}

enum fv_err
fv_store_link_drop(struct fv_store *store, struct fv_span account)
{
	sqlite3_stmt *stmt;
	enum fv_err rc;

	if ((rc = fv_db_get(store, FV_SQL_LINK_DROP, &stmt)) != FV_OK)
		return rc;
	fv_db_bind_text(stmt, 1, account);
	return fv_db_run(stmt);
}
