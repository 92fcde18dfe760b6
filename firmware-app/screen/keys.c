/* What a key does, and a touch: SOS first, then the screen, then the page. */
#include <string.h>

#include "firmware-app/screen/ui.h"

#define SOS_PRESSES 3
#define SOS_WITHIN_MS 2000

static void
act(struct fv_ui *ui, int id)
{
	struct fv_frame *frame = fv_ui_top(ui);

	if (id == FV_ID_BACK) {
		if (frame->screen->key == NULL ||
		    !frame->screen->key(ui, frame->state, FV_KEY_ESC))
			fv_ui_pop(ui);
	} else if (id == FV_ID_MORE) {
		frame->scroll = ui->page.scroll + ui->page.body_rows < ui->page.content_rows
		    ? ui->page.scroll + ui->page.body_rows - 1
		    : 0;
		/* What is selected follows, else it would pull the page back. */
		for (int n = 0; n < fv_layout_choices(&ui->page); n++) {
			const struct fv_page_item *item = fv_layout_choice(&ui->page, n);

			if (item->shape != FV_SHAPE_BUTTON && item->top < frame->scroll)
				continue;
			frame->selected = n;
			break;
		}
	} else if (frame->screen->act != NULL) {
		frame->screen->act(ui, frame->state, id);
	}
}

static void
choose(struct fv_ui *ui, int n)
{
	const struct fv_page_item *item = fv_layout_choice(&ui->page, n);

	if (item != NULL)
		act(ui, item->id);
}

/* Up and down: the selection, and without one the page. */
static void
move_selection(struct fv_ui *ui, int by)
{
	struct fv_frame *frame = fv_ui_top(ui);
	const struct fv_page_item *next = fv_layout_choice(&ui->page, frame->selected + by);
	int most = ui->page.content_rows - ui->page.body_rows;

	if ((by > 0 && (next == NULL || next->shape == FV_SHAPE_BUTTON) &&
		frame->scroll < most) ||
	    (by < 0 && frame->selected == 0 && frame->scroll > 0)) {
		frame->scroll += by;
		return;
	}
	if (next != NULL)
		frame->selected += by;
}

static void
touch(struct fv_ui *ui, const struct fv_touch *touch)
{
	struct fv_page_item *item;
	int n;

	if (touch->wheel != 0) {
		move_selection(ui, touch->wheel);
		return;
	}
	item = fv_layout_at(&ui->page, touch->row, touch->column, &n);
	if (item == NULL)
		return;
	fv_ui_top(ui)->selected = n;
	if (!fv_page_is_typed(item))
		act(ui, item->id);
}

/* A digit for the nth row, or the key of a button. */
static bool
shortcut(struct fv_ui *ui, int key)
{
	int row = 0, count = fv_layout_choices(&ui->page);

	for (int n = 0; n < count; n++) {
		const struct fv_page_item *item = fv_layout_choice(&ui->page, n);

		row += item->shape == FV_SHAPE_ROW;
		if ((item->shape == FV_SHAPE_BUTTON && item->key == key) ||
		    (item->shape == FV_SHAPE_ROW && key == '0' + row)) {
			if (item->shape == FV_SHAPE_ROW)
				fv_ui_top(ui)->selected = n;
			act(ui, item->id);
			return true;
		}
	}
	return false;
}

static void
navigate(struct fv_ui *ui, int key)
{
	struct fv_frame *frame = fv_ui_top(ui);
	int count = fv_layout_choices(&ui->page);

	switch (key) {
	case FV_KEY_ENTER:
		choose(ui, frame->selected);
		break;
	case FV_KEY_UP:
		move_selection(ui, -1);
		break;
	case FV_KEY_DOWN:
		move_selection(ui, 1);
		break;
	case FV_KEY_TAB:
	case FV_KEY_RIGHT:
		frame->selected = count > 0 ? (frame->selected + 1) % count : 0;
		break;
	case FV_KEY_BACKTAB:
	case FV_KEY_LEFT:
		frame->selected = count > 0 ? (frame->selected + count - 1) % count : 0;
		break;
	case FV_KEY_PAGE_DOWN:
		frame->scroll += ui->page.body_rows - 1;
		break;
	case FV_KEY_PAGE_UP:
		frame->scroll -= ui->page.body_rows - 1;
		break;
	case 'q':
		if ((frame->screen->flags & FV_SCREEN_ROOT) == 0)
			fv_ui_pop(ui);
		break;
	default:
		break;
	}
}

/* Three presses of the same key within two seconds, wherever one is. */
static bool
is_sos(struct fv_ui *ui, int key)
{
	int64_t now = fv_mono_ms();

	if (key != '!' && key != FV_KEY_F(12)) {
		memset(ui->sos_at_ms, 0, sizeof ui->sos_at_ms);
		return false;
	}
	memmove(
	    ui->sos_at_ms, ui->sos_at_ms + 1, sizeof ui->sos_at_ms - sizeof ui->sos_at_ms[0]);
	ui->sos_at_ms[SOS_PRESSES - 1] = now;
	if (ui->sos_at_ms[0] == 0 || now - ui->sos_at_ms[0] > SOS_WITHIN_MS)
		return false;
	memset(ui->sos_at_ms, 0, sizeof ui->sos_at_ms);
	return true;
}

/* A key that a field or the screen itself takes. */
static bool
is_taken(struct fv_ui *ui, int key)
{
	struct fv_frame *frame = fv_ui_top(ui);
	const struct fv_page_item *item = fv_layout_choice(&ui->page, frame->selected);

	if (frame->screen->key != NULL && frame->screen->key(ui, frame->state, key))
		return true;
	if (item == NULL || !fv_page_is_typed(item) || !fv_page_type(item, key))
		return false;
	if (frame->screen->typed != NULL)
		frame->screen->typed(ui, frame->state);
	return true;
}

void
fv_ui_take_key(struct fv_ui *ui, int key, const struct fv_touch *where)
{
	bool was_blank = ui->is_blank;

	if (key == FV_KEY_TOUCH && where->row < 0)
		return; /* a finger was lifted */
	ui->key_at_ms = fv_mono_ms();
	ui->is_blank = false;
	ui->is_dirty = true;
	if (key == FV_KEY_TOUCH && where->row == ui->rows - 1 && where->wheel == 0)
		key = where->column > ui->columns - 14 ? '!' : FV_KEY_ESC;
	if (is_sos(ui, key)) {
		if (fv_ui_top(ui)->screen != &fv_screen_sos)
			fv_ui_push(ui, &fv_screen_sos, NULL);
		return;
	}
	if (was_blank || ui->rows < FV_UI_ROWS_MIN || ui->columns < FV_UI_COLUMNS_MIN)
		return;
	if (key == FV_KEY_ESC && fv_calls_shown(ui) != NULL) {
		fv_calls_give_up(ui);
		return;
	}
	ui->running = fv_ui_top(ui)->serial;
	ui->message[0] = '\0';
	if (key == FV_KEY_TOUCH)
		touch(ui, where);
	else if (key == 3) /* Ctrl-C: these screens end, the agent stays */
		ui->is_over = true;
	else if (!is_taken(ui, key) && !shortcut(ui, key))
		navigate(ui, key);
}
