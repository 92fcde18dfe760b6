/* The stack of screens, what is drawn, and the loop over terminal, agent and clock. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "firmware-app/screen/ui.h"
#include "fv/crypto.h"

#define BLANK_AFTER_S 20 /* without a key, while a visit is open, unless set */
#define MESSAGE_ROWS 6
#define GUIDE_ROWS 2
#define WATCHED_MS 60000 /* after a key */
#define TICK_SELDOM_MS 15000

struct fv_frame *
fv_ui_top(struct fv_ui *ui)
{
	return &ui->frames[ui->depth - 1];
}

static struct fv_frame *
find(struct fv_ui *ui, unsigned serial)
{
	for (size_t i = 0; i < ui->depth; i++) {
		if (ui->frames[i].serial == serial)
			return &ui->frames[i];
	}
	return NULL;
}

/* --- the stack --- */

static void
bury(struct fv_frame *frame)
{
	if (frame->screen->close != NULL)
		frame->screen->close(frame->state);
	fv_wipe(frame->state, frame->screen->state_bytes + 1);
	free(frame->state);
}

/* Release what was closed: never while its code may still run. */
static void
bury_dead(struct fv_ui *ui)
{
	while (ui->dead_count > 0)
		bury(&ui->dead[--ui->dead_count]);
}

static void
drop_top(struct fv_ui *ui)
{
	if (ui->dead_count == FV_DEAD_MAX)
		bury(&ui->dead[--ui->dead_count]);
	ui->dead[ui->dead_count++] = ui->frames[--ui->depth];
	ui->is_dirty = true;
}

static void
uncover(struct fv_ui *ui)
{
	struct fv_frame *frame = fv_ui_top(ui);
	unsigned running = ui->running;

	if (frame->screen->again == NULL)
		return;
	ui->running = frame->serial;
	frame->screen->again(ui, frame->state);
	ui->running = running;
}

void
fv_ui_push(struct fv_ui *ui, const struct fv_screen *screen, const void *arg)
{
	struct fv_frame *frame;
	unsigned running = ui->running;
	void *state;

	if (ui->view.is_locked && (screen->flags & FV_SCREEN_LOCKED_TOO) == 0) {
		fv_ui_say(ui, FV_STYLE_ASK, "%s", _("locked: give the PIN first"));
		return;
	}
	if (ui->depth == FV_FRAMES_MAX || (state = calloc(1, screen->state_bytes + 1)) == NULL)
		return;
	frame = &ui->frames[ui->depth++];
	*frame = (struct fv_frame){screen, state, ++ui->serial, 0, 0};
	ui->is_dirty = true;
	if (screen->open == NULL)
		return;
	ui->running = frame->serial;
	screen->open(ui, state, arg);
	ui->running = running;
}

void
fv_ui_pop(struct fv_ui *ui)
{
	if (ui->depth < 2)
		return;
	drop_top(ui);
	uncover(ui);
}

void
fv_ui_swap(struct fv_ui *ui, const struct fv_screen *screen, const void *arg)
{
	if (ui->depth > 1)
		drop_top(ui);
	fv_ui_push(ui, screen, arg);
}

void
fv_ui_home(struct fv_ui *ui)
{
	while (ui->depth > 1)
		drop_top(ui);
	uncover(ui);
}

void
fv_ui_select(struct fv_ui *ui, int n)
{
	fv_ui_top(ui)->selected = n;
	ui->is_dirty = true;
}

void
fv_ui_say(struct fv_ui *ui, enum fv_style style, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(ui->message, sizeof ui->message, fmt, args);
	va_end(args);
	ui->message_style = style;
	ui->is_dirty = true;
}

/* --- the agent's answers --- */

void
fv_ui_ask(struct fv_ui *ui, const struct fv_ask *ask)
{
	if (!fv_calls_begin(ui, ask, ui->running))
		fv_ui_say(ui, FV_STYLE_BAD, "%s",
		    _("too much is under way: press Esc to stop waiting, then repeat"));
	ui->is_dirty = true;
}

bool
fv_ui_is_asking(const struct fv_ui *ui)
{
	for (size_t i = 0; i < FV_CALLS_MAX; i++) {
		if (ui->calls[i].is_used && ui->calls[i].owner != 0 &&
		    ui->calls[i].owner == ui->running)
			return true;
	}
	return false;
}

void
fv_ui_take_answer(
    struct fv_ui *ui, const struct fv_ui_call *call, const struct fv_answer *answer)
{
	struct fv_frame *frame = call->owner != 0 ? find(ui, call->owner) : NULL;
	unsigned running = ui->running;

	ui->is_dirty = true;
	if (call->on != NULL && (call->owner == 0 || frame != NULL)) {
		ui->running = call->owner;
		call->on(ui, frame != NULL ? frame->state : NULL, call->tag, answer);
		ui->running = running;
	} else if (answer->has_failed && call->what[0] != '\0') {
		fv_ui_say(ui, FV_STYLE_BAD, "%s", answer->text);
	} else if (answer->warnings[0] != '\0' && call->what[0] != '\0') {
		fv_ui_say(ui, FV_STYLE_ASK, "%s", answer->warnings);
	}
}

/* --- drawing --- */

static void
build(struct fv_ui *ui)
{
	struct fv_frame *frame = fv_ui_top(ui);
	int count;

	ui->running = frame->serial;
	fv_page_reset(&ui->page);
	frame->screen->build(ui, frame->state, &ui->page);
	if ((frame->screen->flags & FV_SCREEN_ROOT) == 0)
		fv_page_button(&ui->page, FV_ID_BACK, FV_KEY_ESC, _("Back"));
	count = fv_layout_choices(&ui->page);
	if (frame->selected >= count)
		frame->selected = count - 1;
	if (frame->selected < 0)
		frame->selected = 0;
	ui->page.selected = frame->selected;
	ui->page.scroll = frame->scroll;
}

/* The last row: what is waited for, else how to call for help. */
static void
draw_foot(struct fv_ui *ui, int row)
{
	static const char turns[] = "|/-\\";
	const struct fv_ui_call *call = fv_calls_shown(ui);
	const char *help = _("!!! = SOS");
	int room = ui->columns - fv_text_columns(help) - 1;
	char line[200] = "";

	if (call != NULL)
		snprintf(line, sizeof line, "%c %s %s", turns[fv_mono_ms() / 200 % 4],
		    call->what, _("(Esc: do not wait)"));
	fv_term_put(row, 0, room, FV_STYLE_ASK, line);
	fv_term_put(row, room + 1, ui->columns - room - 1, FV_STYLE_DIM, help);
}

/* The message above the last row; returns its rows. */
static int
draw_message(struct fv_ui *ui, int bottom)
{
	const char *at = ui->message;
	char lines[MESSAGE_ROWS][256];
	size_t n, skip;
	int count = 0;

	while (*at != '\0' && count < MESSAGE_ROWS) {
		n = fv_text_break(at, ui->columns, &skip);
		snprintf(lines[count++], sizeof lines[0], "%.*s", (int)n, at);
		at += n + skip;
	}
	for (int i = 0; i < count; i++)
		fv_term_fill(bottom - count + i, 0, ui->columns, ui->message_style, lines[i]);
	return count;
}

/* What a learner does next, from row `top` on; returns its rows. */
static int
draw_guide(struct fv_ui *ui, int top_row)
{
	char text[256], line[256];
	const char *at = text;
	size_t n, skip;
	int count = 0;

	fv_guide_put(ui, text, sizeof text);
	while (*at != '\0' && count < GUIDE_ROWS) {
		n = fv_text_break(at, ui->columns, &skip);
		snprintf(line, sizeof line, "%.*s", (int)n, at);
		fv_term_fill(top_row + count++, 0, ui->columns, FV_STYLE_ASK, line);
		at += n + skip;
	}
	return count;
}

static void
draw(struct fv_ui *ui)
{
	int rows;

	fv_term_size(&ui->rows, &ui->columns);
	fv_term_clear();
	fv_term_cursor(-1, 0);
	ui->is_dirty = false;
	ui->drawn_at_ms = fv_mono_ms();
	if (ui->rows < FV_UI_ROWS_MIN || ui->columns < FV_UI_COLUMNS_MIN) {
		fv_term_put(
		    0, 0, ui->columns, FV_STYLE_STRONG, _("Too small: 40 x 15 or more."));
		fv_term_put(1, 0, ui->columns, FV_STYLE_ASK, fv_view_mark(ui));
		fv_term_flush();
		return;
	}
	if (ui->is_blank) {
		fv_term_put(0, 1, ui->columns - 2, FV_STYLE_ASK, fv_view_mark(ui));
		fv_term_put(ui->rows / 2, 2, ui->columns - 4, FV_STYLE_DIM,
		    _("Visit under way. Any key shows it."));
		fv_term_flush();
		return;
	}
	build(ui);
	rows = draw_message(ui, ui->rows - 1);
	fv_layout_draw(&ui->page, 1 + draw_guide(ui, 1), ui->rows - 1 - rows, ui->columns);
	fv_ui_top(ui)->scroll = ui->page.scroll;
	fv_view_draw_bar(ui, gettext(fv_ui_top(ui)->screen->title));
	draw_foot(ui, ui->rows - 1);
	fv_term_flush();
}

/* --- the loop --- */

static void
take_signal(struct fv_ui *ui, int signal_fd)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof info) != (ssize_t)sizeof info)
		return;
	if (info.ssi_signo == SIGWINCH) {
		fv_term_resize();
		ui->is_dirty = true;
	} else if (info.ssi_signo != SIGCHLD) {
		ui->is_over = true;
	}
}

static void
take_terminal(struct fv_ui *ui, short events)
{
	struct fv_touch where;
	int key;

	while ((events & POLLIN) != 0 && !ui->is_over &&
	    (key = fv_term_key(&where)) != FV_KEY_NONE) {
		/* Each key acts on a page whose items have their places. */
		if (ui->is_dirty)
			draw(ui);
		fv_ui_take_key(ui, key, &where);
		bury_dead(ui);
	}
	if ((events & (POLLHUP | POLLERR | POLLNVAL)) != 0)
		ui->is_over = true; /* the terminal died; the visit is the agent's */
}

/* When the page is to vanish, unless a key comes; a large number where it stays. */
static int64_t
blank_at_ms(const struct fv_ui *ui)
{
	const json_t *set =
	    json_object_get(json_object_get(ui->view.json, "settings"), "blank_s");
	int64_t s = json_is_integer(set) ? json_integer_value(set) : BLANK_AFTER_S;

	if (!ui->view.has_visit || ui->is_blank ||
	    ui->frames[ui->depth - 1].screen == &fv_screen_sos)
		return INT64_MAX;
	return ui->key_at_ms + s * 1000;
}

/* When a clock on the page moves on: each second at work, seldom when nobody looks. */
static int64_t
tick_at_ms(const struct fv_ui *ui)
{
	bool is_watched = fv_mono_ms() - ui->key_at_ms < WATCHED_MS;

	if (ui->is_blank || (ui->frames[ui->depth - 1].screen->flags & FV_SCREEN_TICKS) == 0)
		return INT64_MAX;
	return ui->drawn_at_ms + (is_watched ? 1000 : TICK_SELDOM_MS);
}

/* What the clock alone changes. */
static void
take_time(struct fv_ui *ui)
{
	int64_t now = fv_mono_ms();

	if (now >= blank_at_ms(ui)) {
		ui->is_blank = true;
		ui->is_dirty = true;
	}
	if (now >= tick_at_ms(ui) || (!ui->is_blank && fv_calls_shown(ui) != NULL))
		ui->is_dirty = true;
	ui->running = 0;
	fv_view_tick(ui);
}

static int
timeout_ms(const struct fv_ui *ui)
{
	int64_t now = fv_mono_ms(), next = ui->status_at_ms;
	int calls = fv_calls_timeout_ms(ui);

	if (ui->has_status_call)
		next = now + 60000;
	if (tick_at_ms(ui) < next)
		next = tick_at_ms(ui);
	if (blank_at_ms(ui) < next)
		next = blank_at_ms(ui);
	if (calls >= 0 && now + calls < next)
		next = now + calls;
	return next > now ? (int)(next - now) : 0;
}

void
fv_ui_run(struct fv_ui *ui, int signal_fd)
{
	struct pollfd fds[2 + FV_CALLS_MAX];
	size_t count;

	while (!ui->is_over) {
		if (ui->is_dirty)
			draw(ui);
		fds[0] = (struct pollfd){fv_term_fd(), POLLIN, 0};
		fds[1] = (struct pollfd){signal_fd, POLLIN, 0};
		count = fv_calls_poll(ui, fds + 2);
		if (poll(fds, (nfds_t)(2 + count), timeout_ms(ui)) < 0 && errno != EINTR)
			break;
		take_terminal(ui, fds[0].revents);
		if (fds[1].revents != 0)
			take_signal(ui, signal_fd);
		ui->running = 0;
		fv_calls_serve(ui, fds + 2, count);
		take_time(ui);
		bury_dead(ui);
	}
}

void
fv_ui_init(struct fv_ui *ui, const char *dir, bool is_practice)
{
	memset(ui, 0, sizeof *ui);
	ui->dir = dir;
	ui->is_practice = is_practice;
	for (size_t i = 0; i < FV_CALLS_MAX; i++)
		ui->calls[i].fd = -1;
	ui->key_at_ms = fv_mono_ms();
	ui->is_dirty = true;
	fv_term_size(&ui->rows, &ui->columns);
}

void
fv_ui_clear(struct fv_ui *ui)
{
	bury_dead(ui);
	while (ui->depth > 0)
		bury(&ui->frames[--ui->depth]);
	for (size_t i = 0; i < FV_CALLS_MAX; i++)
		fv_calls_drop(&ui->calls[i]);
	fv_page_clear(&ui->page);
	json_decref(ui->status);
	json_decref(ui->trail);
}
