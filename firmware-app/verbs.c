#include <string.h>
#include <unistd.h>

#include "firmware-app/profile.h"
#include "firmware-app/verb.h"

/* Marks for a later translation; the table itself holds the English words. */
#define N_(s) s

static const struct fv_option no_options[] = {{NULL, NULL}};
static const struct fv_option agent_options[] = {{"gpsd", "HOST[:PORT]"}, {NULL, NULL}};
static const struct fv_option amend_options[] = {{"business", "WORD"}, {"camera", "yes|no"},
    {"case", "CASE"}, {"debts", "ID,..."}, {"discussed", "ID,..."}, {"entered", "yes|no"},
    {"identified", "yes|no"}, {"identity-confirmed", "yes|no"}, {"outcome", "WORD"},
    {"place", "home|work|other"}, {"plan-fields", "BITS"}, {"plan-months", "N"},
    {"purpose", "WORD"}, {"reason", "wrong-case|late-begin|forgot-end|wrong-outcome|other"},
    {"recorded", "audio|video|none"}, {"time", "TIME"}, {"with", "WHOM"}, {NULL, NULL}};
static const struct fv_option attach_options[] = {{"consent", "EVENT"}, {"keep", NULL},
    {"kind", "document|outside|audio|home|other"}, {"reason", "asked|evidence|safety|other|-"},
    {NULL, NULL}};
static const struct fv_option begin_options[] = {
    {"place", "home|work|other"}, {"purpose", "WORD"}, {"with", "OFFICER"}, {NULL, NULL}};
static const struct fv_option check_options[] = {
    {"place", "home|work|other"}, {"purpose", "WORD"}, {"with", "OFFICER"}, {NULL, NULL}};
static const struct fv_option checkin_options[] = {{"in", "MIN"}, {NULL, NULL}};
static const struct fv_option contact_options[] = {{"begin", "TIME"}, {"business", "WORD"},
    {"by", "collector|debtor"}, {"call-id", "LABEL"}, {"debts", "ID,..."}, {"detail", NULL},
    {"discussed", "ID,..."}, {"end", "TIME"}, {"identified", "yes|no"},
    {"identity-confirmed", "yes|no"}, {"incomplete", NULL}, {"meant-for", "WHOM"},
    {"number", "LABEL"}, {"outcome", "WORD"}, {"place", "home|work|mobile|other"},
    {"purpose", "WORD"}, {"recorded", "audio|video|none"},
    {"source", "handheld|dialler|ai|desk|letter"}, {"with", "WHOM"}, {NULL, NULL}};
static const struct fv_option cosign_options[] = {{"code", "DIGITS"}, {"pin-file", "FILE"},
    {"show", "CASE"}, {"ticket", "FILE"}, {NULL, NULL}};
static const struct fv_option doctor_options[] = {{"gpsd", "HOST[:PORT]"}, {NULL, NULL}};
static const struct fv_option draft_options[] = {
    {"form", NULL}, {"pin-file", "FILE"}, {NULL, NULL}};
static const struct fv_option enroll_options[] = {
    {"pin-file", "FILE"}, {"qr", NULL}, {NULL, NULL}};
static const struct fv_option logout_options[] = {{"drop", NULL}, {NULL, NULL}};
static const struct fv_option login_options[] = {
    {"drop", NULL}, {"pin-file", "FILE"}, {"qr", NULL}, {"ticket", "FILE"}, {NULL, NULL}};
static const struct fv_option outcome_options[] = {{"business", "WORD"}, {"camera", "yes|no"},
    {"debts", "ID,..."}, {"detail", NULL}, {"discussed", "ID,..."}, {"entered", "yes|no"},
    {"identified", "yes|no"}, {"identity-confirmed", "yes|no"}, {"incomplete", NULL},
    {"plan-fields", "BITS"}, {"plan-months", "N"}, {"recorded", "audio|video|none"},
    {"with", "WHOM"}, {NULL, NULL}};
static const struct fv_option pin_options[] = {{"pin-file", "FILE"}, {NULL, NULL}};
static const struct fv_option plan_options[] = {{"day", "DATE"}, {"pin-file", "FILE"},
    {"place", "home|work|other"}, {"purpose", "WORD"}, {"with", "OFFICER"}, {NULL, NULL}};
static const struct fv_option request_options[] = {{"channel", "WORD,..."},
    {"debts", "ID,..."}, {"form", "oral|written|separate"}, {"from", "DATE|TIME"},
    {"number", "LABEL"}, {"scope", "WORD,..."}, {"to", "collector|creditor|prior_collector"},
    {"until", "DATE|TIME"}, {"window", "DAYS [HH:MM-HH:MM]"}, {NULL, NULL}};
static const struct fv_option shift_options[] = {
    {"agree", NULL}, {"refuse", NULL}, {NULL, NULL}};
static const struct fv_option status_options[] = {{"settings", NULL}, {NULL, NULL}};
static const struct fv_option sync_options[] = {{"full", NULL}, {"wait", NULL}, {NULL, NULL}};
static const struct fv_option trail_options[] = {{"all", NULL}, {"count", "N"},
    {"format", "gpx|geojson|csv"}, {"from", "SEQ|TIME"}, {"pin-file", "FILE"}, {"to", "TIME"},
    {NULL, NULL}};

const struct fv_verb fv_verbs[] = {
    {"agent", "[--gpsd HOST[:PORT]]",
	N_("hold the receiver, the trail and the sync until stopped"), agent_options, 0, 0,
	NULL, fv_cmd_agent, FV_VERB_LOCAL},
    {"amend", "VISIT|last --reason WORD [--time TIME] [--outcome WORD] ...",
	N_("correct a visit; both versions are kept"), amend_options, 1, 1, NULL, fv_cmd_amend,
	0},
    {"attach",
	"FILE|- [CASE] [--kind document|outside|audio|home|other] [--consent EVENT] "
	"[--reason WORD|-] [--keep]",
	N_("seal a photo or a recording for supervisors, and remove the plain file"),
	attach_options, 1, 2, fv_prepare_attach, fv_cmd_attach, 0},
    {"begin", "CASE [--with OFFICER] [--place home|work|other] [--purpose WORD]",
	N_("begin a visit"), begin_options, 1, 1, NULL, fv_cmd_begin, 0},
    {"case", "list | show CASE [--pin-file FILE]", N_("the cases on this handheld"),
	pin_options, 1, 2, fv_prepare_case, fv_cmd_case, 0},
    {"check", "CASE [--with OFFICER] [--place home|work|other] [--purpose WORD]",
	N_("does any loaded rule forbid a visit now?"), check_options, 1, 1, NULL,
	fv_cmd_check, 0},
    {"checkin", "[--in MIN | off]",
	N_("say that you are well; the next is due in MIN minutes"), checkin_options, 0, 1,
	NULL, fv_cmd_checkin, 0},
    {"checklist", "[ITEM yes|no]", N_("what is done and said at the door, step by step"),
	no_options, 0, 2, NULL, fv_cmd_checklist, 0},
    {"contact", "CASE call|sms|email|message|letter [--begin TIME] [--outcome WORD] ...",
	N_("record a call, message or letter"), contact_options, 2, 2, fv_prepare_outcome,
	fv_cmd_contact, 0},
    {"cosign", "OFFICER [--code DIGITS | --ticket FILE] [--pin-file FILE] | --show CASE",
	N_("a second officer joins the open visit"), cosign_options, 0, 1, fv_prepare_cosign,
	fv_cmd_cosign, 0},
    {"credential", "", N_("agency, badge and code of the day, to be checked at the door"),
	no_options, 0, 0, NULL, fv_cmd_credential, 0},
    {"doctor", "[--gpsd HOST[:PORT]]", N_("what is wrong here, and how to repair it"),
	doctor_options, 0, 0, NULL, fv_cmd_doctor, FV_VERB_LOCAL},
    {"draft", "put | get | drop [CASE] [--form] [--pin-file FILE]",
	N_("keep what is written and not sent yet"), draft_options, 1, 2, fv_prepare_draft,
	fv_cmd_draft, 0},
    {"end", "", N_("end the visit"), no_options, 0, 0, NULL, fv_cmd_end, 0},
    {"enroll", "TICKET|-|--qr [--pin-file FILE]", N_("make this handheld an officer's, once"),
	enroll_options, 0, 1, fv_prepare_enroll, fv_cmd_enroll, FV_VERB_UNENROLLED},
    {"findings", "", N_("what rules say of your visits, and what was decided"), no_options, 0,
	0, NULL, fv_cmd_findings, 0},
    {"help", "[VERB | exits]", N_("this list, or one verb"), no_options, 0, 1, NULL,
	fv_cmd_help, FV_VERB_LOCAL},
    {"keys", "check | show | digits", N_("who can read the notes written here"), no_options, 1,
	1, NULL, fv_cmd_keys, 0},
    {"lock", "", N_("forget the PIN's key until it is given again"), no_options, 0, 0, NULL,
	fv_cmd_lock, 0},
    {"login", "OFFICER [--ticket FILE | --qr] [--pin-file FILE] [--drop]",
	N_("another officer takes the handheld"), login_options, 1, 1, fv_prepare_login,
	fv_cmd_login, 0},
    {"logout", "[--drop]", N_("hand the handheld back"), logout_options, 0, 0, NULL,
	fv_cmd_logout, 0},
    {"note", "[CASE]", N_("write a note that only supervisors can read"), no_options, 0, 1,
	fv_prepare_note, fv_cmd_note, 0},
    {"officers", "", N_("the colleagues whom the roster names"), no_options, 0, 0, NULL,
	fv_cmd_officers, 0},
    {"outcome", "WORD [--with WHOM] [--entered yes|no] ...", N_("what came of the visit"),
	outcome_options, 1, 1, fv_prepare_outcome, fv_cmd_outcome, 0},
    {"phrases", "", N_("short phrases for notes, by number"), no_options, 0, 0, NULL,
	fv_cmd_phrases, 0},
    {"plan", "[--day DATE] [--with OFFICER] [--place home|work|other] [--pin-file FILE]",
	N_("the day's cases, in the order to go"), plan_options, 0, 0, fv_prepare_plan,
	fv_cmd_plan, 0},
    {"profiles", "", N_("the banks of this handheld, each with a folder of its own"),
	no_options, 0, 0, NULL, fv_cmd_profiles, FV_VERB_LOCAL},
    {"reply", "FINDING", N_("answer a finding; only supervisors can read it"), no_options, 1,
	1, fv_prepare_note, fv_cmd_reply, 0},
    {"request",
	"stop|no-home|no-work|no-medium|consent|consent-withdrawn|inconvenient|complaint|"
	"attorney|dispute|leave-requested|recording|disclosure|welfare|minor-alone [CASE] "
	"[--scope WORD,...] [--window DAYS] ...",
	N_("record what the borrower asks for: stop, no-home, complaint, ..."),
	request_options, 1, 2, NULL, fv_cmd_request, 0},
    {"settings", "", N_("what the agency has set for this handheld"), no_options, 0, 0, NULL,
	fv_cmd_settings, 0},
    {"shift", "[begin | end | pause | resume] [--agree | --refuse]",
	N_("begin or end the working day, or pause it"), shift_options, 0, 1, fv_prepare_shift,
	fv_cmd_shift, 0},
    {"slip", "[shown | refused | withheld]", N_("what the debtor may keep of the visit"),
	no_options, 0, 1, NULL, fv_cmd_slip, 0},
    {"sos", "[end]", N_("call for help: told to the desk before anything else"), no_options, 0,
	1, NULL, fv_cmd_sos, 0},
    {"status", "[--settings]", N_("what is open, recorded, sealed, sent and receipted"),
	status_options, 0, 0, NULL, fv_cmd_status, FV_VERB_UNENROLLED | FV_VERB_WATCH},
    {"sync", "[--full] [--wait]", N_("send what waits, receive cases and packs"), sync_options,
	0, 0, NULL, fv_cmd_sync, 0},
    {"trail",
	"[--from SEQ] [--count N] [--all] | export [--from TIME] [--to TIME] [--format "
	"gpx|geojson|csv] [--pin-file FILE]",
	N_("list the records made here, or take your own places with you"), trail_options, 0,
	1, fv_prepare_trail, fv_cmd_trail, 0},
    {"unlock", "[--pin-file FILE]", N_("open the case cards with the PIN"), pin_options, 0, 0,
	fv_prepare_unlock, fv_cmd_unlock, 0},
    {"verify", "", N_("check every record, hash and seal made here"), no_options, 0, 0, NULL,
	fv_cmd_verify, 0},
    {NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, 0},
};

const struct fv_verb *
fv_verb_find(const char *name)
{
	for (const struct fv_verb *v = fv_verbs; v->name != NULL; v++) {
		if (strcmp(v->name, name) == 0)
			return v;
	}
	return NULL;
}

bool
fv_call_parse(struct fv_call *call, struct fv_reply *reply)
{
	const struct fv_verb *verb = call->verb;
	char fault[160];

	if (!fv_args_parse(call->words, call->word_count, verb->options, &call->args, fault)) {
		fv_reply_fail(reply, FV_FAIL_USAGE, verb->name, "%s", fault);
		return false;
	}
	if (call->args.operand_count < verb->min_operands ||
	    call->args.operand_count > verb->max_operands) {
		fv_reply_fail(reply, FV_FAIL_USAGE, verb->name, _("usage: fieldvisit %s %s"),
		    verb->name, verb->synopsis);
		return false;
	}
	return true;
}

void
fv_call_clear(struct fv_call *call)
{
	for (size_t i = 0; i < FV_CALL_INPUTS; i++)
		fv_buf_clear(&call->inputs[i]);
	if (call->owns_fd)
		close(call->fd);
	call->has_fd = call->owns_fd = false;
}

void
fv_call_no_word(const struct fv_call *call, const char *option, const char *near,
    const struct fv_buf *all, struct fv_reply *reply)
{
	const char *given = fv_args_value(&call->args, option);

	if (near != NULL)
		fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name,
		    _("--%s %.40s: no such word; did you mean '%s'?"), option, given, near);
	else
		fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name,
		    _("--%s %.40s: no such word; one of %.*s"), option, given, (int)all->len,
		    (const char *)all->ptr);
}

uint32_t
fv_call_find(const struct fv_call *call, const char *option, enum fv_code_set set,
    struct fv_span word, struct fv_reply *reply)
{
	uint32_t code = fv_code_find(set, word);
	struct fv_buf all = {0};

	if (code != 0)
		return code;
	for (uint32_t i = 1; i <= fv_code_count(set); i++)
		fv_buf_putf(&all, "%s%s", i > 1 ? ", " : "", fv_code_word(set, i));
	fv_call_no_word(call, option, fv_code_nearest(set, word), &all, reply);
	fv_buf_clear(&all);
	return 0;
}

bool
fv_call_code(const struct fv_call *call, const char *option, enum fv_code_set set,
    uint32_t *code_out, struct fv_reply *reply)
{
	const char *word = fv_args_value(&call->args, option);

	*code_out = 0;
	if (word != NULL)
		*code_out = fv_call_find(call, option, set, fv_span_z(word), reply);
	return word == NULL || *code_out != 0;
}

bool
fv_call_where(const struct fv_call *call, uint32_t *place_out, uint32_t *purpose_out,
    struct fv_reply *reply)
{
	struct fv_buf all = {0};

	if (!fv_call_code(call, "place", FV_CODES_PLACE, place_out, reply) ||
	    !fv_call_code(call, "purpose", FV_CODES_PURPOSE, purpose_out, reply))
		return false;
	if (*place_out != FV_PLACE_MOBILE)
		return true;
	fv_buf_put_z(&all, "home, work, other");
	fv_call_no_word(call, "place", NULL, &all, reply);
	fv_buf_clear(&all);
	return false;
}

bool
fv_call_tri(const struct fv_call *call, const char *option, enum fv_tri *tri_out,
    struct fv_reply *reply)
{
	const char *word = fv_args_value(&call->args, option);

	*tri_out = FV_TRI_UNKNOWN;
	if (word == NULL)
		return true;
	if (strcmp(word, "yes") == 0)
		*tri_out = FV_TRI_YES;
	else if (strcmp(word, "no") == 0)
		*tri_out = FV_TRI_NO;
	if (*tri_out != FV_TRI_UNKNOWN)
		return true;
	fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name,
	    _("--%s %.40s: the answer is yes or no"), option, word);
	return false;
}

bool
fv_call_uint(const struct fv_call *call, const char *option, uint64_t max, bool *has_out,
    uint64_t *value_out, struct fv_reply *reply)
{
	const char *word = fv_args_value(&call->args, option);

	*has_out = word != NULL;
	*value_out = 0;
	if (word == NULL || fv_decimal_decode(fv_span_z(word), max, value_out) == FV_OK)
		return true;
	fv_reply_fail(reply, FV_FAIL_USAGE, call->verb->name,
	    _("--%s %.40s: a whole number from 0 to %llu"), option, word,
	    (unsigned long long)max);
	return false;
}
