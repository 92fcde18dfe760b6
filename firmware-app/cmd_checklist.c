/*
 * The checklist at the door: each answer is a CHECKLIST record of its own (PROTOCOL.md
 * section 2).  It needs no PIN: what is done at the door is done while the handheld is
 * locked, too.
 */
#include <inttypes.h>
#include <string.h>

#include "firmware-app/doorlist.h"
#include "firmware-app/payload.h"

#define N_(s) s

/* What each step asks, and what an answer to it calls for next. */
static const struct {
	const char *text;
	const char *after_yes, *after_no; /* NULL: nothing */
} steps[FV_CHECKLIST_STEP_MAX + 1] = {
    [FV_STEP_IDENTIFY] = {N_("say who you are and for whom you come"), NULL, NULL},
    [FV_STEP_CREDENTIAL] = {N_("show your credential"), NULL, NULL},
    [FV_STEP_CONFIRM] = {N_("confirm whom you speak with, before a word of the debt"), NULL,
	N_("no word of the debt")},
    [FV_STEP_DEBT] = {N_("only then name the debt"), NULL, NULL},
    [FV_STEP_DISCLOSE] = {N_("say what must be said: for whom, what for, their rights"), NULL,
	NULL},
    [FV_STEP_RECORD] = {N_("record the talk in sound, and tell them so"), NULL, NULL},
    [FV_STEP_FILM] = {N_("filming inside: only if they expressly agree (no: nothing is "
			 "filmed)"),
	N_("your own word alone: a rule that it would lift stays for a person to decide"),
	NULL},
    [FV_STEP_ENTER] = {N_("going in: only if expressly invited (no: you stay outside)"),
	N_("your own word alone: a rule that it would lift stays for a person to decide"),
	NULL},
    [FV_STEP_LEAVE] = {N_("leave when asked (no: asked, and still there)"), NULL,
	N_("leave now; then 'fieldvisit end'")},
};

static void
tell_list(struct fv_app *app, const struct fv_work *work, const struct fv_doorlist *list,
    struct fv_reply *reply)
{
	struct fv_json *json = &reply->json;
	char id[FV_VISIT_ID_BYTES];

	fv_json_begin_object(json, NULL);
	fv_json_text_z(json, "visit", fv_app_visit_id(app, work->visit_seq, id));
	fv_json_text_z(json, "case", work->case_id);
	fv_json_begin_array(json, "items");
	for (uint32_t step = 1; step <= FV_CHECKLIST_STEP_MAX; step++) {
		enum fv_tri answer = fv_checklist_answer(&list->said, step);
		const char *word = fv_code_word(FV_CODES_CHECKLIST, step);

		if ((list->items & fv_code_bit(step)) == 0)
			continue;
		fv_reply_line(reply, "%s %-10s  %s%s%s%s",
		    answer == FV_TRI_YES      ? _("[yes]")
			: answer == FV_TRI_NO ? _("[no ]")
					      : _("[   ]"),
		    word, _(steps[step].text), *list->rules[step] != '\0' ? " (" : "",
		    list->rules[step], *list->rules[step] != '\0' ? ")" : "");
		fv_json_begin_object(json, NULL);
		fv_json_text_z(json, "id", word);
		fv_json_text_z(json, "text", _(steps[step].text));
		if (*list->rules[step] != '\0')
			fv_json_text_z(json, "rule", list->rules[step]);
		else
			fv_json_null(json, "rule");
		fv_json_tri(json, "answer", answer);
		if (answer != FV_TRI_UNKNOWN)
			fv_json_instant(json, "at", list->at_ms[step]);
		else
			fv_json_null(json, "at");
		fv_json_end_object(json);
	}
	fv_json_end_array(json);
	fv_json_uint(json, "answered", fv_doorlist_answered(list));
	fv_json_uint(json, "of", fv_doorlist_length(list));
	fv_json_tri(json, "identity_confirmed", fv_checklist_confirmed(&list->said));
	fv_json_end_object(json);
}

/* The item that is meant, on this visit's list.  False: the reply says why not. */
static bool
read_answer(const struct fv_call *call, const struct fv_doorlist *list, uint32_t *step_out,
    bool *answer_out, struct fv_reply *reply)
{
	const char *word = call->args.operands[0], *near;
	const char *answer = call->args.operand_count > 1 ? call->args.operands[1] : "";

	*step_out = fv_code_find(FV_CODES_CHECKLIST, fv_span_z(word));
	*answer_out = strcmp(answer, "yes") == 0;
	if (*step_out == 0) {
		near = fv_code_nearest(FV_CODES_CHECKLIST, fv_span_z(word));
		fv_reply_fail(reply, FV_FAIL_USAGE, "checklist",
		    _("%.40s: no such item%s%s; 'fieldvisit checklist' lists them"), word,
		    near != NULL ? _("; did you mean ") : "", near != NULL ? near : "");
	} else if (!*answer_out && strcmp(answer, "no") != 0) {
		fv_reply_fail(reply, FV_FAIL_USAGE, "checklist",
		    _("%s %.40s: the answer is yes or no"), word, answer);
	} else if ((list->items & fv_code_bit(*step_out)) == 0) {
		fv_reply_fail(reply, FV_FAIL_BAD_INPUT, word,
		    _("no rule of this case's packs asks for it; 'fieldvisit outcome' tells "
		      "what was done all the same"));
	} else {
		return true;
	}
	return false;
}

static void
put_answer(struct fv_buf *out, const struct fv_work *work, uint32_t step, bool answer,
    uint32_t length)
{
	fv_cbor_put_map(out, 3);
	fv_cbor_put_uint(out, 1);
	fv_cbor_put_uint(out, work->visit_seq);
	fv_cbor_put_uint(out, 4);
	fv_cbor_put_array(out, 1);
	fv_cbor_put_array(out, 2);
	fv_cbor_put_uint(out, step);
	fv_cbor_put_bool(out, answer);
	fv_cbor_put_uint(out, 5);
	fv_cbor_put_uint(out, length);
}

/* What to do next, or what went wrong already. */
static const char *
next_of(const struct fv_doorlist *list, uint32_t step, bool answer)
{
	const char *next = answer ? steps[step].after_yes : steps[step].after_no;

	if ((step == FV_STEP_DEBT || step == FV_STEP_DISCLOSE) && answer &&
	    fv_checklist_confirmed(&list->said) != FV_TRI_YES)
		return _("the debt was named before it was known whom you speak with; it is "
			 "recorded so");
	return next != NULL ? _(next) : NULL;
}

static void
tell_answer(struct fv_app *app, const struct fv_work *work, const struct fv_doorlist *list,
    uint32_t step, uint64_t seq, struct fv_reply *reply)
{
	const bool answer = fv_checklist_answer(&list->said, step) == FV_TRI_YES;
	const char *next = next_of(list, step, answer), *word;
	struct fv_json *json = &reply->json;
	char id[FV_VISIT_ID_BYTES];

	word = fv_code_word(FV_CODES_CHECKLIST, step);
	fv_reply_line(reply, _("%s: %s, recorded as %" PRIu64 " (%u of %u)"), word,
	    answer ? _("yes") : _("no"), seq, fv_doorlist_answered(list),
	    fv_doorlist_length(list));
	if (next != NULL)
		fv_reply_line(reply, "%s", next);
	fv_json_begin_object(json, NULL);
	fv_json_text_z(json, "visit", fv_app_visit_id(app, work->visit_seq, id));
	fv_json_uint(json, "seq", seq);
	fv_json_text_z(json, "item", word);
	fv_json_bool(json, "answer", answer);
	fv_json_instant(json, "at", app->journal.trail.last.rtc_ms);
	fv_json_uint(json, "answered", fv_doorlist_answered(list));
	fv_json_uint(json, "of", fv_doorlist_length(list));
	fv_json_tri(json, "identity_confirmed", fv_checklist_confirmed(&list->said));
	if (next != NULL)
		fv_json_text_z(json, "next", next);
	else
		fv_json_null(json, "next");
	fv_json_end_object(json);
}

int
fv_cmd_checklist(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	struct fv_buf payload = {0};
	struct fv_doorlist list;
	struct fv_work work;
	uint64_t seq;
	uint32_t step;
	bool answer, is_done;
	enum fv_err rc;

	if (!fv_app_journal(app, reply))
		return reply->exit;
	if ((rc = fv_work_load(app->store, &work)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (!work.has_visit)
		return fv_reply_fail(reply, FV_FAIL_NO_VISIT, _("visit"),
		    _("none is open; the checklist belongs to an open visit: 'fieldvisit "
		      "begin CASE'"));
	if ((rc = fv_doorlist_load(app, &work, &list)) != FV_OK)
		return fv_reply_fail_err(reply, FV_STORE_FILE, rc);
	if (call->args.operand_count == 0) {
		tell_list(app, &work, &list, reply);
		return FV_EXIT_OK;
	}
	if (!read_answer(call, &list, &step, &answer, reply))
		return reply->exit;
	put_answer(&payload, &work, step, answer, fv_doorlist_length(&list));
	is_done = fv_app_record(app, FV_REC_CHECKLIST, &payload, &seq, reply);
	fv_buf_clear(&payload);
	if (!is_done)
		return reply->exit;
	fv_checklist_take(&list.said, step, answer, seq);
	tell_answer(app, &work, &list, step, seq, reply);
	return FV_EXIT_OK;
}
