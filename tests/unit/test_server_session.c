/* Sessions of the desk: who a cookie stands for, and when it stops. */
#include "sync-server/desk/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW INT64_C(1795411873939)

struct place {
	char dir[64], path[96];
	struct fv_store *store;
	struct desk_sessions *sessions;
	struct fv_store_account account; /* zhang, a supervisor */
	char cookie[DESK_TOKEN_CHARS];
	struct desk_session session;
};

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);
	const struct desk_session_opts opts = {.idle_ms = 1000, .age_ms = 10000};

	assert_non_null(p);
	assert_int_equal(fv_crypto_init(), FV_OK);
	strcpy(p->dir, "/tmp/fv-session-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof p->path, "%s/fieldvisit.db", p->dir);
	assert_int_equal(fv_store_open(&p->store, p->path, FV_STORE_CREATE), FV_OK);
	assert_int_equal(desk_sessions_new(&opts, &p->sessions), FV_OK);
	strcpy(p->account.id, "zhang");
	strcpy(p->account.name, "Zhang Wei");
	p->account.role = DESK_SUPERVISOR;
	assert_int_equal(fv_store_account_add(p->store, &p->account), FV_OK);
	assert_int_equal(desk_session_begin(p->sessions, &p->account, "192.0.2.1", NULL, NOW,
			     p->cookie, &p->session),
	    FV_OK);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char command[128];

	desk_sessions_free(p->sessions);
	fv_store_close(p->store);
	snprintf(command, sizeof command, "rm -r %s", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

static enum fv_err
find(struct place *p, const char *cookie, int64_t now_ms)
{
	return desk_session_find(p->sessions, p->store, cookie, true, now_ms, &p->session);
}

static void
a_cookie_stands_for_its_account(void **state)
{
	struct place *p = *state;

	assert_int_equal(find(p, p->cookie, NOW), FV_OK);
	assert_string_equal(p->session.who.id, "zhang");
	assert_int_equal(p->session.who.rights, desk_rights(DESK_SUPERVISOR));
	assert_int_equal(p->session.ends_ms, NOW + 10000);
}

static void
a_cookie_that_was_not_given_here_stands_for_nobody(void **state)
{
	struct place *p = *state;
	char other[DESK_TOKEN_CHARS];

	memset(other, 'a', sizeof other - 1);
	other[sizeof other - 1] = '\0';
	assert_int_equal(find(p, NULL, NOW), FV_ENOENT);
	assert_int_equal(find(p, "", NOW), FV_ENOENT);
	assert_int_equal(find(p, other, NOW), FV_ENOENT);
	memcpy(other, p->cookie, sizeof other);
	other[sizeof other - 2] ^= 1;
	assert_int_equal(find(p, other, NOW), FV_ENOENT);
	assert_string_equal(p->session.who.id, "");
	assert_int_equal(p->session.who.rights, 0);
}

static void
a_session_ends_when_nobody_uses_it(void **state)
{
	struct place *p = *state;

	assert_int_equal(find(p, p->cookie, NOW + 999), FV_OK);
	assert_int_equal(find(p, p->cookie, NOW + 1998), FV_OK);
	assert_int_equal(find(p, p->cookie, NOW + 2998), FV_ENOENT);
	assert_int_equal(find(p, p->cookie, NOW + 2000), FV_ENOENT);
}

static void
what_a_page_asks_by_itself_keeps_no_session_alive(void **state)
{
	struct place *p = *state;

	assert_int_equal(
	    desk_session_find(p->sessions, p->store, p->cookie, false, NOW + 900, &p->session),
	    FV_OK);
	assert_int_equal(find(p, p->cookie, NOW + 1000), FV_ENOENT);
}

static void
a_session_ends_at_its_age_however_it_is_used(void **state)
{
	struct place *p = *state;

	for (int64_t ms = 500; ms < 10000; ms += 500)
		assert_int_equal(find(p, p->cookie, NOW + ms), FV_OK);
	assert_int_equal(find(p, p->cookie, NOW + 10000), FV_ENOENT);
}

static void
signing_in_again_ends_the_cookie_from_before(void **state)
{
	struct place *p = *state;
	char next[DESK_TOKEN_CHARS];

	assert_int_equal(desk_session_begin(p->sessions, &p->account, "192.0.2.1", p->cookie,
			     NOW, next, &p->session),
	    FV_OK);
	assert_string_not_equal(next, p->cookie);
	assert_int_equal(find(p, p->cookie, NOW), FV_ENOENT);
	assert_int_equal(find(p, next, NOW), FV_OK);
}

static void
whatever_limits_an_account_ends_its_sessions(void **state)
{
	struct place *p = *state;

	p->account.is_disabled = true;
	assert_int_equal(fv_store_account_set(p->store, &p->account), FV_OK);
	assert_int_equal(find(p, p->cookie, NOW), FV_ENOENT);
	p->account.is_disabled = false;
	assert_int_equal(fv_store_account_set(p->store, &p->account), FV_OK);
	assert_int_equal(find(p, p->cookie, NOW), FV_ENOENT);
	assert_int_equal(desk_session_begin(p->sessions, &p->account, "192.0.2.1", NULL, NOW,
			     p->cookie, &p->session),
	    FV_OK);
	p->account.epoch++;
	assert_int_equal(fv_store_account_set(p->store, &p->account), FV_OK);
	assert_int_equal(find(p, p->cookie, NOW), FV_ENOENT);
}

static void
an_ended_session_cannot_be_brought_back_in_the_store(void **state)
{
	struct place *p = *state;

	p->account.epoch = 5;
	assert_int_equal(fv_store_account_set(p->store, &p->account), FV_OK);
	p->account.epoch = 4;
	assert_int_not_equal(fv_store_account_set(p->store, &p->account), FV_OK);
}

static void
a_manager_without_an_agency_has_no_right(void **state)
{
	struct place *p = *state;
	struct desk_who who;

	p->account.role = DESK_MANAGER;
	desk_who_of(&p->account, &who);
	assert_int_equal(who.rights, 0);
	strcpy(p->account.agency, "north");
	desk_who_of(&p->account, &who);
	assert_int_equal(who.rights, desk_rights(DESK_MANAGER));
	p->account.role = 99;
	desk_who_of(&p->account, &who);
	assert_int_equal(who.rights, 0);
}

static void
only_the_sessions_own_token_passes(void **state)
{
	struct place *p = *state;
	char other[DESK_TOKEN_CHARS];
	struct desk_session none = {0};

	assert_true(desk_session_csrf(&p->session, p->session.csrf));
	assert_false(desk_session_csrf(&p->session, NULL));
	assert_false(desk_session_csrf(&p->session, ""));
	memcpy(other, p->session.csrf, sizeof other);
	other[0] ^= 1;
	assert_false(desk_session_csrf(&p->session, other));
	assert_false(desk_session_csrf(&none, ""));
	assert_false(desk_session_csrf(&p->session, p->cookie));
}

static void
one_session_too_many_ends_the_one_used_longest_ago(void **state)
{
	struct place *p = *state;
	char cookies[DESK_SESSIONS_EACH_MAX][DESK_TOKEN_CHARS];
	struct desk_session_row rows[DESK_SESSIONS_EACH_MAX];

	for (size_t i = 0; i < DESK_SESSIONS_EACH_MAX; i++)
		assert_int_equal(desk_session_begin(p->sessions, &p->account, "192.0.2.2",
				     NULL, NOW + 1 + (int64_t)i, cookies[i], &p->session),
		    FV_OK);
	assert_int_equal(find(p, p->cookie, NOW + 20), FV_ENOENT);
	assert_int_equal(find(p, cookies[0], NOW + 20), FV_OK);
	assert_int_equal(
	    desk_session_list(p->sessions, "zhang", NOW + 20, rows), DESK_SESSIONS_EACH_MAX);
	assert_string_equal(rows[0].client, "192.0.2.2");
}

static void
one_may_end_all_of_ones_sessions_but_this_one(void **state)
{
	struct place *p = *state;
	char here[DESK_TOKEN_CHARS];

	assert_int_equal(desk_session_begin(p->sessions, &p->account, "192.0.2.2", NULL, NOW,
			     here, &p->session),
	    FV_OK);
	assert_int_equal(desk_session_end_of(p->sessions, "nobody", NULL), 0);
	assert_int_equal(desk_session_end_of(p->sessions, "zhang", here), 1);
	assert_int_equal(find(p, p->cookie, NOW), FV_ENOENT);
	assert_int_equal(find(p, here, NOW), FV_OK);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(a_cookie_stands_for_its_account),
	    T(a_cookie_that_was_not_given_here_stands_for_nobody),
	    T(a_session_ends_when_nobody_uses_it),
	    T(what_a_page_asks_by_itself_keeps_no_session_alive),
	    T(a_session_ends_at_its_age_however_it_is_used),
	    T(signing_in_again_ends_the_cookie_from_before),
	    T(whatever_limits_an_account_ends_its_sessions),
	    T(an_ended_session_cannot_be_brought_back_in_the_store),
	    T(a_manager_without_an_agency_has_no_right),
	    T(only_the_sessions_own_token_passes),
	    T(one_session_too_many_ends_the_one_used_longest_ago),
	    T(one_may_end_all_of_ones_sessions_but_this_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
