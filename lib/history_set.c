/* What a history holds: copies, ids that are used once, and the order of time. */
#include "fv/history.h"

#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

/* Things of one kind, growing. */
struct list {
	const void **items; /* owned array of arena objects */
	size_t count;
	size_t cap;
};

struct fv_history {
	struct fv_arena arena; /* every string and object */
	struct fv_arena ids;   /* "case id" and "contact id" keys, to find doubles */
	struct list cases;
	struct list contacts;
	struct list events;
	struct fv_case_history *joined; /* owned: as many as cases, in order of id */
	bool is_finished;
};

enum fv_err
fv_history_new(struct fv_history **history_out)
{
	*history_out = calloc(1, sizeof **history_out);
	return *history_out == NULL ? FV_ENOMEM : FV_OK;
}

void
fv_history_free(struct fv_history *history)
{
	if (history == NULL)
		return;
	fv_arena_clear(&history->arena);
	fv_arena_clear(&history->ids);
	free(history->cases.items);
	free(history->contacts.items);
	free(history->events.items);
	free(history->joined);
	free(history);
}

static enum fv_err
push(struct list *list, const void *item)
{
	if (list->count == list->cap) {
		size_t cap = list->cap == 0 ? 16 : list->cap * 2;
		const void **items = realloc(list->items, cap * sizeof *items);
		if (items == NULL)
			return FV_ENOMEM;
		list->items = items;
		list->cap = cap;
	}
	list->items[list->count++] = item;
	return FV_OK;
}

static enum fv_err
copy_string(struct fv_history *h, const char **s)
{
	if (*s == NULL)
		return FV_OK;
	if (**s == '\0' || strlen(*s) > FV_HISTORY_ID_MAX_BYTES)
		return FV_ERANGE;
	*s = fv_arena_intern(&h->arena, fv_span_z(*s));
	return *s == NULL ? FV_ENOMEM : FV_OK;
}

/* Copy a set, dropping what is there already; the first of each keeps its place. */
static enum fv_err
copy_set(struct fv_history *h, struct fv_strs *set)
{
	const char **items;
	size_t n = 0;

	if (set->count == 0) {
		set->items = NULL;
		return FV_OK;
	}
	if (set->count > FV_HISTORY_SET_MAX)
		return FV_ERANGE;
	if ((items = fv_arena_alloc(&h->arena, set->count * sizeof *items)) == NULL)
		return FV_ENOMEM;
	for (size_t i = 0; i < set->count; i++) {
		const char *s = set->items[i];
		size_t j = 0;
		enum fv_err rc = s == NULL ? FV_ERANGE : copy_string(h, &s);
		if (rc != FV_OK)
			return rc;
		while (j < n && items[j] != s)
			j++;
		if (j == n)
			items[n++] = s;
	}
	set->items = items;
	set->count = n;
	return FV_OK;
}

static enum fv_err
copy_strings(struct fv_history *h, const char **const strings[], size_t count)
{
	enum fv_err rc = FV_OK;

	for (size_t i = 0; i < count && rc == FV_OK; i++)
		rc = copy_string(h, strings[i]);
	return rc;
}

/* Take an id for a case ('c') or a contact ('k'): once. */
static enum fv_err
claim_id(struct fv_history *h, char kind, const char *id)
{
	char key[FV_HISTORY_ID_MAX_BYTES + 2];
	size_t len = strlen(id);

	key[0] = kind;
	memcpy(key + 1, id, len);
	struct fv_span text = fv_span_of(key, len + 1);
	if (fv_arena_find(&h->ids, text) != NULL)
		return FV_EEXIST;
	return fv_arena_intern(&h->ids, text) == NULL ? FV_ENOMEM : FV_OK;
}

enum fv_err
fv_history_add_case(struct fv_history *history, const struct fv_case *c)
{
	enum fv_err rc;

	if (c->id == NULL || c->zones.count == 0 || c->actor == 0)
		return FV_ERANGE;
	struct fv_case *copy = fv_arena_alloc(&history->arena, sizeof *copy);
	if (copy == NULL)
		return FV_ENOMEM;
	*copy = *c;
	if ((rc = copy_string(history, &copy->id)) != FV_OK ||
	    (rc = copy_string(history, &copy->agency)) != FV_OK ||
	    (rc = copy_set(history, &copy->zones)) != FV_OK ||
	    (rc = copy_set(history, &copy->debts)) != FV_OK ||
	    (rc = claim_id(history, 'c', copy->id)) != FV_OK)
		return rc;
	history->is_finished = false;
	return push(&history->cases, copy);
}

enum fv_err
fv_history_add_contact(struct fv_history *history, const struct fv_contact *contact)
{
	enum fv_err rc;

	if (contact->id == NULL || contact->case_id == NULL || contact->channel == 0 ||
	    contact->by == 0 ||
	    (contact->has_end && contact->end_utc_ms < contact->begin_utc_ms))
		return FV_ERANGE;
	struct fv_contact *copy = fv_arena_alloc(&history->arena, sizeof *copy);
	if (copy == NULL)
		return FV_ENOMEM;
	*copy = *contact;
	const char **const strings[] = {&copy->id, &copy->case_id, &copy->number,
	    &copy->call_id, &copy->overrun_reason, &copy->link};
	if ((rc = copy_strings(history, strings, sizeof strings / sizeof strings[0])) !=
		FV_OK ||
	    (rc = copy_set(history, &copy->officers)) != FV_OK ||
	    (rc = copy_set(history, &copy->debts)) != FV_OK ||
	    (rc = copy_set(history, &copy->discussed)) != FV_OK ||
	    (rc = claim_id(history, 'k', copy->id)) != FV_OK)
		return rc;
	history->is_finished = false;
	return push(&history->contacts, copy);
}

static enum fv_err
copy_windows(struct fv_history *h, struct fv_event *e)
{
	struct fv_window *windows;

	if (e->window_count == 0) {
		e->windows = NULL;
		return FV_OK;
	}
	if (e->window_count > FV_HISTORY_SET_MAX)
		return FV_ERANGE;
	if ((windows = fv_arena_alloc(&h->arena, e->window_count * sizeof *windows)) == NULL)
		return FV_ENOMEM;
	memcpy(windows, e->windows, e->window_count * sizeof *windows);
	e->windows = windows;
	return FV_OK;
}

enum fv_err
fv_history_add_event(struct fv_history *history, const struct fv_event *event)
{
	enum fv_err rc;

	if (event->id == NULL || event->case_id == NULL || event->kind == 0 ||
	    event->kind > FV_EVENT_KIND_MAX)
		return FV_ERANGE;
	struct fv_event *copy = fv_arena_alloc(&history->arena, sizeof *copy);
	if (copy == NULL)
		return FV_ENOMEM;
	*copy = *event;
	const char **const strings[] = {
	    &copy->id, &copy->case_id, &copy->number, &copy->contact, &copy->recorded_by};
	if ((rc = copy_strings(history, strings, sizeof strings / sizeof strings[0])) !=
		FV_OK ||
	    (rc = copy_set(history, &copy->debts)) != FV_OK ||
	    (rc = copy_windows(history, copy)) != FV_OK)
		return rc;
	history->is_finished = false;
	return push(&history->events, copy);
}

static int
order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
by_case_id(const void *a, const void *b)
{
	const struct fv_case *const *x = a;
	const struct fv_case *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

static int
by_contact_time(const void *a, const void *b)
{
	const struct fv_contact *x = *(const struct fv_contact *const *)a;
	const struct fv_contact *y = *(const struct fv_contact *const *)b;
	int d = x->case_id == y->case_id ? 0 : strcmp(x->case_id, y->case_id);

	if (d == 0)
		d = order(x->begin_utc_ms, y->begin_utc_ms);
	return d != 0 ? d : strcmp(x->id, y->id);
}

static int
order_text(const char *a, const char *b)
{
	return a == b ? 0 : strcmp(a == NULL ? "" : a, b == NULL ? "" : b);
}

/* Events may share an id and a time: then their content decides, never their line. */
static int
by_event_time(const void *a, const void *b)
{
	const struct fv_event *x = *(const struct fv_event *const *)a;
	const struct fv_event *y = *(const struct fv_event *const *)b;
	int d = order_text(x->case_id, y->case_id);

	if (d == 0)
		d = order(x->at_utc_ms, y->at_utc_ms);
	if (d == 0)
		d = order_text(x->id, y->id);
	if (d == 0)
		d = order((int64_t)x->kind, (int64_t)y->kind);
	if (d == 0)
		d = order(x->scopes, y->scopes);
	if (d == 0)
		d = order(x->has_until ? x->until_utc_ms : INT64_MAX,
		    y->has_until ? y->until_utc_ms : INT64_MAX);
	if (d == 0)
		d = order((int64_t)x->form * 8 + (int64_t)x->to,
		    (int64_t)y->form * 8 + (int64_t)y->to);
	if (d == 0)
		d = order_text(x->recorded_by, y->recorded_by);
	if (d == 0)
		d = order_text(x->number, y->number);
	return d != 0 ? d : order_text(x->contact, y->contact);
}

static enum fv_err
refuse_orphan(struct fv_history_error *error, uint32_t line, const char *case_id)
{
	*error = (struct fv_history_error){.line = line, .field = "case"};
	struct fv_buf text = {0};
	fv_buf_putf(&text, "\"%s\" is described by no case object", case_id);
	const char *z = fv_buf_z(&text);
	if (z != NULL) {
		size_t n = strlen(z);
		n = n < sizeof error->text - 1 ? n : sizeof error->text - 1;
		memcpy(error->text, z, n);
	}
	fv_buf_clear(&text);
	return FV_ENOENT;
}

/* How many contacts, or events, from `first` on belong to the case. */
static size_t
contact_run(const struct list *list, size_t first, const char *case_id)
{
	size_t n = 0;

	while (first + n < list->count &&
	    ((const struct fv_contact *)list->items[first + n])->case_id == case_id)
		n++;
	return n;
}

static size_t
event_run(const struct list *list, size_t first, const char *case_id)
{
	size_t n = 0;

	while (first + n < list->count &&
	    ((const struct fv_event *)list->items[first + n])->case_id == case_id)
		n++;
	return n;
}

static void
join(struct fv_history *h)
{
	size_t k = 0;
	size_t e = 0;

	for (size_t i = 0; i < h->cases.count; i++) {
		struct fv_case_history *j = &h->joined[i];
		*j = (struct fv_case_history){.subject = h->cases.items[i]};
		j->contact_count = contact_run(&h->contacts, k, j->subject->id);
		j->event_count = event_run(&h->events, e, j->subject->id);
		if (j->contact_count > 0)
			j->contacts =
			    (const struct fv_contact *const *)(h->contacts.items + k);
		if (j->event_count > 0)
			j->events = (const struct fv_event *const *)(h->events.items + e);
		k += j->contact_count;
		e += j->event_count;
	}
}

/* The lowest line that names an unknown case, so that any order names the same. */
static enum fv_err
find_orphan(const struct fv_history *h, struct fv_history_error *error_out)
{
	const char *case_id = NULL;
	uint32_t line = UINT32_MAX;

	for (size_t i = 0; i < h->contacts.count + h->events.count; i++) {
		bool is_contact = i < h->contacts.count;
		const struct fv_contact *k = is_contact ? h->contacts.items[i] : NULL;
		const struct fv_event *e =
		    is_contact ? NULL : h->events.items[i - h->contacts.count];
		const char *id = is_contact ? k->case_id : e->case_id;
		uint32_t at = is_contact ? k->line : e->line;
		char key[FV_HISTORY_ID_MAX_BYTES + 2] = "c";
		memcpy(key + 1, id, strlen(id) + 1);
		if (fv_arena_find(&h->ids, fv_span_z(key)) == NULL && at < line) {
			case_id = id;
			line = at;
		}
	}
	return case_id == NULL ? FV_OK : refuse_orphan(error_out, line, case_id);
}

enum fv_err
fv_history_finish(struct fv_history *history, struct fv_history_error *error_out)
{
	struct fv_history *h = history;
	enum fv_err rc;

	*error_out = (struct fv_history_error){0};
	if ((rc = find_orphan(h, error_out)) != FV_OK)
		return rc;
	if (h->cases.count > 0)
		qsort(h->cases.items, h->cases.count, sizeof *h->cases.items, by_case_id);
	if (h->contacts.count > 0)
		qsort(h->contacts.items, h->contacts.count, sizeof *h->contacts.items,
		    by_contact_time);
	if (h->events.count > 0)
		qsort(
		    h->events.items, h->events.count, sizeof *h->events.items, by_event_time);
	struct fv_case_history *joined =
	    calloc(h->cases.count == 0 ? 1 : h->cases.count, sizeof *joined);
	if (joined == NULL)
		return FV_ENOMEM;
	free(h->joined);
	h->joined = joined;
	join(h);
	h->is_finished = true;
	return FV_OK;
}

size_t
fv_history_case_count(const struct fv_history *history)
{
	return history->is_finished ? history->cases.count : 0;
}

const struct fv_case_history *
fv_history_case(const struct fv_history *history, size_t idx)
{
	return idx < fv_history_case_count(history) ? &history->joined[idx] : NULL;
}

const struct fv_case_history *
fv_history_find(const struct fv_history *history, const char *case_id)
{
	size_t low = 0;
	size_t high = fv_history_case_count(history);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int d = strcmp(history->joined[mid].subject->id, case_id);
		if (d == 0)
			return &history->joined[mid];
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}
