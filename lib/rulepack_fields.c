#include "lib/rulepack_fields.h"

#define TABLE(fields)                                                                         \
	(struct fv_pack_table)                                                                \
	{                                                                                     \
		fields, sizeof(fields) / sizeof(fields)[0]                                    \
	}
#define PACK(member) offsetof(struct fv_rulepack, member)
#define RULE(member) offsetof(struct fv_rule, member)
#define CONSENT(member) offsetof(struct fv_consent_rule, member)

#define TEXT_MAX 400U
#define ID_MAX 40U

static const struct fv_pack_field pack_fields[] = {
    {"id", P_TEXT, true, 0, PACK(id), 1, ID_MAX},
    {"jurisdiction", P_TEXT, true, 0, PACK(jurisdiction), 1, ID_MAX},
    {"revision", P_NUMBER, true, 0, PACK(revision), 1, 999999},
    {"published", P_DATE, true, 0, PACK(published_days), 0, 0},
};

static const struct fv_pack_field rule_fields[] = {
    {"id", P_TEXT, true, 0, RULE(id), 1, ID_MAX},
    {"kind", P_WORD, true, FV_CODES_KIND, RULE(kind), 0, 0},
    {"channels", P_WORDS, true, FV_CODES_CHANNEL, RULE(channels), 0, 0},
    {"phase", P_WORD, true, FV_CODES_PHASE, RULE(phase), 0, 0},
    {"on_breach", P_WORD, true, FV_CODES_ON_BREACH, RULE(on_breach), 0, 0},
    {"strength", P_WORD, true, FV_CODES_STRENGTH, RULE(strength), 0, 0},
    {"confidence", P_WORD, true, FV_CODES_CONFIDENCE, RULE(confidence), 0, 0},
    {"citation", P_TEXT, true, 0, RULE(citation), 1, FV_RULEPACK_CITATION_MAX},
    {"from", P_DATE, false, 0, RULE(from_days), 0, 0},
    {"until", P_DATE, false, 0, RULE(until_days), 0, 0},
    {"window_days", P_NUMBER, false, 0, RULE(window_days), 0, FV_RULEPACK_WINDOW_DAYS_MAX},
    {"enabled", P_BOOL, false, 0, RULE(is_enabled), 0, 0},
};

static const struct fv_pack_field common_fields[] = {
    {"places", P_WORDS, false, FV_CODES_PLACE, RULE(places), 0, 0},
    {"purposes", P_WORDS, false, FV_CODES_PURPOSE, RULE(purposes), 0, 0},
    {"consent", P_CONSENT, false, 0, RULE(consent), 0, 0},
};

static const struct fv_pack_field consent_fields[] = {
    {"scope", P_WORD, true, FV_CODES_SCOPE, CONSENT(scope), 0, 0},
    {"to", P_WORDS, false, FV_CODES_TO, CONSENT(to), 0, 0},
    {"form", P_WORDS, false, FV_CODES_FORM, CONSENT(forms), 0, 0},
    {"days", P_NUMBER, false, 0, CONSENT(days), 1, FV_RULEPACK_WINDOW_DAYS_MAX},
    {"day_one", P_BOOL, false, 0, CONSENT(is_day_one), 0, 0},
};

static const struct fv_pack_field time_fields[] = {
    {"allowed", P_WINDOWS, true, 0, RULE(u.time.allowed), 0, 0},
    {"review", P_WINDOWS, false, 0, RULE(u.time.doubtful), 0, 0},
    {"edge_from", P_WORD, false, FV_CODES_EDGE, RULE(u.time.edge_from), 0, 0},
    {"edge_to", P_WORD, false, FV_CODES_EDGE, RULE(u.time.edge_to), 0, 0},
    {"overrun", P_WORD, false, FV_CODES_OVERRUN, RULE(u.time.overrun), 0, 0},
};

static const struct fv_pack_field frequency_fields[] = {
    {"limit", P_NUMBER, true, 0, RULE(u.frequency.limit), 0, 10000},
    {"excludes_limit", P_BOOL, false, 0, RULE(u.frequency.excludes_limit), 0, 0},
    {"per", P_WORD, true, FV_CODES_PER, RULE(u.frequency.per), 0, 0},
    {"unit", P_WORD, true, FV_CODES_UNIT, RULE(u.frequency.unit), 0, 0},
    {"days", P_NUMBER, false, 0, RULE(u.frequency.days), 1, FV_RULEPACK_WINDOW_DAYS_MAX},
    {"outcomes", P_WORDS, false, FV_CODES_OUTCOME, RULE(u.frequency.outcomes), 0, 0},
    {"by", P_WORDS, false, FV_CODES_BY, RULE(u.frequency.by), 0, 0},
};

static const struct fv_pack_field persons_fields[] = {
    {"count", P_NUMBER, true, 0, RULE(u.persons.count), 1, 10},
};

static const struct fv_pack_field geofence_fields[] = {
    {"radius_m", P_NUMBER, true, 0, RULE(u.geofence.radius_m), 1, 1000000},
    {"case_radius", P_BOOL, false, 0, RULE(u.geofence.uses_case_radius), 0, 0},
};

static const struct fv_pack_field recording_fields[] = {
    {"media", P_WORDS, true, FV_CODES_RECORDED, RULE(u.recording.media), 0, 0},
};

static const struct fv_pack_field third_fields[] = {
    {"allowed", P_WORDS, true, FV_CODES_WITH, RULE(u.third.allowed), 0, 0},
    {"review", P_WORDS, false, FV_CODES_WITH, RULE(u.third.doubtful), 0, 0},
    {"for_purposes", P_WORDS, true, FV_CODES_PURPOSE, RULE(u.third.for_what), 0, 0},
    {"failures", P_NUMBER, false, 0, RULE(u.third.failures), 1, 100},
};

static const struct fv_pack_field hold_fields[] = {
    {"starts", P_KINDS, true, FV_CODES_EVENT_KIND, RULE(u.hold.starts), 0, 0},
    {"ends", P_KINDS, false, FV_CODES_EVENT_KIND, RULE(u.hold.ends), 0, 0},
    {"days", P_NUMBER, false, 0, RULE(u.hold.days), 1, FV_RULEPACK_WINDOW_DAYS_MAX},
    {"from_next_day", P_BOOL, false, 0, RULE(u.hold.from_next_day), 0, 0},
};

static const struct fv_pack_field age_fields[] = {
    {"of", P_WORD, true, FV_CODES_AGE_OF, RULE(u.age.of), 0, 0},
    {"hours", P_NUMBER, true, 0, RULE(u.age.hours), 1, 24 * FV_RULEPACK_WINDOW_DAYS_MAX},
};

struct fv_pack_table
fv_pack_fields(void)
{
	return TABLE(pack_fields);
}

struct fv_pack_table
fv_rule_fields(void)
{
	return TABLE(rule_fields);
}

struct fv_pack_table
fv_common_fields(void)
{
	return TABLE(common_fields);
}

struct fv_pack_table
fv_consent_fields(void)
{
	return TABLE(consent_fields);
}

struct fv_pack_table
fv_parameter_fields(enum fv_rule_kind kind)
{
	switch (kind) {
	case FV_RULE_TIME_WINDOW:
		return TABLE(time_fields);
	case FV_RULE_FREQUENCY:
		return TABLE(frequency_fields);
	case FV_RULE_MIN_PERSONS:
		return TABLE(persons_fields);
	case FV_RULE_GEOFENCE:
		return TABLE(geofence_fields);
	case FV_RULE_RECORDING:
		return TABLE(recording_fields);
	case FV_RULE_THIRD_PARTY:
		return TABLE(third_fields);
	case FV_RULE_HOLD:
		return TABLE(hold_fields);
	case FV_RULE_DATA_AGE:
		return TABLE(age_fields);
	case FV_RULE_ENTRY:
	case FV_RULE_IDENTIFY:
		break;
	}
	return (struct fv_pack_table){NULL, 0};
}

/* A walk over JSON that is known to be valid. */
struct walk {
	struct fv_span json;
	size_t at;
	uint32_t line;
};

static void
skip_space(struct walk *w)
{
	for (; w->at < w->json.len; w->at++) {
		uint8_t c = w->json.ptr[w->at];
		if (c == '\n')
			w->line++;
		else if (c != ' ' && c != '\t' && c != '\r')
			return;
	}
}

/* Over a string; `*raw_out` is what stands between its quotes, escapes as they are. */
static void
skip_string(struct walk *w, struct fv_span *raw_out)
{
	size_t start = ++w->at;

	while (w->at < w->json.len && w->json.ptr[w->at] != '"')
		w->at += w->json.ptr[w->at] == '\\' ? 2 : 1;
	if (w->at > w->json.len)
		w->at = w->json.len;
	*raw_out = (struct fv_span){w->json.ptr + start, w->at - start};
	w->at++;
}

/* Over one value, however deep, by counting brackets. */
static void
skip_value(struct walk *w)
{
	struct fv_span raw;
	size_t depth = 0;

	do {
		skip_space(w);
		if (w->at >= w->json.len)
			return;
		uint8_t c = w->json.ptr[w->at];
		if (c == '"') {
			skip_string(w, &raw);
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		else if (depth == 0) {
			while (w->at < w->json.len && w->json.ptr[w->at] != ',' &&
			    w->json.ptr[w->at] != '}' && w->json.ptr[w->at] != ']' &&
			    w->json.ptr[w->at] != '\n')
				w->at++;
			return;
		}
		w->at++;
	} while (depth > 0);
}

/* Stand on the member `name`, or on the value number `idx`, of what the walk stands on. */
static bool
enter(struct walk *w, const char *name, size_t idx)
{
	struct fv_span key = {NULL, 0};

	skip_space(w);
	if (w->at >= w->json.len || w->json.ptr[w->at] != (name == NULL ? '[' : '{'))
		return false;
	w->at++;
	for (size_t i = 0;; i++) {
		skip_space(w);
		if (w->at >= w->json.len || w->json.ptr[w->at] == '}' ||
		    w->json.ptr[w->at] == ']')
			return false;
		if (name != NULL) {
			skip_string(w, &key);
			skip_space(w);
			w->at++;
			skip_space(w);
		}
		if (name == NULL ? i == idx : fv_span_equal(key, fv_span_z(name)))
			return true;
		skip_value(w);
		skip_space(w);
		if (w->at < w->json.len && w->json.ptr[w->at] == ',')
			w->at++;
	}
}

uint32_t
fv_pack_line(struct fv_span json, const struct fv_pack_path *path)
{
	struct walk w = {.json = json, .line = 1};

	skip_space(&w);
	for (size_t i = 0; i < path->depth; i++) {
		struct walk deeper = w;
		if (!enter(&deeper, path->names[i], path->idx[i]))
			return w.line;
		w = deeper;
	}
	return w.line;
}
