/*
 * officer import, agency import: a table of them, all or none.  Every row is looked at, so
 * that one reading of the faults is enough to mend the file.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sync-server/csvrows.h"
#include "sync-server/faults.h"
#include "sync-server/handlers.h"
#include "sync-server/staff.h"
#include "sync-server/textfile.h"
#include "sync-server/verb.h"

#define NO_COLUMN CSVROWS_COLUMNS_MAX

/* What a column holds. */
enum cell {
	CELL_ID,
	CELL_NAME, /* of an agency; of an officer it stands on the roster and is passed over */
	CELL_TEAMS,
	CELL_AGENCY,
	CELL_TEAM,
	CELL_BADGE,
	CELL_FACT,
};
struct column {
	const char *word;
	enum cell cell;
	enum fv_fact fact; /* with CELL_FACT */
};

static const struct column of_officers[] = {
    {"id", CELL_ID, 0},
    {"officer", CELL_ID, 0},
    {"name", CELL_NAME, 0},
    {"agency", CELL_AGENCY, 0},
    {"team", CELL_TEAM, 0},
    {"badge", CELL_BADGE, 0},
    {"certificate", CELL_FACT, FV_FACT_CERTIFICATE},
    {"training", CELL_FACT, FV_FACT_TRAINING},
    {"consent", CELL_FACT, FV_FACT_CONSENT},
    {NULL, 0, 0},
};
static const struct column of_agencies[] = {
    {"id", CELL_ID, 0},
    {"agency", CELL_ID, 0},
    {"name", CELL_NAME, 0},
    {"teams", CELL_TEAMS, 0},
    {"contract", CELL_FACT, FV_FACT_CONTRACT},
    {"evaluation", CELL_FACT, FV_FACT_EVALUATION},
    {"inspection", CELL_FACT, FV_FACT_INSPECTION},
    {"white_list", CELL_FACT, FV_FACT_WHITE_LIST},
    {NULL, 0, 0},
};

/* One import. */
struct work {
	struct fv_host *host;
	enum fv_subject subject;
	const char *file;   /* for messages */
	const char *agency; /* whose officers only; "": anybody's */
	const struct column *known;
	const struct column *columns[CSVROWS_COLUMNS_MAX]; /* of the file, in order */
	size_t column_count, id_at;
	bool takes_serials;
	struct csvrows rows;
	json_t *seen;        /* owned: ids of the file */
	json_t *changed;     /* owned: what the leaf's document lists */
	struct faults shown; /* the first faults */
	size_t faults, total, added, updated;
};

static void __attribute__((format(printf, 4, 5)))
fault(struct work *w, size_t line, const char *column, const char *fmt, ...)
{
	char rule[256];
	va_list ap;

	if (++w->faults > FAULTS_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(rule, sizeof rule, fmt, ap);
	va_end(ap);
	faults_add(&w->shown, line, column, rule);
}

/* -- the first line ---------------------------------------------------------------- */

static const struct column *
find_column(const struct work *w, const char *word)
{
	for (const struct column *c = w->known; c->word != NULL; c++)
		if (strcmp(c->word, word) == 0)
			return c;
	return NULL;
}

static void
say_unknown(struct work *w, const char *word)
{
	const char *words[sizeof of_officers / sizeof of_officers[0]];
	const char *near;
	size_t count = 0;

	for (const struct column *c = w->known; c->word != NULL; c++)
		words[count++] = c->word;
	near = fv_word_nearest(fv_span_z(word), words, count);
	if (near != NULL)
		fault(w, w->rows.row_line, word, "is not known; did you mean \"%s\"?", near);
	else
		fault(w, w->rows.row_line, word, "is not known; leave it out");
}

static void
read_header(struct work *w)
{
	w->id_at = NO_COLUMN;
	w->column_count = w->rows.cell_count;
	for (size_t i = 0; i < w->column_count; i++) {
		const struct column *c = find_column(w, w->rows.cells[i]);

		for (size_t k = 0; c != NULL && k < i; k++)
			if (w->columns[k] == c)
				fault(w, w->rows.row_line, c->word, "stands twice");
		if (c == NULL)
			say_unknown(w, w->rows.cells[i]);
		else if (c->cell == CELL_ID)
			w->id_at = i;
		w->columns[i] = c;
	}
	if (w->id_at == NO_COLUMN)
		fault(
		    w, w->rows.row_line, "id", "is missing; the first line names the columns");
}

/* -- rows -------------------------------------------------------------------------- */

/* One value into the ask; an empty one leaves what is held. */
static void
take_cell(
    struct work *w, const struct column *column, const char *value, struct staff_ask *ask)
{
	struct staff_date *date = &ask->dates[column->fact];
	const char *rule = NULL;

	if (value[0] == '\0')
		return;
	switch (column->cell) {
	case CELL_ID:
		ask->id = value;
		break;
	case CELL_NAME:
		ask->name = value;
		break;
	case CELL_TEAMS:
		ask->teams = value;
		break;
	case CELL_AGENCY:
		ask->agency = value;
		break;
	case CELL_TEAM:
		ask->team = value;
		break;
	case CELL_BADGE:
		ask->badge = value;
		break;
	case CELL_FACT:
		date->is_said = true;
		date->is_none = strcmp(value, "none") == 0;
		if (!date->is_none &&
		    textfile_day(value, w->takes_serials, &date->day, &rule) != FV_OK)
			fault(w, w->rows.row_line, column->word, "%s", rule);
		break;
	}
}

/* What the document lists of a row: its id and the columns that are no name. */
static enum fv_err
note_change(struct work *w, const struct staff_ask *ask)
{
	json_t *row = json_pack("{s:s}", "id", ask->id);
	char day[STAFF_DAY_BYTES];
	int bad = row == NULL;

	for (size_t i = 0; i < w->column_count && !bad; i++) {
		const struct column *c = w->columns[i];
		const char *value = w->rows.cells[i];

		if (c == NULL || i >= w->rows.cell_count || value[0] == '\0' ||
		    c->cell == CELL_ID || c->cell == CELL_NAME)
			continue;
		if (c->cell == CELL_FACT && !ask->dates[c->fact].is_none)
			value = staff_day(ask->dates[c->fact].day, day);
		bad = json_object_set_new(row, c->word, json_string(value));
	}
	if (bad) {
		json_decref(row);
		return FV_ENOMEM;
	}
	return json_array_append_new(w->changed, row) == 0 ? FV_OK : FV_ENOMEM;
}

/* Who is bound to an agency takes in and changes its officers only; one of another is told as
 * one who is not his, whether he is there or not. */
static enum fv_err
check_bound(struct work *w, const struct staff_ask *ask, bool *is_good_out)
{
	struct fv_store_staff held;
	enum fv_err rc;

	*is_good_out = true;
	if (w->agency[0] == '\0')
		return FV_OK;
	rc = fv_store_staff_get(w->host->store, fv_span_z(ask->id), &held);
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	*is_good_out = (ask->agency == NULL || strcmp(ask->agency, w->agency) == 0) &&
	    (rc == FV_ENOENT || strcmp(held.agency, w->agency) == 0);
	if (!*is_good_out)
		fault(w, w->rows.row_line, "agency", "is not yours");
	return FV_OK;
}

static enum fv_err
put_row(struct work *w, const struct staff_ask *ask)
{
	bool is_good;
	struct staff_done done;
	enum fv_err rc;

	if (json_object_get(w->seen, ask->id) != NULL) {
		fault(w, w->rows.row_line, "id", "%.24s stands in the file twice", ask->id);
		return FV_OK;
	}
	if (json_object_set_new(w->seen, ask->id, json_true()) != 0)
		return FV_ENOMEM;
	if ((rc = check_bound(w, ask, &is_good)) != FV_OK || !is_good)
		return rc;
	rc = staff_take(w->host, ask, STAFF_PUT, &done);
	if (rc == FV_EDENIED) {
		const bool is_id =
		    strcmp(done.column, fv_code_word(FV_CODES_SUBJECT, w->subject)) == 0 &&
		    w->subject == FV_SUBJECT_OFFICER;

		fault(w, w->rows.row_line, is_id ? "id" : done.column, "%s", done.rule);
		return FV_OK;
	}
	w->added += rc == FV_OK && done.is_new;
	w->updated += rc == FV_OK && done.is_changed && !done.is_new;
	return rc == FV_OK && done.is_changed ? note_change(w, ask) : rc;
}

static enum fv_err
take_row(struct work *w)
{
	struct staff_ask ask = {.subject = w->subject, .source = "import"};
	const size_t faults = w->faults;

	w->total++;
	if (w->rows.cell_count > w->column_count)
		fault(w, w->rows.row_line, "", "has more values than there are columns");
	for (size_t i = 0; i < w->rows.cell_count && i < w->column_count; i++)
		if (w->columns[i] != NULL)
			take_cell(w, w->columns[i], w->rows.cells[i], &ask);
	if (w->subject == FV_SUBJECT_OFFICER)
		ask.name = NULL;
	if (ask.id == NULL)
		fault(w, w->rows.row_line, "id", "is empty");
	return w->faults == faults ? put_row(w, &ask) : FV_OK;
}

static enum fv_err
take_all(struct work *w)
{
	bool has_header = false;
	enum fv_err rc = FV_OK;

	while (rc == FV_OK && !csvrows_at_end(&w->rows)) {
		if ((rc = csvrows_next(&w->rows)) != FV_OK) {
			fault(w, w->rows.fault_line, "", "%s", w->rows.rule);
			return FV_OK; /* what follows cannot be told apart */
		}
		if (w->rows.cell_count == 0)
			continue;
		if (has_header) {
			rc = take_row(w);
			continue;
		}
		read_header(w);
		has_header = true;
		/* Columns that are not understood make every row wrong. */
		if (w->id_at == NO_COLUMN)
			return FV_OK;
	}
	if (rc == FV_OK && w->total == 0 && w->faults == 0)
		fault(w, 1, "", "there is no row below the header");
	return rc;
}

/* -- the answer -------------------------------------------------------------------- */

/* Longer than fv_verb_fail() has room for: every fault is told. */
static int
refuse(struct work *w, json_t **answer_out)
{
	struct fv_buf *text = &w->shown.text;

	if (w->faults > FAULTS_MAX)
		fv_buf_putf(text, "\nand %zu more faults", w->faults - FAULTS_MAX);
	fv_buf_put_z(text, "; nothing was changed");
	if (fv_buf_z(text) == NULL)
		return fv_verb_broken(answer_out, w->file, FV_ENOMEM);
	json_decref(*answer_out);
	*answer_out =
	    json_pack("{s:s, s:O}", "error", fv_buf_z(text), "faults", w->shown.list);
	return FV_EXIT_DATA;
}

static int
finish(struct work *w, bool is_dry, json_t **answer_out)
{
	uint64_t leaf = 0;
	json_t *body;
	enum fv_err rc = FV_OK;

	if (!is_dry && w->added + w->updated > 0)
		rc = staff_log(w->host,
		    json_pack("{s:s, s:s, s:O}", "what", "import", "of",
			fv_code_word(FV_CODES_SUBJECT, w->subject), "rows", w->changed),
		    &leaf);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, w->file, rc);
	body = json_pack("{s:I, s:I, s:I, s:I, s:b}", "rows", (json_int_t)w->total, "new",
	    (json_int_t)w->added, "changed", (json_int_t)w->updated, "same",
	    (json_int_t)(w->total - w->added - w->updated), "dry_run", is_dry);
	if (body != NULL && leaf != 0)
		(void)json_object_set_new(body, "leaf", json_integer((json_int_t)leaf));
	return fv_verb_done(answer_out, body,
	    "%s%zu rows: %zu new, %zu changed, %zu as before%s",
	    is_dry ? "nothing was changed; it would be " : "", w->total, w->added, w->updated,
	    w->total - w->added - w->updated, leaf != 0 ? "; the ledger has it" : "");
}

static int
import(struct fv_host *host, const json_t *request, bool is_dry, json_t **answer_out)
{
	struct work w = {
	    .host = host,
	    .subject = json_is_true(json_object_get(request, "agencies")) ? FV_SUBJECT_AGENCY
									  : FV_SUBJECT_OFFICER,
	    .file = fv_verb_text(request, "file"),
	    .agency = fv_verb_text(request, "agency"),
	    .takes_serials = json_is_true(json_object_get(request, "serials")),
	    .rows = csvrows_of(fv_span_z(fv_verb_text(request, "text"))),
	    .seen = json_object(),
	    .changed = json_array(),
	};
	enum fv_err rc;
	int code;

	w.shown = (struct faults){.file = w.file, .is_table = true};
	w.known = w.subject == FV_SUBJECT_AGENCY ? of_agencies : of_officers;
	rc = w.seen == NULL || w.changed == NULL ? FV_ENOMEM : take_all(&w);
	if (rc != FV_OK)
		code = fv_verb_broken(answer_out, w.file, rc);
	else if (w.faults > 0)
		code = refuse(&w, answer_out);
	else
		code = finish(&w, is_dry, answer_out);
	faults_clear(&w.shown);
	json_decref(w.seen);
	json_decref(w.changed);
	return code;
}

int
fv_do_staff_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	return import(host, request, false, answer_out);
}

int
fv_do_staff_check(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	enum fv_err rc = fv_store_begin(host->store);
	int code;

	if (rc != FV_OK)
		return fv_verb_broken(answer_out, fv_verb_text(request, "file"), rc);
	code = import(host, request, true, answer_out);
	fv_host_rollback(host);
	return code;
}
