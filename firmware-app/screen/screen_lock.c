/* The PIN, and what may be done without it. */
#include <stdio.h>
#include <string.h>

#include "firmware-app/screen/forms.h"
#include "fv/crypto.h"

#define UNLOCK_WAIT_MS 30000 /* the key is derived slowly on purpose */

enum id {
	ID_PIN,
	ID_STOP,
	ID_LEAVE,
	ID_END,
	ID_LOGIN,
	ID_CREDENTIAL,
	ID_WELFARE,
};

struct lock {
	struct fv_field pin;
	char said[240]; /* why the last PIN was not taken */
};

static void
open_lock(struct fv_ui *ui, void *state, const void *arg)
{
	struct lock *lock = state;

	(void)ui, (void)arg;
	lock->pin.is_secret = true;
}

static void
build(struct fv_ui *ui, void *state, struct fv_page *page)
{
	struct lock *lock = state;
	const struct fv_view *v = fv_ui_view(ui);
	char since[FV_WHEN_BYTES], timer[FV_WHEN_BYTES];

	fv_view_put_revoked(v, page);
	if (v->has_visit) {
		fv_page_line(page, FV_STYLE_STRONG, _("VISIT OPEN since %s, %s"),
		    fv_when(v->visit_ms, since), fv_timer(fv_now_ms() - v->visit_ms, timer));
		if (v->is_carried)
			fv_page_line(
			    page, FV_STYLE_ASK, "%s", _("open again after a restart"));
	} else {
		fv_page_line(page, FV_STYLE_PLAIN, "%s", _("no visit is open"));
	}
	if (v->has_shift)
		fv_page_line(page, FV_STYLE_PLAIN, _("recording since %s"),
		    fv_when(v->shift_ms, since));
	else
		fv_page_line(page, FV_STYLE_PLAIN, "%s", _("off shift: no position is taken"));
	if (*fv_json_str(v->json, "officer") != '\0')
		fv_page_pair(
		    page, FV_STYLE_PLAIN, _("officer"), "%s", fv_json_str(v->json, "officer"));
	else if (v->is_known)
		fv_page_line(
		    page, FV_STYLE_ASK, "%s", _("handed back: an officer takes it with F6"));
	fv_page_field(page, ID_PIN, _("PIN"), &lock->pin);
	if (lock->said[0] != '\0')
		fv_page_line(page, FV_STYLE_BAD, "%s", lock->said);
	fv_page_button(page, ID_CREDENTIAL, FV_KEY_F(5), _("Credential"));
	if (!v->has_visit) {
		if (!v->has_shift)
			fv_page_button(page, ID_LOGIN, FV_KEY_F(6), _("Another officer"));
		return;
	}
	fv_page_button(page, ID_STOP, FV_KEY_F(2), _("Stop request"));
	fv_page_button(page, ID_LEAVE, FV_KEY_F(3), _("Asked to leave"));
	fv_page_button(page, ID_END, FV_KEY_F(4), _("End visit"));
	fv_page_button(page, ID_WELFARE, FV_KEY_F(7), _("Unwell"));
}

static void
on_unlock(struct fv_ui *ui, void *state, int tag, const struct fv_answer *answer)
{
	struct lock *lock = state;

	(void)tag;
	fv_ui_refresh(ui);
	if (answer->has_failed)
		snprintf(lock->said, sizeof lock->said, "%s", answer->text);
	else
		lock->said[0] = '\0';
}

static void
try_pin(struct fv_ui *ui, struct lock *lock)
{
	const struct fv_ask ask = {.verb = "unlock",
	    .inputs = {{(const uint8_t *)lock->pin.text, lock->pin.len}},
	    .what = _("trying the PIN"),
	    .on = on_unlock,
	    .wait_ms = UNLOCK_WAIT_MS};

	if (lock->pin.len == 0 || fv_ui_is_asking(ui))
		return;
	lock->said[0] = '\0';
	fv_ui_ask(ui, &ask);
	fv_field_set(&lock->pin, "");
}

static void
act(struct fv_ui *ui, void *state, int id)
{
	const enum fv_person login = FV_PERSON_LOGIN;

	switch ((enum id)id) {
	case ID_PIN:
		try_pin(ui, state);
		break;
	case ID_STOP:
		fv_ui_push(ui, &fv_screen_confirm, &fv_confirm_stop);
		break;
	case ID_LEAVE:
		fv_ui_push(ui, &fv_screen_confirm, &fv_confirm_leave);
		break;
	case ID_END:
		fv_ui_push(ui, &fv_screen_end, NULL);
		break;
	case ID_CREDENTIAL:
		fv_ui_push(ui, &fv_screen_credential, NULL);
		break;
	case ID_WELFARE:
		fv_ui_push(ui, &fv_screen_welfare, NULL);
		break;
	case ID_LOGIN:
		fv_ui_push(ui, &fv_screen_person, &login);
		break;
	}
}

const struct fv_screen fv_screen_lock = {.title = N_("Locked"),
    .state_bytes = sizeof(struct lock),
    .flags = FV_SCREEN_LOCKED_TOO | FV_SCREEN_TICKS | FV_SCREEN_ROOT,
    .open = open_lock,
    .build = build,
    .act = act};
