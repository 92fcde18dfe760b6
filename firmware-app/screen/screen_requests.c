/* What the borrower asks for or says: each with what it means, some with one more choice. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/forms.h"

/* One more choice of a request, as an option of the verb. */
struct choice {
	const char *value, *text; /* text: N_() */
};

static const struct choice scopes[] = {{"time", N_("at other hours")},
    {"place", N_("at another place")}, {"frequency", N_("more often")},
    {"entry", N_("to come in")}, {"recording", N_("to record")},
    {"location", N_("to take his position")}, {"third_party", N_("to ask somebody else")},
    {NULL, NULL}};
static const struct choice windows[] = {
    {"mon,tue,wed,thu,fri 08:00-18:00", N_("working hours")}, {"06:00-12:00", N_("mornings")},
    {"12:00-14:00", N_("at noon")}, {"14:00-18:00", N_("afternoons")},
    {"18:00-22:00", N_("evenings")}, {"21:00-09:00", N_("at night, 21 to 9")},
    {"sat,sun", N_("weekends")}, {NULL, NULL}};
static const struct choice channels[] = {{"call", N_("no calls")},
    {"sms", N_("no text messages")}, {"message", N_("no chat messages")},
    {"email", N_("no e-mail")}, {"letter", N_("no letters")}, {NULL, NULL}};

static const struct request {
	const char *word, *title, *means;
	const char *option;
	const struct choice *choices;
	enum fv_style style;
} requests[] = {
    {"stop", N_("Stop all contact"), N_("no visit, call or message any more; leave"), NULL,
	NULL, FV_STYLE_BAD},
    {"complaint", N_("Complaint"), N_("the bank must answer; the case may be held"), NULL,
	NULL, FV_STYLE_ASK},
    {"leave-requested", N_("Asked to leave"), N_("leave now, then end the visit"), NULL, NULL,
	FV_STYLE_BAD},
    {"no-home", N_("Not at home"), N_("no further visit at home"), NULL, NULL, FV_STYLE_PLAIN},
    {"no-work", N_("Not at work"), N_("no further visit or call at work"), NULL, NULL,
	FV_STYLE_PLAIN},
    {"inconvenient", N_("Not at these hours"), N_("no contact within them"), "--window",
	windows, FV_STYLE_PLAIN},
    {"no-medium", N_("Not by this channel"), N_("no contact by it"), "--channel", channels,
	FV_STYLE_PLAIN},
    {"dispute", N_("Disputes the debt"), N_("the bank must look into it"), NULL, NULL,
	FV_STYLE_ASK},
    {"attorney", N_("Has a lawyer"), N_("contact goes to the lawyer"), NULL, NULL,
	FV_STYLE_ASK},
    {"welfare", N_("Unwell"), N_("stop and leave; the desk is told"), NULL, NULL,
	FV_STYLE_BAD},
    {"minor-alone", N_("A child alone"), N_("no word of the debt; leave"), NULL, NULL,
	FV_STYLE_BAD},
    {"consent", N_("Agrees to"), N_("your word alone: a person still decides"), "--scope",
	scopes, FV_STYLE_PLAIN},
    {"consent-withdrawn", N_("Takes an agreement back"), N_("it counts at once"), NULL, NULL,
	FV_STYLE_PLAIN},
    {"recording", N_("Talk was recorded"), N_("and they were told"), NULL, NULL,
	FV_STYLE_PLAIN},
    {"disclosure", N_("Was told their rights"), N_("what must be said was said"), NULL, NULL,
	FV_STYLE_PLAIN},
};

struct asked {
	const struct request *request; /* NULL: not chosen yet */
};

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	const struct asked *a = state;

	(void)ui;
	if (a->request != NULL) {
		fv_page_line(page, FV_STYLE_STRONG, "%s", gettext(a->request->title));
		for (size_t i = 0; a->request->choices[i].value != NULL; i++)
			fv_page_row(page, (int)i, FV_STYLE_PLAIN,
			    gettext(a->request->choices[i].text), NULL);
		return;
	}
	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
		fv_page_row(page, (int)i, requests[i].style, gettext(requests[i].title),
		    requests[i].choices != NULL ? "..." : NULL);
		fv_page_more(page, FV_STYLE_DIM, "%s", gettext(requests[i].means));
	}
}

/* The question: Enter records it, as everywhere. */
static void
confirm(struct fv_ui *ui, const struct request *r, const struct choice *choice)
{
	struct fv_confirm c = {.title = r->title,
	    .question = choice != NULL ? choice->text : r->means,
	    .done = N_("recorded; it counts from now on"),
	    .style = r->style == FV_STYLE_PLAIN ? FV_STYLE_ASK : r->style,
	    .verb = "request",
	    .words = {r->word}};

	if (choice != NULL) {
		c.words[1] = r->option;
		c.words[2] = choice->value;
	}
	fv_ui_swap(ui, &fv_screen_confirm, &c);
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	struct asked *a = state;

	if (a->request != NULL) {
		confirm(ui, a->request, &a->request->choices[id]);
	} else if (requests[id].choices != NULL) {
		a->request = &requests[id];
		fv_ui_select(ui, 0);
	} else if (strcmp(requests[id].word, "welfare") == 0) {
		fv_ui_swap(ui, &fv_screen_welfare, NULL);
	} else {
		confirm(ui, &requests[id], NULL);
	}
}

static bool
key(struct fv_ui *ui, void *state, int k)
{
	struct asked *a = state;
	bool is_taken = k == FV_KEY_ESC && a->request != NULL;

	(void)ui;
	if (is_taken)
		a->request = NULL;
	return is_taken;
}

const struct fv_screen fv_screen_requests = {.title = N_("They ask"),
    .state_bytes = sizeof(struct asked),
    .flags = FV_SCREEN_LOCKED_TOO,
    .build = build,
    .act = act,
    .key = key};
