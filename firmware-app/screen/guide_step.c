#include "firmware-app/screen/guide_step.h"

#include <string.h>

/* What the trail holds since the last shift or visit began. */
struct done {
	bool has_visited; /* a visit of this shift, or of the last, has ended */
	bool has_note, has_outcome, has_slip;
	bool is_over; /* the shift of that visit has ended */
};

static void
take_record(struct done *d, const char *name)
{
	if (strcmp(name, "SHIFT_BEGIN") == 0) {
		*d = (struct done){.has_visited = false};
	} else if (strcmp(name, "VISIT_BEGIN") == 0) {
		d->has_note = d->has_outcome = d->has_slip = false;
	} else if (strcmp(name, "NOTE") == 0) {
		d->has_note = true;
	} else if (strcmp(name, "OUTCOME") == 0) {
		d->has_outcome = true;
	} else if (strcmp(name, "CHECKLIST") == 0) {
		/* What became of the slip is a line of the checklist, and comes after all
		 * others. */
		d->has_slip = d->has_outcome;
	} else if (strcmp(name, "VISIT_END") == 0) {
		d->has_visited = true;
	} else if (strcmp(name, "SHIFT_END") == 0) {
		d->is_over = d->has_visited;
	}
}

static enum fv_guide_step
step_at_door(const json_t *status, const struct done *d)
{
	const json_t *list = json_object_get(status, "checklist");
	json_int_t answered = json_integer_value(json_object_get(list, "answered"));

	if (!json_is_true(json_object_get(list, "identity_confirmed")))
		return FV_GUIDE_IDENTIFY;
	if (answered < json_integer_value(json_object_get(list, "of")))
		return FV_GUIDE_CHECKLIST;
	if (!d->has_note)
		return FV_GUIDE_NOTE;
	if (!d->has_outcome)
		return FV_GUIDE_OUTCOME;
	return d->has_slip ? FV_GUIDE_END : FV_GUIDE_SLIP;
}

enum fv_guide_step
fv_guide_step(const json_t *status, const json_t *trail, bool has_checked)
{
	struct done d = {.has_visited = false};
	const json_t *record;
	size_t i;

	json_array_foreach(trail, i, record)
	{
		const char *name = json_string_value(json_object_get(record, "name"));

		if (name != NULL)
			take_record(&d, name);
	}
	if (json_is_object(json_object_get(status, "visit")))
		return step_at_door(status, &d);
	if (!json_is_object(json_object_get(status, "shift")))
		return d.is_over ? FV_GUIDE_DONE : FV_GUIDE_SHIFT;
	if (d.has_visited)
		return FV_GUIDE_SHIFT_END;
	return has_checked ? FV_GUIDE_BEGIN : FV_GUIDE_CHECK;
}
