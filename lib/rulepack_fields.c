#include "lib/rulepack_fields.h"

#define TABLE_OF(fields)                                                                      \
	{                                                                                     \
		fields, sizeof(fields) / sizeof(fields)[0], FV_TABLE_##fields                 \
	}
#define TABLE(fields)                                                                         \
	(struct fv_pack_table)                                                                \
	{                                                                                     \
		fields, sizeof(fields) / sizeof(fields)[0], FV_TABLE_##fields                 \
	}
#define PACK(member) offsetof(struct fv_rulepack, member)
#define RULE(member) offsetof(struct fv_rule, member)
#define CAL(member) offsetof(struct fv_calendar, member)
#define C(member) offsetof(struct fv_clause, member)
#define CONSENT(member) offsetof(struct fv_consent_rule, member)
#define PERIOD(member) offsetof(struct fv_period, member)
#define COOL(member) offsetof(struct fv_cool_off, member)
#define WITHIN(member) offsetof(struct fv_within, member)

/* One field, by what it holds: name and offset. */
#define TEXT(name, at, max)                                                                   \
	{                                                                                     \
		name, P_TEXT, false, 0, at, 1, max, NULL                                      \
	}
#define WORD(name, at, codes)                                                                 \
	{                                                                                     \
		name, P_WORD, false, FV_CODES_##codes, at, 0, 0, NULL                         \
	}
#define WORDS(name, at, codes)                                                                \
	{                                                                                     \
		name, P_WORDS, false, FV_CODES_##codes, at, 0, 0, NULL                        \
	}
#define KINDS(name, at)                                                                       \
	{                                                                                     \
		name, P_KINDS, false, FV_CODES_EVENT_KIND, at, 0, 0, NULL                     \
	}
#define NUMBER(name, at, min, max)                                                            \
	{                                                                                     \
		name, P_NUMBER, false, 0, at, min, max, NULL                                  \
	}
#define BOOL(name, at)                                                                        \
	{                                                                                     \
		name, P_BOOL, false, 0, at, 0, 0, NULL                                        \
	}
#define DATE(name, at)                                                                        \
	{                                                                                     \
		name, P_DATE, false, 0, at, 0, 0, NULL                                        \
	}
#define WINDOWS(name, at)                                                                     \
	{                                                                                     \
		name, P_WINDOWS, false, 0, at, 0, 0, NULL                                     \
	}
#define OBJECT(name, at, table)                                                               \
	{                                                                                     \
		name, P_OBJECT, false, 0, at, 0, 0, table                                     \
	}
/* The same where the field may not be left out. */
#define MUST_TEXT(name, at, max)                                                              \
	{                                                                                     \
		name, P_TEXT, true, 0, at, 1, max, NULL                                       \
	}
#define MUST_WORD(name, at, codes)                                                            \
	{                                                                                     \
		name, P_WORD, true, FV_CODES_##codes, at, 0, 0, NULL                          \
	}
#define MUST_WORDS(name, at, codes)                                                           \
	{                                                                                     \
		name, P_WORDS, true, FV_CODES_##codes, at, 0, 0, NULL                         \
	}
#define MUST_KINDS(name, at)                                                                  \
	{                                                                                     \
		name, P_KINDS, true, FV_CODES_EVENT_KIND, at, 0, 0, NULL                      \
	}
#define MUST_NUMBER(name, at, min, max)                                                       \
	{                                                                                     \
		name, P_NUMBER, true, 0, at, min, max, NULL                                   \
	}
#define MUST_DATE(name, at)                                                                   \
	{                                                                                     \
		name, P_DATE, true, 0, at, 0, 0, NULL                                         \
	}

#define TEXT_MAX 400U
#define ID_MAX 40U
#define DAYS_MAX FV_RULEPACK_WINDOW_DAYS_MAX
#define YEARS_MAX_DAYS 36600U
#define WEEK_HOURS 168U

static const struct fv_pack_field pack_fields[] = {
    MUST_TEXT("id", PACK(id), ID_MAX),
    MUST_TEXT("jurisdiction", PACK(jurisdiction), ID_MAX),
    MUST_NUMBER("revision", PACK(revision), 1, 999999),
    MUST_DATE("published", PACK(published_days)),
};

static const struct fv_pack_field rule_fields[] = {
    MUST_TEXT("id", RULE(id), ID_MAX),
    MUST_WORD("strength", RULE(strength), STRENGTH),
    MUST_WORD("confidence", RULE(confidence), CONFIDENCE),
    MUST_TEXT("citation", RULE(citation), FV_RULEPACK_CITATION_MAX),
    DATE("from", RULE(from_days)),
    DATE("until", RULE(until_days)),
    NUMBER("window_days", RULE(window_days), 0, DAYS_MAX),
    BOOL("enabled", RULE(is_enabled)),
};

static const struct fv_pack_field calendar_fields[] = {
    MUST_TEXT("id", CAL(id), ID_MAX),
    {"zones", P_TEXTS, false, 0, CAL(zones), 1, 64, NULL},
    MUST_TEXT("source", CAL(source), 600),
    MUST_WORD("confidence", CAL(confidence), CONFIDENCE),
    MUST_DATE("from", CAL(from_days)),
    MUST_DATE("until", CAL(until_days)),
    {"days", P_DATES, true, 0, CAL(days), 0, 0, NULL},
    {"workdays", P_DATES, false, 0, CAL(workdays), 0, 0, NULL},
};

static const struct fv_pack_field clause_fields[] = {
    MUST_WORD("kind", C(kind), KIND),
    WORDS("channels", C(channels), CHANNEL),
    WORD("phase", C(phase), PHASE),
    WORD("on_breach", C(on_breach), ON_BREACH),
    DATE("from", C(from_days)),
    DATE("until", C(until_days)),
};

static const struct fv_pack_field consent_fields[] = {
    MUST_WORD("scope", CONSENT(scope), SCOPE),
    WORDS("to", CONSENT(to), TO),
    WORDS("form", CONSENT(forms), FORM),
    NUMBER("days", CONSENT(days), 1, DAYS_MAX),
    BOOL("day_one", CONSENT(is_day_one)),
    BOOL("until_talk", CONSENT(ends_by_talk)),
    BOOL("or_court", CONSENT(or_court)),
};

static struct fv_pack_table
consent_table(void)
{
	return TABLE(consent_fields);
}

static const struct fv_pack_field period_fields[] = {
    MUST_NUMBER("days", PERIOD(days), 1, DAYS_MAX),
    BOOL("day_one", PERIOD(is_day_one)),
    BOOL("clear", PERIOD(is_clear)),
    BOOL("rolls", PERIOD(rolls)),
    WORDS("skip", PERIOD(skipped), DAY),
    TEXT("calendar", PERIOD(calendar), ID_MAX),
};

static struct fv_pack_table
period_table(void)
{
	return TABLE(period_fields);
}

static const struct fv_pack_field common_fields[] = {
    WORDS("places", C(places), PLACE),
    WORDS("purposes", C(purposes), PURPOSE),
    WORDS("products", C(products), PRODUCT),
    OBJECT("consent", C(consent), consent_table),
    BOOL("court", C(consent.or_court)),
};

static const struct fv_pack_field time_fields[] = {
    {"allowed", P_WINDOWS, true, 0, C(u.time.allowed), 0, 0, NULL},
    WINDOWS("review", C(u.time.doubtful)),
    WORD("edge_from", C(u.time.edge_from), EDGE),
    WORD("edge_to", C(u.time.edge_to), EDGE),
    WORD("overrun", C(u.time.overrun), OVERRUN),
    TEXT("calendar", C(u.time.calendar), ID_MAX),
    WORD("holiday", C(u.time.holiday), ON_BREACH),
    BOOL("several_zones", C(u.time.in_several_zones)),
};

static const struct fv_pack_field cool_fields[] = {
    {"period", P_OBJECT, true, 0, COOL(period), 0, 0, period_table},
    WORDS("outcomes", COOL(outcomes), OUTCOME),
    WORDS("by", COOL(by), BY),
    WORDS("channels", COOL(channels), CHANNEL),
};

static struct fv_pack_table
cool_table(void)
{
	return TABLE(cool_fields);
}

static const struct fv_pack_field frequency_fields[] = {
    NUMBER("limit", C(u.frequency.limit), 0, 10000),
    BOOL("excludes_limit", C(u.frequency.excludes_limit)),
    MUST_WORD("per", C(u.frequency.per), PER),
    WORD("unit", C(u.frequency.unit), UNIT),
    NUMBER("days", C(u.frequency.days), 1, DAYS_MAX),
    WORDS("outcomes", C(u.frequency.outcomes), OUTCOME),
    WORDS("by", C(u.frequency.by), BY),
    WORDS("with", C(u.frequency.with), WITH),
    BOOL("distinct_channels", C(u.frequency.distinct_channels)),
    BOOL("skips_consented", C(u.frequency.skips_consented)),
    OBJECT("cool_off", C(u.frequency.cool_off), cool_table),
    NUMBER("spacing_minutes", C(u.frequency.spacing_minutes), 1, 60000),
    NUMBER("spacing_days", C(u.frequency.spacing_days), 1, DAYS_MAX),
};

static const struct fv_pack_field persons_fields[] = {
    MUST_NUMBER("count", C(u.persons.count), 1, 10),
    BOOL("corroborated", C(u.persons.corroborated)),
};

static const struct fv_pack_field geofence_fields[] = {
    NUMBER("radius_m", C(u.geofence.radius_m), 1, 1000000),
    NUMBER("radius_ft", C(u.geofence.radius_ft), 1, 3000000),
    BOOL("case_radius", C(u.geofence.uses_case_radius)),
};

static const struct fv_pack_field recording_fields[] = {
    MUST_WORDS("media", C(u.recording.media), RECORDED),
};

static const struct fv_pack_field third_fields[] = {
    MUST_WORDS("allowed", C(u.third.allowed), WITH),
    WORDS("review", C(u.third.doubtful), WITH),
    MUST_WORDS("for_purposes", C(u.third.for_what), PURPOSE),
    NUMBER("failures", C(u.third.failures), 1, 100),
};

static const struct fv_pack_field within_fields[] = {
    MUST_KINDS("notices", WITHIN(notices)),
    KINDS("voids", WITHIN(voids)),
    OBJECT("receipt", WITHIN(receipt), period_table),
    {"period", P_OBJECT, true, 0, WITHIN(period), 0, 0, period_table},
    BOOL("after", WITHIN(is_after)),
};

static struct fv_pack_table
within_table(void)
{
	return TABLE(within_fields);
}

static const struct fv_pack_field hold_fields[] = {
    MUST_KINDS("starts", C(u.hold.starts)),
    KINDS("ends", C(u.hold.ends)),
    NUMBER("days", C(u.hold.days), 1, DAYS_MAX),
    BOOL("from_next_day", C(u.hold.from_next_day)),
    BOOL("outside", C(u.hold.outside)),
    BOOL("may_reply", C(u.hold.may_reply)),
    NUMBER("hours_per_week", C(u.hold.hours_per_week), 1, WEEK_HOURS),
    WORDS("form", C(u.hold.forms), FORM),
    NUMBER("oral_days", C(u.hold.oral_days), 1, DAYS_MAX),
    NUMBER("confirm_days", C(u.hold.confirm_days), 1, DAYS_MAX),
    NUMBER("after_until_days", C(u.hold.after_until_days), 1, DAYS_MAX),
    WORDS("with", C(u.hold.with), WITH),
    OBJECT("within", C(u.hold.within), within_table),
};

static const struct fv_pack_field age_fields[] = {
    MUST_WORD("of", C(u.age.of), AGE_OF),
    MUST_NUMBER("hours", C(u.age.hours), 1, 24 * DAYS_MAX),
};

static const struct fv_pack_field place_fields[] = {
    MUST_WORDS("forbidden", C(u.place.forbidden), PLACE),
    WORDS("review", C(u.place.doubtful), PLACE),
};

static const struct fv_pack_field precondition_fields[] = {
    KINDS("events", C(u.precondition.events)),
    WORDS("event_by", C(u.precondition.event_by), BY),
    WORDS("attempts", C(u.precondition.attempts), CHANNEL),
    WORDS("outcomes", C(u.precondition.outcomes), OUTCOME),
    MUST_NUMBER("count", C(u.precondition.count), 1, 100),
    BOOL("successive", C(u.precondition.successive)),
    NUMBER("days", C(u.precondition.days), 1, DAYS_MAX),
};

static const struct fv_pack_field notice_fields[] = {
    KINDS("events", C(u.notice.events)),
    OBJECT("period", C(u.notice.period), period_table),
    OBJECT("receipt", C(u.notice.receipt), period_table),
    NUMBER("valid_days", C(u.notice.valid_days), 1, DAYS_MAX),
    BOOL("first_only", C(u.notice.is_first_only)),
    BOOL("after_entry", C(u.notice.after_entry)),
};

static const struct fv_pack_field leave_fields[] = {
    KINDS("events", C(u.leave.events)),
    NUMBER("minutes", C(u.leave.minutes), 0, 600),
};

static const struct fv_pack_field impersonation_fields[] = {
    KINDS("events", C(u.impersonation.events)),
};

static const struct fv_pack_field duration_fields[] = {
    MUST_NUMBER("minutes", C(u.duration.minutes), 1, 1440),
};

static const struct fv_pack_field camera_fields[] = {
    BOOL("inside", C(u.camera.inside)),
};

static const struct fv_pack_field disclosure_fields[] = {
    KINDS("events", C(u.disclosure.events)),
    BOOL("first_only", C(u.disclosure.is_first_only)),
    BOOL("later_only", C(u.disclosure.is_later_only)),
};

static const struct fv_pack_field deadline_fields[] = {
    MUST_KINDS("events", C(u.deadline.events)),
    {"period", P_OBJECT, true, 0, C(u.deadline.period), 0, 0, period_table},
};

static const struct fv_pack_field need_fields[] = {
    BOOL("each", C(u.need.is_each)),
    BOOL("for_position", C(u.need.for_position)),
    BOOL("names_time", C(u.need.names_time)),
};

static const struct fv_pack_field completeness_fields[] = {
    MUST_WORDS("fields", C(u.completeness.fields), FIELD),
};

static const struct fv_pack_field correction_fields[] = {
    NUMBER("days", C(u.correction.days), 1, DAYS_MAX),
};

static const struct fv_pack_field scope_fields[] = {
    MUST_WORDS("actors", C(u.scope.actors), ACTOR),
};

static const struct fv_pack_field retention_fields[] = {
    MUST_WORD("anchor", C(u.retention.anchor), ANCHOR),
    NUMBER("min_days", C(u.retention.min_days), 1, YEARS_MAX_DAYS),
    NUMBER("max_days", C(u.retention.max_days), 1, YEARS_MAX_DAYS),
};

static const struct fv_pack_field interval_fields[] = {
    MUST_WORD("subject", C(u.interval.subject), SUBJECT),
    MUST_WORD("fact", C(u.interval.fact), FACT),
    NUMBER("days", C(u.interval.days), 1, YEARS_MAX_DAYS),
};

static const struct fv_pack_field rate_fields[] = {
    MUST_WORD("subject", C(u.rate.subject), SUBJECT),
    MUST_WORD("of", C(u.rate.of), SHARE),
    MUST_NUMBER("max_percent", C(u.rate.max_percent), 0, 100),
    MUST_NUMBER("days", C(u.rate.days), 1, DAYS_MAX),
    NUMBER("min_visits", C(u.rate.min_visits), 1, 100000),
};

static const struct fv_pack_field stop_fields[] = {
    MUST_NUMBER("minutes", C(u.stop.minutes), 1, 600),
    MUST_NUMBER("radius_m", C(u.stop.radius_m), 1, 10000),
    MUST_NUMBER("within_minutes", C(u.stop.within_minutes), 1, 600),
};

static const struct fv_pack_field no_track_fields[] = {
    MUST_NUMBER("minutes", C(u.no_track.minutes), 1, 600),
};

static const struct fv_pack_field not_received_fields[] = {
    MUST_NUMBER("hours", C(u.not_received.hours), 1, 720),
};

static const struct fv_pack_field green_fields[] = {
    MUST_NUMBER("seconds", C(u.green.seconds), 1, 600),
    MUST_NUMBER("percent", C(u.green.percent), 1, 100),
    MUST_NUMBER("days", C(u.green.days), 1, DAYS_MAX),
    MUST_NUMBER("min_visits", C(u.green.min_visits), 1, 100000),
};

static const struct fv_pack_field duplicate_fields[] = {
    MUST_NUMBER("minutes", C(u.duplicate.minutes), 1, 600),
};

/* A kind's parameters, and what it asks. */
static const struct fv_pack_table kinds[] = {
    [FV_RULE_TIME_WINDOW] = TABLE_OF(time_fields),
    [FV_RULE_FREQUENCY] = TABLE_OF(frequency_fields),
    [FV_RULE_MIN_PERSONS] = TABLE_OF(persons_fields),
    [FV_RULE_GEOFENCE] = TABLE_OF(geofence_fields),
    [FV_RULE_ENTRY] = {.fields = NULL},
    [FV_RULE_IDENTIFY] = {.fields = NULL},
    [FV_RULE_RECORDING] = TABLE_OF(recording_fields),
    [FV_RULE_THIRD_PARTY] = TABLE_OF(third_fields),
    [FV_RULE_HOLD] = TABLE_OF(hold_fields),
    [FV_RULE_DATA_AGE] = TABLE_OF(age_fields),
    [FV_RULE_PLACE] = TABLE_OF(place_fields),
    [FV_RULE_PRECONDITION] = TABLE_OF(precondition_fields),
    [FV_RULE_NOTICE] = TABLE_OF(notice_fields),
    [FV_RULE_LEAVE] = TABLE_OF(leave_fields),
    [FV_RULE_DURATION] = TABLE_OF(duration_fields),
    [FV_RULE_CAMERA] = TABLE_OF(camera_fields),
    [FV_RULE_DISCLOSURE] = TABLE_OF(disclosure_fields),
    [FV_RULE_DEADLINE] = TABLE_OF(deadline_fields),
    [FV_RULE_CONSENT] = TABLE_OF(need_fields),
    [FV_RULE_COMPLETENESS] = TABLE_OF(completeness_fields),
    [FV_RULE_CORRECTION] = TABLE_OF(correction_fields),
    [FV_RULE_SCOPE] = TABLE_OF(scope_fields),
    [FV_RULE_IMPERSONATION] = TABLE_OF(impersonation_fields),
    [FV_RULE_RETENTION] = TABLE_OF(retention_fields),
    [FV_RULE_INTERVAL] = TABLE_OF(interval_fields),
    [FV_RULE_RATE] = TABLE_OF(rate_fields),
    [FV_RULE_UNLOGGED_STOP] = TABLE_OF(stop_fields),
    [FV_RULE_NO_TRACK] = TABLE_OF(no_track_fields),
    [FV_RULE_ALWAYS_GREEN] = TABLE_OF(green_fields),
    [FV_RULE_DUPLICATE] = TABLE_OF(duplicate_fields),
    [FV_RULE_NOT_RECEIVED] = TABLE_OF(not_received_fields),
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
fv_calendar_fields(void)
{
	return TABLE(calendar_fields);
}

struct fv_pack_table
fv_clause_fields(void)
{
	return TABLE(clause_fields);
}

struct fv_pack_table
fv_common_fields(void)
{
	return TABLE(common_fields);
}

struct fv_pack_table
fv_parameter_fields(enum fv_rule_kind kind)
{
	return kinds[kind];
}
