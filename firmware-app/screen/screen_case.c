/* A case: may I knock, who and where, what may and may not be said. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/screen.h"

enum id {
	ID_BEGIN,
	ID_WHY,
	ID_PLACE,
	ID_WITH,
	ID_CONTACT,
};

enum tag {
	TAG_CARD,
	TAG_CHECK,
	TAG_BEGIN,
};

static const char *const places[] = {"home", "work", "other"};
static const char *const place_names[] = {N_("home"), N_("work"), N_("other")};

struct visit_case {
	char id[32];
	json_t *row, *card, *check; /* owned; NULL: not yet */
	char card_failed[240], check_failed[240];
	size_t place;
	bool is_whole; /* all of the answer is shown */
};

/* --- asking --- */

static void on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer);

/* `check` or `begin`, both of the same visit. */
static void
ask_visit(struct fv_ui *ui, struct visit_case *c, enum tag tag)
{
	struct fv_ask ask = {.verb = tag == TAG_CHECK ? "check" : "begin",
	    .words = {c->id, "--place", places[c->place]},
	    .what = tag == TAG_CHECK ? _("asking the rules") : _("beginning the visit"),
	    .on = on_answer,
	    .tag = (int)tag};

	if (*fv_partner() != '\0') {
		ask.words[3] = "--with";
		ask.words[4] = fv_partner();
	}
	fv_ui_ask(ui, &ask);
}

static void
ask_check(struct fv_ui *ui, struct visit_case *c)
{
	json_decref(c->check);
	c->check = NULL;
	ask_visit(ui, c, TAG_CHECK);
}

/* Who goes along was changed, perhaps. */
static void
again(struct fv_ui *ui, void *state)
{
	ask_check(ui, state);
}

static void
open_case(struct fv_ui *ui, void *state, const void *arg)
{
	struct visit_case *c = state;
	const struct fv_ask ask = {.verb = "case",
	    .words = {"show", c->id},
	    .what = _("opening the card"),
	    .on = on_answer,
	    .tag = TAG_CARD};

	c->row = json_deep_copy(arg);
	snprintf(c->id, sizeof c->id, "%s", fv_json_str(c->row, "case"));
	fv_ui_ask(ui, &ask);
	ask_check(ui, c);
}

static void
close_case(void *state)
{
	struct visit_case *c = state;

	json_decref(c->row);
	json_decref(c->card);
	json_decref(c->check);
}

static void
on_begun(struct fv_ui *ui, const struct fv_answer *answer)
{
	char said[400];

	if (answer->has_failed) {
		fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
		return;
	}
	fv_ui_begun(ui, answer->json);
	snprintf(said, sizeof said, "%s%s%s", _("the visit has begun"),
	    answer->warnings[0] != '\0' ? ". " : "", answer->warnings);
	fv_ui_swap(ui, &fv_screen_visit, NULL);
	fv_ui_say(ui, answer->warnings[0] != '\0' ? FV_STYLE_ASK : FV_STYLE_GOOD, "%s", said);
}

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct visit_case *c = state;
	char *failed = tag == TAG_CARD ? c->card_failed : c->check_failed;
	json_t **json = tag == TAG_CARD ? &c->card : &c->check;

	if (tag == TAG_BEGIN) {
		on_begun(ui, answer);
		return;
	}
	snprintf(failed, sizeof c->card_failed, "%s", answer->has_failed ? answer->text : "");
	json_decref(*json);
	*json = answer->has_failed ? NULL : json_deep_copy(answer->json);
}

/* --- the page --- */

/* The sentence of a finding in the language of the screen. */
static const char *
why(const json_t *finding)
{
	const char *zh = fv_json_str(json_object_get(finding, "why"), "zh");

	return fv_ui_is_chinese() && *zh != '\0'
	    ? zh
	    : fv_json_str(json_object_get(finding, "why"), "en");
}

/* The first finding that carries the answer. */
static const char *
reason(const json_t *check, const char *verdict)
{
	const json_t *f;
	size_t i;

	json_array_foreach(json_object_get(check, "findings"), i, f)
	{
		if (strcmp(fv_json_str(f, "verdict"), verdict) == 0)
			return why(f);
	}
	return "";
}

static void
put_answer(const struct visit_case *c, struct fv_page *page)
{
	const char *answer = fv_json_str(c->check, "answer");
	int64_t next = fv_json_ms(c->check, "next");
	char text[1024], when[FV_WHEN_BYTES];

	if (strcmp(answer, "none_forbids") == 0) {
		fv_page_box(page, FV_STYLE_GOOD, _("NO LOADED RULE FORBIDS IT"));
	} else if (strcmp(answer, "not_now") == 0) {
		if (next != 0)
			snprintf(text, sizeof text, _("NOT NOW\nallowed from %s\n%s"),
			    fv_when(next, when), reason(c->check, "fail"));
		else
			snprintf(text, sizeof text, _("NOT NOW\nno later time cures it\n%s"),
			    reason(c->check, "fail"));
		fv_page_box(page, FV_STYLE_BAD, text);
	} else if (strcmp(answer, "ask") == 0) {
		snprintf(text, sizeof text, _("A PERSON MUST DECIDE\n%s"),
		    fv_json_str(c->check, "who"));
		fv_page_box(page, FV_STYLE_ASK, text);
	} else {
		fv_page_box(page, FV_STYLE_BAR,
		    c->check_failed[0] != '\0' ? c->check_failed : _("asking the rules"));
	}
}

static void
put_packs(const struct visit_case *c, struct fv_page *page)
{
	const json_t *pack, *age = json_object_get(c->check, "age_s");
	char line[240] = "", old[FV_WHEN_BYTES];
	size_t i, len = 0;

	json_array_foreach(json_object_get(c->check, "packs"), i, pack)
	{
		if (len < sizeof line)
			len += (size_t)snprintf(line + len, sizeof line - len, "%s%s r%d",
			    i > 0 ? ", " : "", fv_json_str(pack, "id"),
			    (int)fv_json_number(pack, "revision"));
	}
	fv_page_pair(page, FV_STYLE_DIM, _("rules"), "%s", len > 0 ? line : _("no pack"));
	if (json_is_integer(age))
		fv_page_pair(page, FV_STYLE_DIM, _("known"), _("holds as of %s ago"),
		    fv_lasting(json_integer_value(age) * 1000, old));
	else
		fv_page_pair(page, FV_STYLE_ASK, _("known"), "%s", _("never synced"));
}

static void
put_findings(const struct visit_case *c, struct fv_page *page)
{
	const json_t *f;
	size_t i;

	json_array_foreach(json_object_get(c->check, "findings"), i, f)
	{
		bool is_fail = strcmp(fv_json_str(f, "verdict"), "fail") == 0;

		fv_page_line(page, is_fail ? FV_STYLE_BAD : FV_STYLE_ASK, "%s: %s",
		    is_fail ? _("fail") : _("review"), why(f));
		fv_page_line(page, FV_STYLE_DIM, "  %s %s; %s", fv_json_str(f, "pack"),
		    fv_json_str(f, "rule"), fv_json_str(f, "citation"));
	}
}

/* What may and may not be said and done. */
static void
put_duties(const struct visit_case *c, struct fv_page *page)
{
	const json_t *duty;
	size_t i;

	json_array_foreach(json_object_get(c->check, "duties"), i, duty)
	{
		if (i == 0) {
			fv_page_gap(page);
			fv_page_line(page, FV_STYLE_STRONG, "%s", _("At the door:"));
		}
		fv_page_line(page, FV_STYLE_PLAIN, "- %s", fv_json_str(duty, "text"));
	}
}

static void
put_card(const struct visit_case *c, struct fv_page *page)
{
	static const struct {
		const char *key, *label;
	} lines[] = {{"name", N_("name")}, {"address", N_("address")},
	    {"amount", N_("amount")}, {"days_overdue", N_("overdue")},
	    {"remark", N_("remark")}};
	const json_t *card = json_object_get(c->card, "card"), *phone;
	size_t i;

	for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		const char *text = fv_json_str(card, lines[i].key);

		if (*text != '\0')
			fv_page_pair(page, i == 0 ? FV_STYLE_STRONG : FV_STYLE_PLAIN,
			    gettext(lines[i].label), "%s", text);
	}
	json_array_foreach(json_object_get(card, "phones"), i, phone)
	    fv_page_pair(page, FV_STYLE_PLAIN, _("phone"), "%s (%s)",
		fv_json_str(phone, "number"), fv_json_str(phone, "label"));
	if (c->card != NULL && card == NULL)
		fv_page_line(
		    page, FV_STYLE_ASK, "%s", _("no card for this handheld came with it"));
	if (c->card_failed[0] != '\0')
		fv_page_line(page, FV_STYLE_BAD, "%s", c->card_failed);
}

/* The last contacts, in short. */
static void
put_history(const struct visit_case *c, struct fv_page *page)
{
	static const struct {
		const char *word, *text;
	} words[] = {{"visit", N_("visit")}, {"call", N_("Call")}, {"sms", N_("Text message")},
	    {"message", N_("Chat message")}, {"email", N_("E-mail")}, {"letter", N_("Letter")},
	    {"conversation", N_("spoken with")}, {"contact", N_("met")},
	    {"no_answer", N_("No answer")}, {"left_message", N_("Left a message")},
	    {"not_connected", N_("Not connected")}, {"not_home", N_("nobody at home")},
	    {"refused", N_("Refused to talk")}};
	const json_t *contact;
	char when[FV_WHEN_BYTES];
	size_t i;

	json_array_foreach(json_object_get(c->card, "contacts"), i, contact)
	{
		const char *channel = fv_json_str(contact, "channel");
		const char *outcome = fv_json_str(contact, "outcome");

		for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
			if (strcmp(words[k].word, channel) == 0)
				channel = gettext(words[k].text);
			if (strcmp(words[k].word, outcome) == 0)
				outcome = gettext(words[k].text);
		}
		fv_page_pair(page, FV_STYLE_PLAIN, _("before"), "%s %s %s",
		    fv_when(fv_json_ms(contact, "at"), when), channel, outcome);
	}
}

/* What the plan knows of the case. */
static void
put_plan(const struct visit_case *c, struct fv_page *page)
{
	const json_t *followup = json_object_get(c->row, "followup"), *hold;
	const char *kind = fv_json_str(followup, "kind");
	size_t i;

	json_array_foreach(json_object_get(c->row, "holds"), i, hold)
	    fv_page_pair(page, FV_STYLE_BAD, _("HOLD"), "%s",
		json_is_string(hold) ? json_string_value(hold) : fv_json_str(hold, "kind"));
	if (*kind != '\0')
		fv_page_pair(page, FV_STYLE_STRONG, _("follow-up"), "%s %s",
		    strcmp(kind, "promise") == 0 ? _("promised for") : kind,
		    fv_json_str(followup, "due"));
	if (fv_json_is(c->row, "visited"))
		fv_page_line(page, FV_STYLE_ASK, "%s", _("visited today"));
}

/* "Why": the whole answer; else the card, with the answer above it. */
static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct visit_case *c = state;
	char label[64];

	put_answer(c, page);
	if (c->is_whole) {
		put_packs(c, page);
		put_findings(c, page);
		put_duties(c, page);
	} else {
		put_plan(c, page);
		fv_page_pair(page, FV_STYLE_STRONG, _("case"), "%s", c->id);
		if (!fv_ui_is_hiding(ui))
			put_card(c, page);
		put_history(c, page);
		put_duties(c, page);
	}
	if (!fv_ui_view(ui)->has_visit)
		fv_page_button(page, ID_BEGIN, 'b', _("Begin visit"));
	fv_page_button(page, ID_WHY, 'k', c->is_whole ? _("Ask again") : _("May I knock?"));
	snprintf(label, sizeof label, "%s: %s", _("With"),
	    *fv_partner() != '\0' ? fv_partner() : _("nobody"));
	fv_page_button(page, ID_WITH, 'w', label);
	snprintf(label, sizeof label, "%s: %s", _("Place"), gettext(place_names[c->place]));
	fv_page_button(page, ID_PLACE, 'p', label);
	fv_page_button(page, ID_CONTACT, 't', _("Call, message"));
}

/* What is forbidden now can be begun, once the reason was on the screen: it is recorded. */
static void
begin(struct fv_ui *ui, struct visit_case *c)
{
	if (fv_ui_is_asking(ui))
		return;
	if (strcmp(fv_json_str(c->check, "answer"), "not_now") == 0 && !c->is_whole) {
		c->is_whole = true;
		fv_ui_say(ui, FV_STYLE_BAD, "%s",
		    _("Not now. b once more begins all the same, and it is recorded so."));
		return;
	}
	ask_visit(ui, c, TAG_BEGIN);
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	struct visit_case *c = state;

	switch ((enum id)id) {
	case ID_BEGIN:
		begin(ui, c);
		break;
	case ID_WHY:
		c->is_whole = true;
		ask_check(ui, c);
		break;
	case ID_PLACE:
		c->place = (c->place + 1) % (sizeof places / sizeof places[0]);
		ask_check(ui, c);
		break;
	case ID_WITH:
		fv_ui_push(ui, &fv_screen_with, NULL);
		break;
	case ID_CONTACT:
		fv_ui_push(ui, &fv_screen_contact, c->id);
		break;
	}
}

/* Esc leads from the whole answer to the card. */
static bool
key(struct fv_ui *ui, void *state, int k)
{
	struct visit_case *c = state;
	bool is_taken = k == FV_KEY_ESC && c->is_whole;

	(void)ui;
	if (is_taken)
		c->is_whole = false;
	return is_taken;
}

const struct fv_screen fv_screen_case = {.title = N_("Case"),
    .state_bytes = sizeof(struct visit_case),
    .open = open_case,
    .again = again,
    .close = close_case,
    .build = build,
    .act = act,
    .key = key};
