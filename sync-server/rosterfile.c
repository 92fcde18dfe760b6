#include "sync-server/rosterfile.h"

#include <stdlib.h>
#include <string.h>

#include "sync-server/csvrows.h"
#include "sync-server/rosteredit.h"

struct reading {
	struct csvrows rows;
	struct fv_roster *roster; /* a copy, until all are good */
	size_t id_at, name_at;
	struct rosterfile_fault *fault;
};

static enum fv_err
fail(struct reading *r, enum fv_err rc, const char *column, const char *rule)
{
	*r->fault = (struct rosterfile_fault){r->rows.row_line, column, rule};
	return rc;
}

static enum fv_err
next(struct reading *r)
{
	enum fv_err rc = csvrows_next(&r->rows);

	if (rc != FV_OK)
		*r->fault = (struct rosterfile_fault){r->rows.fault_line, "", r->rows.rule};
	return rc;
}

static enum fv_err
read_header(struct reading *r)
{
	enum fv_err rc;

	r->id_at = r->name_at = CSVROWS_COLUMNS_MAX;
	if ((rc = next(r)) != FV_OK)
		return rc;
	for (size_t i = 0; i < r->rows.cell_count; i++) {
		size_t *at = strcmp(r->rows.cells[i], "id") == 0 ? &r->id_at
		    : strcmp(r->rows.cells[i], "name") == 0      ? &r->name_at
								 : NULL;

		if (at != NULL && *at != CSVROWS_COLUMNS_MAX)
			return fail(r, FV_EFORMAT, r->rows.cells[i][0] == 'i' ? "id" : "name",
			    "stands twice in the header");
		if (at != NULL)
			*at = i;
	}
	if (r->id_at == CSVROWS_COLUMNS_MAX)
		return fail(
		    r, FV_EFORMAT, "id", "is missing; the first line names the columns");
	if (r->name_at == CSVROWS_COLUMNS_MAX)
		return fail(
		    r, FV_EFORMAT, "name", "is missing; the first line names the columns");
	return FV_OK;
}

static bool
is_among(const char *id, char *const *seen, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(seen[i], id) == 0)
			return true;
	return false;
}

static enum fv_err
take(struct reading *r, char **seen, size_t *count)
{
	const size_t widest = r->id_at > r->name_at ? r->id_at : r->name_at;
	const char *id = r->rows.cells[r->id_at], *name = r->rows.cells[r->name_at];
	enum fv_err rc;

	if (r->rows.cell_count <= widest)
		return fail(r, FV_EFORMAT, r->rows.cell_count <= r->id_at ? "id" : "name",
		    "has no value on this line");
	if (is_among(id, seen, *count))
		return fail(r, FV_EFORMAT, "id", "stands twice in the file");
	if (name[0] == '\0' || !fv_utf8_valid(fv_span_z(name)))
		return fail(r, FV_EFORMAT, "name", "is empty, or not UTF-8 text");
	rc = rosteredit_officer(r->roster, fv_span_z(id), name);
	if (rc == FV_ETOOBIG || *count == FV_ROSTER_OFFICERS_MAX)
		return fail(r, FV_ETOOBIG, "id", "is one too many: a roster has at most 512");
	if (rc == FV_ERANGE)
		return fail(r, rc, "name", "is longer than 64 bytes");
	if (rc != FV_OK)
		return fail(r, FV_EFORMAT, "id",
		    "is not an id: 1 to 24 letters, digits, '.', '_' or '-'");
	if ((seen[*count] = strdup(id)) == NULL)
		return FV_ENOMEM;
	(*count)++;
	return FV_OK;
}

static enum fv_err
read_all(struct reading *r, char **seen, size_t *count)
{
	enum fv_err rc = read_header(r);

	while (rc == FV_OK && !csvrows_at_end(&r->rows))
		if ((rc = next(r)) == FV_OK && r->rows.cell_count > 0)
			rc = take(r, seen, count);
	if (rc == FV_OK && *count == 0)
		rc = fail(r, FV_EFORMAT, "", "there is no officer below the header");
	return rc;
}

enum fv_err
rosterfile_officers(struct fv_span file, struct fv_roster *roster, size_t *count_out,
    struct rosterfile_fault *fault_out)
{
	char **seen = calloc(FV_ROSTER_OFFICERS_MAX + 1, sizeof *seen);
	struct fv_roster *copy = malloc(sizeof *copy);
	struct reading r = {.rows = csvrows_of(file), .roster = copy, .fault = fault_out};
	enum fv_err rc = FV_ENOMEM;
	size_t count = 0;

	*count_out = 0;
	memset(fault_out, 0, sizeof *fault_out);
	if (seen == NULL || copy == NULL)
		goto cleanup;
	*copy = *roster;
	if ((rc = read_all(&r, seen, &count)) == FV_OK) {
		*roster = *copy;
		*count_out = count;
	}
cleanup:
	for (size_t i = 0; i < count; i++)
		free(seen[i]);
	free(seen);
	free(copy);
	return rc;
}
