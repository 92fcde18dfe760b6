/*
 * Who came to a visit, and what makes him more than a name: a PIN or code that he gave
 * (COSIGN), or a visit that his own handheld logged at the same place (PROTOCOL.md
 * section 13).  Visits so joined are one contact.
 */
#include <string.h>

#include "fv/geo.h"
#include "lib/fold_internal.h"

/* Officers of one visit while they are gathered. */
struct gathered {
	const char **names; /* in the arena, room for `cap` */
	uint8_t *confirmed;
	size_t count, cap;
};

static bool
is_confirmed(uint8_t how)
{
	return how >= FV_OFFICER_BY_HANDHELD || how == FV_OFFICER_HOLDS;
}

static bool
make_room(struct arena *arena, size_t cap, struct gathered *g)
{
	g->names = fv_fold_alloc(arena, (cap + 1) * sizeof *g->names);
	g->confirmed = fv_fold_alloc(arena, cap + 1);
	g->count = 0;
	g->cap = cap;
	return g->names != NULL && g->confirmed != NULL;
}

/* The officer's place in the list, at its end where he is new; `cap`: no room. */
static size_t
place_of(struct gathered *g, const char *officer)
{
	size_t i = 0;

	while (i < g->count && strcmp(g->names[i], officer) != 0)
		i++;
	if (i == g->count && i < g->cap) {
		g->names[i] = officer;
		g->confirmed[i] = i == 0 ? FV_OFFICER_HOLDS : FV_OFFICER_DECLARED;
		g->count++;
	}
	return i;
}

/* What a COSIGN is worth, by its own words: no correction makes a confirmation. */
static uint8_t
weigh(struct fv_fold *fold, const struct kept *begin, const struct kept *cosign,
    const char *officer)
{
	struct kept plain_begin = *begin;
	struct fv_fold_code asked = {.dev = begin->header.dev, .officer = officer};
	struct fv_cbor_reader r;
	uint64_t means;

	plain_begin.amend = NULL;
	if (!fv_fold_uint(cosign, 5, 2, &means) || means == 0)
		return FV_OFFICER_DECLARED;
	if (means == 1)
		return FV_OFFICER_BY_PIN;
	if (fold->check == NULL)
		return FV_OFFICER_CODE_NOT_CHECKED;
	asked.case_id = fv_fold_case(&fold->arena, &plain_begin);
	asked.at_ms = cosign->header.rtc_ms;
	if (asked.case_id == NULL || !fv_fold_find(cosign, 6, &r) ||
	    fv_cbor_get_text(&r, &asked.code) != FV_OK)
		return FV_OFFICER_CODE_WRONG;
	return fold->check(&asked, fold->check_ctx) ? FV_OFFICER_BY_CODE
						    : FV_OFFICER_CODE_WRONG;
}

/* Who signs on after the end was not there. */
static void
take_cosigns(struct fv_fold *fold, const struct kept *begin, struct gathered *g)
{
	for (const struct kept *p = begin->part; p != NULL; p = p->next) {
		struct kept plain = *p;
		const char *officer;
		uint8_t how;
		size_t i;

		if (p->header.type == FV_REC_VISIT_END)
			return;
		plain.amend = NULL;
		if (p->header.type != FV_REC_COSIGN ||
		    (officer = fv_fold_string(&fold->arena, &plain, 4)) == NULL)
			continue;
		/* Of a visit without officers the first is not known: nobody is second. */
		if (g->count == 0 || (i = place_of(g, officer)) == 0 || i == g->cap)
			continue;
		how = weigh(fold, begin, &plain, officer);
		g->confirmed[i] = how > g->confirmed[i] ? how : g->confirmed[i];
	}
}

static void
put_officers(struct fv_fold_contact *c, const struct gathered *g)
{
	bool is_any = false;

	c->contact.officers = (struct fv_strs){g->names, g->count};
	c->confirmed = g->confirmed;
	for (size_t i = 1; i < g->count; i++)
		is_any = is_any || is_confirmed(g->confirmed[i]);
	if (g->count > 1)
		c->contact.second_confirmed = is_any ? FV_TRI_YES : FV_TRI_NO;
}

void
fv_fold_read_officers(
    struct fv_fold *fold, const struct kept *begin, struct fv_fold_contact *c)
{
	struct fv_strs said = {NULL, 0};
	struct gathered g;

	c->contact.has_officers = fv_fold_strings(&fold->arena, begin, 4, &said);
	if (!c->contact.has_officers)
		said.count = 0;
	if (!make_room(&fold->arena, said.count + FV_FOLD_OFFICERS_MAX, &g))
		return;
	for (size_t i = 0; i < said.count; i++)
		(void)place_of(&g, said.items[i]);
	take_cosigns(fold, begin, &g);
	put_officers(c, &g);
}

/* -- visits that two handhelds logged ------------------------------------------------ */

/* How `c` came to know the officer, when he is one of its others; 0: he is none. */
static uint8_t
knows(const struct fv_fold_contact *c, const char *officer)
{
	for (size_t i = 1; i < c->contact.officers.count; i++)
		if (strcmp(c->contact.officers.items[i], officer) == 0)
			return c->confirmed[i];
	return 0;
}

/*
 * One visit logged by two officers: one declares the other, near in time and place.  In a
 * stairwell there may be no place: then his own PIN or code must have said that he is
 * there.
 */
static bool
is_pair(const struct fv_fold_contact *a, const struct fv_fold_contact *b)
{
	const struct fv_contact *x = &a->contact, *y = &b->contact;
	uint8_t how;

	if (!a->is_visit || !b->is_visit || x->is_wrong_case || y->is_wrong_case ||
	    memcmp(a->dev, b->dev, sizeof a->dev) == 0 || x->officers.count == 0 ||
	    y->officers.count == 0 ||
	    strcmp(x->officers.items[0], y->officers.items[0]) == 0 ||
	    y->begin_utc_ms - x->begin_utc_ms > FV_FOLD_LINK_MS)
		return false;
	how = knows(a, y->officers.items[0]);
	if (knows(b, x->officers.items[0]) > how)
		how = knows(b, x->officers.items[0]);
	if (!x->has_place || !y->has_place)
		return how >= FV_OFFICER_BY_CODE;
	return how != 0 &&
	    fv_geo_distance_mm((struct fv_place){x->lat_e7, x->lon_e7},
		(struct fv_place){y->lat_e7, y->lon_e7}) <= FV_FOLD_LINK_MM;
}

/* The partner's holder was there: his own handheld says so. */
static void
confirm(struct arena *arena, struct fv_fold_contact *c, const char *holder)
{
	const struct fv_strs *old = &c->contact.officers;
	struct gathered g;
	size_t i;

	if (!make_room(arena, old->count + 1, &g))
		return;
	for (i = 0; i < old->count; i++) {
		g.names[i] = old->items[i];
		g.confirmed[i] = c->confirmed[i];
	}
	g.count = old->count;
	i = place_of(&g, holder);
	if (g.confirmed[i] < FV_OFFICER_BY_HANDHELD)
		g.confirmed[i] = FV_OFFICER_BY_HANDHELD;
	c->contact.has_officers = true;
	put_officers(c, &g);
}

/* All that hangs on `old` hangs on `link` from now on. */
static void
relink(struct fv_fold *fold, const char *old, const char *link)
{
	for (size_t i = 0; i < fold->contact_count; i++)
		if (fold->contacts[i].contact.link == old)
			fold->contacts[i].contact.link = link;
}

static void
join_pair(struct fv_fold *fold, struct fv_fold_contact *a, struct fv_fold_contact *b)
{
	const char *link = a->contact.link != NULL ? a->contact.link
	    : b->contact.link != NULL              ? b->contact.link
						   : a->contact.id;
	const char *holder_a = a->contact.officers.items[0];
	const char *holder_b = b->contact.officers.items[0];

	if (b->contact.link != NULL && b->contact.link != link)
		relink(fold, b->contact.link, link);
	a->contact.link = b->contact.link = link;
	confirm(&fold->arena, a, holder_b);
	confirm(&fold->arena, b, holder_a);
}

static void
settle_marks(struct fv_fold_contact *c)
{
	for (size_t i = 1; c->is_visit && i < c->contact.officers.count; i++) {
		if (!is_confirmed(c->confirmed[i]))
			c->marks |= FV_MARK_DECLARED;
		if (c->confirmed[i] == FV_OFFICER_CODE_WRONG)
			c->marks |= FV_MARK_CODE_WRONG;
		if (c->confirmed[i] == FV_OFFICER_CODE_NOT_CHECKED)
			c->marks |= FV_MARK_CODE_NOT_CHECKED;
	}
}

void
fv_fold_link_visits(struct fv_fold *fold)
{
	/* Sorted by case and begin: partners stand within ten minutes of each other. */
	for (size_t i = 0; i < fold->contact_count; i++) {
		struct fv_fold_contact *a = &fold->contacts[i];

		for (size_t j = i + 1; j < fold->contact_count; j++) {
			struct fv_fold_contact *b = &fold->contacts[j];

			if (strcmp(a->contact.case_id, b->contact.case_id) != 0 ||
			    b->contact.begin_utc_ms - a->contact.begin_utc_ms >
				FV_FOLD_LINK_MS)
				break;
			if (is_pair(a, b))
				join_pair(fold, a, b);
		}
	}
	for (size_t i = 0; i < fold->contact_count; i++)
		settle_marks(&fold->contacts[i]);
}
