#include "lib/history_fields.h"

#define K(member) offsetof(struct fv_reading, contact.member)
#define C(member) offsetof(struct fv_reading, subject.member)
#define E(member) offsetof(struct fv_reading, event.member)
#define R(member) offsetof(struct fv_reading, member)

static const struct fv_field case_fields[] = {
    {"case", F_TEXT, true, 0, C(id), NO_HAS},
    {"zone", F_TEXT, false, 0, R(zone_text), NO_HAS},
    {"zones", F_SET, false, 0, C(zones), NO_HAS},
    {"lat", F_LAT, false, 0, C(lat_e7), R(has_lat)},
    {"lon", F_LON, false, 0, C(lon_e7), R(has_lon)},
    {"datum", F_WORD, false, FV_CODES_DATUM, R(datum), NO_HAS},
    {"radius_m", F_METRES, false, 0, C(radius_mm), NO_HAS},
    {"actor", F_WORD, true, FV_CODES_ACTOR, C(actor), NO_HAS},
    {"product", F_WORD, false, FV_CODES_PRODUCT, C(product), NO_HAS},
    {"debts", F_SET, false, 0, C(debts), NO_HAS},
    {"agency", F_TEXT, false, 0, C(agency), NO_HAS},
    {"as_of", F_DATE, false, 0, C(as_of_utc_ms), C(has_as_of)},
};

static const struct fv_field contact_fields[] = {
    {"id", F_TEXT, true, 0, K(id), NO_HAS},
    {"case", F_TEXT, true, 0, K(case_id), NO_HAS},
    {"channel", F_WORD, true, FV_CODES_CHANNEL, K(channel), NO_HAS},
    {"begin", F_TIME, true, 0, K(begin_utc_ms), NO_HAS},
    {"by", F_WORD, true, FV_CODES_BY, K(by), NO_HAS},
    {"end", F_TIME, false, 0, K(end_utc_ms), K(has_end)},
    {"officers", F_SET, false, 0, K(officers), K(has_officers)},
    {"outcome", F_WORD, false, FV_CODES_OUTCOME, K(outcome), NO_HAS},
    {"discussed", F_SET, false, 0, K(discussed), K(has_discussed)},
    {"debts", F_SET, false, 0, K(debts), K(has_debts)},
    {"with", F_WORD, false, FV_CODES_WITH, K(with), NO_HAS},
    {"place", F_WORD, false, FV_CODES_PLACE, K(place), NO_HAS},
    {"entered", F_BOOL, false, 0, K(entered), NO_HAS},
    {"number", F_TEXT, false, 0, K(number), NO_HAS},
    {"lat", F_LAT, false, 0, K(lat_e7), R(has_lat)},
    {"lon", F_LON, false, 0, K(lon_e7), R(has_lon)},
    {"accuracy_m", F_METRES, false, 0, K(accuracy_mm), K(has_accuracy)},
    {"identified", F_BOOL, false, 0, K(identified), NO_HAS},
    {"identity_confirmed", F_BOOL, false, 0, K(identity_confirmed), NO_HAS},
    {"recorded", F_WORD, false, FV_CODES_RECORDED, K(recorded), NO_HAS},
    {"camera", F_BOOL, false, 0, K(camera), NO_HAS},
    {"call_id", F_TEXT, false, 0, K(call_id), NO_HAS},
    {"purpose", F_WORD, false, FV_CODES_PURPOSE, K(purpose), NO_HAS},
    {"source", F_WORD, false, FV_CODES_SOURCE, K(source), NO_HAS},
    {"meant_for", F_WORD, false, FV_CODES_WITH, K(meant_for), NO_HAS},
    {"overrun_reason", F_TEXT, false, 0, K(overrun_reason), NO_HAS},
};

static const struct fv_field event_fields[] = {
    {"id", F_TEXT, true, 0, E(id), NO_HAS},
    {"case", F_TEXT, true, 0, E(case_id), NO_HAS},
    {"kind", F_WORD, true, FV_CODES_EVENT_KIND, E(kind), NO_HAS},
    {"at", F_TIME, true, 0, E(at_utc_ms), NO_HAS},
    {"until", F_TERM, false, 0, E(until_utc_ms), E(has_until)},
    {"from", F_TERM, false, 0, E(from_utc_ms), E(has_from)},
    {"windows", F_WINDOWS, false, 0, E(windows), NO_HAS},
    {"scope", F_WORDS, false, FV_CODES_SCOPE, E(scopes), NO_HAS},
    {"form", F_WORD, false, FV_CODES_FORM, E(form), NO_HAS},
    {"to", F_WORD, false, FV_CODES_TO, E(to), NO_HAS},
    {"debts", F_SET, false, 0, E(debts), NO_HAS},
    {"number", F_TEXT, false, 0, E(number), NO_HAS},
    {"contact", F_TEXT, false, 0, E(contact), NO_HAS},
    {"channels", F_WORDS, false, FV_CODES_CHANNEL, E(channels), NO_HAS},
    {"recorded_by", F_TEXT, false, 0, E(recorded_by), NO_HAS},
    {"by", F_WORD, false, FV_CODES_BY, E(by), NO_HAS},
    {"source", F_WORD, false, FV_CODES_SOURCE, E(source), NO_HAS},
};

struct fv_fields
fv_history_fields(enum fv_object object)
{
	static const struct fv_fields all[] = {
	    [OBJECT_CASE] = {case_fields, sizeof case_fields / sizeof case_fields[0]},
	    [OBJECT_CONTACT] = {contact_fields,
		sizeof contact_fields / sizeof contact_fields[0]},
	    [OBJECT_EVENT] = {event_fields, sizeof event_fields / sizeof event_fields[0]},
	};

	return all[object];
}

bool
fv_minute_parse(struct fv_span text, uint16_t limit, uint16_t *minute_out)
{
	const uint8_t *z = text.ptr;

	if (text.len != 5 || z[2] != ':')
		return false;
	for (size_t i = 0; i < 5; i++)
		if (i != 2 && (z[i] < '0' || z[i] > '9'))
			return false;
	int hour = (z[0] - '0') * 10 + (z[1] - '0');
	int minute = (z[3] - '0') * 10 + (z[4] - '0');
	if (minute > 59 || hour * 60 + minute > limit)
		return false;
	*minute_out = (uint16_t)(hour * 60 + minute);
	return true;
}
