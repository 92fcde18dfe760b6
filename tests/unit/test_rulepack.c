#include "fv/rulepack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fv/instant.h"

#define HEAD                                                                                  \
	"{\n\"id\":\"p\",\n\"title\":{\"en\":\"t\",\"zh\":\"t\"},\n\"jurisdiction\":\"X\",\n" \
	"\"revision\":3,\n\"published\":\"2026-01-30\",\n\"sources\":[],\n\"rules\":[\n"
#define TAIL "]}"
#define RULE(id, kind, parameters, more)                                                      \
	"{\"id\":\"" id "\",\"kind\":\"" kind                                                 \
	"\",\"channels\":[\"visit\"],\n\"phase\":\"before\",\"on_breach\":\"fail\","          \
	"\"strength\":\"statute\",\n\"confidence\":\"P\",\"citation\":\"law 1\","             \
	"\"parameters\":{" parameters "},\n\"text\":{\"en\":\"e\",\"zh\":\"z\"}" more "}"
#define PERSONS RULE("A-1", "min_persons", "\"count\":2", "")

static struct fv_rulepack_error error;

static struct fv_rulepack *
parsed(const char *json)
{
	struct fv_rulepack *pack;

	if (fv_rulepack_parse(fv_span_z(json), &pack, &error) != FV_OK)
		fail_msg(
		    "line %u: %s: %s: %s", error.line, error.rule, error.field, error.text);
	return pack;
}

static void
refused(const char *json, uint32_t line, const char *rule, const char *field, const char *says)
{
	struct fv_rulepack *pack;

	assert_int_not_equal(fv_rulepack_parse(fv_span_z(json), &pack, &error), FV_OK);
	assert_null(pack);
	if (strstr(error.text, says) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", error.text, says);
	assert_string_equal(error.rule, rule);
	assert_string_equal(error.field, field);
	assert_int_equal(error.line, line);
}

static void
a_pack_keeps_what_it_says(void **state)
{
	struct fv_rulepack *pack = parsed(HEAD RULE("F-1", "frequency",
	    "\"limit\":3,\"per\":\"debt\",\"unit\":\"day\",\"days\":7,\"outcomes\":["
	    "\"refused\"],"
	    "\"consent\":{\"scope\":\"frequency\",\"to\":[\"collector\"],\"form\":["
	    "\"written\"],"
	    "\"days\":7,\"day_one\":true},\"places\":[\"home\"]",
	    ",\"window_days\":7,\"from\":\"2026-01-30\",\"until\":null") TAIL);
	const struct fv_rule *r = fv_rulepack_rule(pack, "F-1");

	(void)state;
	assert_string_equal(pack->id, "p");
	assert_int_equal(pack->revision, 3);
	assert_int_equal(pack->published_days, fv_days_from_civil(2026, 1, 30));
	assert_non_null(r);
	assert_int_equal(r->clauses[0].kind, FV_RULE_FREQUENCY);
	assert_int_equal(r->clauses[0].u.frequency.limit, 3);
	assert_int_equal(r->clauses[0].u.frequency.per, FV_PER_DEBT);
	assert_int_equal(r->clauses[0].u.frequency.days, 7);
	assert_int_equal(r->clauses[0].u.frequency.outcomes, fv_code_bit(FV_OUTCOME_REFUSED));
	assert_int_equal(r->clauses[0].u.frequency.by, fv_code_bit(FV_BY_COLLECTOR));
	assert_int_equal(r->clauses[0].consent.scope, FV_SCOPE_FREQUENCY);
	assert_int_equal(r->clauses[0].consent.to, fv_code_bit(FV_TO_COLLECTOR));
	assert_int_equal(r->clauses[0].consent.forms, fv_code_bit(FV_FORM_WRITTEN));
	assert_true(r->clauses[0].consent.is_day_one && r->clauses[0].consent.days == 7);
	assert_int_equal(r->clauses[0].places, fv_code_bit(FV_PLACE_HOME));
	assert_true(r->has_from && !r->has_until && r->is_enabled);
	assert_null(fv_rulepack_rule(pack, "F-2"));
	fv_rulepack_free(pack);
}

static void
weak_rules_are_off_unless_switched_on(void **state)
{
	static const char *const words[] = {"P", "S", "W", "U"};
	char json[2048];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		snprintf(json, sizeof json, "%s", HEAD PERSONS TAIL);
		*(strstr(json, "\"confidence\":\"") + strlen("\"confidence\":\"")) =
		    words[i][0];
		struct fv_rulepack *pack = parsed(json);
		assert_int_equal(pack->rules[0].is_enabled, i < 2);
		fv_rulepack_free(pack);
	}
}

static void
a_pack_is_named_by_its_bytes(void **state)
{
	struct fv_rulepack *a = parsed(HEAD PERSONS TAIL);
	struct fv_rulepack *b = parsed(HEAD PERSONS TAIL "\n");
	struct fv_hash hash;

	(void)state;
	fv_sha256(fv_span_z(HEAD PERSONS TAIL), &hash);
	assert_memory_equal(a->sha256.b, hash.b, sizeof hash.b);
	assert_memory_not_equal(a->sha256.b, b->sha256.b, sizeof hash.b);
	fv_rulepack_free(a);
	fv_rulepack_free(b);
	fv_rulepack_free(NULL);
}

static void
a_wrong_key_is_named_with_line_rule_and_the_nearest_word(void **state)
{
	(void)state;
	refused(HEAD PERSONS ",\n" RULE("A-2", "min_persons", "\"count\":2", ",\n\"form\":1")
		    TAIL,
	    17, "A-2", "form", "from");
	refused(HEAD RULE("A-1", "min_persons", "\"cuont\":2", "") TAIL, 11, "A-1",
	    "parameters.cuont", "count");
	refused("{\n\"id\":\"p\",\n\"titel\":{}}", 3, "", "titel", "title");
	refused(HEAD RULE("T-1", "time_window",
		    "\"allowed\":[{\"from\":\"08:00\",\"too\":\"9\"}]", "") TAIL,
	    11, "T-1", "parameters.allowed[0].too", "to");
}

static void
a_wrong_word_is_named_with_the_nearest_one(void **state)
{
	(void)state;
	refused(HEAD RULE("A-1", "min_person", "\"count\":2", "") TAIL, 9, "A-1", "kind",
	    "min_persons");
	refused(HEAD RULE("F-1", "frequency",
		    "\"limit\":1,\"per\":\"debter\",\"unit\":\"day\",\"days\":1",
		    ",\"window_days\":1") TAIL,
	    11, "F-1", "parameters.per", "debtor");
}

static void
a_missing_field_is_named(void **state)
{
	(void)state;
	refused("{}", 1, "", "id", "missing");
	refused(HEAD "{\"id\":\"A-1\"}" TAIL, 9, "A-1", "strength", "missing");
	refused(HEAD RULE("A-1", "min_persons", "", "") TAIL, 11, "A-1", "parameters.count",
	    "missing");
	refused(HEAD RULE("F-1", "frequency", "\"limit\":1,\"per\":\"debt\",\"unit\":\"day\"",
		    ",\"window_days\":1") TAIL,
	    11, "F-1", "parameters.days", "unit is day");
}

static void
a_precondition_says_how_far_it_looks_back(void **state)
{
	(void)state;
	refused(HEAD RULE("B-1", "precondition", "\"attempts\":[\"call\"],\"count\":1", "")
		    TAIL,
	    11, "B-1", "parameters.days", "missing");
	refused(HEAD RULE("B-1", "precondition",
		    "\"attempts\":[\"call\"],\"count\":1,\"days\":30", ",\"window_days\":7")
		    TAIL,
	    11, "B-1", "parameters.days", "looks back 30 days");
}

static void
values_out_of_range_are_refused(void **state)
{
	(void)state;
	refused(HEAD RULE("A-1", "min_persons", "\"count\":0", "") TAIL, 11, "A-1",
	    "parameters.count", "1 to 10");
	refused(HEAD RULE("A-1", "min_persons", "\"count\":2.5", "") TAIL, 11, "A-1",
	    "parameters.count", "whole number");
	refused(HEAD RULE("A-1", "min_persons", "\"count\":2", ",\"window_days\":401") TAIL,
	    12, "A-1", "window_days", "400");
	refused(HEAD RULE("A-1", "min_persons", "\"count\":2",
		    ",\"from\":\"2026-02-01\",\n\"until\":\"2026-01-31\"") TAIL,
	    13, "A-1", "until", "before from");
	refused(HEAD RULE("A-1", "min_persons", "\"count\":2", ",\"from\":\"2026-2-1\"") TAIL,
	    12, "A-1", "from", "2026-01-30");
	refused(HEAD RULE("T-1", "time_window",
		    "\"allowed\":[{\"from\":\"08:00\",\"to\":\"24:01\"}]", "") TAIL,
	    11, "T-1", "parameters.allowed[0].to", "08:00");
	refused(HEAD RULE("F-1", "frequency",
		    "\"limit\":1,\"per\":\"debt\",\"unit\":\"day\",\"days\":30",
		    ",\"window_days\":7") TAIL,
	    11, "F-1", "parameters.days", "looks back 30");
}

static void
two_rules_of_one_id_are_refused(void **state)
{
	(void)state;
	refused(HEAD PERSONS ",\n" PERSONS TAIL, 13, "A-1", "id", "earlier");
}

static void
text_that_is_no_json_is_refused_with_its_line(void **state)
{
	(void)state;
	refused("{\n\"id\":\n}", 3, "", "", "not JSON");
	refused("", 1, "", "", "not JSON");
	refused("{\"id\":\"a\",\"id\":\"b\"}", 1, "", "", "duplicate");
	refused("[]", 1, "", "", "object");
}

static void
a_pack_over_its_limits_is_refused(void **state)
{
	struct fv_rulepack *pack;
	struct fv_buf json = {0};

	(void)state;
	fv_buf_put_z(&json, HEAD);
	for (int i = 0; i < 513; i++)
		fv_buf_putf(&json, "%s{\"id\":\"r%d\"}", i > 0 ? "," : "", i);
	fv_buf_put_z(&json, TAIL);
	assert_int_equal(fv_rulepack_parse(fv_buf_span(&json), &pack, &error), FV_ETOOBIG);
	while (json.len <= FV_RULEPACK_MAX_BYTES)
		fv_buf_put_u8(&json, ' ');
	assert_int_equal(fv_rulepack_parse(fv_buf_span(&json), &pack, &error), FV_ETOOBIG);
	fv_buf_clear(&json);
}

static void
strength_gives_the_severity(void **state)
{
	(void)state;
	assert_int_equal(fv_strength_severity(FV_STRENGTH_STATUTE), 1);
	assert_int_equal(fv_strength_severity(FV_STRENGTH_REGULATION), 2);
	assert_int_equal(fv_strength_severity(FV_STRENGTH_SELF_REGULATION), 3);
	assert_int_equal(fv_strength_severity(FV_STRENGTH_PRESUMPTION), 3);
	assert_int_equal(fv_strength_severity(FV_STRENGTH_RECOMMENDED), 4);
	assert_int_equal(fv_strength_severity(FV_STRENGTH_HOUSE), 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_pack_keeps_what_it_says),
	    cmocka_unit_test(weak_rules_are_off_unless_switched_on),
	    cmocka_unit_test(a_pack_is_named_by_its_bytes),
	    cmocka_unit_test(a_wrong_key_is_named_with_line_rule_and_the_nearest_word),
	    cmocka_unit_test(a_wrong_word_is_named_with_the_nearest_one),
	    cmocka_unit_test(a_missing_field_is_named),
	    cmocka_unit_test(a_precondition_says_how_far_it_looks_back),
	    cmocka_unit_test(values_out_of_range_are_refused),
	    cmocka_unit_test(two_rules_of_one_id_are_refused),
	    cmocka_unit_test(text_that_is_no_json_is_refused_with_its_line),
	    cmocka_unit_test(a_pack_over_its_limits_is_refused),
	    cmocka_unit_test(strength_gives_the_severity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
