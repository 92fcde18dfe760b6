#include "tests/support/lawtext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct replay *
law_judge(const char *pack, const char *lines)
{
	struct replay *r = calloc(1, sizeof *r);

	assert_non_null(r);
	replay_pack(r, pack);
	replay_load(r, lines);
	replay_judge(r);
	for (size_t i = 0; i < r->row_count; i++) {
		const struct replay_row *row = &r->rows[i];
		bool needs =
		    row->verdict == FV_VERDICT_FAIL || row->verdict == FV_VERDICT_REVIEW;
		int remedies = (strstr(row->json, "\"next\":") != NULL) +
		    (strstr(row->json, "\"lifted_by\":") != NULL) +
		    (strstr(row->json, "\"missing\":") != NULL);
		if (remedies != (needs ? 1 : 0) || strchr(row->json, '?') != NULL)
			fail_msg("%s", row->json);
	}
	return r;
}

void
law_free(struct replay *r)
{
	replay_clear(r);
	free(r);
}

static void
expect(const struct replay *r, const char *contact, const char *rule, const char *verdict)
{
	const struct replay_row *row = replay_row(r, contact, rule);

	if (strcmp(fv_verdict_word(row->verdict), verdict) != 0)
		fail_msg("not %s: %s", verdict, row->json);
}

void
law_expect(const char *pack, const char *lines, const char *contact, const char *rule,
    const char *verdict)
{
	struct replay *r = law_judge(pack, lines);

	expect(r, contact, rule, verdict);
	law_free(r);
}

void
law_expect_next(const char *pack, const char *lines, const char *contact, const char *rule,
    const char *verdict, const char *next)
{
	struct replay *r = law_judge(pack, lines);
	const struct replay_row *row = replay_row(r, contact, rule);

	expect(r, contact, rule, verdict);
	if (row->remedy != FV_REMEDY_NEXT || row->next_utc_ms != replay_at(next))
		fail_msg("not next %s: %s", next, row->json);
	law_free(r);
}

void
law_expect_text(const char *pack, const char *lines, const char *contact, const char *rule,
    const char *verdict, const char *text)
{
	struct replay *r = law_judge(pack, lines);
	const struct replay_row *row = replay_row(r, contact, rule);

	expect(r, contact, rule, verdict);
	if (strstr(row->json, text) == NULL)
		fail_msg("no %s: %s", text, row->json);
	law_free(r);
}

/* The lines without the last contact, in place; false when there was none. */
static bool
drop_last_contact(char *lines)
{
	char *last = NULL;

	for (char *at = lines; (at = strstr(at, "{\"type\":\"contact\"")) != NULL; at++)
		last = at;
	if (last == NULL)
		return false;
	char *rest = last + strcspn(last, "\n") + 1;
	memmove(last, rest, strlen(rest) + 1);
	return true;
}

void
law_expect_settled(const char *pack, const char *lines)
{
	struct replay *all = law_judge(pack, lines);
	char *fewer = strdup(lines);

	assert_non_null(fewer);
	while (drop_last_contact(fewer)) {
		struct replay *r = law_judge(pack, fewer);
		for (size_t i = 0; i < r->row_count; i++)
			assert_string_equal(r->rows[i].json, all->rows[i].json);
		law_free(r);
	}
	free(fewer);
	law_free(all);
}
