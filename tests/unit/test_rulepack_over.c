#include "fv/rulepack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BASE                                                                                  \
	"{\"id\":\"law\",\"title\":{\"en\":\"t\",\"zh\":\"t\"},\"jurisdiction\":\"X\",\n"     \
	"\"revision\":3,\"published\":\"2026-01-30\",\"sources\":[{\"title\":\"old\","        \
	"\"where\":\"w\"}],\n\"not_encoded\":[{\"id\":\"L-9\",\"reason\":\"r\"}],\n"          \
	"\"rules\":[" RULE("L-1", "W",                                                        \
	    "\"limit\":3,\"per\":\"debt\",\"unit\":\"day\","                                  \
	    "\"days\":7") ",\n" RULE("L-2", "P", LIMIT) "]}"
#define LIMIT "\"limit\":1,\"per\":\"debt\",\"unit\":\"week\""
#define RULE(id, confidence, parameters)                                                      \
	"{\"id\":\"" id "\",\"kind\":\"frequency\",\"channels\":[\"visit\"],"                 \
	"\"phase\":\"before\",\"on_breach\":\"fail\",\"strength\":\"statute\","               \
	"\"confidence\":\"" confidence "\",\"citation\":\"law 1\",\"window_days\":7,"         \
	"\"parameters\":{" parameters "},\"text\":{\"en\":\"e\",\"zh\":\"z\"}}"
#define OVER(rules)                                                                           \
	"{\"id\":\"bank\",\n\"extends\":\"law@r3\",\n\"revision\":1,\n\"published\":"         \
	"\"2026-02-01\",\n\"sources\":[{\"title\":\"new\",\"where\":\"w\"}],\n\"rules\":["    \
	"\n" rules "\n]}"

static struct fv_rulepack_error error;

static struct fv_rulepack *
laid(const char *json)
{
	struct fv_rulepack *pack;

	if (fv_rulepack_parse_over(fv_span_z(json), fv_span_z(BASE), &pack, &error) != FV_OK)
		fail_msg(
		    "line %u: %s: %s: %s", error.line, error.rule, error.field, error.text);
	return pack;
}

static void
refused(const char *json, const char *base, enum fv_err rc, uint32_t line, const char *rule,
    const char *field, const char *says)
{
	struct fv_rulepack *pack;

	assert_int_equal(
	    fv_rulepack_parse_over(fv_span_z(json), fv_span_z(base), &pack, &error), rc);
	assert_null(pack);
	if (strstr(error.text, says) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", error.text, says);
	assert_string_equal(error.rule, rule);
	assert_string_equal(error.field, field);
	assert_int_equal(error.line, line);
}

static void
an_overlay_changes_only_what_it_says(void **state)
{
	struct fv_rulepack *pack =
	    laid(OVER("{\"id\":\"L-1\",\"confidence\":\"P\",\"citation\":\"law 1, ed. 2026\","
		      "\"parameters\":{\"limit\":2}}"));
	const struct fv_rule *rule = fv_rulepack_rule(pack, "L-1");
	struct fv_hash hash;

	(void)state;
	assert_string_equal(pack->id, "bank");
	assert_string_equal(pack->extends, "law");
	assert_int_equal(pack->revision, 1);
	assert_string_equal(pack->jurisdiction, "X");
	fv_sha256(fv_span_z(BASE), &hash);
	assert_memory_equal(pack->base_sha256.b, hash.b, sizeof hash.b);
	assert_int_equal(pack->rule_count, 2);
	assert_string_equal(rule->citation, "law 1, ed. 2026");
	assert_int_equal(rule->clauses[0].u.frequency.limit, 2);
	assert_int_equal(rule->clauses[0].u.frequency.days, 7);
	assert_string_equal(pack->rules[1].id, "L-2");
	assert_int_equal(pack->rules[1].clauses[0].u.frequency.limit, 1);
	fv_rulepack_free(pack);
}

static void
a_raised_confidence_switches_a_weak_rule_on(void **state)
{
	struct fv_rulepack *pack = laid(OVER("{\"id\":\"L-1\",\"confidence\":\"S\"}"));

	(void)state;
	assert_true(fv_rulepack_rule(pack, "L-1")->is_enabled);
	fv_rulepack_free(pack);
	pack = laid(OVER(""));
	assert_false(fv_rulepack_rule(pack, "L-1")->is_enabled);
	fv_rulepack_free(pack);
}

static void
its_sources_come_first_and_the_bases_stay(void **state)
{
	struct fv_rulepack *pack = laid(OVER(""));

	(void)state;
	assert_int_equal(pack->source_count, 2);
	assert_string_equal(pack->sources[0].title, "new");
	assert_string_equal(pack->sources[1].title, "old");
	fv_rulepack_free(pack);
}

static void
a_new_rule_is_whole_and_leaves_the_list_of_what_is_not_encoded(void **state)
{
	struct fv_rulepack *pack = laid(OVER(RULE("L-9", "P", LIMIT)));

	(void)state;
	assert_int_equal(pack->rule_count, 3);
	assert_non_null(fv_rulepack_rule(pack, "L-9"));
	assert_int_equal(pack->not_encoded_count, 0);
	fv_rulepack_free(pack);
	refused(OVER("{\"id\":\"L-3\",\"confidence\":\"P\"}"), BASE, FV_EFORMAT, 7, "L-3",
	    "id", "a new rule must be whole; did you mean \"L-1\"?");
}

static void
null_takes_a_member_out(void **state)
{
	struct fv_rulepack *pack = laid(
	    OVER("{\"id\":\"L-1\",\"parameters\":{\"limit\":null,\"unit\":null,\"days\":null,"
		 "\"spacing_days\":3}}"));

	(void)state;
	assert_false(fv_rulepack_rule(pack, "L-1")->clauses[0].u.frequency.has_limit);
	assert_int_equal(
	    fv_rulepack_rule(pack, "L-1")->clauses[0].u.frequency.spacing_days, 3);
	fv_rulepack_free(pack);
}

static void
faults_name_the_overlays_own_lines(void **state)
{
	(void)state;
	refused(OVER("{\"id\":\"L-2\",\n\"parameters\":{\n\"limti\":2}}"), BASE, FV_EFORMAT, 9,
	    "L-2", "parameters.limti", "\"limit\"");
	refused(OVER("{\"id\":\"L-2\",\n\"confidence\":\"X\"}"), BASE, FV_EFORMAT, 8, "L-2",
	    "confidence", "not a known word");
	/* A member that became wrong only in the base's company: the rule's line. */
	refused(OVER("\n{\"id\":\"L-1\",\"window_days\":3}"), BASE, FV_ERANGE, 8, "L-1",
	    "parameters.days", "looks back 7 days");
	refused(OVER("{\"id\":\"L-2\"},\n{\"id\":\"L-2\"}"), BASE, FV_EEXIST, 8, "L-2", "id",
	    "earlier rule");
}

static void
without_its_base_it_is_refused(void **state)
{
	(void)state;
	refused(OVER(""), "", FV_ENOENT, 2, "", "extends", "law, which is not here");
	refused("{\"id\":\"bank\",\"extends\":\"law@r4\"}", BASE, FV_ECONFLICT, 1, "",
	    "extends", "law r3");
	refused("{\"id\":\"bank\",\"extends\":\"low\"}", BASE, FV_ECONFLICT, 1, "", "extends",
	    "law r3");
	refused("{\"id\":\"law\",\"extends\":\"law\"}", BASE, FV_ECONFLICT, 1, "", "extends",
	    "itself");
	refused("{\"id\":\"bank\",\"extends\":\"law@3\"}", BASE, FV_EFORMAT, 1, "", "extends",
	    "ID@rN");
	refused(OVER(""), OVER(""), FV_ECONFLICT, 2, "", "extends", "itself laid over");
	refused(OVER(""), "{}", FV_EFORMAT, 2, "", "extends", "is wrong");
}

static void
a_peek_tells_what_it_extends_and_whether_it_has_rules(void **state)
{
	struct fv_rulepack_head head;

	(void)state;
	assert_int_equal(fv_rulepack_peek(fv_span_z(OVER("{}")), &head), FV_OK);
	assert_string_equal(head.extends, "law");
	assert_int_equal(head.extends_revision, 3);
	assert_true(head.has_rules);
	assert_int_equal(
	    fv_rulepack_peek(fv_span_z("{\"id\":\"c\",\"rules\":[]}"), &head), FV_OK);
	assert_true(head.extends[0] == '\0' && !head.has_rules);
	assert_int_equal(
	    fv_rulepack_peek(fv_span_z("{\"extends\":\"a@b\"}"), &head), FV_EFORMAT);
	assert_int_equal(fv_rulepack_peek(fv_span_z("{\"extends\":7}"), &head), FV_EFORMAT);
	assert_int_equal(fv_rulepack_peek(fv_span_z("{\"x\":[}]]"), &head), FV_OK);
	assert_int_equal(fv_rulepack_peek(fv_span_z(""), &head), FV_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_overlay_changes_only_what_it_says),
	    cmocka_unit_test(a_raised_confidence_switches_a_weak_rule_on),
	    cmocka_unit_test(its_sources_come_first_and_the_bases_stay),
	    cmocka_unit_test(a_new_rule_is_whole_and_leaves_the_list_of_what_is_not_encoded),
	    cmocka_unit_test(null_takes_a_member_out),
	    cmocka_unit_test(faults_name_the_overlays_own_lines),
	    cmocka_unit_test(without_its_base_it_is_refused),
	    cmocka_unit_test(a_peek_tells_what_it_extends_and_whether_it_has_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
