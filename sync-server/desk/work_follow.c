/* What was asked for at the door, exceptions, and figures that rank nobody. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/fold.h"
#include "fv/instant.h"
#include "sync-server/desk/work_in.h"
#include "sync-server/standing.h"
#include "sync-server/verb.h"

#define SEQ_BITS 40
#define SMALL 5 /* visits; of fewer a share says nothing, and may name one person */
#define WEEK_DAYS 7

/* -- what was asked for ----------------------------------------------------------------------
 */

/* A record's device and seq.  Errors: FV_ECORRUPT. */
static enum fv_err
find_device(struct fv_store *store, int64_t record, struct fv_store_device *out)
{
	enum fv_err rc = fv_store_device_get_no(store, record >> SEQ_BITS, out);

	return rc == FV_ENOENT ? FV_ECORRUPT : rc;
}

static enum fv_err
take_asked(const struct fv_store_asked *a, void *ctx)
{
	static const char *const words[] = {
	    "", "promise", "instalment", "extension", "reduction"};
	static const char *const decisions[] = {"open", "granted", "refused"};
	struct work_list *list = ctx;
	const uint64_t mask = (UINT64_C(1) << SEQ_BITS) - 1;
	struct fv_store_device device;
	char contact[FV_FOLD_ID_BYTES], zone[64];
	json_t *dev;
	enum fv_err rc = find_device(list->request->store, a->visit, &device);

	if (rc != FV_OK)
		return rc;
	(void)snprintf(
	    list->next, sizeof list->next, "%" PRId64 ".%" PRId64, a->due_ms, a->visit);
	(void)fv_fold_id('v', device.dev, (uint64_t)a->visit & mask, contact);
	dev = fv_verb_json_hex(device.dev, FV_DEV_BYTES);
	fv_wipe(&device, sizeof device);
	return work_list_add(list,
	    json_pack("{s:I, s:s, s:o, s:o, s:s, s:s, s:s, s:I, s:I, s:s, s:o, s:o, s:o, s:s}",
		"visit", (json_int_t)a->visit, "contact", contact, "dev", dev, "note",
		work_ms(a->record != 0, (int64_t)((uint64_t)a->record & mask)), "case",
		a->case_id, "agency", a->agency, "asked",
		words[a->business < 5 ? a->business : 0], "at_ms", (json_int_t)a->at_ms,
		"due_ms", (json_int_t)a->due_ms, "decision",
		decisions[a->decision <= FV_ASKED_REFUSED ? a->decision : 0], "reason",
		work_maybe(a->reason), "decided_by", work_maybe(a->decided_by), "decided_ms",
		work_ms(a->has_decided, a->decided_ms), "zone",
		work_zone(list->request->store, a->case_id, zone, sizeof zone)));
}

void
work_followups(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *after = fv_web_query(request->web, "after");
	const char *state = fv_web_query(request->web, "state");
	const char *case_id = fv_web_query(request->web, "case");
	struct fv_store_asked_filter filter = {.agency = work_agency(request),
	    .case_id = case_id != NULL && case_id[0] != '\0' ? case_id : NULL,
	    .is_open = state == NULL || strcmp(state, "all") != 0};
	struct work_list list;

	if (after != NULL && after[0] != '\0' &&
	    sscanf(after, "%" SCNd64 ".%" SCNd64, &filter.after_due, &filter.after_visit) !=
		2) {
		desk_problem(answer, 422, "bad-query", "'after' is what 'next' said");
		return;
	}
	if (!work_list_open(&list, request, answer))
		return;
	filter.max = list.limit;
	work_list_close(
	    &list, answer, fv_store_asked_each(request->store, &filter, take_asked, &list));
}

void
work_answer(struct desk_request *request, struct fv_web_answer *answer)
{
	struct fv_store_asked asked = {0};
	int64_t visit;
	enum fv_err rc;

	if (!work_number(request, answer, &visit))
		return;
	rc = fv_store_asked_get(request->store, visit, &asked);
	work_for_reason(request, answer, rc, asked.agency, "request answer",
	    json_pack("{s:I, s:b}", "visit", (json_int_t)visit, "granted",
		json_is_true(json_object_get(request->body, "granted"))));
}

/* -- exceptions
 * ------------------------------------------------------------------------------- */

static const char *const kinds[] = {"", "plan", "amend", "standing", "no_fix", "open_end"};
#define KINDS (sizeof kinds / sizeof kinds[0])

static enum fv_err
take_exception(const struct fv_store_exception *e, void *ctx)
{
	struct work_list *list = ctx;
	char zone[64];

	(void)snprintf(list->next, sizeof list->next, "%" PRId64 ".%s", e->at_ms, e->key);
	return work_list_add(list,
	    json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:I, s:b, s:o, s:o, s:o, s:s}",
		"kind", kinds[(size_t)e->kind < KINDS ? (size_t)e->kind : 0], "key", e->key,
		"case", work_maybe(e->case_id), "agency", e->agency, "subject", e->subject,
		"officer", work_maybe(e->officer), "rule", work_maybe(e->rule), "at_ms",
		(json_int_t)e->at_ms, "settled", (int)e->is_settled, "reason",
		work_maybe(e->reason), "settled_by", work_maybe(e->settled_by), "settled_ms",
		work_ms(e->is_settled, e->settled_ms), "zone",
		work_zone(list->request->store, e->case_id, zone, sizeof zone)));
}

/* The ids of the standing findings among the rows.  Owned: what is returned; NULL: memory is
 * short. */
static uint8_t (*standing_ids(const json_t *rows, size_t *count_out))[16]
{
	uint8_t(*ids)[16] = calloc(json_array_size(rows) + 1, sizeof *ids);
	json_t *row;
	size_t i;

	*count_out = 0;
	if (ids == NULL)
		return NULL;
	json_array_foreach(rows, i, row)
	{
		const char *key = json_string_value(json_object_get(row, "key"));
		const char *kind = json_string_value(json_object_get(row, "kind"));

		if (strcmp(kind, "standing") == 0 &&
		    fv_hex_decode(fv_span_z(key), ids[*count_out], sizeof *ids) == FV_OK)
			++*count_out;
	}
	return ids;
}

/* Of a stop nobody logged anything: the finding itself says whose shift it was. */
static void
put_officer(json_t *row, const struct standing_row *said)
{
	json_t *finding = json_loads(said->json, 0, NULL);
	json_t *officer = json_object_get(json_object_get(finding, "inputs"), "officer");

	if (json_is_string(officer))
		(void)json_object_set(row, "officer", officer);
	json_decref(finding);
}

/* A standing finding has a sentence: "why" of each row, null for all others. */
static enum fv_err
put_sentences(struct work_list *list)
{
	struct standing_list said = {0};
	size_t count, at = 0, i;
	uint8_t(*ids)[16] = standing_ids(list->rows, &count);
	enum fv_err rc = ids == NULL
	    ? FV_ENOMEM
	    : standing_list_of(list->request->store, ids, count, &said);
	json_t *row;

	json_array_foreach(list->rows, i, row)
	{
		const char *kind = json_string_value(json_object_get(row, "kind"));
		const bool is_said =
		    rc == FV_OK && strcmp(kind, "standing") == 0 && at < said.count;

		(void)json_object_set_new(row, "why",
		    is_said ? json_pack("{s:s, s:s}", "en", said.rows[at].why_en, "zh",
				  said.rows[at].why_zh)
			    : json_null());
		if (is_said)
			put_officer(row, &said.rows[at]);
		at += is_said ? 1 : 0;
	}
	standing_list_clear(&said);
	free(ids);
	return rc;
}

/* The number of a kind's word; 0: none or every one. */
static uint32_t
kind_of(const char *word)
{
	for (size_t i = 1; word != NULL && i < KINDS; i++)
		if (strcmp(word, kinds[i]) == 0)
			return (uint32_t)i;
	return 0;
}

void
work_exceptions(struct desk_request *request, struct fv_web_answer *answer)
{
	const char *after = fv_web_query(request->web, "after");
	const char *state = fv_web_query(request->web, "state");
	struct fv_store_exception_filter filter = {.agency = work_agency(request),
	    .kind = kind_of(fv_web_query(request->web, "kind")),
	    .is_settled = state != NULL && strcmp(state, "settled") == 0,
	    .now_ms = request->now_ms,
	    .after_ms = INT64_MAX,
	    .after_key = ""};
	struct work_list list;
	int used = 0;
	enum fv_err rc;

	if (after != NULL && after[0] != '\0') {
		if (sscanf(after, "%" SCNd64 ".%n", &filter.after_ms, &used) != 1 ||
		    used == 0) {
			desk_problem(answer, 422, "bad-query", "'after' is what 'next' said");
			return;
		}
		filter.after_key = after + used;
	}
	if (!work_list_open(&list, request, answer))
		return;
	filter.max = list.limit;
	rc = fv_store_exception_each(request->store, &filter, take_exception, &list);
	if (rc == FV_OK)
		rc = put_sentences(&list);
	work_list_close(&list, answer, rc);
}

/* Is this exception there, and his to see? */
struct seeking {
	struct desk_request *request;
	const char *key;
	bool is_there;
};

static enum fv_err
seek(const struct fv_store_exception *e, void *ctx)
{
	struct seeking *s = ctx;

	s->is_there = s->is_there || strcmp(e->key, s->key) == 0;
	return FV_OK;
}

static void
write_settled(struct desk_request *request, struct fv_web_answer *answer, bool is_settled,
    const char *verb)
{
	const char *kind = desk_text(request, answer, "kind", FV_WORK_REASON_BYTES);
	const char *key = kind != NULL ? desk_text(request, answer, "key", 64) : NULL;
	const char *reason = json_string_value(json_object_get(request->body, "reason"));
	struct seeking s = {.request = request, .key = key};
	const struct fv_store_exception_filter filter = {.agency = work_agency(request),
	    .kind = kind_of(kind),
	    .is_settled = is_settled,
	    .now_ms = request->now_ms,
	    .after_ms = INT64_MAX,
	    .after_key = "",
	    .max = INT32_MAX};
	enum fv_err rc;

	if (key == NULL)
		return;
	rc = fv_store_exception_each(request->store, &filter, seek, &s);
	if (rc != FV_OK || !s.is_there || filter.kind == 0) {
		desk_failed(answer, rc != FV_OK ? rc : FV_ENOENT);
		return;
	}
	work_told(request, answer,
	    desk_write(request, answer, verb,
		json_pack("{s:I, s:s, s:s}", "kind", (json_int_t)filter.kind, "key", key,
		    "reason", reason != NULL ? reason : "")));
}

void
work_settle(struct desk_request *request, struct fv_web_answer *answer)
{
	write_settled(request, answer, false, "exception settle");
}

void
work_reopen(struct desk_request *request, struct fv_web_answer *answer)
{
	write_settled(request, answer, true, "exception reopen");
}

/* -- figures
 * ---------------------------------------------------------------------------------- */

/* A share in percent; null where it would rest on too few visits. */
static json_t *
json_share(uint64_t part, uint64_t whole)
{
	return whole < SMALL ? json_null() : json_real((double)(part * 1000 / whole) / 10);
}

static enum fv_err
take_figures(const struct fv_store_figures *f, void *ctx)
{
	struct work_list *list = ctx;

	return work_list_add(list,
	    json_pack("{s:s, s:s, s:o, s:I, s:I, s:o, s:o, s:b}", "agency", f->agency,
		"officer", f->officer, "clean_percent", json_share(f->clean, f->visits),
		"open_exceptions", (json_int_t)f->open, "amended", (json_int_t)f->amended,
		"amended_percent", json_share(f->amended, f->visits), "complaint_percent",
		json_share(f->complaints, f->visits), "few", f->visits < SMALL));
}

void
work_figures(struct desk_request *request, struct fv_web_answer *answer)
{
	struct work_list list;
	int64_t from, until;
	bool has_from, has_until;

	if (!desk_query_day(request, answer, "from", &has_from, &from) ||
	    !desk_query_day(request, answer, "to", &has_until, &until) ||
	    !work_list_open(&list, request, answer))
		return;
	list.limit = SIZE_MAX; /* as many rows as officers */
	if (!has_until)
		until = request->now_ms / FV_MS_PER_DAY;
	if (!has_from)
		from = until - (WEEK_DAYS - 1);
	work_list_close(&list, answer,
	    fv_store_figures_each(request->store, work_agency(request), from * FV_MS_PER_DAY,
		(until + 1) * FV_MS_PER_DAY, take_figures, &list));
}
