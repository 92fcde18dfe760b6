/*
 * Packs and interchange lines as literals, for tests of the rule kinds; and what every
 * verdict keeps to.
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_TEST_LAWTEXT_H
#define FV_TEST_LAWTEXT_H

#include "tests/support/replay.h"

/* A pack: its calendars and its rules, as lists without brackets. */
#define LAW_WITH(calendars, rules)                                                            \
	"{\"id\":\"p\",\"title\":{\"en\":\"t\",\"zh\":\"t\"},\"jurisdiction\":\"X\","         \
	"\"revision\":1,\"published\":\"2020-01-01\",\"sources\":[],\"calendars\":"           \
	"[" calendars "],\"rules\":[" rules "]}"
#define LAW(rules)                                                                            \
	"{\"id\":\"p\",\"title\":{\"en\":\"t\",\"zh\":\"t\"},\"jurisdiction\":\"X\","         \
	"\"revision\":1,\"published\":\"2020-01-01\",\"sources\":[],\"rules\":[" rules "]}"

/* A rule about `channels`; `more`: what else it says, each with a comma before it. */
#define LAW_RULE(id, channels, more)                                                          \
	"{\"id\":\"" id "\",\"channels\":[" channels                                          \
	"],\"phase\":\"before\",\"on_breach\":\"fail\",\"strength\":\"statute\","             \
	"\"confidence\":\"P\",\"citation\":\"law 1\",\"window_days\":400,"                    \
	"\"text\":{\"en\":\"e\",\"zh\":\"z\"}" more "}"
#define LAW_KIND(kind, parameters) ",\"kind\":\"" kind "\",\"parameters\":{" parameters "}"
#define LAW_CLAUSES(list) ",\"clauses\":[" list "]"
#define LAW_CLAUSE(kind, parameters, more)                                                    \
	"{\"kind\":\"" kind "\",\"parameters\":{" parameters "}" more "}"

#define LAW_CALENDAR(id, zone, from, until, days)                                             \
	"{\"id\":\"" id "\",\"zones\":[\"" zone "\"],\"source\":\"s\",\"confidence\":\"P\","  \
	"\"from\":\"" from "\",\"until\":\"" until "\",\"days\":[" days "]}"

#define LAW_CASE(more)                                                                        \
	"{\"type\":\"case\",\"case\":\"c1\",\"actor\":\"third_party\"" more "}\n"
#define LAW_IN(zone) LAW_CASE(",\"zone\":\"" zone "\"")
#define LAW_CONTACT(id, channel, by, begin, more)                                             \
	"{\"type\":\"contact\",\"id\":\"" id "\",\"case\":\"c1\",\"channel\":\"" channel      \
	"\",\"by\":\"" by "\",\"begin\":\"" begin "\"" more "}\n"
#define LAW_VISIT(id, begin, more) LAW_CONTACT(id, "visit", "collector", begin, more)
#define LAW_CALL(id, begin, more) LAW_CONTACT(id, "call", "collector", begin, more)
#define LAW_EVENT(id, kind, at, more)                                                         \
	"{\"type\":\"event\",\"id\":\"" id "\",\"case\":\"c1\",\"kind\":\"" kind              \
	"\",\"at\":\"" at "\"" more "}\n"

/* Judge lines by a pack.  Every verdict has exactly the remedy that its word asks for, and
 * its sentences keep their length.  Free with law_free(). */
struct replay *law_judge(const char *pack, const char *lines);
void law_free(struct replay *r);

/* The verdict of one contact by one rule is this word. */
void law_expect(const char *pack, const char *lines, const char *contact, const char *rule,
    const char *verdict);

/* The same, and it names this instant (RFC 3339) as the next. */
void law_expect_next(const char *pack, const char *lines, const char *contact,
    const char *rule, const char *verdict, const char *next);

/* The same, and the line of JSON holds this text. */
void law_expect_text(const char *pack, const char *lines, const char *contact,
    const char *rule, const char *verdict, const char *text);

/* Taking contacts away from the end changes no verdict of those that stay. */
void law_expect_settled(const char *pack, const char *lines);

#endif
