/* One's own sessions, and the admin's list of accounts. */
#include <string.h>

#include "sync-server/account.h"
#include "sync-server/desk/people.h"
#include "sync-server/desk/desk_in.h"
#include "sync-server/verb.h"

#define PAGE 100

void
desk_list_sessions(struct desk_request *request, struct fv_web_answer *answer)
{
	struct desk_session_row rows[DESK_SESSIONS_EACH_MAX];
	struct desk_sessions *sessions = request->desk->sessions;
	struct desk_session mine;
	json_t *list = json_array();
	size_t count;

	if (desk_session_find(sessions, request->store,
		fv_web_cookie(request->web, DESK_COOKIE), false, request->now_ms,
		&mine) != FV_OK)
		memset(&mine, 0, sizeof mine);
	count = desk_session_list(sessions, request->who->id, request->now_ms, rows);
	for (size_t i = 0; list != NULL && i < count; i++)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:s, s:I, s:I, s:b}", "ref", rows[i].ref, "client",
			rows[i].client, "began_ms", (json_int_t)rows[i].began_ms, "used_ms",
			(json_int_t)rows[i].used_ms, "is_this",
			strcmp(rows[i].ref, mine.ref) == 0));
	fv_wipe(&mine, sizeof mine);
	desk_json(request, answer, 200, json_pack("{s:o, s:n}", "rows", list, "next"));
}

void
desk_end_sessions(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *cookie = fv_web_cookie(request->web, DESK_COOKIE);
	size_t ended = desk_session_end_of(request->desk->sessions, request->who->id, cookie);

	desk_json(request, answer, 200, json_pack("{s:I}", "ended", (json_int_t)ended));
}

struct people {
	json_t *rows;
	size_t count, limit;
	char last[FV_ID_BYTES];
	bool is_more;
};

/* One row more than asked for tells whether there is a next page. */
static enum fv_err
add_row(const struct fv_store_account *account, void *ctx)
{
	struct people *p = ctx;

	if (p->count == p->limit) {
		p->is_more = true;
		return FV_OK;
	}
	p->count++;
	memcpy(p->last, account->id, sizeof p->last);
	return json_array_append_new(p->rows, fv_account_json(account)) == 0 ? FV_OK
									     : FV_ENOMEM;
}

void
desk_list_people(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *after = fv_web_query(request->web, "after");
	struct people p = {0};
	int64_t limit;
	enum fv_err rc;

	if (!desk_query_int(request, answer, "limit", 1, DESK_PAGE_MAX, PAGE, &limit))
		return;
	p.limit = (size_t)limit;
	if ((p.rows = json_array()) == NULL) {
		desk_failed(answer, FV_ENOMEM);
		return;
	}
	rc = fv_store_account_each(request->store, fv_span_z(after != NULL ? after : ""),
	    (uint32_t)limit + 1, add_row, &p);
	if (rc != FV_OK) {
		json_decref(p.rows);
		desk_failed(answer, rc);
		return;
	}
	desk_json(request, answer, 200,
	    json_pack("{s:o, s:o}", "rows", p.rows, "next",
		p.is_more ? json_string(p.last) : json_null()));
}

/* Copy the body's members of these names, where they are there.  False: out of memory. */
static bool
copy_members(const json_t *body, const char *const *names, json_t *into)
{
	for (; *names != NULL; names++) {
		json_t *value = json_object_get(body, *names);
		if (value != NULL && json_object_set(into, *names, value) != 0)
			return false;
	}
	return into != NULL;
}

/* Answer with what the verb made, without its text for terminals. */
static void
pass_on(struct desk_request *request, struct fv_web_answer *answer, uint32_t status,
    const char *verb, json_t *members)
{
	json_t *result = desk_write(request, answer, verb, members);

	if (result == NULL)
		return;
	(void)json_object_del(result, "text");
	(void)json_object_del(result, "exit");
	desk_json(request, answer, status, result);
}

void
desk_add_person(struct desk_request *request, struct fv_web_answer *answer)
{
	static const char *const names[] = {"id", "name", "role", "agency", "officer", NULL};
	json_t *members = json_object();

	if (!copy_members(request->body, names, members)) {
		json_decref(members);
		desk_failed(answer, FV_ENOMEM);
		return;
	}
	pass_on(request, answer, 201, "desk add", members);
}

void
desk_change_person(struct desk_request *request, struct fv_web_answer *answer)
{
	static const char *const names[] = {
	    "name", "role", "agency", "officer", "disabled", NULL};
	json_t *members = json_pack("{s:s}", "id", request->params[0]);

	if (members == NULL || !copy_members(request->body, names, members)) {
		json_decref(members);
		desk_failed(answer, FV_ENOMEM);
		return;
	}
	pass_on(request, answer, 200, "desk change", members);
}

void
desk_link_person(struct desk_request *request, struct fv_web_answer *answer)
{
	json_t *members = json_pack("{s:s}", "id", request->params[0]);

	if (members == NULL)
		desk_failed(answer, FV_ENOMEM);
	else
		pass_on(request, answer, 200, "desk link", members);
}
