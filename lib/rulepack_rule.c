/* Reading a rule: its clauses, each with the parameters of its kind. */
#include "lib/rulepack_read.h"

#define NAMES_MAX 48U

enum fv_err
fv_pack_check_tables(struct fv_pack_parse *p, json_t *v, const struct fv_pack_table *tables,
    size_t count, const char *const *more, size_t more_count)
{
	const char *names[NAMES_MAX];
	size_t n = 0;

	for (size_t t = 0; t < count; t++)
		for (size_t i = 0; i < tables[t].count; i++)
			names[n++] = tables[t].fields[i].name;
	for (size_t i = 0; i < more_count; i++)
		names[n++] = more[i];
	return fv_pack_check_names(p, v, names, n);
}

static void
set_default(uint32_t *bits, uint32_t value)
{
	*bits = *bits == 0 ? value : *bits;
}

static void
set_event(uint64_t *events, enum fv_event_kind kind)
{
	*events = *events == 0 ? UINT64_C(1) << (kind - 1) : *events;
}

/* What a kind takes for granted. */
static void
set_defaults(struct fv_clause *c)
{
	struct fv_time_rule *t = &c->u.time;
	struct fv_cool_off *cool = &c->u.frequency.cool_off;

	if (c->kind == FV_RULE_TIME_WINDOW) {
		t->edge_from = t->edge_from == 0 ? FV_EDGE_CLOSED : t->edge_from;
		t->edge_to = t->edge_to == 0 ? FV_EDGE_OPEN : t->edge_to;
		t->overrun = t->overrun == 0 ? FV_OVERRUN_JUDGE : t->overrun;
		t->holiday = t->holiday == 0 ? FV_BREACH_FAIL : t->holiday;
	} else if (c->kind == FV_RULE_FREQUENCY) {
		set_default(&c->u.frequency.by, fv_code_bit(FV_BY_COLLECTOR));
		set_default(&cool->outcomes, fv_code_bit(FV_OUTCOME_CONVERSATION));
		set_default(
		    &cool->by, fv_code_bit(FV_BY_COLLECTOR) | fv_code_bit(FV_BY_DEBTOR));
		set_default(&cool->channels, c->channels);
	} else if (c->kind == FV_RULE_NOTICE) {
		set_event(&c->u.notice.events, FV_EVENT_NOTICE_SENT);
	} else if (c->kind == FV_RULE_LEAVE) {
		set_event(&c->u.leave.events, FV_EVENT_LEAVE_REQUESTED);
	} else if (c->kind == FV_RULE_IMPERSONATION) {
		set_event(&c->u.impersonation.events, FV_EVENT_IMPERSONATION);
	} else if (c->kind == FV_RULE_DISCLOSURE) {
		set_event(&c->u.disclosure.events, FV_EVENT_DISCLOSURE);
	} else if (c->kind == FV_RULE_RATE) {
		set_default(&c->u.rate.min_visits, 20);
	}
}

enum fv_err
fv_pack_refuse_member(
    struct fv_pack_parse *p, const char *name, enum fv_err rc, const char *why)
{
	fv_pack_enter(p, name, 0);
	return fv_pack_refuse(p, rc, "%s", why);
}

static enum fv_err
check_frequency(struct fv_pack_parse *p, const struct fv_rule *rule, struct fv_clause *c)
{
	const struct fv_frequency_rule *f = &c->u.frequency;
	bool has_days = f->unit == FV_UNIT_DAY;

	if (!f->has_limit && f->cool_off.period.days == 0 && f->spacing_minutes == 0 &&
	    f->spacing_days == 0)
		return fv_pack_refuse_member(p, "limit", FV_EFORMAT,
		    "is missing; give limit, cool_off, spacing_minutes or spacing_days");
	if (f->has_limit != (f->unit != 0))
		return fv_pack_refuse_member(p, "unit", FV_EFORMAT,
		    f->has_limit ? "is missing; limit needs it" : "goes with limit only");
	if (has_days != (f->days != 0))
		return fv_pack_refuse_member(p, "days", FV_EFORMAT,
		    has_days ? "is missing; unit is day" : "goes with unit day only");
	uint32_t reach = has_days     ? f->days
	    : f->unit == FV_UNIT_WEEK ? 7
	    : f->unit == 0            ? 0
				      : 31;
	if (f->cool_off.period.days > reach)
		reach = f->cool_off.period.days;
	if (f->spacing_days > reach)
		reach = f->spacing_days;
	fv_pack_enter(p, "days", 0);
	if (rule->window_days < reach)
		return fv_pack_refuse(p, FV_ERANGE,
		    "looks back %u days, and window_days says %u", reach, rule->window_days);
	fv_pack_leave(p);
	return FV_OK;
}

static enum fv_err
check_precondition(struct fv_pack_parse *p, const struct fv_rule *rule, struct fv_clause *c)
{
	const struct fv_precondition_rule *pre = &c->u.precondition;

	if (pre->events == 0 && pre->attempts == 0)
		return fv_pack_refuse_member(
		    p, "events", FV_EFORMAT, "is missing; give events or attempts");
	if (pre->days == 0 && rule->window_days == 0)
		return fv_pack_refuse_member(p, "days", FV_EFORMAT,
		    "is missing; without it or window_days nothing before would count");
	fv_pack_enter(p, "days", 0);
	if (pre->days > rule->window_days)
		return fv_pack_refuse(p, FV_ERANGE,
		    "looks back %u days, and window_days says %u", pre->days,
		    rule->window_days);
	fv_pack_leave(p);
	return FV_OK;
}

static enum fv_err
check_hold(struct fv_pack_parse *p, struct fv_clause *c)
{
	if ((c->u.hold.oral_days == 0) != (c->u.hold.confirm_days == 0))
		return fv_pack_refuse_member(
		    p, "oral_days", FV_EFORMAT, "and confirm_days go together");
	return FV_OK;
}

/* What no table says: parameters that need each other. */
static enum fv_err
check_clause(struct fv_pack_parse *p, const struct fv_rule *rule, struct fv_clause *c)
{
	if (c->kind == FV_RULE_FREQUENCY)
		return check_frequency(p, rule, c);
	if (c->kind == FV_RULE_PRECONDITION)
		return check_precondition(p, rule, c);
	if (c->kind == FV_RULE_HOLD)
		return check_hold(p, c);
	if (c->kind == FV_RULE_GEOFENCE &&
	    (c->u.geofence.radius_m == 0) == (c->u.geofence.radius_ft == 0))
		return fv_pack_refuse_member(p, "radius_m", FV_EFORMAT,
		    c->u.geofence.radius_m == 0 ? "is missing; give radius_m or radius_ft"
						: "or radius_ft, not both");
	if (c->kind == FV_RULE_CONSENT && c->consent.scope == 0)
		return fv_pack_refuse_member(
		    p, "consent", FV_EFORMAT, "is missing; it says which consent is needed");
	if (c->kind == FV_RULE_RETENTION && c->u.retention.min_days == 0 &&
	    c->u.retention.max_days == 0)
		return fv_pack_refuse_member(
		    p, "min_days", FV_EFORMAT, "is missing; give min_days or max_days");
	if (c->kind == FV_RULE_INTERVAL && c->u.interval.subject != FV_SUBJECT_OFFICER &&
	    c->u.interval.subject != FV_SUBJECT_AGENCY)
		return fv_pack_refuse_member(
		    p, "subject", FV_ERANGE, "must be officer or agency");
	return FV_OK;
}

/* Dates of a rule or clause. */
static enum fv_err
check_dates(struct fv_pack_parse *p, json_t *v, bool *has_from, bool *has_until,
    int64_t from_days, int64_t until_days)
{
	*has_from = json_is_string(json_object_get(v, "from"));
	*has_until = json_is_string(json_object_get(v, "until"));
	if (*has_from && *has_until && until_days < from_days)
		return fv_pack_refuse_member(p, "until", FV_ERANGE, "is before from");
	return FV_OK;
}

/* The kind with its parameters, out of a rule or out of one of its clauses. */
static enum fv_err
read_clause(
    struct fv_pack_parse *p, json_t *v, const struct fv_rule *rule, struct fv_clause *c)
{
	json_t *parameters = json_object_get(v, "parameters");
	enum fv_err rc;

	if ((rc = fv_pack_read_table(p, v, fv_clause_fields(), c)) != FV_OK ||
	    (rc = check_dates(
		 p, v, &c->has_from, &c->has_until, c->from_days, c->until_days)) != FV_OK)
		return rc;
	fv_pack_enter(p, "parameters", 0);
	if (parameters == NULL)
		return fv_pack_refuse(p, FV_EFORMAT, "is missing");
	const struct fv_pack_table tables[] = {
	    fv_parameter_fields(c->kind), fv_common_fields()};
	if ((rc = fv_pack_check_tables(p, parameters, tables, 2, NULL, 0)) != FV_OK ||
	    (rc = fv_pack_read_table(p, parameters, tables[0], c)) != FV_OK ||
	    (rc = fv_pack_read_table(p, parameters, tables[1], c)) != FV_OK)
		return rc;
	if (c->kind == FV_RULE_FREQUENCY)
		c->u.frequency.has_limit = json_object_get(parameters, "limit") != NULL;
	if (c->kind == FV_RULE_LEAVE)
		c->u.leave.has_minutes = json_object_get(parameters, "minutes") != NULL;
	set_defaults(c);
	if ((rc = check_clause(p, rule, c)) != FV_OK)
		return rc;
	fv_pack_leave(p);
	return FV_OK;
}

/* A clause says for itself what differs from the rule. */
static enum fv_err
read_clauses(struct fv_pack_parse *p, json_t *list, struct fv_clause *common,
    const struct fv_rule *rule, struct fv_clause *clauses)
{
	static const char *const more[] = {"parameters"};
	enum fv_err rc;

	fv_pack_enter(p, "clauses", 0);
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *v = json_array_get(list, i);
		const struct fv_pack_table table = fv_clause_fields();
		fv_pack_enter(p, NULL, i);
		clauses[i] = *common;
		if ((rc = fv_pack_check_tables(p, v, &table, 1, more, 1)) != FV_OK ||
		    (rc = read_clause(p, v, rule, &clauses[i])) != FV_OK)
			return rc;
		if (fv_rule_kind_stands(clauses[i].kind) !=
		    fv_rule_kind_stands(clauses[0].kind))
			return fv_pack_refuse_member(p, "kind", FV_EFORMAT,
			    "is about something else than the first clause's: a rule is "
			    "about contacts or it is not");
		fv_pack_leave(p);
	}
	fv_pack_leave(p);
	return FV_OK;
}

/* What every rule says once, of all its clauses. */
static enum fv_err
read_common(struct fv_pack_parse *p, json_t *v, bool has_clauses, struct fv_clause *common)
{
	static const char *const required[] = {"channels", "phase", "on_breach"};
	static const char *const own[] = {"kind", "parameters"};
	struct fv_pack_table table = fv_clause_fields();
	enum fv_err rc;

	for (size_t i = 0; i < 3; i++)
		if (json_object_get(v, required[i]) == NULL)
			return fv_pack_refuse_member(p, required[i], FV_EFORMAT, "is missing");
	for (size_t i = 0; i < 2; i++)
		if (has_clauses && json_object_get(v, own[i]) != NULL)
			return fv_pack_refuse_member(p, own[i], FV_EFORMAT,
			    "stands in each clause where there are clauses");
	if (!has_clauses)
		return FV_OK;
	/* kind is the first field, and the dates the last two: they are the rule's own. */
	table.fields++;
	table.count -= 3;
	if ((rc = fv_pack_read_table(p, v, table, common)) != FV_OK)
		return rc;
	return FV_OK;
}

enum fv_err
fv_pack_read_rule(struct fv_pack_parse *p, json_t *v, struct fv_rule *rule)
{
	static const char *const more[] = {"parameters", "text", "clauses"};
	const struct fv_pack_table tables[] = {fv_rule_fields(), fv_clause_fields()};
	const char **text[2] = {&rule->text_en, &rule->text_zh};
	json_t *list = json_object_get(v, "clauses");
	struct fv_clause common = {0};
	struct fv_clause *clauses;
	enum fv_err rc;

	p->rule = json_string_value(json_object_get(v, "id"));
	if ((rc = fv_pack_check_tables(p, v, tables, 2, more, 3)) != FV_OK ||
	    (rc = fv_pack_read_table(p, v, tables[0], rule)) != FV_OK ||
	    (rc = fv_pack_read_bilingual(p, v, "text", text)) != FV_OK ||
	    (rc = check_dates(p, v, &rule->has_from, &rule->has_until, rule->from_days,
		 rule->until_days)) != FV_OK ||
	    (rc = read_common(p, v, list != NULL, &common)) != FV_OK)
		return rc;
	if (json_object_get(v, "enabled") == NULL)
		rule->is_enabled = rule->confidence <= FV_CONFIDENCE_SECONDARY;
	size_t n = list == NULL ? 1 : json_array_size(list);
	if (n == 0 || n > FV_RULEPACK_CLAUSES_MAX || (list != NULL && !json_is_array(list))) {
		fv_pack_enter(p, "clauses", 0);
		return fv_pack_refuse(p, FV_EFORMAT, "must be a list of 1 to %u clauses",
		    FV_RULEPACK_CLAUSES_MAX);
	}
	if ((clauses = fv_pack_alloc(p, n * sizeof *clauses)) == NULL)
		return FV_ENOMEM;
	rule->clauses = clauses;
	rule->clause_count = n;
	if (list != NULL)
		return read_clauses(p, list, &common, rule, clauses);
	return read_clause(p, v, rule, clauses);
}
