/* Officers and agencies of the register: their dates stand without a visit too. */
#include <string.h>

#include "sync-server/standing_in.h"
#include "sync-server/store/staff.h"

struct loading {
	struct standing *s;
	char house[FV_ID_BYTES]; /* has no contract with itself */
};

static enum fv_err
add(struct standing *s, enum fv_subject kind, struct fv_span id, struct fv_span agency)
{
	struct person *p;
	enum fv_err rc =
	    standing_grow(&s->people, &s->people_cap, s->people_count, sizeof *s->people);

	if (rc != FV_OK)
		return rc;
	p = &s->people[s->people_count];
	p->kind = kind;
	if ((rc = names_add(&s->agencies, agency, &p->agency)) == FV_OK)
		rc = names_add(
		    kind == FV_SUBJECT_OFFICER ? &s->officers : &s->agencies, id, &p->idx);
	if (rc == FV_OK)
		s->people_count++;
	return rc;
}

static enum fv_err
on_officer(const struct fv_store_staff *staff, void *ctx)
{
	struct standing *s = ctx;

	return fv_store_staff_own_bar(staff, s->now_ms) != FV_BAR_NONE
	    ? FV_OK
	    : add(s, FV_SUBJECT_OFFICER, fv_span_z(staff->id), fv_span_z(staff->agency));
}

static enum fv_err
on_agency(const struct fv_store_agency *agency, void *ctx)
{
	const struct fv_span all = fv_span_z(""), id = fv_span_z(agency->id);
	const struct loading *l = ctx;
	enum fv_err rc = FV_OK;

	if (agency->is_closed)
		return FV_OK;
	if (strcmp(agency->id, l->house) != 0)
		rc = add(l->s, FV_SUBJECT_AGENCY, id, id);
	return rc == FV_OK
	    ? fv_store_staff_each(l->s->store, id, all, UINT32_MAX, on_officer, l->s)
	    : rc;
}

enum fv_err
standing_load_people(struct standing *s)
{
	struct loading l = {.s = s};
	struct fv_buf house = {0};
	enum fv_err rc;

	if (!standing_has(s, FV_RULE_INTERVAL))
		return FV_OK;
	rc = fv_store_meta_get(s->store, "agency", &house);
	if (rc == FV_OK)
		rc = fv_id_copy(fv_buf_span(&house), l.house, sizeof l.house);
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = fv_store_agency_each(s->store, fv_span_z(""), UINT32_MAX, on_agency, &l);
	fv_buf_clear(&house);
	return rc;
}
