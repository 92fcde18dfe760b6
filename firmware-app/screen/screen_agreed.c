/* A promise, plan, extension or reduction: every field that it must have is asked for.  The
 * text goes to the verb as its input, never as a word of it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "firmware-app/screen/forms.h"
#include "fv/crypto.h"
#include "fv/detail.h"
#include "fv/instant.h"

#define F_RECORD FV_KEY_F(2)
#define F_AS_IS FV_KEY_F(3)
#define F_CLEAR FV_KEY_F(4)

enum id {
	ID_RECORD = 100, /* above the fields */
	ID_AS_IS,
	ID_CLEAR,
};

enum tag {
	TAG_WHOLE,
	TAG_AS_IS,
	TAG_DRAFT,
	TAG_SAVE,
};

static const char *const labels[FV_DETAIL_COUNT] = {
    [FV_DETAIL_AMOUNT] = N_("amount"),
    [FV_DETAIL_DUE] = N_("due on"),
    [FV_DETAIL_BALANCE] = N_("balance"),
    [FV_DETAIL_STRUCTURE] = N_("made up of"),
    [FV_DETAIL_CURRENCY] = N_("currency"),
    [FV_DETAIL_MONTHS] = N_("months"),
    [FV_DETAIL_PERIOD] = N_("paid every"),
    [FV_DETAIL_METHOD] = N_("paid by"),
    [FV_DETAIL_FIRST] = N_("first on"),
    [FV_DETAIL_EACH] = N_("each time"),
    [FV_DETAIL_FEES] = N_("fees"),
    [FV_DETAIL_INTEREST] = N_("interest"),
    [FV_DETAIL_NO_NEW_CARD] = N_("no new card y/n"),
    [FV_DETAIL_RIGHTS] = N_("rights"),
    [FV_DETAIL_DUTIES] = N_("duties"),
    [FV_DETAIL_DEFAULT] = N_("on default"),
    [FV_DETAIL_OTHER] = N_("other"),
};

struct form {
	struct fv_agreed agreed;
	uint32_t business;
	struct fv_field fields[FV_DETAIL_COUNT];
	enum fv_detail_key shown[FV_DETAIL_COUNT];
	size_t count;
	struct fv_draft draft;
	bool is_sending;
	bool is_cut; /* the verb said that fields are missing */
};

static void on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer);

/* The fields as the verb reads them; the first line says of what they are. */
static void
put_text(struct fv_buf *out, const struct form *f)
{
	fv_buf_putf(out, "# %s\n", f->agreed.business);
	for (size_t i = 0; i < f->count; i++) {
		const struct fv_field *field = &f->fields[f->shown[i]];

		if (field->len > 0)
			fv_buf_putf(out, "%s: %s\n", fv_detail_word(f->shown[i]), field->text);
	}
}

static void
save(struct fv_ui *ui, struct form *f)
{
	struct fv_buf text = {0};

	put_text(&text, f);
	if (fv_buf_status(&text) == FV_OK)
		fv_draft_save(ui, &f->draft, fv_buf_span(&text));
	fv_buf_clear(&text);
}

static bool
is_empty(const struct form *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->fields[f->shown[i]].len > 0)
			return false;
	return true;
}

/* Half-typed values are welcome here: the verb checks them when they are recorded. */
static void
take_draft(struct form *f, const char *text)
{
	const size_t len = strlen(f->agreed.business);

	if (!is_empty(f) || strncmp(text, "# ", 2) != 0 ||
	    strncmp(text + 2, f->agreed.business, len) != 0 || text[2 + len] != '\n')
		return;
	for (text += 3 + len; *text != '\0';) {
		size_t line = strcspn(text, "\n"), colon = strcspn(text, ":");
		char value[FV_FIELD_BYTES];
		enum fv_detail_key key = fv_detail_find(fv_span_of(text, colon));

		if (colon + 2 <= line && key != FV_DETAIL_COUNT) {
			snprintf(value, sizeof value, "%.*s", (int)(line - colon - 2),
			    text + colon + 2);
			fv_field_set(&f->fields[key], value);
			fv_wipe(value, sizeof value);
		}
		text += line + (text[line] == '\n');
	}
}

static bool
is_date(enum fv_detail_key key)
{
	return key == FV_DETAIL_DUE || key == FV_DETAIL_FIRST;
}

static void
open_form(struct fv_ui *ui, void *state, const void *arg)
{
	static const char *const words[] = {
	    "none", "promise", "instalment", "extension", "reduction"};
	struct form *f = state;
	uint32_t required;

	f->agreed = *(const struct fv_agreed *)arg;
	for (uint32_t i = 1; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], f->agreed.business) == 0)
			f->business = i;
	required = fv_detail_required(f->business) | 1U << FV_DETAIL_OTHER;
	for (unsigned i = 0; i < FV_DETAIL_COUNT; i++) {
		if ((required & 1U << i) == 0)
			continue;
		f->shown[f->count++] = (enum fv_detail_key)i;
		if (is_date((enum fv_detail_key)i))
			f->fields[i].only = "0123456789-+";
	}
	f->fields[FV_DETAIL_MONTHS].only = "0123456789";
	f->draft = (struct fv_draft){
	    .option = "--form", .on = on_answer, .got = TAG_DRAFT, .saved = TAG_SAVE};
	fv_draft_open(ui, &f->draft);
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	struct form *f = state;
	bool is_hiding = fv_ui_is_hiding(ui);

	for (size_t i = 0; i < f->count; i++) {
		struct fv_field *field = &f->fields[f->shown[i]];

		field->is_secret = is_hiding && !is_date(f->shown[i]);
		fv_page_field(page, (int)i, gettext(labels[f->shown[i]]), field);
	}
	fv_page_line(page, FV_STYLE_DIM, "%s",
	    _("A day: 2026-12-05, 1205, 05, or +7 from today. Enter: the next one."));
	if (is_hiding)
		fv_page_line(page, FV_STYLE_ASK, "%s",
		    _("Hidden until the identity is confirmed: c in the visit."));
	fv_page_button(page, ID_RECORD, F_RECORD, _("Record"));
	if (f->is_cut)
		fv_page_button(page, ID_AS_IS, F_AS_IS, _("As it is"));
	if (!is_empty(f))
		fv_page_button(page, ID_CLEAR, F_CLEAR, _("Clear"));
}

/* --- days as they are typed --- */

/* The digits of a text that has nothing else. */
static bool
take_digits(const char *text, size_t len, int *out)
{
	*out = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*out = *out * 10 + text[i] - '0';
	}
	return len > 0;
}

/* The first day from today on that has this month (0: any) and day; false: it has none. */
static bool
find_day(int64_t today, int month, int day, int64_t *days)
{
	struct fv_civil c;

	for (*days = today; *days < today + 366; ++*days) {
		fv_civil_from_days(*days, &c);
		if (c.day == day && (month == 0 || c.month == month))
			return true;
	}
	return false;
}

/* "+7", "05", "1205" or "12-05" into the day that is meant; what is none stays as typed. */
static void
spell_day(struct fv_field *field)
{
	const char *text = field->text;
	struct fv_civil c;
	struct tm tm;
	time_t now = (time_t)(fv_now_ms() / 1000);
	int64_t today, days = 0;
	int a = 0, b = 0;
	bool is_day = false;
	char out[24];

	if (localtime_r(&now, &tm) == NULL)
		return;
	today = fv_days_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	if (text[0] == '+' && field->len < 5) {
		is_day = take_digits(text + 1, field->len - 1, &a);
		days = today + a;
	} else if (field->len <= 2) {
		is_day = take_digits(text, field->len, &b) && find_day(today, 0, b, &days);
	} else if (field->len == 4 || (field->len == 5 && text[2] == '-')) {
		is_day = take_digits(text, 2, &a) &&
		    take_digits(text + field->len - 2, 2, &b) && find_day(today, a, b, &days);
	}
	if (!is_day)
		return;
	fv_civil_from_days(days, &c);
	snprintf(out, sizeof out, "%04d-%02d-%02d", (int)c.year, (int)c.month, (int)c.day);
	fv_field_set(field, out);
}

/* "y", "1" and their Chinese are yes. */
static void
spell_yes(struct fv_field *field)
{
	static const char *const yes[] = {"y", "Y", "1", "是", "yes"};
	static const char *const no[] = {"n", "N", "0", "2", "否", "no"};

	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		if (strcmp(field->text, yes[i]) == 0)
			fv_field_set(field, "yes");
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		if (strcmp(field->text, no[i]) == 0)
			fv_field_set(field, "no");
}

static void
spell(struct form *f, enum fv_detail_key key)
{
	if (is_date(key))
		spell_day(&f->fields[key]);
	else if (key == FV_DETAIL_NO_NEW_CARD)
		spell_yes(&f->fields[key]);
}

/* --- recording --- */

/* Name what is missing as the form calls it, and go to the first of it. */
static void
say_missing(struct fv_ui *ui, const struct form *f)
{
	const uint32_t required = fv_detail_required(f->business);
	char list[400] = "";
	size_t len = 0, first = f->count;

	for (size_t i = 0; i < f->count; i++) {
		if (f->fields[f->shown[i]].len > 0 || (required & 1U << f->shown[i]) == 0)
			continue;
		if (len < sizeof list)
			len += (size_t)snprintf(list + len, sizeof list - len, "%s%s",
			    len > 0 ? ", " : "", gettext(labels[f->shown[i]]));
		if (first == f->count)
			first = i;
	}
	fv_ui_say(ui, FV_STYLE_BAD, _("missing: %s"), list);
	fv_ui_select(ui, (int)first);
}

static void
on_answer(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct form *f = state;

	if (tag == TAG_DRAFT) {
		take_draft(f, fv_draft_text(answer));
		return;
	}
	if (tag == TAG_SAVE) {
		if (fv_draft_saved(ui, &f->draft, answer))
			save(ui, f);
		return;
	}
	if (!answer->has_failed)
		fv_draft_drop(ui, &f->draft);
	f->is_sending = false;
	f->is_cut = answer->has_failed && strcmp(answer->id, "incomplete") == 0;
	if (f->is_cut) {
		say_missing(ui, f);
	} else if (tag == TAG_AS_IS && !answer->has_failed) {
		fv_ui_refresh(ui);
		fv_ui_pop(ui);
		fv_ui_say(ui, FV_STYLE_ASK, "%s",
		    _("recorded as it is, and sealed: fields are missing"));
	} else {
		fv_forms_done(
		    ui, answer, _("recorded, and sealed: only supervisors can read it"));
	}
}

static void
record(struct fv_ui *ui, struct form *f, bool is_as_it_is)
{
	const size_t head = strlen(f->agreed.business) + 3; /* the line of the draft */
	struct fv_buf text = {0};
	struct fv_ask ask = {.verb = "outcome",
	    .words = {f->agreed.met->outcome, "--with", f->agreed.met->with, "--business",
		f->agreed.business, "--detail", is_as_it_is ? "--incomplete" : NULL},
	    .what = _("sealing it"),
	    .on = on_answer,
	    .tag = is_as_it_is ? TAG_AS_IS : TAG_WHOLE};

	if (f->is_sending)
		return;
	for (size_t i = 0; i < f->count; i++)
		spell(f, f->shown[i]);
	put_text(&text, f);
	if (fv_buf_status(&text) == FV_OK) {
		ask.inputs[0] = fv_span_of(text.ptr + head, text.len - head);
		f->is_sending = true;
		fv_ui_ask(ui, &ask);
	}
	fv_buf_clear(&text);
}

static void
typed(struct fv_ui *ui, void *state)
{
	save(ui, state);
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	struct form *f = state;

	if (id == ID_AS_IS || id == ID_RECORD) {
		record(ui, f, id == ID_AS_IS);
	} else if (id == ID_CLEAR) {
		for (size_t i = 0; i < f->count; i++)
			fv_field_set(&f->fields[f->shown[i]], "");
		fv_ui_select(ui, 0);
		save(ui, f);
	} else if ((size_t)id < f->count) {
		spell(f, f->shown[id]);
		if ((size_t)id + 1 < f->count)
			fv_ui_select(ui, id + 1);
		else
			record(ui, f, false);
	}
}

const struct fv_screen fv_screen_agreed = {.title = N_("Agreed"),
    .state_bytes = sizeof(struct form),
    .open = open_form,
    .build = build,
    .act = act,
    .typed = typed};
