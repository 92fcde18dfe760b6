/*
 * Where a page's items go.  The body scrolls; the buttons stand below it in a grid, each
 * three rows high where the body does not need the room; where none can be, they follow
 * each other, one row high.
 */
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "firmware-app/screen/ui.h"

#define ROW_ROWS 3        /* of a row that can be touched */
#define MORE_ROWS 2       /* of a line below its title, at most */
#define FIELD_MIN 12      /* columns left to type into beside a label */
#define BUTTON_GAP 3      /* the edges, and a blank behind the key */
#define FLOW_GAP 2        /* between buttons of one row */
#define BUTTON_COLUMNS 24 /* at most */

struct layout {
	struct fv_page *page;
	int columns;
	bool is_drawing;
};

/* One line of the body, where it is in view. */
static void
put(struct layout *l, int line, int column, int columns, enum fv_style style, const char *text,
    bool is_filled)
{
	int row = line - l->page->scroll;

	if (!l->is_drawing || row < 0 || row >= l->page->body_rows)
		return;
	row += l->page->body_top;
	if (is_filled)
		fv_term_fill(row, column, columns, style, text);
	else
		fv_term_put(row, column, columns, style, text);
}

/* Wrap into lines from `line`; returns how many. */
static int
wrap(struct layout *l, int line, int column, int columns, enum fv_style style,
    const char *text, int most)
{
	char piece[1024];
	size_t n, skip;
	int count = 0;

	do {
		n = fv_text_break(text, columns, &skip);
		snprintf(piece, sizeof piece, "%.*s", (int)n, text);
		put(l, line + count, column, columns, style, piece, false);
		text += n + skip;
		count++;
	} while (*text != '\0' && count < most);
	return count;
}

static int
lay_pair(struct layout *l, const struct fv_page_item *item)
{
	const char *label = fv_page_text(l->page, item->label);
	int used = fv_text_columns(label) + 1;

	if (used > l->columns / 2) {
		put(l, item->top, 0, l->columns, FV_STYLE_DIM, label, false);
		return 1 +
		    wrap(l, item->top + 1, 2, l->columns - 2, item->style,
			fv_page_text(l->page, item->text), 99);
	}
	put(l, item->top, 0, used, FV_STYLE_DIM, label, false);
	return wrap(l, item->top, used, l->columns - used, item->style,
	    fv_page_text(l->page, item->text), 99);
}

static int
lay_box(struct layout *l, const struct fv_page_item *item)
{
	const char *text = fv_page_text(l->page, item->text);
	int columns = l->columns - 2, count = 1;
	char piece[1024];
	size_t n, skip;

	put(l, item->top, 0, l->columns, item->style, "", true);
	do {
		n = fv_text_break(text, columns, &skip);
		snprintf(piece, sizeof piece, "%.*s", (int)n, text);
		put(l, item->top + count, 0, l->columns, item->style, "", true);
		put(l, item->top + count, 1 + (columns - fv_text_columns(piece)) / 2, columns,
		    item->style, piece, false);
		text += n + skip;
		count++;
	} while (*text != '\0');
	put(l, item->top + count, 0, l->columns, item->style, "", true);
	return count + 1;
}

/* What the page says below a row's title; returns its lines. */
static int
lay_more(struct layout *l, size_t at, int line, bool is_selected)
{
	const struct fv_page *page = l->page;
	int count = 0;

	while (++at < page->count && page->items[at].shape == FV_SHAPE_MORE)
		count += wrap(l, line + count, 3, l->columns - 3,
		    is_selected ? FV_STYLE_BAR : page->items[at].style,
		    fv_page_text(page, page->items[at].text), MORE_ROWS);
	return count;
}

/* A title that stands alone may be a sentence and wraps; one with lines below it is cut. */
static int
lay_row(struct layout *l, size_t at, int number, bool is_selected)
{
	const struct fv_page_item *item = &l->page->items[at];
	enum fv_style style = is_selected ? FV_STYLE_BAR : item->style;
	const char *text = fv_page_text(l->page, item->text);
	const char *tail = fv_page_text(l->page, item->label);
	int more = lay_more(l, at, item->top + 1, is_selected), most = more > 0 ? 1 : ROW_ROWS;
	int used = fv_text_columns(tail), rows, least = ROW_ROWS;
	char mark[16] = "  ";

	if (number < 10)
		snprintf(mark, sizeof mark, "%c%d", is_selected ? '>' : ' ', number);
	else if (is_selected)
		mark[0] = '>';
	if (least > l->page->body_rows / 2)
		least = 1;
	if (used > l->columns / 2)
		used = l->columns / 2;
	rows = more + wrap(l, item->top, 3, l->columns - 4 - used, style, text, most);
	for (int y = 0; y < rows || y < least; y++)
		put(l, item->top + y, 0, l->columns,
		    is_selected ? FV_STYLE_BAR : FV_STYLE_PLAIN, "", true);
	put(l, item->top, 0, 2, style, mark, false);
	wrap(l, item->top, 3, l->columns - 4 - used, style, text, most);
	put(l, item->top, l->columns - used, used, style, tail, false);
	lay_more(l, at, item->top + 1, is_selected);
	return rows > least ? rows : least;
}

/* The part of a field that shows its cursor, and the cursor's column. */
static int
lay_field(struct layout *l, const struct fv_page_item *item, bool is_selected)
{
	const char *label = fv_page_text(l->page, item->label);
	int used = fv_text_columns(label) + 1, line = item->top, columns, cursor;
	char shown[FV_FIELD_BYTES], head[FV_FIELD_BYTES];
	const char *from = shown;
	wchar_t c;

	if (used > l->columns - FIELD_MIN) {
		put(l, line++, 0, l->columns, FV_STYLE_DIM, label, false);
		used = 0;
	} else {
		put(l, line, 0, used, FV_STYLE_DIM, label, false);
	}
	columns = l->columns - used;
	snprintf(shown, sizeof shown, "%s", item->field->text);
	snprintf(head, sizeof head, "%.*s", (int)item->field->at, item->field->text);
	if (item->field->is_secret) {
		memset(shown, '*', item->field->len);
		shown[item->field->len] = '\0';
	}
	cursor = item->field->is_secret ? (int)item->field->at : fv_text_columns(head);
	for (; cursor > columns - 1; from += fv_text_next(from, &c)) {
		(void)fv_text_next(from, &c);
		cursor -= wcwidth(c);
	}
	put(l, line, used, columns, is_selected ? FV_STYLE_BAR : FV_STYLE_STRONG, from, true);
	line -= l->page->scroll;
	if (l->is_drawing && is_selected && line >= 0 && line < l->page->body_rows)
		fv_term_cursor(l->page->body_top + line, used + cursor);
	return 1 + (used == 0);
}

static int
lay_area(struct layout *l, const struct fv_page_item *item, bool is_selected)
{
	struct fv_area *area = item->area;
	struct fv_area_line line;
	char piece[1024], head[1024];
	int count = 0, row;

	area->columns = l->columns - 1;
	for (size_t at = 0; fv_area_line(area, at, &line); at = line.next, count++) {
		snprintf(piece, sizeof piece, "%.*s", (int)line.len, area->text + line.from);
		put(l, item->top + count, 0, l->columns,
		    is_selected ? FV_STYLE_STRONG : FV_STYLE_PLAIN, piece, true);
		if (!line.has_cursor)
			continue;
		area->line = count;
		snprintf(head, sizeof head, "%.*s",
		    (int)(area->at - line.from < line.len ? area->at - line.from : line.len),
		    piece);
		row = item->top + count - l->page->scroll;
		if (l->is_drawing && is_selected && row >= 0 && row < l->page->body_rows)
			fv_term_cursor(l->page->body_top + row, fv_text_columns(head));
	}
	return count;
}

/* One item of the body at item->top; returns its lines. */
static int
lay(struct layout *l, size_t at, int number, bool is_selected)
{
	struct fv_page_item *item = &l->page->items[at];
	const char *text = fv_page_text(l->page, item->text);
	int column;

	switch (item->shape) {
	case FV_SHAPE_LINE:
		return wrap(l, item->top, 0, l->columns, item->style, text, 999);
	case FV_SHAPE_PAIR:
		return lay_pair(l, item);
	case FV_SHAPE_GAP:
		return 1;
	case FV_SHAPE_BOX:
		return lay_box(l, item);
	case FV_SHAPE_ART:
		column = (l->columns - fv_text_columns(text)) / 2;
		put(l, item->top, column > 0 ? column : 0, l->columns, item->style, text,
		    false);
		return 1;
	case FV_SHAPE_ROW:
		return lay_row(l, at, number, is_selected);
	case FV_SHAPE_FIELD:
		return lay_field(l, item, is_selected);
	case FV_SHAPE_AREA:
		return lay_area(l, item, is_selected);
	case FV_SHAPE_MORE:
	case FV_SHAPE_BUTTON:
		break;
	}
	return 0;
}

/* All of the body; returns its lines. */
static int
lay_body(struct layout *l)
{
	struct fv_page *page = l->page;
	int line = 0, choice = 0, number = 0;

	for (size_t i = 0; i < page->count; i++) {
		struct fv_page_item *item = &page->items[i];
		bool is_selected = false;

		if (item->shape == FV_SHAPE_BUTTON)
			continue;
		if (fv_page_is_choice(item))
			is_selected = choice++ == page->selected;
		if (item->shape == FV_SHAPE_ROW)
			number++;
		item->top = line;
		item->left = 0;
		item->columns = l->columns;
		item->rows = lay(l, i, number, is_selected);
		line += item->rows;
	}
	return line;
}

static size_t
count_buttons(const struct fv_page *page, int *widest_out)
{
	size_t count = 0;

	*widest_out = 0;
	for (size_t i = 0; i < page->count; i++) {
		char name[8];
		int columns;

		if (page->items[i].shape != FV_SHAPE_BUTTON)
			continue;
		count++;
		columns = fv_text_columns(fv_page_text(page, page->items[i].text)) +
		    fv_text_columns(fv_key_name(page->items[i].key, name));
		if (columns > *widest_out)
			*widest_out = columns;
	}
	return count;
}

/* The columns that a button of one row needs: its key, its word, and what parts them. */
static int
word_columns(const struct fv_page *page, const struct fv_page_item *item)
{
	char name[8];

	return fv_text_columns(fv_key_name(item->key, name)) + 1 +
	    fv_text_columns(fv_page_text(page, item->text));
}

/* Place the buttons behind each other from row `top`, each one row high; returns their
 * rows.  More fit than in a grid. */
static int
flow_buttons(struct fv_page *page, int top, int columns)
{
	int left = 0, row = top;

	for (size_t i = 0; i < page->count; i++) {
		struct fv_page_item *item = &page->items[i];

		if (item->shape != FV_SHAPE_BUTTON)
			continue;
		item->columns = word_columns(page, item);
		if (left > 0 && left + item->columns > columns) {
			left = 0;
			row++;
		}
		item->rows = 1;
		item->top = row;
		item->left = left;
		left += item->columns + FLOW_GAP;
	}
	return row - top + 1;
}

/* Place the buttons in rows top..bottom-1, `tall` of their rows three high. */
static void
place_buttons(struct fv_page *page, int top, int across, int columns, int tall)
{
	int at = 0, row = top;

	for (size_t i = 0; i < page->count; i++) {
		struct fv_page_item *item = &page->items[i];

		if (item->shape != FV_SHAPE_BUTTON)
			continue;
		item->rows = at / across < tall ? ROW_ROWS : 1;
		item->columns = columns / across;
		item->left = at % across * item->columns;
		item->top = row;
		if (++at % across == 0)
			row += item->rows;
	}
}

static void
draw_buttons(struct fv_page *page)
{
	int widest, choice = fv_layout_choices(page) - (int)count_buttons(page, &widest);

	for (size_t i = 0; i < page->count; i++) {
		const struct fv_page_item *item = &page->items[i];
		int row = item->top, used, in = item->rows == ROW_ROWS;
		bool is_selected;
		char name[8];

		if (item->shape != FV_SHAPE_BUTTON)
			continue;
		is_selected = choice++ == page->selected;
		if (in) {
			fv_term_frame(row++, item->left, ROW_ROWS, item->columns,
			    is_selected ? FV_STYLE_STRONG : FV_STYLE_PLAIN);
			fv_term_fill(row, item->left + 1, item->columns - 2,
			    is_selected ? FV_STYLE_BAR : FV_STYLE_PLAIN, "");
		}
		used = fv_term_put(row, item->left + in, item->columns - 2 * in,
		    is_selected ? FV_STYLE_BAR : FV_STYLE_STRONG,
		    fv_key_name(item->key, name));
		fv_term_put(row, item->left + in + used + 1, item->columns - 2 * in - used - 1,
		    is_selected ? FV_STYLE_BAR : FV_STYLE_PLAIN,
		    fv_page_text(page, item->text));
	}
}

/* Scroll so that the selected item of the body is seen; all of the top before the first. */
static void
scroll_to_selected(struct fv_page *page)
{
	const struct fv_page_item *item = fv_layout_choice(page, page->selected);
	int most = page->content_rows - page->body_rows, top, rows;

	if (item != NULL && item->shape != FV_SHAPE_BUTTON) {
		/* Of an area the cursor's line, the one that is typed into. */
		top = item->top + (item->shape == FV_SHAPE_AREA ? item->area->line : 0);
		rows = item->shape == FV_SHAPE_AREA ? 1 : item->rows;
		if (top + rows > page->scroll + page->body_rows)
			page->scroll = top + rows - page->body_rows;
		if (top < page->scroll)
			page->scroll = top;
		if (page->selected == 0 && top + rows <= page->body_rows)
			page->scroll = 0;
	}
	if (page->scroll > most)
		page->scroll = most;
	if (page->scroll < 0)
		page->scroll = 0;
}

/* A code that a camera reads must be seen whole: the body has all the room that it needs. */
static bool
has_art(const struct fv_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		if (page->items[i].shape == FV_SHAPE_ART)
			return true;
	return false;
}

/* Divide the rows between body and buttons; returns the buttons' rows. */
static int
divide(struct fv_page *page, int rows, int columns, int *across_out, int *tall_out)
{
	int widest, count = (int)count_buttons(page, &widest), across, lines, least;

	widest += BUTTON_GAP;
	if (widest > BUTTON_COLUMNS)
		widest = BUTTON_COLUMNS;
	across = columns / widest > 1 ? columns / widest : 1;
	if (across > count)
		across = count > 0 ? count : 1;
	lines = (count + across - 1) / across;
	least = has_art(page) ? rows : rows * 2 / 3;
	if (page->content_rows < least)
		least = page->content_rows;
	*tall_out = 0;
	while (*tall_out < lines && rows - lines - (*tall_out + 1) * (ROW_ROWS - 1) >= least)
		++*tall_out;
	*across_out = across;
	if (*tall_out == 0 && count > 0)
		return flow_buttons(page, 0, columns);
	return lines + *tall_out * (ROW_ROWS - 1);
}

static void
draw_marks(const struct fv_page *page, int columns)
{
	if (page->scroll > 0)
		fv_term_put(page->body_top, columns, 1, FV_STYLE_STRONG, "^");
	if (page->scroll + page->body_rows < page->content_rows)
		fv_term_put(
		    page->body_top + page->body_rows - 1, columns, 1, FV_STYLE_STRONG, "v");
}

void
fv_layout_draw(struct fv_page *page, int top, int bottom, int columns)
{
	struct layout l = {.page = page, .columns = columns - 1};
	int across, tall, button_rows;

	page->body_top = top;
	page->body_rows = bottom - top;
	page->content_rows = lay_body(&l);
	button_rows = divide(page, bottom - top, columns, &across, &tall);
	if (page->content_rows > bottom - top - button_rows) {
		fv_page_button(page, FV_ID_MORE, ' ', _("More"));
		button_rows = divide(page, bottom - top, columns, &across, &tall);
	}
	page->body_rows = bottom - top - button_rows;
	page->content_rows = lay_body(&l);
	scroll_to_selected(page);
	if (tall == 0)
		flow_buttons(page, bottom - button_rows, columns);
	else
		place_buttons(page, bottom - button_rows, across, columns, tall);
	l.is_drawing = true;
	lay_body(&l);
	draw_buttons(page);
	draw_marks(page, l.columns);
}

struct fv_page_item *
fv_layout_choice(struct fv_page *page, int n)
{
	/* Body first, then buttons: a screen may mix them. */
	for (int buttons = 0; n >= 0 && buttons < 2; buttons++) {
		for (size_t i = 0; i < page->count; i++) {
			struct fv_page_item *item = &page->items[i];

			if (fv_page_is_choice(item) &&
			    (item->shape == FV_SHAPE_BUTTON) == (buttons == 1) && n-- == 0)
				return item;
		}
	}
	return NULL;
}

int
fv_layout_choices(const struct fv_page *page)
{
	int count = 0;

	for (size_t i = 0; i < page->count; i++)
		count += fv_page_is_choice(&page->items[i]);
	return count;
}

struct fv_page_item *
fv_layout_at(struct fv_page *page, int row, int column, int *n_out)
{
	int count = fv_layout_choices(page), line = row - page->body_top;
	bool is_body = line >= 0 && line < page->body_rows;

	for (int n = 0; n < count; n++) {
		struct fv_page_item *item = fv_layout_choice(page, n);
		int at = item->shape == FV_SHAPE_BUTTON ? row : line + page->scroll;

		if ((item->shape != FV_SHAPE_BUTTON && !is_body) || at < item->top ||
		    at >= item->top + item->rows || column < item->left ||
		    column >= item->left + item->columns)
			continue;
		*n_out = n;
		return item;
	}
	return NULL;
}
