/*
 * Packs and interchange lines as string literals, for tests of single rules.
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_TEST_RULES_H
#define FV_TEST_RULES_H

#define PACK_WITH(more, rules)                                                                \
	"{\"id\":\"p\",\"title\":{\"en\":\"t\",\"zh\":\"t\"},\"jurisdiction\":\"X\","         \
	"\"revision\":1,\"published\":\"2020-01-01\",\"sources\":[]," more                    \
	"\"rules\":[" rules "]}"
#define PACK(rules) PACK_WITH("", rules)
#define EVERY_CHANNEL "\"visit\",\"call\",\"sms\",\"email\",\"message\",\"letter\""
#define RULE(id, kind, parameters)                                                            \
	"{\"id\":\"" id "\",\"kind\":\"" kind "\",\"channels\":[" EVERY_CHANNEL "],"          \
	"\"phase\":\"before\",\"on_breach\":\"fail\",\"strength\":\"statute\","               \
	"\"confidence\":\"P\",\"citation\":\"law "                                            \
	"1\",\"window_days\":400,\"parameters\":{" parameters                                 \
	"},\"text\":{\"en\":\"e\",\"zh\":\"z\"}}"
#define CALENDAR(days)                                                                        \
	"\"calendars\":[{\"id\":\"cal\",\"zones\":[\"UTC\"],\"source\":\"s\","                \
	"\"confidence\":\"P\",\"from\":\"2026-01-01\",\"until\":\"2026-12-31\",\"days\":"     \
	"[" days "]}],"

#define CASE_IN(zone)                                                                         \
	"{\"type\":\"case\",\"case\":\"c1\",\"zone\":\"" zone "\",\"actor\":\"third_party\"}" \
	"\n"
#define CASE CASE_IN("UTC")
#define CONTACT_BY(id, channel, begin, by, more)                                              \
	"{\"type\":\"contact\",\"id\":\"" id "\",\"case\":\"c1\",\"channel\":\"" channel      \
	"\",\"begin\":\"" begin "\",\"by\":\"" by "\"" more "}\n"
#define CONTACT(id, channel, begin, more) CONTACT_BY(id, channel, begin, "collector", more)
#define VISIT(id, begin, more) CONTACT(id, "visit", begin, more)
#define CALL(id, begin, more) CONTACT(id, "call", begin, more)
#define EVENT(kind, at, more)                                                                 \
	"{\"type\":\"event\",\"id\":\"e-" kind at "\",\"case\":\"c1\",\"kind\":\"" kind       \
	"\",\"at\":\"" at "\"" more "}\n"
#define TALK ",\"outcome\":\"conversation\",\"with\":\"debtor\""

#endif
