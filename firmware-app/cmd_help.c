#include <string.h>

#include "firmware-app/verb.h"

static int
list_exits(struct fv_reply *reply)
{
	fv_json_begin_array(&reply->json, NULL);
	for (unsigned i = 0; i < FV_FAIL_COUNT; i++) {
		fv_reply_line(reply, "%-16s %d", fv_fail_id((enum fv_fail)i),
		    fv_fail_exit((enum fv_fail)i));
		fv_json_begin_object(&reply->json, NULL);
		fv_json_text_z(&reply->json, "id", fv_fail_id((enum fv_fail)i));
		fv_json_int(&reply->json, "exit", fv_fail_exit((enum fv_fail)i));
		fv_json_end_object(&reply->json);
	}
	fv_json_end_array(&reply->json);
	return FV_EXIT_OK;
}

static int
list_verbs(struct fv_reply *reply)
{
	fv_reply_line(reply, "%s",
	    _("usage: fieldvisit [--dir DIR | --profile NAME] [--practice] [--json] VERB "
	      "...\n\n"
	      "A visit, in order: shift begin, check CASE, begin CASE, outcome WORD, note, "
	      "end.\n"));
	fv_json_begin_array(&reply->json, NULL);
	for (const struct fv_verb *v = fv_verbs; v->name != NULL; v++) {
		fv_reply_line(reply, "  %-8s %s", v->name, _(v->summary));
		fv_json_begin_object(&reply->json, NULL);
		fv_json_text_z(&reply->json, "verb", v->name);
		fv_json_text_z(&reply->json, "synopsis", v->synopsis);
		fv_json_text_z(&reply->json, "summary", _(v->summary));
		fv_json_end_object(&reply->json);
	}
	fv_json_end_array(&reply->json);
	fv_reply_line(reply, "%s", _("\n'fieldvisit help VERB' says more of one."));
	return FV_EXIT_OK;
}

int
fv_cmd_help(struct fv_app *app, struct fv_call *call, struct fv_reply *reply)
{
	const struct fv_verb *verb;

	(void)app;
	if (call->args.operand_count == 0)
		return list_verbs(reply);
	if (strcmp(call->args.operands[0], "exits") == 0)
		return list_exits(reply);
	verb = fv_verb_find(call->args.operands[0]);
	if (verb == NULL)
		return fv_reply_fail(reply, FV_FAIL_USAGE, call->args.operands[0],
		    _("no such verb; 'fieldvisit help' lists them"));
	fv_reply_line(reply, "fieldvisit %s %s\n", verb->name, verb->synopsis);
	fv_reply_line(reply, "%s", _(verb->summary));
	for (const struct fv_option *o = verb->options; o->name != NULL; o++)
		fv_reply_line(reply, "  --%s%s%s", o->name, o->value != NULL ? " " : "",
		    o->value != NULL ? o->value : "");
	fv_json_begin_object(&reply->json, NULL);
	fv_json_text_z(&reply->json, "verb", verb->name);
	fv_json_text_z(&reply->json, "synopsis", verb->synopsis);
	fv_json_text_z(&reply->json, "summary", _(verb->summary));
	fv_json_end_object(&reply->json);
	return FV_EXIT_OK;
}
