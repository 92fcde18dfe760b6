#include "firmware-app/practice/steps.h"

#include <jansson.h>

#include "firmware-app/frame.h"
#include "firmware-app/practice/folder.h"
#include "firmware-app/screen/guide_step.h"
#include "firmware-app/verb.h"
#include "firmware-app/words.h"

#define N_(s) s

static const struct step {
	const char *command, *why;
} steps[] = {
    [FV_GUIDE_SHIFT] = {"shift begin --agree",
	N_("the shift begins: your places are recorded until it ends")},
    [FV_GUIDE_CHECK] = {"check practice-1 --place home --with colleague",
	N_("ask the rules before you knock; then 'begin' in place of 'check'")},
    [FV_GUIDE_BEGIN] = {"begin practice-1 --place home --with colleague",
	N_("the visit begins: time and place are recorded")},
    [FV_GUIDE_IDENTIFY] = {"checklist",
	N_("say who you are and ask who they are: 'checklist ITEM yes' for each line")},
    [FV_GUIDE_CHECKLIST] = {"checklist", N_("answer each line: 'checklist ITEM yes' or no")},
    [FV_GUIDE_NOTE] = {"note", N_("what was said: only supervisors can read it")},
    [FV_GUIDE_OUTCOME] = {"outcome conversation --with debtor",
	N_("what came of the visit, in one word")},
    [FV_GUIDE_SLIP] = {"slip shown", N_("the borrower saw who came and where to complain")},
    [FV_GUIDE_END] = {"end", N_("the visit is sealed: nobody can change it after")},
    [FV_GUIDE_SHIFT_END] = {"shift end", N_("the shift ends: no place is taken after it")},
};

/* The JSON answer of a verb, through the agent or here.  Owned; NULL: none. */
static json_t *
ask(const char *dir, const char *verb, const char *word, const char *value)
{
	struct fv_call call = {.verb = fv_verb_find(verb),
	    .dir = dir,
	    .want_json = true,
	    .language = fv_span_z(fv_words_language())};
	struct fv_reply reply;
	json_t *answer = NULL;

	fv_reply_init(&reply, true);
	if (word != NULL) {
		call.words[call.word_count++] = word;
		call.words[call.word_count++] = value;
	}
	if (fv_call_parse(&call, &reply))
		(void)fv_call_run(&call, &reply);
	if (reply.out.len > 0)
		answer = json_loadb((const char *)reply.out.ptr, reply.out.len, 0, NULL);
	fv_call_clear(&call);
	fv_reply_clear(&reply);
	return answer;
}

static void
tell_step(enum fv_guide_step step, struct fv_reply *reply)
{
	fv_reply_line(reply, _("step %d of %d: %s"), (int)step, FV_GUIDE_STEPS,
	    gettext(steps[step].why));
	fv_reply_line(reply, "  fieldvisit --practice %s", steps[step].command);
	fv_json_int(&reply->json, "step", (int)step);
	fv_json_int(&reply->json, "of", FV_GUIDE_STEPS);
	fv_json_text_z(&reply->json, "command", steps[step].command);
	fv_json_text_z(&reply->json, "why", gettext(steps[step].why));
}

int
fv_practice_tell_step(const char *dir, struct fv_reply *reply)
{
	json_t *status = ask(dir, "status", NULL, NULL);
	json_t *trail = ask(dir, "trail", "--count", "200");
	enum fv_guide_step step = fv_guide_step(status, trail, false);
	bool has_agent = json_is_true(json_object_get(status, "agent"));

	fv_json_begin_object(&reply->json, NULL);
	fv_json_bool(&reply->json, "agent", has_agent);
	fv_json_text_z(&reply->json, "pin", FV_PRACTICE_PIN);
	if (!has_agent)
		fv_reply_line(reply, "%s",
		    _("no agent runs, so no place is recorded: 'fieldvisit --practice agent "
		      "&'"));
	fv_reply_line(reply, _("the PIN of practice: %s"), FV_PRACTICE_PIN);
	if (step == FV_GUIDE_DONE)
		fv_reply_line(reply, "%s",
		    _("a whole visit is done; 'fieldvisit --practice --reset guide' begins "
		      "anew"));
	else
		tell_step(step, reply);
	fv_json_end_object(&reply->json);
	json_decref(status);
	json_decref(trail);
	return FV_EXIT_OK;
}
