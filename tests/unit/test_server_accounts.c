/* desk add, change, link, password: who may use the desk. */
#include "sync-server/account.h"

#include "tests/support/desk.h"

static const char good[] = "kettle horse window";

/* The token of the link in the last answer. */
static const char *
token_of(const struct desk *d)
{
	const char *link = json_string_value(json_object_get(d->answer, "link"));

	assert_non_null(link);
	assert_memory_equal(link, "/#/welcome/", 11);
	return link + 11;
}

static void
add(struct desk *d, const char *id, const char *role)
{
	assert_int_equal(
	    desk_ask(d, "desk add", json_pack("{s:s, s:s}", "id", id, "role", role)),
	    FV_EXIT_OK);
}

static struct fv_store_account
get(struct desk *d, const char *id)
{
	struct fv_store_account account;

	assert_int_equal(fv_store_account_get(d->host->store, fv_span_z(id), &account), FV_OK);
	return account;
}

/* Spend a link: its token as a browser sends it. */
static int
spend(struct desk *d, const char *id, const char *token)
{
	struct fv_account_password password;
	struct fv_buf hex = {0};
	struct fv_hash hash;
	int code;

	assert_int_equal(fv_password_make(fv_span_z(good), &password), FV_OK);
	fv_sha256(fv_span_z(token), &hash);
	fv_buf_put_hex(&hex, hash.b, FV_HASH_BYTES);
	code = desk_ask(d, "desk password",
	    json_pack("{s:s, s:s, s:o}", "id", id, "link", fv_buf_z(&hex), "password",
		fv_password_json(&password)));
	fv_buf_clear(&hex);
	return code;
}

static void
a_link_sets_the_password_once(void **state)
{
	struct desk *d = *state;
	struct fv_store_account account;
	char token[FV_LINK_TOKEN_CHARS];

	add(d, "zhang", "supervisor");
	snprintf(token, sizeof token, "%s", token_of(d));
	assert_false(get(d, "zhang").password.is_set);
	assert_int_equal(spend(d, "zhang", token), FV_EXIT_OK);
	account = get(d, "zhang");
	assert_int_equal(fv_password_check(fv_span_z(good), &account.password), FV_OK);
	assert_int_equal(
	    fv_password_check(fv_span_z("kettle horse windoW"), &account.password), FV_EAUTH);
	assert_int_equal(spend(d, "zhang", token), FV_EXIT_NOPERM);
}

static void
only_the_hash_of_a_link_is_kept(void **state)
{
	struct desk *d = *state;
	struct fv_store_link link;
	struct fv_hash hash;

	add(d, "zhang", "supervisor");
	fv_sha256(fv_span_z(token_of(d)), &hash);
	assert_int_equal(fv_store_link_of(d->host->store, fv_span_z("zhang"), &link), FV_OK);
	assert_memory_equal(link.hash.b, hash.b, FV_HASH_BYTES);
	assert_true(link.expires_ms > fv_host_now_ms() + FV_LINK_MS - 60000);
}

static void
a_link_of_another_account_sets_nothing(void **state)
{
	struct desk *d = *state;
	char token[FV_LINK_TOKEN_CHARS];

	add(d, "zhang", "supervisor");
	snprintf(token, sizeof token, "%s", token_of(d));
	add(d, "boss", "admin");
	assert_int_equal(spend(d, "boss", token), FV_EXIT_NOPERM);
	assert_false(get(d, "boss").password.is_set);
}

static void
a_new_link_ends_the_one_before(void **state)
{
	struct desk *d = *state;
	char token[FV_LINK_TOKEN_CHARS];

	add(d, "zhang", "supervisor");
	snprintf(token, sizeof token, "%s", token_of(d));
	assert_int_equal(
	    desk_ask(d, "desk link", json_pack("{s:s}", "id", "zhang")), FV_EXIT_OK);
	assert_int_equal(spend(d, "zhang", token), FV_EXIT_NOPERM);
}

static void
a_link_older_than_three_days_sets_nothing(void **state)
{
	struct desk *d = *state;
	struct fv_store_link link;
	char token[FV_LINK_TOKEN_CHARS];

	add(d, "zhang", "supervisor");
	snprintf(token, sizeof token, "%s", token_of(d));
	assert_int_equal(fv_store_begin(d->host->store), FV_OK);
	assert_int_equal(fv_store_link_of(d->host->store, fv_span_z("zhang"), &link), FV_OK);
	link.expires_ms = fv_host_now_ms();
	assert_int_equal(fv_store_link_put(d->host->store, &link), FV_OK);
	assert_int_equal(fv_store_commit(d->host->store), FV_OK);
	assert_int_equal(spend(d, "zhang", token), FV_EXIT_NOPERM);
}

static void
disabling_ends_sessions_and_links(void **state)
{
	struct desk *d = *state;
	char token[FV_LINK_TOKEN_CHARS];
	uint64_t epoch;

	add(d, "zhang", "supervisor");
	snprintf(token, sizeof token, "%s", token_of(d));
	epoch = get(d, "zhang").epoch;
	assert_int_equal(
	    desk_ask(d, "desk change", json_pack("{s:s, s:b}", "id", "zhang", "disabled", 1)),
	    FV_EXIT_OK);
	assert_true(get(d, "zhang").epoch > epoch);
	assert_int_equal(spend(d, "zhang", token), FV_EXIT_NOPERM);
	assert_int_equal(
	    desk_ask(d, "desk link", json_pack("{s:s}", "id", "zhang")), FV_EXIT_DATA);
	desk_expect_error(d, "is disabled");
}

static void
another_role_ends_sessions_and_another_name_does_not(void **state)
{
	struct desk *d = *state;
	uint64_t epoch;

	add(d, "zhang", "supervisor");
	epoch = get(d, "zhang").epoch;
	assert_int_equal(desk_ask(d, "desk change",
			     json_pack("{s:s, s:s}", "id", "zhang", "name", "Zhang 伟")),
	    FV_EXIT_OK);
	assert_true(get(d, "zhang").epoch == epoch);
	assert_int_equal(desk_ask(d, "desk change",
			     json_pack("{s:s, s:s}", "id", "zhang", "role", "auditor")),
	    FV_EXIT_OK);
	assert_true(get(d, "zhang").epoch > epoch);
}

static void
the_last_admin_stays(void **state)
{
	struct desk *d = *state;

	add(d, "boss", "admin");
	desk_mark(d);
	assert_int_equal(
	    desk_ask(d, "desk change", json_pack("{s:s, s:b}", "id", "boss", "disabled", 1)),
	    FV_EXIT_DATA);
	desk_expect_error(d, "last admin");
	assert_int_equal(desk_ask(d, "desk change",
			     json_pack("{s:s, s:s}", "id", "boss", "role", "auditor")),
	    FV_EXIT_DATA);
	desk_expect_same(d);
	assert_int_equal(get(d, "boss").role, DESK_ADMIN);
	add(d, "second", "admin");
	assert_int_equal(
	    desk_ask(d, "desk change", json_pack("{s:s, s:b}", "id", "boss", "disabled", 1)),
	    FV_EXIT_OK);
}

static void
a_manager_has_an_agency_and_others_have_none(void **state)
{
	struct desk *d = *state;

	desk_mark(d);
	assert_int_equal(
	    desk_ask(d, "desk add", json_pack("{s:s, s:s}", "id", "mei", "role", "manager")),
	    FV_EXIT_USAGE);
	assert_int_equal(desk_ask(d, "desk add",
			     json_pack("{s:s, s:s, s:s}", "id", "zhang", "role", "supervisor",
				 "agency", "north")),
	    FV_EXIT_USAGE);
	desk_expect_same(d);
	assert_int_equal(desk_ask(d, "desk add",
			     json_pack("{s:s, s:s, s:s}", "id", "mei", "role", "manager",
				 "agency", "north")),
	    FV_EXIT_OK);
	assert_int_equal(
	    desk_ask(d, "desk change", json_pack("{s:s, s:s}", "id", "mei", "agency", "")),
	    FV_EXIT_USAGE);
	assert_string_equal(get(d, "mei").agency, "north");
}

static void
what_is_no_id_no_name_and_no_role_is_refused(void **state)
{
	static const char *const wrong[][3] = {{"", "admin", "A"}, {"a b", "admin", "A"},
	    {"../x", "admin", "A"}, {"a", "root", "A"}, {"a", "", "A"}, {"a", "admin", ""},
	    {"a", "admin", "A\nB"}, {"a", "admin", "A\x1b[2J"}};
	struct desk *d = *state;

	desk_mark(d);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(desk_ask(d, "desk add",
				     json_pack("{s:s, s:s, s:s}", "id", wrong[i][0], "role",
					 wrong[i][1], "name", wrong[i][2])),
		    FV_EXIT_USAGE);
	desk_expect_same(d);
	add(d, "zhang", "supervisor");
	assert_int_equal(
	    desk_ask(d, "desk add", json_pack("{s:s, s:s}", "id", "zhang", "role", "admin")),
	    FV_EXIT_DATA);
	desk_expect_error(d, "there is such an account");
	assert_int_equal(
	    desk_ask(d, "desk link", json_pack("{s:s}", "id", "nobody")), FV_EXIT_NOINPUT);
}

static void
a_password_changes_under_the_one_that_was_checked_only(void **state)
{
	struct desk *d = *state;
	struct fv_account_password password;
	json_int_t epoch;

	add(d, "zhang", "supervisor");
	epoch = (json_int_t)get(d, "zhang").epoch;
	assert_int_equal(fv_password_make(fv_span_z(good), &password), FV_OK);
	assert_int_equal(desk_ask(d, "desk password",
			     json_pack("{s:s, s:I, s:o}", "id", "zhang", "epoch", epoch + 1,
				 "password", fv_password_json(&password))),
	    FV_EXIT_NOPERM);
	assert_int_equal(desk_ask(d, "desk password",
			     json_pack("{s:s, s:o}", "id", "zhang", "password",
				 fv_password_json(&password))),
	    FV_EXIT_NOPERM);
	assert_int_equal(desk_ask(d, "desk password",
			     json_pack("{s:s, s:I, s:o}", "id", "zhang", "epoch", epoch,
				 "password", fv_password_json(&password))),
	    FV_EXIT_OK);
	assert_true(get(d, "zhang").epoch > (uint64_t)epoch);
}

static void
a_short_password_is_refused_and_a_long_one_in_any_script_is_not(void **state)
{
	char long_one[FV_PASSWORD_BYTES_MAX + 2];

	(void)state;
	assert_non_null(fv_password_fault(fv_span_z("")));
	assert_non_null(fv_password_fault(fv_span_z("elevenchars")));
	assert_non_null(fv_password_fault(fv_span_z("\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe"
						    "\xff\xfe")));
	assert_non_null(fv_password_fault(fv_span_z("四个汉字"))); /* 12 bytes */
	assert_null(fv_password_fault(fv_span_z("twelve chars")));
	assert_null(fv_password_fault(fv_span_z("春眠不觉晓处处闻啼鸟夜来")));
	memset(long_one, 'x', sizeof long_one - 1);
	long_one[sizeof long_one - 1] = '\0';
	assert_non_null(fv_password_fault(fv_span_z(long_one)));
}

static void
an_account_without_a_password_takes_none(void **state)
{
	const struct fv_account_password none = {0};

	(void)state;
	assert_int_equal(fv_password_check(fv_span_z(""), &none), FV_EAUTH);
	assert_int_equal(fv_password_check(fv_span_z(good), &none), FV_EAUTH);
	assert_int_equal(fv_password_check(fv_span_z(good), NULL), FV_EAUTH);
}

static void
every_change_is_in_the_ledger_without_a_name(void **state)
{
	struct desk *d = *state;
	struct fv_buf leaf = {0};
	uint64_t before = fv_ledger_size(d->host->ledger);

	assert_int_equal(desk_ask(d, "desk add",
			     json_pack("{s:s, s:s, s:s}", "id", "zhang", "role", "supervisor",
				 "name", "Wang Xiaoming")),
	    FV_EXIT_OK);
	assert_int_equal(
	    desk_ask(d, "desk link", json_pack("{s:s}", "id", "zhang")), FV_EXIT_OK);
	assert_int_equal(
	    desk_ask(d, "desk change", json_pack("{s:s, s:b}", "id", "zhang", "disabled", 1)),
	    FV_EXIT_OK);
	assert_int_equal(fv_ledger_size(d->host->ledger), before + 3);
	for (uint64_t i = before; i < before + 3; i++)
		assert_int_equal(fv_store_leaf_get(d->host->store, i, &leaf), FV_OK);
	assert_null(memmem(leaf.ptr, leaf.len, "Xiaoming", 8));
	assert_null(memmem(leaf.ptr, leaf.len, "zhang", 5));
	assert_non_null(memmem(leaf.ptr, leaf.len, "account", 7));
	fv_buf_clear(&leaf);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, desk_set_up, desk_tear_down)
	const struct CMUnitTest tests[] = {
	    T(a_link_sets_the_password_once),
	    T(only_the_hash_of_a_link_is_kept),
	    T(a_link_of_another_account_sets_nothing),
	    T(a_new_link_ends_the_one_before),
	    T(a_link_older_than_three_days_sets_nothing),
	    T(disabling_ends_sessions_and_links),
	    T(another_role_ends_sessions_and_another_name_does_not),
	    T(the_last_admin_stays),
	    T(a_manager_has_an_agency_and_others_have_none),
	    T(what_is_no_id_no_name_and_no_role_is_refused),
	    T(a_password_changes_under_the_one_that_was_checked_only),
	    T(a_short_password_is_refused_and_a_long_one_in_any_script_is_not),
	    T(an_account_without_a_password_takes_none),
	    T(every_change_is_in_the_ledger_without_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
