/* Reading what standing findings rest on: devices, cases and their visits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/packstore.h"
#include "sync-server/standing_in.h"
#include "sync-server/store/facts.h"
#include "sync-server/store/records.h"

#define MISSING_MAX 256U

/* -- devices -------------------------------------------------------------------- */

static enum fv_err
take_device(const struct fv_store_device *row, void *ctx)
{
	struct standing *s = ctx;
	struct device *d;
	enum fv_err rc =
	    standing_grow(&s->devices, &s->device_cap, s->device_count, sizeof *d);

	if (rc != FV_OK)
		return rc;
	d = &s->devices[s->device_count];
	*d = (struct device){.row = *row, .open_ms = INT64_MAX, .last_ms = INT64_MIN};
	rc = names_add(&s->agencies, fv_span_z(row->agency), &d->agency);
	if (rc == FV_ENOMEM)
		return rc;
	if (rc != FV_OK)
		d->agency = NONE;
	s->device_count++;
	return FV_OK;
}

static int
by_dev(const void *a, const void *b)
{
	const struct device *x = a, *y = b;

	return memcmp(x->row.dev, y->row.dev, FV_DEV_BYTES);
}

uint32_t
standing_device_of(const struct standing *s, const uint8_t dev[FV_DEV_BYTES])
{
	struct device key;
	const struct device *found;

	memcpy(key.row.dev, dev, FV_DEV_BYTES);
	found = s->device_count == 0
	    ? NULL
	    : bsearch(&key, s->devices, s->device_count, sizeof key, by_dev);
	return found == NULL ? NONE : (uint32_t)(found - s->devices);
}

/* Legal time of one record. */
static enum fv_err
time_of(struct standing *s, int64_t no, uint64_t seq, int64_t *ms_out)
{
	struct fv_store_record record;
	struct fv_header header;
	enum fv_err rc = fv_store_record_get(s->store, no, seq, &record);

	if (rc == FV_OK && fv_header_parse(record.header, &header) != FV_OK)
		rc = FV_ECORRUPT;
	if (rc == FV_OK)
		*ms_out = header.rtc_ms;
	return rc;
}

struct missing {
	struct standing *s;
	struct device *d;
};

static enum fv_err
take_missing(const struct fv_store_blob *blob, void *ctx)
{
	struct missing *m = ctx;
	int64_t ms;
	enum fv_err rc;

	if (blob->kind != FV_BLOB_PAYLOAD)
		return FV_OK;
	if ((rc = time_of(m->s, blob->no, blob->seq, &ms)) != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	m->d->open_ms = ms < m->d->open_ms ? ms : m->d->open_ms;
	return FV_OK;
}

/* From when on something of the trail is not final. */
static enum fv_err
settle_device(struct standing *s, struct device *d, struct fv_store_trail *trail)
{
	struct missing missing = {s, d};
	uint64_t size;
	enum fv_err rc = fv_store_trail_load(s->store, d->row.no, trail);

	if (rc != FV_OK)
		return rc;
	size = trail->trail.range.size;
	if (size > 0 && (rc = time_of(s, d->row.no, size - 1, &d->last_ms)) != FV_OK)
		return rc;
	if (trail->trail.sealed_size < size &&
	    (rc = time_of(s, d->row.no, trail->trail.sealed_size, &d->open_ms)) != FV_OK)
		return rc;
	return fv_store_blob_missing(s->store, d->row.no, MISSING_MAX, take_missing, &missing);
}

enum fv_err
standing_load_devices(struct standing *s)
{
	struct fv_store_trail *trail = malloc(sizeof *trail);
	enum fv_err rc =
	    trail == NULL ? FV_ENOMEM : fv_store_device_each(s->store, NULL, take_device, s);

	if (rc == FV_OK && s->device_count > 1)
		qsort(s->devices, s->device_count, sizeof *s->devices, by_dev);
	for (size_t i = 0; i < s->device_count && rc == FV_OK; i++)
		rc = settle_device(s, &s->devices[i], trail);
	free(trail);
	return rc;
}

/* -- cases ---------------------------------------------------------------------- */

bool
standing_next_id(struct fv_span *rest, struct fv_span *id_out)
{
	const uint8_t *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->ptr, ';', rest->len);
	*id_out = fv_span_of(rest->ptr, end == NULL ? rest->len : (size_t)(end - rest->ptr));
	*rest = end == NULL ? (struct fv_span){NULL, 0}
			    : fv_span_of(end + 1, rest->len - id_out->len - 1);
	return true;
}

/* Bits of the packs that judge a case: those it names, all when it names none, as far as
 * they bind such a collector and such a debt. */
static uint64_t
packs_of(const struct standing *s, const struct fv_item_case *c)
{
	uint64_t bits = 0;
	char name[64];

	for (size_t i = 0; i < judge_pack_count(s->judge); i++) {
		const struct fv_rulepack *pack = judge_pack(s->judge, i);
		struct fv_span rest = c->packs, id;
		bool is_named = c->packs.len == 0;

		while (!is_named && standing_next_id(&rest, &id) && id.len < sizeof name) {
			(void)snprintf(
			    name, sizeof name, "%.*s", (int)id.len, (const char *)id.ptr);
			is_named = packstore_is_named(pack, name);
		}
		if (pack->actors != 0 && (pack->actors & fv_code_bit(c->actor)) == 0)
			is_named = false;
		if (pack->products != 0 && c->product != 0 &&
		    (pack->products & fv_code_bit(c->product)) == 0)
			is_named = false;
		bits |= is_named ? UINT64_C(1) << i : 0;
	}
	return bits;
}

static enum fv_err
make_site(struct standing *s, const struct fv_store_case *row, struct site *out)
{
	const struct fv_item_case *c = &row->item;
	struct fv_span rest = c->zones, name;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_id_copy(c->id, out->id, sizeof out->id)) != FV_OK)
		return rc;
	if (standing_next_id(&rest, &name) && name.len < sizeof out->zone_name)
		(void)snprintf(out->zone_name, sizeof out->zone_name, "%.*s", (int)name.len,
		    (const char *)name.ptr);
	out->zone = zones_get(out->zone_name, &s->zones);
	rc = names_add(&s->agencies, c->agency, &out->agency);
	if (rc == FV_ENOMEM)
		return rc;
	if (rc != FV_OK)
		out->agency = NONE;
	out->packs = packs_of(s, c);
	out->has_place = c->has_place;
	out->place = (struct fv_place){c->lat_e7, c->lon_e7};
	out->radius_mm =
	    c->has_radius && c->radius_m <= 1000000 ? (int64_t)c->radius_m * 1000 : 0;
	out->until_ms = row->is_closed ? row->updated_ms : INT64_MAX;
	rc = fv_store_case_since(s->store, c->id, &out->since_ms);
	if (rc == FV_ENOENT)
		out->since_ms = INT64_MAX;
	return rc == FV_ENOENT ? FV_OK : rc;
}

/* -- visits --------------------------------------------------------------------- */

static bool
is_refusal(enum fv_event_kind kind)
{
	return kind == FV_EVENT_CEASE || kind == FV_EVENT_NO_HOME ||
	    kind == FV_EVENT_NO_WORK || kind == FV_EVENT_COMPLAINT ||
	    kind == FV_EVENT_CONSENT_WITHDRAWN || kind == FV_EVENT_LEAVE_REQUESTED ||
	    kind == FV_EVENT_INCONVENIENT;
}

static enum fv_err
add_roles(struct standing *s, const struct fv_contact *k, struct visit *v)
{
	enum fv_err rc = FV_OK;

	v->role_from = (uint32_t)s->role_count;
	for (size_t i = 0; i < k->officers.count && rc == FV_OK; i++) {
		uint32_t officer = NONE;

		rc = names_add(&s->officers, fv_span_z(k->officers.items[i]), &officer);
		if (rc == FV_EFORMAT)
			rc = FV_OK; /* text that is no id names nobody */
		if (rc == FV_OK)
			rc = standing_grow(
			    &s->roles, &s->role_cap, s->role_count, sizeof *s->roles);
		if (rc == FV_OK)
			s->roles[s->role_count++] = officer;
	}
	v->role_count = (uint32_t)(s->role_count - v->role_from);
	return rc;
}

/* The first visit of the case that has this link, as a number. */
static uint32_t
link_of(const struct folded *f, const char *link)
{
	for (size_t i = f->contacts.from; link != NULL && i < f->contacts.until; i++) {
		const char *other = fv_fold_contact(f->fold, i)->contact.link;

		if (other != NULL && strcmp(other, link) == 0)
			return (uint32_t)(i - f->contacts.from);
	}
	return NONE;
}

static enum fv_err
add_visit(
    struct standing *s, const struct folded *f, const struct fv_fold_contact *c, uint32_t site)
{
	const uint32_t unfinished = FV_MARK_UNSEALED | FV_MARK_OUTSTANDING;
	const struct fv_contact *k = &c->contact;
	struct visit *v;
	enum fv_err rc = standing_grow(&s->visits, &s->visit_cap, s->visit_count, sizeof *v);

	if (rc != FV_OK)
		return rc;
	v = &s->visits[s->visit_count];
	*v = (struct visit){.site = site,
	    .device = standing_device_of(s, c->dev),
	    .seq = c->seq,
	    .begin_ms = k->begin_utc_ms,
	    .end_ms = k->has_end ? k->end_utc_ms : k->begin_utc_ms,
	    .day = fv_zone_local_days(s->sites[site].zone, k->begin_utc_ms),
	    .checklist_ms = -1,
	    .refusals = k->outcome == FV_OUTCOME_REFUSED ? 1 : 0,
	    .is_manual = (c->marks & FV_MARK_AMENDED) != 0,
	    .is_unfinished = (c->marks & unfinished) != 0 || c->close == FV_FOLD_OPEN,
	    .has_fix = c->fix != FV_FOLD_FIX_NONE,
	    .link = link_of(f, k->link)};
	v->rx_begin_ms = v->begin_ms;
	v->rx_end_ms = v->end_ms;
	if (v->device == NONE)
		return FV_OK;
	for (size_t i = f->events.from; i < f->events.until; i++) {
		const struct fv_event *e = &fv_fold_event(f->fold, i)->event;

		if (e->contact != NULL && strcmp(e->contact, k->id) == 0 &&
		    is_refusal(e->kind))
			v->refusals++;
	}
	s->visit_count++;
	return add_roles(s, k, v);
}

const char *
standing_visit_id(const struct standing *s, const struct visit *v, char out[FV_FOLD_ID_BYTES])
{
	return fv_fold_id('v', s->devices[v->device].row.dev, v->seq, out);
}

/* What stored findings say of a visit: for the shares that count them. */
struct sayings {
	struct standing *s;
	const struct site *site;
};

/* True when only an officer who was there said that the debtor agreed. */
static bool
is_excused(const struct standing *s, const struct visit *v, struct fv_span inputs)
{
	static const char key[] = "\"consent_by\":\"";
	const char *text = (const char *)inputs.ptr;
	const char *at =
	    inputs.len == 0 ? NULL : memmem(text, inputs.len, key, sizeof key - 1);
	struct fv_span who;
	const char *end;

	if (at == NULL)
		return false;
	at += sizeof key - 1;
	end = memchr(at, '"', inputs.len - (size_t)(at - text));
	if (end == NULL)
		return false;
	who = fv_span_of(at, (size_t)(end - at));
	if (fv_span_equal(who, fv_span_z("officer")) ||
	    fv_span_equal(who, fv_span_z("collector")))
		return true;
	for (uint32_t i = 0; i < v->role_count; i++) {
		uint32_t officer = s->roles[v->role_from + i];

		if (officer != NONE &&
		    fv_span_equal(who, fv_span_z(s->officers.items[officer])))
			return true;
	}
	return false;
}

static void
count_verdict(
    const struct sayings *say, struct fv_span subject, uint32_t verdict, struct fv_span inputs)
{
	struct standing *s = say->s;
	char id[FV_FOLD_ID_BYTES];

	if (verdict != FV_VERDICT_FAIL && verdict != FV_VERDICT_REVIEW)
		return;
	for (size_t i = say->site->visit_from; i < say->site->visit_until; i++) {
		struct visit *v = &s->visits[i];

		if (!fv_span_equal(subject, fv_span_z(standing_visit_id(s, v, id))))
			continue;
		v->is_exception = true;
		if (verdict == FV_VERDICT_REVIEW && is_excused(s, v, inputs))
			v->is_excused = true;
	}
}

static enum fv_err
take_finding(const struct fv_store_finding *f, void *ctx)
{
	static const char says[] = "\"" FV_STANDING_SAYS "\":\"";

	if (f->inputs.len == 0 ||
	    memmem(f->inputs.ptr, f->inputs.len, says, sizeof says - 1) == NULL)
		count_verdict(ctx, f->subject, f->verdict, f->inputs);
	return FV_OK; /* a standing one counts for nothing here */
}

/* The verdicts on contacts that shares count: as stored, or judged now. */
static enum fv_err
load_sayings(struct standing *s, const struct fv_store_case *row, const struct site *site)
{
	struct sayings say = {s, site};
	struct judgement j;
	enum fv_err rc;

	if (s->opts->show == NULL)
		return fv_store_finding_each(s->store, site->id, take_finding, &say);
	if ((rc = judge_case(s->judge, row, &j)) != FV_OK)
		return rc;
	for (size_t i = 0; i < j.finding_count; i++)
		count_verdict(&say, fv_span_z(j.findings[i].contact), j.findings[i].verdict,
		    fv_span_z(j.findings[i].inputs));
	judgement_clear(&j);
	return FV_OK;
}

/* -- one case after the other --------------------------------------------------- */

static enum fv_err
load_visits(
    struct standing *s, const struct fv_store_case *row, uint32_t at, const struct folded *f)
{
	struct site *site = &s->sites[at];
	enum fv_err rc = FV_OK;

	site->visit_from = s->visit_count;
	for (size_t i = f->contacts.from; i < f->contacts.until && rc == FV_OK; i++) {
		const struct fv_fold_contact *c = fv_fold_contact(f->fold, i);

		if (c->is_visit && c->contact.begin_utc_ms >= s->horizon_ms)
			rc = add_visit(s, f, c, at);
	}
	site->visit_until = s->visit_count;
	if (rc == FV_OK && site->visit_until > site->visit_from && s->counts_verdicts)
		rc = load_sayings(s, row, site);
	return rc;
}

static enum fv_err
take_case(const struct fv_store_case *row, void *ctx)
{
	struct standing *s = ctx;
	struct fv_fold *fold = NULL;
	struct folded f;
	uint32_t at = (uint32_t)s->site_count;
	enum fv_err rc =
	    standing_grow(&s->sites, &s->site_cap, s->site_count, sizeof *s->sites);

	if (rc != FV_OK || (rc = make_site(s, row, &s->sites[at])) != FV_OK)
		return rc;
	if (s->sites[at].zone == NULL)
		return FV_OK; /* the report says that it cannot be judged */
	s->site_count++;
	if ((rc = judge_fold_case(s->judge, s->sites[at].id, &fold)) != FV_OK)
		return rc;
	f.fold = fold;
	f.contacts = fv_fold_case_contacts(f.fold, s->sites[at].id);
	f.events = fv_fold_case_events(f.fold, s->sites[at].id);
	rc = load_visits(s, row, at, &f);
	if (rc == FV_OK && standing_has(s, FV_RULE_RETENTION)) {
		rc = standing_retention(s, row, at, &f);
	}
	fv_fold_free(fold);
	return rc;
}

enum fv_err
standing_load_cases(struct standing *s)
{
	return fv_store_case_each(s->store, take_case, s);
}
