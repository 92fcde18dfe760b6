/* Standing findings as they were written last, with their sentences. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "sync-server/packstore.h"
#include "sync-server/standing.h"

struct listing {
	struct fv_store *store;
	struct standing_list *out;
	struct fv_rulepack *packs[FV_AUDIT_PACKS_MAX * 4U]; /* owned; those met so far */
	size_t pack_count;
	struct fv_packs *adopted; /* owned */
};

/* The pack that said it, with what it is laid over.  FV_ENOENT: it is not here. */
static enum fv_err
need_pack(
    struct listing *l, const struct fv_store_finding *f, const struct fv_rulepack **pack_out)
{
	struct fv_pack_line line = {.sha256 = f->pack_sha256};
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;
	enum fv_err rc;

	for (size_t i = 0; i < l->pack_count; i++)
		if (memcmp(l->packs[i]->sha256.b, f->pack_sha256.b, FV_HASH_BYTES) == 0) {
			*pack_out = l->packs[i];
			return FV_OK;
		}
	if (l->pack_count == sizeof l->packs / sizeof l->packs[0] ||
	    f->pack.len >= sizeof line.id)
		return FV_ENOENT;
	memcpy(line.id, f->pack.ptr, f->pack.len);
	rc = packstore_load(l->store, l->adopted, &line, &pack, &why);
	if (rc != FV_OK)
		return rc == FV_ECORRUPT ? FV_ENOENT : rc;
	l->packs[l->pack_count++] = pack;
	*pack_out = pack;
	return FV_OK;
}

static const struct fv_rule *
rule_of(const struct fv_rulepack *pack, struct fv_span id)
{
	for (size_t i = 0; i < pack->rule_count; i++)
		if (fv_span_equal(id, fv_span_z(pack->rules[i].id)))
			return &pack->rules[i];
	return NULL;
}

/* "2026-03-02T10:00:00+08:00" is an instant with its offset; other text is text. */
static void
read_text(const char *z, struct fv_input *input)
{
	struct fv_civil c = {0};
	int64_t utc_ms;

	input->type = FV_INPUT_TEXT;
	input->u.text = z;
	if (strlen(z) < 20 || z[10] != 'T' || fv_instant_parse(fv_span_z(z), &utc_ms) != FV_OK)
		return;
	input->type = FV_INPUT_INSTANT;
	input->u.i = utc_ms;
	c.year = (int32_t)strtol(z, NULL, 10);
	c.month = (int32_t)strtol(z + 5, NULL, 10);
	c.day = (int32_t)strtol(z + 8, NULL, 10);
	c.hour = (int32_t)strtol(z + 11, NULL, 10);
	c.minute = (int32_t)strtol(z + 14, NULL, 10);
	c.second = (int32_t)strtol(z + 17, NULL, 10);
	utc_ms -= utc_ms % 1000; /* years from 1970 on: never below 0 */
	input->offset_s = (int32_t)((fv_instant_from_civil(&c, 0) - utc_ms) / 1000);
}

/* The stored inputs as the engine had them; `json` must live as long. */
static bool
read_inputs(json_t *json, struct fv_finding *f)
{
	const char *key;
	json_t *value;

	f->input_count = 0;
	json_object_foreach(json, key, value)
	{
		struct fv_input *input = &f->inputs[f->input_count];

		if (f->input_count == FV_AUDIT_INPUTS_MAX)
			return false;
		memset(input, 0, sizeof *input);
		input->key = key;
		if (json_is_integer(value)) {
			input->type = FV_INPUT_INT;
			input->u.i = json_integer_value(value);
		} else if (json_is_string(value)) {
			read_text(json_string_value(value), input);
		} else {
			continue;
		}
		f->input_count++;
	}
	return true;
}

static char *
taken(struct fv_buf *buf)
{
	const char *z = fv_buf_z(buf);
	char *copy = z != NULL ? strdup(z) : NULL;

	fv_buf_reset(buf);
	return copy;
}

static char *
text_of(struct fv_span text)
{
	return text.len == 0 ? strdup("") : strndup((const char *)text.ptr, text.len);
}

static enum fv_err
new_row(struct standing_list *list, struct standing_row **row_out)
{
	if (list->count == list->cap) {
		size_t cap = list->cap > 0 ? list->cap * 2 : 16;
		void *p = reallocarray(list->rows, cap, sizeof *list->rows);

		if (p == NULL)
			return FV_ENOMEM;
		list->rows = p;
		list->cap = cap;
	}
	*row_out = &list->rows[list->count++];
	memset(*row_out, 0, sizeof **row_out);
	return FV_OK;
}

/* What a row says when the pack that it rests on is not in this store. */
static bool
put_bare(struct standing_row *row)
{
	struct fv_buf text = {0};

	row->severity = 5;
	row->why_en = strdup("The rule pack of this finding cannot be read.");
	row->why_zh = strdup("无法读取此项所依据的规则包。");
	fv_buf_put_z(&text, "{\"subject\":");
	fv_audit_put_json_text(&text, row->subject != NULL ? row->subject : "");
	fv_buf_put_z(&text, ",\"pack\":");
	fv_audit_put_json_text(&text, row->pack != NULL ? row->pack : "");
	fv_buf_put_z(&text, ",\"rule\":");
	fv_audit_put_json_text(&text, row->rule != NULL ? row->rule : "");
	fv_buf_putf(&text, ",\"verdict\":\"%s\"}", fv_verdict_word(row->verdict));
	row->json = taken(&text);
	fv_buf_clear(&text);
	return row->why_en != NULL && row->why_zh != NULL && row->json != NULL;
}

static bool
put_whole(struct standing_row *row, const struct fv_finding *f)
{
	struct fv_buf text = {0};

	row->severity = f->severity;
	row->is_hint = f->is_hint;
	row->audience = f->audience;
	fv_audit_put_why(&text, f, false);
	row->why_en = taken(&text);
	fv_audit_put_why(&text, f, true);
	row->why_zh = taken(&text);
	fv_audit_put_json(&text, f);
	row->json = taken(&text);
	fv_buf_clear(&text);
	return row->why_en != NULL && row->why_zh != NULL && row->json != NULL;
}

/* A row as the engine's finding again, with its sentence. */
static enum fv_err
restore(struct listing *l, const struct fv_store_finding *stored)
{
	struct fv_finding f = {.verdict = (enum fv_verdict)stored->verdict};
	struct standing_row *row;
	json_t *inputs = NULL;
	bool is_whole;
	enum fv_err rc = new_row(l->out, &row);

	if (rc != FV_OK)
		return rc;
	*row = (struct standing_row){.subject = text_of(stored->subject),
	    .case_id = text_of(stored->case_id),
	    .pack = text_of(stored->pack),
	    .rule = text_of(stored->rule),
	    .verdict = f.verdict,
	    .is_provisional = stored->is_provisional,
	    .at_ms = stored->contact_ms};
	f.subject_id = row->subject;
	inputs = json_loadb((const char *)stored->inputs.ptr, stored->inputs.len, 0, NULL);
	rc = need_pack(l, stored, &f.pack);
	if (rc != FV_OK && rc != FV_ENOENT)
		goto cleanup;
	is_whole = rc == FV_OK && (f.rule = rule_of(f.pack, stored->rule)) != NULL &&
	    read_inputs(inputs, &f) && fv_standing_restore(&f) == FV_OK;
	rc = (is_whole ? put_whole(row, &f) : put_bare(row)) && row->subject != NULL &&
		row->case_id != NULL && row->pack != NULL && row->rule != NULL
	    ? FV_OK
	    : FV_ENOMEM;
cleanup:
	json_decref(inputs);
	return rc;
}

static char *
copy_of(const char *z)
{
	return strdup(z == NULL ? "" : z);
}

static enum fv_err
take_live(const struct fv_finding *f, const struct standing_about *about, void *ctx)
{
	struct standing_row *row;
	enum fv_err rc = new_row(ctx, &row);

	if (rc != FV_OK)
		return rc;
	*row = (struct standing_row){.subject = copy_of(about->subject),
	    .case_id = copy_of(about->case_id),
	    .pack = copy_of(f->pack->id),
	    .rule = copy_of(f->rule->id),
	    .verdict = f->verdict,
	    .is_provisional = about->is_provisional,
	    .at_ms = about->at_ms,
	    .day = about->day,
	    .today = about->today};
	return put_whole(row, f) && row->subject != NULL && row->case_id != NULL &&
		row->pack != NULL && row->rule != NULL
	    ? FV_OK
	    : FV_ENOMEM;
}

static enum fv_err
take_finding(const struct fv_store_finding *f, void *ctx)
{
	struct listing *l = ctx;

	if (f->judged_ms > l->out->judged_ms)
		l->out->judged_ms = f->judged_ms;
	if ((f->verdict != FV_VERDICT_FAIL && f->verdict != FV_VERDICT_REVIEW) ||
	    f->inputs.len == 0)
		return FV_OK; /* nothing to do about, or its inputs were blanked */
	return restore(l, f);
}

/* Fails first, then the heavier, hints last; then by name and time. */
static int
by_weight(const void *a, const void *b)
{
	const struct standing_row *x = a, *y = b;
	int c = (x->verdict < y->verdict) - (x->verdict > y->verdict);

	if (c == 0)
		c = (int)x->is_hint - (int)y->is_hint;
	if (c == 0)
		c = (x->severity > y->severity) - (x->severity < y->severity);
	if (c == 0)
		c = (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
	if (c == 0)
		c = strcmp(x->subject, y->subject);
	if (c == 0)
		c = strcmp(x->pack, y->pack);
	return c != 0 ? c : strcmp(x->rule, y->rule);
}

static enum fv_err
open_listing(struct listing *l, struct fv_store *store, struct standing_list *out)
{
	enum fv_err rc;

	memset(l, 0, sizeof *l);
	memset(out, 0, sizeof *out);
	l->store = store;
	l->out = out;
	if ((l->adopted = calloc(1, sizeof *l->adopted)) == NULL)
		return FV_ENOMEM;
	rc = packstore_adopted(store, l->adopted);
	return rc == FV_ENOENT ? FV_OK : rc;
}

static enum fv_err
close_listing(struct listing *l, enum fv_err rc)
{
	for (size_t i = 0; i < l->pack_count; i++)
		fv_rulepack_free(l->packs[i]);
	free(l->adopted);
	if (rc != FV_OK)
		standing_list_clear(l->out);
	return rc;
}

enum fv_err
standing_list(struct fv_store *store, const char *case_id, struct standing_list *out)
{
	struct listing l;
	enum fv_err rc = open_listing(&l, store, out);

	if (rc == FV_OK)
		rc = fv_store_standing_each(store, case_id, take_finding, &l);
	if (rc == FV_OK && out->count > 1)
		qsort(out->rows, out->count, sizeof *out->rows, by_weight);
	return close_listing(&l, rc);
}

/* A finding that says nothing any more. */
static enum fv_err
add_silent(struct standing_list *list)
{
	struct standing_row *row;
	enum fv_err rc = new_row(list, &row);

	if (rc != FV_OK)
		return rc;
	row->why_en = strdup("");
	row->why_zh = strdup("");
	return row->why_en != NULL && row->why_zh != NULL ? FV_OK : FV_ENOMEM;
}

enum fv_err
standing_list_of(
    struct fv_store *store, uint8_t (*ids)[16], size_t count, struct standing_list *out)
{
	struct fv_store_finding f;
	struct listing l;
	enum fv_err rc = open_listing(&l, store, out);

	for (size_t i = 0; rc == FV_OK && i < count; i++) {
		rc = fv_store_finding_last(store, ids[i], &f);
		if (rc == FV_ENOENT || (rc == FV_OK && f.inputs.len == 0))
			rc = add_silent(out);
		else if (rc == FV_OK)
			rc = restore(&l, &f);
	}
	return close_listing(&l, rc);
}

enum fv_err
standing_live(struct standing_opts *opts, struct standing_list *out)
{
	struct standing_tally tally;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	opts->write = NULL;
	opts->show = take_live;
	opts->ctx = out;
	rc = standing_run(opts, &tally);
	if (rc == FV_OK && out->count > 1)
		qsort(out->rows, out->count, sizeof *out->rows, by_weight);
	if (rc != FV_OK)
		standing_list_clear(out);
	return rc;
}

void
standing_row_clear(struct standing_row *row)
{
	free(row->subject);
	free(row->case_id);
	free(row->pack);
	free(row->rule);
	free(row->why_en);
	free(row->why_zh);
	free(row->json);
}

void
standing_list_clear(struct standing_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		standing_row_clear(&list->rows[i]);
	free(list->rows);
	memset(list, 0, sizeof *list);
}
