#include "fv/keyfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Cheap enough for a test; real files use FV_KEYFILE_OPS and FV_KEYFILE_MEM_BYTES. */
static const struct fv_key_cost cheap = {1, 8192};

struct world {
	struct fv_key_public key, got;
	struct fv_key_secret secret, opened;
	struct fv_buf file;
	struct fv_fault fault;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_int_equal(fv_crypto_init(), FV_OK);
	assert_non_null(w);
	w->key.kind = FV_KEY_SUPERVISOR;
	memcpy(w->key.agency, "north", 6);
	memcpy(w->key.id, "anna", 5);
	fv_key_make(fv_random_system(), &w->key, &w->secret);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	fv_buf_clear(&w->file);
	free(w);
	return 0;
}

static void
write_file(struct world *w)
{
	const struct fv_keyfile_seal seal = {.key = &w->key,
	    .secret = &w->secret,
	    .passphrase = fv_span_z("correct horse"),
	    .cost = cheap,
	    .random = fv_random_system()};

	fv_buf_reset(&w->file);
	assert_int_equal(fv_keyfile_put(&w->file, &seal), FV_OK);
}

static enum fv_err
open_file(struct world *w, const char *passphrase)
{
	return fv_keyfile_open(
	    fv_buf_span(&w->file), fv_span_z(passphrase), &w->got, &w->opened);
}

static void
the_right_passphrase_opens_each_kind(void **state)
{
	struct world *w = *state;

	for (int k = FV_KEY_SUPERVISOR; k <= FV_KEY_RECOVERY; k++) {
		w->key.kind = (enum fv_key_kind)k;
		fv_key_make(fv_random_system(), &w->key, &w->secret);
		write_file(w);
		assert_int_equal(open_file(w, "correct horse"), FV_OK);
		assert_memory_equal(&w->got, &w->key, sizeof w->key);
		assert_memory_equal(&w->opened, &w->secret, sizeof w->secret);
	}
}

static void
a_wrong_passphrase_opens_nothing(void **state)
{
	static const struct fv_key_secret zero;
	struct world *w = *state;

	write_file(w);
	assert_int_equal(open_file(w, "correct horsf"), FV_EAUTH);
	assert_memory_equal(&w->opened, &zero, sizeof zero);
	assert_int_equal(open_file(w, ""), FV_EAUTH);
}

static void
an_empty_passphrase_makes_no_file(void **state)
{
	struct world *w = *state;
	struct fv_keyfile_seal seal = {
	    .key = &w->key, .secret = &w->secret, .cost = cheap, .random = fv_random_system()};

	assert_int_equal(fv_keyfile_put(&w->file, &seal), FV_ERANGE);
	seal.passphrase = fv_span_z("x");
	seal.cost.ops = 0;
	assert_int_equal(fv_keyfile_put(&w->file, &seal), FV_ERANGE);
	seal.cost = (struct fv_key_cost){1, FV_KEYFILE_MEM_MAX + 1};
	assert_int_equal(fv_keyfile_put(&w->file, &seal), FV_ERANGE);
	assert_int_equal(w->file.len, 0);
}

static void
no_changed_byte_goes_unseen(void **state)
{
	struct world *w = *state;

	write_file(w);
	for (size_t i = 0; i < w->file.len; i++) {
		w->file.ptr[i] ^= 1;
		assert_int_not_equal(open_file(w, "correct horse"), FV_OK);
		w->file.ptr[i] ^= 1;
	}
	assert_int_equal(open_file(w, "correct horse"), FV_OK);
}

static void
a_public_file_holds_no_secret(void **state)
{
	struct world *w = *state;
	bool has_secret = true;

	fv_keyfile_put_public(&w->file, &w->key);
	assert_int_equal(
	    fv_keyfile_parse_public(fv_buf_span(&w->file), &w->got, &has_secret, NULL), FV_OK);
	assert_false(has_secret);
	assert_memory_equal(&w->got, &w->key, sizeof w->key);
	assert_int_equal(open_file(w, "correct horse"), FV_ENOENT);
	write_file(w);
	assert_int_equal(
	    fv_keyfile_parse_public(fv_buf_span(&w->file), &w->got, &has_secret, NULL), FV_OK);
	assert_true(has_secret);
	assert_memory_equal(&w->got, &w->key, sizeof w->key);
}

static void
another_persons_public_half_is_refused(void **state)
{
	struct world *w = *state;
	struct fv_buf mine = {0}, other = {0}, mixed = {0};
	struct fv_key_secret secret;
	struct fv_key_public key = w->key;
	const char *from;

	write_file(w);
	fv_buf_put_span(&mine, fv_buf_span(&w->file));
	fv_key_make(fv_random_system(), &key, &secret);
	fv_keyfile_put_public(&other, &key);
	from = strstr(fv_buf_z(&mine), "secret ");
	fv_buf_put_span(&mixed, fv_buf_span(&other));
	fv_buf_put_z(&mixed, from);
	assert_int_equal(fv_keyfile_open(fv_buf_span(&mixed), fv_span_z("correct horse"),
			     &w->got, &w->opened),
	    FV_EAUTH);
	fv_buf_clear(&mine);
	fv_buf_clear(&other);
	fv_buf_clear(&mixed);
}

static void
refuse(struct world *w, const char *text, enum fv_err want, size_t line)
{
	assert_int_equal(
	    fv_keyfile_parse_public(fv_span_z(text), &w->got, NULL, &w->fault), want);
	assert_int_equal(w->fault.line, line);
	assert_true(strlen(w->fault.rule) > 0);
}

static void
a_fault_is_named_by_its_line(void **state)
{
	struct world *w = *state;

	refuse(w, "", FV_EFORMAT, 1);
	refuse(w, "fieldvisit-key/v2\n", FV_EVERSION, 1);
	refuse(w, "something else\n", FV_EFORMAT, 1);
	refuse(w, "fieldvisit-key/v1\nkind boss\n", FV_EFORMAT, 2);
	refuse(w, "fieldvisit-key/v1\nkind auditor\nagency no rth\n", FV_EFORMAT, 3);
	refuse(w, "fieldvisit-key/v1\nkind auditor\nagency north\nid \n", FV_EFORMAT, 4);
	refuse(w, "fieldvisit-key/v1\nkind auditor\nagency north\nid a\nbox AAAA\n",
	    FV_EFORMAT, 5);
}

static void
a_file_that_asks_for_too_much_memory_is_refused(void **state)
{
	struct world *w = *state;
	struct fv_buf file = {0};

	fv_keyfile_put_public(&file, &w->key);
	fv_buf_put_z(&file, "secret argon2id 3 1073741825 AAAAAAAAAAAAAAAAAAAAAA== AAAA\n");
	refuse(w, fv_buf_z(&file), FV_EFORMAT, 7);
	fv_buf_reset(&file);
	fv_keyfile_put_public(&file, &w->key);
	fv_buf_put_z(&file, "secret argon2id 17 65536 AAAAAAAAAAAAAAAAAAAAAA== AAAA\n");
	refuse(w, fv_buf_z(&file), FV_EFORMAT, 7);
	fv_buf_clear(&file);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    T(the_right_passphrase_opens_each_kind),
	    T(a_wrong_passphrase_opens_nothing),
	    T(an_empty_passphrase_makes_no_file),
	    T(no_changed_byte_goes_unseen),
	    T(a_public_file_holds_no_secret),
	    T(another_persons_public_half_is_refused),
	    T(a_fault_is_named_by_its_line),
	    T(a_file_that_asks_for_too_much_memory_is_refused),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
