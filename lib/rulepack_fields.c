#include "lib/rulepack_fields.h"

#define TABLE_OF(fields)                                                                      \
	{                                                                                     \
		fields, sizeof(fields) / sizeof(fields)[0]                                    \
	}
#define TABLE(fields)                                                                         \
	(struct fv_pack_table)                                                                \
	{                                                                                     \
		fields, sizeof(fields) / sizeof(fields)[0]                                    \
	}
#define PACK(member) offsetof(struct fv_rulepack, member)
#define RULE(member) offsetof(struct fv_rule, member)
#define CAL(member) offsetof(struct fv_calendar, member)
#define C(member) offsetof(struct fv_clause, member)
#define CONSENT(member) offsetof(struct fv_consent_rule, member)
#define PERIOD(member) offsetof(struct fv_period, member)
#define COOL(member) offsetof(struct fv_cool_off, member)
#define WITHIN(member) offsetof(struct fv_within, member)

/* One field, by what it holds: name, offset, and what the schema says of it. */
#define TEXT(name, at, max, help)                                                             \
	{                                                                                     \
		name, P_TEXT, false, 0, at, 1, max, NULL, help                                \
	}
#define WORD(name, at, codes, help)                                                           \
	{                                                                                     \
		name, P_WORD, false, FV_CODES_##codes, at, 0, 0, NULL, help                   \
	}
#define WORDS(name, at, codes, help)                                                          \
	{                                                                                     \
		name, P_WORDS, false, FV_CODES_##codes, at, 0, 0, NULL, help                  \
	}
#define KINDS(name, at, help)                                                                 \
	{                                                                                     \
		name, P_KINDS, false, FV_CODES_EVENT_KIND, at, 0, 0, NULL, help               \
	}
#define NUMBER(name, at, min, max, help)                                                      \
	{                                                                                     \
		name, P_NUMBER, false, 0, at, min, max, NULL, help                            \
	}
#define BOOL(name, at, help)                                                                  \
	{                                                                                     \
		name, P_BOOL, false, 0, at, 0, 0, NULL, help                                  \
	}
#define DATE(name, at, help)                                                                  \
	{                                                                                     \
		name, P_DATE, false, 0, at, 0, 0, NULL, help                                  \
	}
#define WINDOWS(name, at, help)                                                               \
	{                                                                                     \
		name, P_WINDOWS, false, 0, at, 0, 0, NULL, help                               \
	}
#define OBJECT(name, at, table, help)                                                         \
	{                                                                                     \
		name, P_OBJECT, false, 0, at, 0, 0, table, help                               \
	}
/* The same where the field may not be left out. */
#define MUST_TEXT(name, at, max, help)                                                        \
	{                                                                                     \
		name, P_TEXT, true, 0, at, 1, max, NULL, help                                 \
	}
#define MUST_WORD(name, at, codes, help)                                                      \
	{                                                                                     \
		name, P_WORD, true, FV_CODES_##codes, at, 0, 0, NULL, help                    \
	}
#define MUST_WORDS(name, at, codes, help)                                                     \
	{                                                                                     \
		name, P_WORDS, true, FV_CODES_##codes, at, 0, 0, NULL, help                   \
	}
#define MUST_KINDS(name, at, help)                                                            \
	{                                                                                     \
		name, P_KINDS, true, FV_CODES_EVENT_KIND, at, 0, 0, NULL, help                \
	}
#define MUST_NUMBER(name, at, min, max, help)                                                 \
	{                                                                                     \
		name, P_NUMBER, true, 0, at, min, max, NULL, help                             \
	}
#define MUST_DATE(name, at, help)                                                             \
	{                                                                                     \
		name, P_DATE, true, 0, at, 0, 0, NULL, help                                   \
	}

#define TEXT_MAX 400U
#define ID_MAX 40U
#define DAYS_MAX FV_RULEPACK_WINDOW_DAYS_MAX
#define YEARS_MAX_DAYS 36600U
#define WEEK_HOURS 168U

static const struct fv_pack_field pack_fields[] = {
    MUST_TEXT("id", PACK(id), ID_MAX, NULL),
    MUST_TEXT("jurisdiction", PACK(jurisdiction), ID_MAX, NULL),
    MUST_NUMBER("revision", PACK(revision), 1, 999999, "Of this encoding."),
    MUST_DATE("published", PACK(published_days),
	"Date from which this revision stands; --as-of chooses by it."),
};

static const struct fv_pack_field rule_fields[] = {
    MUST_TEXT("id", RULE(id), ID_MAX, NULL),
    MUST_WORD("strength", RULE(strength), STRENGTH, NULL),
    MUST_WORD("confidence", RULE(confidence), CONFIDENCE,
	"Primary text read, secondary source, weak, unverified. W and U are off unless "
	"switched on."),
    MUST_TEXT("citation", RULE(citation), FV_RULEPACK_CITATION_MAX,
	"Without the confidence, which is added wherever it is shown."),
    DATE("from", RULE(from_days), "First local date in force."),
    DATE("until", RULE(until_days), "Last local date in force."),
    NUMBER("window_days", RULE(window_days), 0, DAYS_MAX, "How far back it looks."),
    BOOL("enabled", RULE(is_enabled), NULL),
};

static const struct fv_pack_field calendar_fields[] = {
    MUST_TEXT("id", CAL(id), ID_MAX, NULL),
    {"zones", P_TEXTS, false, 0, CAL(zones), 1, 64, NULL,
	"IANA zones of which it is the calendar, for rules that ask for \"zone\"."},
    MUST_TEXT("source", CAL(source), 600, "Where these days were read."),
    MUST_WORD("confidence", CAL(confidence), CONFIDENCE, NULL),
    MUST_DATE("from", CAL(from_days), "First date that it covers."),
    MUST_DATE("until", CAL(until_days),
	"Last date that it covers; after it a rule that needs it is for a person."),
    {"days", P_DATES, true, 0, CAL(days), 0, 0, NULL, "Holidays."},
    {"workdays", P_DATES, false, 0, CAL(workdays), 0, 0, NULL,
	"Days of a weekend on which people work."},
};

static const struct fv_pack_field clause_fields[] = {
    MUST_WORD("kind", C(kind), KIND, NULL),
    WORDS("channels", C(channels), CHANNEL, "The contacts it is about."),
    WORD("phase", C(phase), PHASE, NULL),
    WORD("on_breach", C(on_breach), ON_BREACH,
	"review: an inadvisable number, or anything that a person must weigh."),
    DATE("from", C(from_days), "First local date in force."),
    DATE("until", C(until_days), "Last local date in force."),
};

static const struct fv_pack_field consent_fields[] = {
    MUST_WORD("scope", CONSENT(scope), SCOPE, NULL),
    WORDS("to", CONSENT(to), TO, "To whom it must have been given; default: anyone."),
    WORDS("form", CONSENT(forms), FORM, "How; default: in any form."),
    NUMBER("days", CONSENT(days), 1, DAYS_MAX, "It ends after so many local dates."),
    BOOL("day_one", CONSENT(is_day_one), "The date of the consent is the first of them."),
    BOOL("until_talk", CONSENT(ends_by_talk), "A conversation ends it."),
    BOOL("or_court", CONSENT(or_court), "A court's permission does as well."),
};

static struct fv_pack_table
consent_table(void)
{
	return TABLE(consent_fields);
}

static const struct fv_pack_field period_fields[] = {
    MUST_NUMBER("days", PERIOD(days), 1, DAYS_MAX, NULL),
    BOOL("day_one", PERIOD(is_day_one), "The event's own date is the first."),
    BOOL("clear", PERIOD(is_clear), "Both ends are left out."),
    BOOL("rolls", PERIOD(rolls), "An end that falls on a date that does not count moves on."),
    WORDS("skip", PERIOD(skipped), DAY, "Days of the week that do not count."),
    TEXT("calendar", PERIOD(calendar), ID_MAX, "Whose holidays do not count."),
};

static struct fv_pack_table
period_table(void)
{
	return TABLE(period_fields);
}

static const struct fv_pack_field common_fields[] = {
    WORDS("places", C(places), PLACE, "The rule is about these places only."),
    WORDS("purposes", C(purposes), PURPOSE, "The rule is about these purposes only."),
    WORDS("products", C(products), PRODUCT, "The rule is about these kinds of debt only."),
    OBJECT(
	"consent", C(consent), consent_table, "The debtor's consent that excuses a breach."),
    BOOL("court", C(consent.or_court), "A court's permission excuses a breach."),
};

static const struct fv_pack_field time_fields[] = {
    {"allowed", P_WINDOWS, true, 0, C(u.time.allowed), 0, 0, NULL, NULL},
    WINDOWS("review", C(u.time.doubtful), "Outside `allowed`, but for a person to judge."),
    WORD("edge_from", C(u.time.edge_from), EDGE, "The first instant; default closed."),
    WORD("edge_to", C(u.time.edge_to), EDGE, "The last instant; default open."),
    WORD("overrun", C(u.time.overrun), OVERRUN, NULL),
    TEXT("calendar", C(u.time.calendar), ID_MAX,
	"No contact on its holidays; \"zone\": the calendar of the case's zone."),
    WORD("holiday", C(u.time.holiday), ON_BREACH, "What contact on one is; default fail."),
    BOOL("several_zones", C(u.time.in_several_zones), "About cases of several zones only."),
};

static const struct fv_pack_field cool_fields[] = {
    {"period", P_OBJECT, true, 0, COOL(period), 0, 0, period_table, NULL},
    WORDS("outcomes", COOL(outcomes), OUTCOME, "Default: conversation."),
    WORDS("by", COOL(by), BY, "Whoever began it; default: either."),
    WORDS("channels", COOL(channels), CHANNEL, "By which it was; default: the clause's."),
};

static struct fv_pack_table
cool_table(void)
{
	return TABLE(cool_fields);
}

static const struct fv_pack_field frequency_fields[] = {
    NUMBER("limit", C(u.frequency.limit), 0, 10000, "So many are allowed."),
    BOOL("excludes_limit", C(u.frequency.excludes_limit), "Fewer than the limit are allowed."),
    MUST_WORD("per", C(u.frequency.per), PER, NULL),
    WORD("unit", C(u.frequency.unit), UNIT, NULL),
    NUMBER(
	"days", C(u.frequency.days), 1, DAYS_MAX, "Of unit day: this date and those before."),
    WORDS("outcomes", C(u.frequency.outcomes), OUTCOME, "What counts; default: all."),
    WORDS("by", C(u.frequency.by), BY, "Whose contacts count; default: the collector's."),
    WORDS("with", C(u.frequency.with), WITH, "With (or meant for) whom; default: all."),
    BOOL("distinct_channels", C(u.frequency.distinct_channels),
	"What is counted are the channels used."),
    BOOL("skips_consented", C(u.frequency.skips_consented),
	"A contact to which the debtor had agreed does not count."),
    OBJECT(
	"cool_off", C(u.frequency.cool_off), cool_table, "None for some days after a talk."),
    NUMBER("spacing_minutes", C(u.frequency.spacing_minutes), 1, 60000,
	"Least time between two that count."),
    NUMBER("spacing_days", C(u.frequency.spacing_days), 1, DAYS_MAX,
	"Least local dates from one that counts to the next."),
};

static const struct fv_pack_field persons_fields[] = {
    MUST_NUMBER("count", C(u.persons.count), 1, 10, NULL),
    BOOL("corroborated", C(u.persons.corroborated), "A declared officer is not enough."),
};

static const struct fv_pack_field geofence_fields[] = {
    NUMBER("radius_m", C(u.geofence.radius_m), 1, 1000000, "This or radius_ft."),
    NUMBER("radius_ft", C(u.geofence.radius_ft), 1, 3000000, NULL),
    BOOL("case_radius", C(u.geofence.uses_case_radius),
	"The case's own radius where it says one."),
};

static const struct fv_pack_field recording_fields[] = {
    MUST_WORDS("media", C(u.recording.media), RECORDED, "What satisfies the rule."),
};

static const struct fv_pack_field third_fields[] = {
    MUST_WORDS("allowed", C(u.third.allowed), WITH, "Who may be spoken to."),
    WORDS("review", C(u.third.doubtful), WITH, "For whom a person must judge."),
    MUST_WORDS("for_purposes", C(u.third.for_what), PURPOSE,
	"For what anyone else may be asked once the debtor is out of reach."),
    NUMBER("failures", C(u.third.failures), 1, 100,
	"So many failures in a row show that he is; left out: no number is known."),
};

static const struct fv_pack_field within_fields[] = {
    MUST_KINDS("notices", WITHIN(notices), "What the period runs from."),
    KINDS("voids", WITHIN(voids), "After which the notice before counts for nothing."),
    OBJECT("receipt", WITHIN(receipt), period_table, "From sending to assumed receipt."),
    {"period", P_OBJECT, true, 0, WITHIN(period), 0, 0, period_table, "From receipt."},
    BOOL("after", WITHIN(is_after), "It counts only when it came after the period."),
};

static struct fv_pack_table
within_table(void)
{
	return TABLE(within_fields);
}

static const struct fv_pack_field hold_fields[] = {
    MUST_KINDS("starts", C(u.hold.starts), "Events that begin it."),
    KINDS("ends", C(u.hold.ends),
	"Events that end it; consent and a court have their own parameters."),
    NUMBER(
	"days", C(u.hold.days), 1, DAYS_MAX, "It ends by itself after so many local dates."),
    BOOL("from_next_day", C(u.hold.from_next_day),
	"It binds from the day after its event, which is the first of `days`."),
    BOOL("outside", C(u.hold.outside),
	"It binds outside of the times that the event names, to the end of the last such "
	"day."),
    BOOL("may_reply", C(u.hold.may_reply), "One reply by the same channel is allowed."),
    NUMBER("hours_per_week", C(u.hold.hours_per_week), 1, WEEK_HOURS,
	"So many the debtor may name; more are for a person."),
    WORDS("form", C(u.hold.forms), FORM, "How the event must have been said; default: any."),
    NUMBER("oral_days", C(u.hold.oral_days), 1, DAYS_MAX, "An oral one ends after so many."),
    NUMBER("confirm_days", C(u.hold.confirm_days), 1, DAYS_MAX,
	"Unless it is confirmed in writing within so many."),
    NUMBER("after_until_days", C(u.hold.after_until_days), 1, DAYS_MAX,
	"It goes on so many after the event's own end; one without an end does not bind."),
    WORDS("with", C(u.hold.with), WITH, "It binds contacts with (or meant for) these only."),
    OBJECT("within", C(u.hold.within), within_table,
	"The event counts only within a period after a notice."),
};

static const struct fv_pack_field age_fields[] = {
    MUST_WORD("of", C(u.age.of), AGE_OF, NULL),
    MUST_NUMBER("hours", C(u.age.hours), 1, 24 * DAYS_MAX, NULL),
};

static const struct fv_pack_field place_fields[] = {
    MUST_WORDS("forbidden", C(u.place.forbidden), PLACE, "Where no contact is made."),
    WORDS("review", C(u.place.doubtful), PLACE, "Where a person must judge."),
};

static const struct fv_pack_field precondition_fields[] = {
    KINDS("events", C(u.precondition.events), "Events that count."),
    WORDS("event_by", C(u.precondition.event_by), BY, "Whom such an event must name."),
    WORDS("attempts", C(u.precondition.attempts), CHANNEL, "Contacts by these count too."),
    WORDS("outcomes", C(u.precondition.outcomes), OUTCOME, "With one of these; default: any."),
    MUST_NUMBER("count", C(u.precondition.count), 1, 100, "So many are needed."),
    BOOL("successive", C(u.precondition.successive),
	"A talk in person or a payment between them starts anew."),
    NUMBER("days", C(u.precondition.days), 1, DAYS_MAX, "How far back; default window_days."),
};

static const struct fv_pack_field notice_fields[] = {
    KINDS("events", C(u.notice.events), "What is notice; default notice_sent."),
    OBJECT("period", C(u.notice.period), period_table,
	"How long before; left out: any notice from the day before, a shorter one is for a "
	"person."),
    OBJECT("receipt", C(u.notice.receipt), period_table, "From sending to presumed receipt."),
    NUMBER(
	"valid_days", C(u.notice.valid_days), 1, DAYS_MAX, "It serves so many local dates."),
    BOOL("first_only", C(u.notice.is_first_only), "Only the case's first contact needs it."),
    BOOL("after_entry", C(u.notice.after_entry), "Only a visit after one that entered does."),
};

static const struct fv_pack_field leave_fields[] = {
    KINDS("events", C(u.leave.events), "What asks to leave; default leave_requested."),
    NUMBER("minutes", C(u.leave.minutes), 0, 600,
	"How long it may take; left out: no number is known, staying on is for a person."),
};

static const struct fv_pack_field impersonation_fields[] = {
    KINDS("events", C(u.impersonation.events), "What says so; default impersonation."),
};

static const struct fv_pack_field duration_fields[] = {
    MUST_NUMBER("minutes", C(u.duration.minutes), 1, 1440, NULL),
};

static const struct fv_pack_field camera_fields[] = {
    BOOL("inside", C(u.camera.inside), "Only inside, and at a home."),
};

static const struct fv_pack_field disclosure_fields[] = {
    KINDS("events", C(u.disclosure.events), "What shows it; default disclosure."),
    BOOL("first_only", C(u.disclosure.is_first_only), "In the first communication only."),
    BOOL("later_only", C(u.disclosure.is_later_only), "In all but the first."),
};

static const struct fv_pack_field deadline_fields[] = {
    MUST_KINDS("events", C(u.deadline.events), "What must follow, or have come before."),
    {"period", P_OBJECT, true, 0, C(u.deadline.period), 0, 0, period_table, NULL},
};

static const struct fv_pack_field need_fields[] = {
    BOOL("each", C(u.need.is_each), "Given for this contact: since the one before."),
    BOOL("for_position", C(u.need.for_position), "Only where a position was recorded."),
    BOOL("names_time", C(u.need.names_time), "The consent must say for when it is."),
};

static const struct fv_pack_field completeness_fields[] = {
    MUST_WORDS("fields", C(u.completeness.fields), FIELD, NULL),
};

static const struct fv_pack_field correction_fields[] = {
    NUMBER("days", C(u.correction.days), 1, DAYS_MAX, "After the contact."),
};

static const struct fv_pack_field scope_fields[] = {
    MUST_WORDS("actors", C(u.scope.actors), ACTOR, "Whom the pack binds."),
};

static const struct fv_pack_field retention_fields[] = {
    MUST_WORD("anchor", C(u.retention.anchor), ANCHOR, "What it is counted from."),
    NUMBER("min_days", C(u.retention.min_days), 1, YEARS_MAX_DAYS, "Kept at least so long."),
    NUMBER("max_days", C(u.retention.max_days), 1, YEARS_MAX_DAYS, "Kept at most so long."),
};

static const struct fv_pack_field interval_fields[] = {
    MUST_WORD("subject", C(u.interval.subject), SUBJECT, NULL),
    MUST_WORD("fact", C(u.interval.fact), FACT, NULL),
    NUMBER("days", C(u.interval.days), 1, YEARS_MAX_DAYS,
	"Since that date; left out: the date is an end that must not be past."),
};

static const struct fv_pack_field rate_fields[] = {
    MUST_WORD("subject", C(u.rate.subject), SUBJECT, NULL),
    MUST_WORD("of", C(u.rate.of), SHARE, NULL),
    MUST_NUMBER("max_percent", C(u.rate.max_percent), 0, 100, NULL),
    MUST_NUMBER("days", C(u.rate.days), 1, DAYS_MAX, "Over the last so many."),
    NUMBER("min_visits", C(u.rate.min_visits), 1, 100000, "Of fewer nothing is said."),
};

static const struct fv_pack_field stop_fields[] = {
    MUST_NUMBER("minutes", C(u.stop.minutes), 1, 600, "Least length of the stop."),
    MUST_NUMBER("radius_m", C(u.stop.radius_m), 1, 10000, "Where the case says none."),
    MUST_NUMBER("within_minutes", C(u.stop.within_minutes), 1, 600,
	"No visit begins or ends this near to it."),
};

static const struct fv_pack_field no_track_fields[] = {
    MUST_NUMBER("minutes", C(u.no_track.minutes), 1, 600, "No fix so long before and after."),
};

static const struct fv_pack_field not_received_fields[] = {
    MUST_NUMBER("hours", C(u.not_received.hours), 1, 720, "From when the code was entered."),
};

static const struct fv_pack_field green_fields[] = {
    MUST_NUMBER("seconds", C(u.green.seconds), 1, 600, "The checklist was complete so fast."),
    MUST_NUMBER("percent", C(u.green.percent), 1, 100, "In more of the visits."),
    MUST_NUMBER("days", C(u.green.days), 1, DAYS_MAX, "Over the last so many."),
    MUST_NUMBER("min_visits", C(u.green.min_visits), 1, 100000, "Of fewer nothing is said."),
};

static const struct fv_pack_field duplicate_fields[] = {
    MUST_NUMBER("minutes", C(u.duplicate.minutes), 1, 600, "Between the two begins."),
};

/* A kind's parameters, and what it asks. */
static const struct {
	struct fv_pack_table table;
	const char *help;
} kinds[] = {
    [FV_RULE_TIME_WINDOW] = {TABLE_OF(time_fields),
	"Parts of local days when contact is allowed."},
    [FV_RULE_FREQUENCY] = {TABLE_OF(frequency_fields),
	"At most so many counted contacts in a period."},
    [FV_RULE_MIN_PERSONS] = {TABLE_OF(persons_fields), "So many officers come together."},
    [FV_RULE_GEOFENCE] = {TABLE_OF(geofence_fields), "The visit was at the case's place."},
    [FV_RULE_ENTRY] = {{NULL, 0}, "No entry without consent."},
    [FV_RULE_IDENTIFY] = {{NULL, 0}, "The officer identifies himself."},
    [FV_RULE_RECORDING] = {TABLE_OF(recording_fields), "The contact is recorded."},
    [FV_RULE_THIRD_PARTY] = {TABLE_OF(third_fields), "Whom one may talk to."},
    [FV_RULE_HOLD] = {TABLE_OF(hold_fields),
	"No contact from one event until another, or for some days."},
    [FV_RULE_DATA_AGE] = {TABLE_OF(age_fields),
	"What is known may be no older; of history: judged at the door only."},
    [FV_RULE_PLACE] = {TABLE_OF(place_fields), "Where a contact may not be made."},
    [FV_RULE_PRECONDITION] = {TABLE_OF(precondition_fields), "What must have failed before."},
    [FV_RULE_NOTICE] = {TABLE_OF(notice_fields), "Notice of some days before the contact."},
    [FV_RULE_LEAVE] = {TABLE_OF(leave_fields),
	"Leave when such an event happens during the contact."},
    [FV_RULE_DURATION] = {TABLE_OF(duration_fields), "The contact lasts no longer."},
    [FV_RULE_CAMERA] = {TABLE_OF(camera_fields), "No filming without consent."},
    [FV_RULE_DISCLOSURE] = {TABLE_OF(disclosure_fields),
	"Something must be said or given in a contact that reached somebody."},
    [FV_RULE_DEADLINE] = {TABLE_OF(deadline_fields),
	"Something must follow the first communication in time."},
    [FV_RULE_CONSENT] = {TABLE_OF(need_fields), "The contact itself needs the consent named."},
    [FV_RULE_COMPLETENESS] = {TABLE_OF(completeness_fields), "The record has these parts."},
    [FV_RULE_CORRECTION] = {TABLE_OF(correction_fields),
	"A correction stays within the recorded times, and comes in time."},
    [FV_RULE_SCOPE] = {TABLE_OF(scope_fields), "Whom the pack binds."},
    [FV_RULE_IMPERSONATION] = {TABLE_OF(impersonation_fields),
	"No uniform, badge, name or office that is not the officer's."},
    [FV_RULE_RETENTION] = {TABLE_OF(retention_fields),
	"How long the case's records are kept."},
    [FV_RULE_INTERVAL] = {TABLE_OF(interval_fields),
	"A date of an officer or agency is not too old, or not past."},
    [FV_RULE_RATE] = {TABLE_OF(rate_fields), "At most such a share of the visits."},
    [FV_RULE_UNLOGGED_STOP] = {TABLE_OF(stop_fields),
	"A stop at a case with no visit logged (a hint)."},
    [FV_RULE_NO_TRACK] = {TABLE_OF(no_track_fields),
	"A visit whose shift has no fixes around it (a hint)."},
    [FV_RULE_ALWAYS_GREEN] = {TABLE_OF(green_fields),
	"Checklists always complete at once, or never a refusal (a hint)."},
    [FV_RULE_DUPLICATE] = {TABLE_OF(duplicate_fields), "Two visits that may be one (a hint)."},
    [FV_RULE_NOT_RECEIVED] = {TABLE_OF(not_received_fields),
	"A visit whose code a borrower entered and no handheld delivered."},
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
	return kinds[kind].table;
}

const char *
fv_kind_help(enum fv_rule_kind kind)
{
	return kinds[kind].help;
}
