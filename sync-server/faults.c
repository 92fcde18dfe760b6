#include "sync-server/faults.h"

#include <string.h>

#include "sync-server/verb.h"

/* A text that may be cut inside of a character, as JSON.  Owned: the result. */
static json_t *
json_of(const char *text)
{
	size_t len = strlen(text);

	while (len > 0 && !fv_utf8_valid(fv_span_of(text, len)))
		len--;
	return json_stringn(text, len);
}

void
faults_add(struct faults *f, size_t line, const char *column, const char *rule)
{
	faults_add_both(f, line, column, rule, NULL);
}

void
faults_add_both(
    struct faults *f, size_t line, const char *column, const char *rule, const char *zh)
{
	json_t *fault = json_pack("{s:I, s:o, s:o, s:o*}", "line", (json_int_t)line, "column",
	    json_of(column), "rule", json_of(rule), "zh", zh != NULL ? json_of(zh) : NULL);

	if (f->list == NULL)
		f->list = json_array();
	/* What could not be kept is not counted as kept: the answer is then that memory ran
	 * out. */
	if (json_array_append_new(f->list, fault) != 0)
		f->text.failed = true;
	fv_buf_putf(&f->text, "%s%s:%zu: ", f->count > 0 ? "\n" : "", f->file, line);
	if (column[0] != '\0' && f->is_table)
		fv_buf_putf(&f->text, "column \"%s\": ", column);
	else if (column[0] != '\0')
		fv_buf_putf(&f->text, "%s: ", column);
	fv_buf_put_z(&f->text, rule);
	f->count++;
}

bool
faults_go_on(const struct faults *f)
{
	return f->count > 0 && f->count < FAULTS_MAX;
}

int
faults_answer(struct faults *f, json_t **answer_out)
{
	if (f->count == 1)
		fv_buf_put_z(&f->text, "; nothing was changed");
	else
		fv_buf_putf(&f->text, "\n%s: %zu faults%s; nothing was changed", f->file,
		    f->count, f->count == FAULTS_MAX ? ", reading ended there" : "");
	json_decref(*answer_out);
	*answer_out = fv_buf_z(&f->text) != NULL
	    ? json_pack("{s:s, s:O}", "error", fv_buf_z(&f->text), "faults", f->list)
	    : NULL;
	return *answer_out != NULL ? FV_EXIT_DATA
				   : fv_verb_broken(answer_out, f->file, FV_ENOMEM);
}

void
faults_clear(struct faults *f)
{
	fv_buf_clear(&f->text);
	json_decref(f->list);
	f->list = NULL;
	f->count = 0;
}
