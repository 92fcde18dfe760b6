#include "sync-server/planview.h"

#include <stdio.h>

#include "fv/codes.h"
#include "fv/instant.h"
#include "sync-server/verb.h"

const char *
planview_day(int64_t day, char out[PLANVIEW_DAY_BYTES])
{
	struct fv_civil c;

	fv_civil_from_days(day, &c);
	(void)snprintf(
	    out, PLANVIEW_DAY_BYTES, "%04d-%02d-%02d", (int)c.year, (int)c.month, (int)c.day);
	return out;
}

const char *
planview_state(enum fv_plan_state state)
{
	switch (state) {
	case FV_PLANNED_MADE:
		return "made";
	case FV_PLANNED_CLOSED:
		return "closed";
	case FV_PLANNED_OPEN:
	default:
		return "open";
	}
}

static json_t *
json_minute(uint32_t minute)
{
	return json_sprintf("%02u:%02u", minute / 60, minute % 60);
}

static json_t *
json_maybe(const char *text)
{
	return text[0] != '\0' ? json_string(text) : json_null();
}

json_t *
planview_json(const struct fv_store_plan *p)
{
	char day[PLANVIEW_DAY_BYTES];
	json_t *object = json_pack("{s:I, s:s, s:o, s:o, s:s, s:s, s:s, s:o}", "id",
	    (json_int_t)p->id, "date", planview_day(p->day, day), "from",
	    json_minute(p->from_minute), "to", json_minute(p->to_minute), "case", p->case_id,
	    "agency", p->agency, "officer", p->officer, "second", json_maybe(p->second));
	json_t *rest = json_pack("{s:s, s:s, s:s, s:b, s:s, s:o, s:s, s:o, s:o, s:o}", "place",
	    fv_code_word(FV_CODES_PLACE, p->place), "purpose",
	    fv_code_word(FV_CODES_PURPOSE, p->purpose), "approach",
	    fv_code_word(FV_CODES_APPROACH, p->approach), "agreed", (int)p->is_agreed, "state",
	    planview_state(p->state), "reason", json_maybe(p->reason), "made_by", p->made_by,
	    "begins", fv_verb_json_time(true, p->from_ms), "ended_by", json_maybe(p->ended_by),
	    "ended", fv_verb_json_time(p->has_ended, p->ended_ms));

	if (object == NULL || rest == NULL || json_object_update(object, rest) != 0) {
		json_decref(object);
		object = NULL;
	}
	json_decref(rest);
	return object;
}
