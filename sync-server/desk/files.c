/* Files that came in by the watched folder, and what became of each.  They may be of every
 * agency: nobody who is bound to one sees them. */
#include <string.h>

#include "sync-server/desk/desk_in.h"
#include "sync-server/desk/routes.h"
#include "sync-server/store/intake.h"
#include "sync-server/verb.h"

#define LAST 100

/* The counts of what was taken, by their names in the answer; of what was refused none.
 * Owned: the result. */
static json_t *
counts_of(json_t *told, bool is_done)
{
	json_t *counts = json_object(), *value;
	const char *name;

	json_object_foreach(told, name, value) if (is_done && json_is_integer(value))(void)
	    json_object_set(counts, name, value);
	return counts;
}

/* What it answered: of what was taken the sentence with its counts, of what was refused how
 * many faults there are and the line of the first; what stands in the file is not kept. */
static enum fv_err
add_file(const struct fv_store_intake *row, void *ctx)
{
	json_t *told = json_loadb((const char *)row->answer.ptr, row->answer.len, 0, NULL);
	json_t *faults = json_object_get(told, "faults"),
	       *line = json_object_get(told, "line");
	json_t *file;

	file = json_pack("{s:I, s:o, s:o, s:o, s:I, s:I, s:s, s:o, s:s?, s:o, s:O?, s:O?}",
	    "id", (json_int_t)row->id, "file", fv_verb_json_span(row->name), "filed_as",
	    fv_verb_json_span(row->filed_as), "kind", fv_verb_json_span(row->kind), "size",
	    (json_int_t)row->size, "taken_ms", (json_int_t)row->taken_ms, "result",
	    row->state == FV_INTAKE_DONE ? "done" : "refused", "leaf",
	    row->has_leaf ? json_integer((json_int_t)row->leaf) : json_null(), "said",
	    json_string_value(json_object_get(told, "text")), "counts",
	    counts_of(told, row->state == FV_INTAKE_DONE), "faults", faults, "line", line);
	json_decref(told);
	return file != NULL && json_array_append_new(ctx, file) == 0 ? FV_OK : FV_ENOMEM;
}

static void
get_files(struct desk_request *request, struct fv_web_answer *answer)
{
	json_t *rows;
	int64_t last;
	enum fv_err rc;

	if ((request->who->rights & (DESK_READ | DESK_PEOPLE)) == 0 ||
	    request->who->agency[0] != '\0') {
		desk_problem(answer, 403, "forbidden", "your role may not do that");
		return;
	}
	if (!desk_query_int(request, answer, "last", 1, DESK_PAGE_MAX, LAST, &last))
		return;
	if ((rows = json_array()) == NULL) {
		desk_failed(answer, FV_ENOMEM);
		return;
	}
	rc = fv_store_intake_each(request->store, (uint32_t)last, add_file, rows);
	if (rc == FV_OK)
		desk_json(request, answer, 200, json_pack("{s:O}", "rows", rows));
	else
		desk_failed(answer, rc);
	json_decref(rows);
}

const struct desk_route desk_routes_files[] = {
    {"GET", "/files", DESK_SELF, get_files},
    {NULL, NULL, 0, NULL},
};
