/* Interchange text: lines are taken or refused by name, in any order alike. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/history.h"

#define LINES_MAX 64U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

/* Add the lines forwards or backwards; returns how many were taken. */
static size_t
load(struct fv_history *h, const struct fv_span *lines, size_t count, bool backwards)
{
	struct fv_history_error error;
	size_t taken = 0;

	for (size_t i = 0; i < count; i++) {
		size_t at = backwards ? count - 1 - i : i;
		if (fv_history_add_line(h, lines[at], (uint32_t)at + 1, &error) == FV_OK) {
			taken++;
			continue;
		}
		must(error.line == at + 1 && error.text[0] != '\0');
		must(memchr(error.text, 0, sizeof error.text) != NULL);
		must(fv_utf8_valid(fv_span_z(error.field)) || error.field[0] != '\0');
	}
	return taken;
}

static void
check_order(const struct fv_history *h)
{
	for (size_t i = 0; i < fv_history_case_count(h); i++) {
		const struct fv_case_history *c = fv_history_case(h, i);
		must(fv_history_find(h, c->subject->id) == c);
		must(c->subject->zones.count > 0);
		for (size_t k = 1; k < c->contact_count; k++)
			must(c->contacts[k - 1]->begin_utc_ms <= c->contacts[k]->begin_utc_ms);
		for (size_t k = 0; k < c->contact_count; k++)
			must(!c->contacts[k]->has_end ||
			    c->contacts[k]->end_utc_ms >= c->contacts[k]->begin_utc_ms);
		for (size_t k = 1; k < c->event_count; k++)
			must(c->events[k - 1]->at_utc_ms <= c->events[k]->at_utc_ms);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_span lines[LINES_MAX];
	struct fv_history_error error;
	struct fv_history *a = NULL;
	struct fv_history *b = NULL;
	size_t count = 0;

	for (size_t at = 0; at < size && count < LINES_MAX; count++) {
		const uint8_t *end = memchr(data + at, '\n', size - at);
		size_t len = end == NULL ? size - at : (size_t)(end - data) - at;
		lines[count] = (struct fv_span){data + at, len};
		at += len + 1;
	}
	must(fv_history_new(&a) == FV_OK && fv_history_new(&b) == FV_OK);
	size_t taken = load(a, lines, count, false);
	if (fv_history_finish(a, &error) == FV_OK)
		check_order(a);
	else
		must(strcmp(error.field, "case") == 0);
	/* Which of two equal ids is refused depends on the order; their number does not. */
	must(load(b, lines, count, true) == taken);
	if (fv_history_finish(b, &error) == FV_OK)
		check_order(b);
	fv_history_free(a);
	fv_history_free(b);
	return 0;
}
