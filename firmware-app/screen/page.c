#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-app/screen/ui.h"
#include "fv/crypto.h"

#define TEXT_MAX 4096U /* of one item */

void
fv_page_reset(struct fv_page *page)
{
	if (page->arena.len > 0)
		fv_wipe(page->arena.ptr, page->arena.len);
	fv_buf_reset(&page->arena);
	page->count = 0;
	page->has_failed = false;
}

void
fv_page_clear(struct fv_page *page)
{
	fv_buf_clear(&page->arena);
	free(page->items);
	memset(page, 0, sizeof *page);
}

const char *
fv_page_text(const struct fv_page *page, size_t at)
{
	return at < page->arena.len ? (const char *)page->arena.ptr + at : "";
}

bool
fv_page_is_choice(const struct fv_page_item *item)
{
	return item->shape == FV_SHAPE_ROW || item->shape == FV_SHAPE_BUTTON ||
	    fv_page_is_typed(item);
}

bool
fv_page_is_typed(const struct fv_page_item *item)
{
	return item->shape == FV_SHAPE_FIELD || item->shape == FV_SHAPE_AREA;
}

bool
fv_page_type(const struct fv_page_item *item, int key)
{
	return item->shape == FV_SHAPE_AREA ? fv_area_key(item->area, key)
					    : fv_field_key(item->field, key);
}

/* Copy a text in; returns where it begins. */
static size_t
keep(struct fv_page *page, const char *text)
{
	size_t at = page->arena.len;

	fv_buf_put(&page->arena, text, strlen(text) + 1);
	if (fv_buf_status(&page->arena) != FV_OK)
		page->has_failed = true;
	return at;
}

static struct fv_page_item *
add(struct fv_page *page, enum fv_item_shape shape, enum fv_style style)
{
	static struct fv_page_item lost; /* written to, never read: memory is out */
	struct fv_page_item *more;

	if (page->count == page->cap) {
		size_t cap = page->cap > 0 ? page->cap * 2 : 64;

		if ((more = realloc(page->items, cap * sizeof *more)) == NULL) {
			page->has_failed = true;
			return &lost;
		}
		page->items = more;
		page->cap = cap;
	}
	more = &page->items[page->count++];
	*more = (struct fv_page_item){.shape = shape, .style = style, .id = -1};
	more->label = more->text = keep(page, "");
	return more;
}

static void put_formatted(struct fv_page *page, struct fv_page_item *item, const char *fmt,
    va_list args) __attribute__((format(printf, 3, 0)));

static void
put_formatted(struct fv_page *page, struct fv_page_item *item, const char *fmt, va_list args)
{
	char text[TEXT_MAX];

	vsnprintf(text, sizeof text, fmt, args);
	item->text = keep(page, text);
	fv_wipe(text, sizeof text);
}

void
fv_page_line(struct fv_page *page, enum fv_style style, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_formatted(page, add(page, FV_SHAPE_LINE, style), fmt, args);
	va_end(args);
}

void
fv_page_pair(
    struct fv_page *page, enum fv_style style, const char *label, const char *fmt, ...)
{
	struct fv_page_item *item = add(page, FV_SHAPE_PAIR, style);
	va_list args;

	item->label = keep(page, label);
	va_start(args, fmt);
	put_formatted(page, item, fmt, args);
	va_end(args);
}

void
fv_page_gap(struct fv_page *page)
{
	(void)add(page, FV_SHAPE_GAP, FV_STYLE_PLAIN);
}

void
fv_page_box(struct fv_page *page, enum fv_style style, const char *text)
{
	add(page, FV_SHAPE_BOX, style)->text = keep(page, text);
}

void
fv_page_art(struct fv_page *page, const char *line)
{
	add(page, FV_SHAPE_ART, FV_STYLE_PLAIN)->text = keep(page, line);
}

void
fv_page_row(
    struct fv_page *page, int id, enum fv_style style, const char *title, const char *tail)
{
	struct fv_page_item *item = add(page, FV_SHAPE_ROW, style);

	item->id = id;
	item->text = keep(page, title);
	item->label = keep(page, tail != NULL ? tail : "");
}

void
fv_page_more(struct fv_page *page, enum fv_style style, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_formatted(page, add(page, FV_SHAPE_MORE, style), fmt, args);
	va_end(args);
}

void
fv_page_field(struct fv_page *page, int id, const char *label, struct fv_field *field)
{
	struct fv_page_item *item = add(page, FV_SHAPE_FIELD, FV_STYLE_PLAIN);

	item->id = id;
	item->label = keep(page, label);
	item->field = field;
}

void
fv_page_area(struct fv_page *page, int id, struct fv_area *area)
{
	struct fv_page_item *item = add(page, FV_SHAPE_AREA, FV_STYLE_PLAIN);

	item->id = id;
	item->area = area;
}

void
fv_page_button(struct fv_page *page, int id, int key, const char *label)
{
	struct fv_page_item *item = add(page, FV_SHAPE_BUTTON, FV_STYLE_PLAIN);

	item->id = id;
	item->key = key;
	item->text = keep(page, label);
}
