#include "fv/tar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
make(struct fv_buf *tar)
{
	assert_int_equal(fv_tar_put(tar, fv_span_z("a/b.txt"), fv_span_z("hello")), FV_OK);
	assert_int_equal(fv_tar_put(tar, fv_span_z("c"), fv_span_z("")), FV_OK);
	fv_tar_end(tar);
	assert_int_equal(fv_buf_status(tar), FV_OK);
}

static enum fv_err
read_all(struct fv_span in, size_t *count_out)
{
	struct fv_tar_reader reader = {.in = in};
	struct fv_tar_member member;
	enum fv_err rc;

	for (*count_out = 0; (rc = fv_tar_next(&reader, &member)) == FV_OK; ++*count_out)
		;
	return rc;
}

static void
what_was_put_is_read(void **state)
{
	struct fv_buf tar = {0};
	struct fv_tar_reader reader;
	struct fv_tar_member member;

	(void)state;
	make(&tar);
	assert_int_equal(tar.len, 5 * 512);
	reader = (struct fv_tar_reader){.in = fv_buf_span(&tar)};
	assert_int_equal(fv_tar_next(&reader, &member), FV_OK);
	assert_true(fv_span_equal(member.name, fv_span_z("a/b.txt")));
	assert_true(fv_span_equal(member.body, fv_span_z("hello")));
	assert_int_equal(fv_tar_next(&reader, &member), FV_OK);
	assert_true(fv_span_equal(member.name, fv_span_z("c")));
	assert_int_equal(member.body.len, 0);
	assert_int_equal(fv_tar_next(&reader, &member), FV_ENOENT);
	fv_buf_clear(&tar);
}

static void
the_stock_tar_reads_it(void **state)
{
	struct fv_buf tar = {0};
	char dir[] = "/tmp/fv-tar-XXXXXX", line[256] = {0}, path[64], command[256];
	FILE *f;

	(void)state;
	make(&tar);
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/t.tar", dir);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(tar.ptr, 1, tar.len, f), tar.len);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(command, sizeof command,
	    "tar -tf %s | tr '\\n' ' '; tar -xOf %s a/b.txt; rm -r %s", path, path, dir);
	f = popen(command, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	assert_int_equal(pclose(f), 0);
	assert_string_equal(line, "a/b.txt c hello");
	fv_buf_clear(&tar);
}

static void
no_bit_outside_the_bodies_can_change(void **state)
{
	struct fv_buf tar = {0};
	size_t count;

	(void)state;
	make(&tar);
	for (size_t i = 0; i < tar.len; i++)
		for (int bit = 0; bit < 8; bit += 3) {
			bool is_body = i >= 512 && i < 517;
			enum fv_err rc;

			tar.ptr[i] ^= (uint8_t)(1U << bit);
			rc = read_all(fv_buf_span(&tar), &count);
			if (is_body)
				assert_int_equal(rc, FV_ENOENT);
			else
				assert_int_not_equal(rc, FV_ENOENT);
			tar.ptr[i] ^= (uint8_t)(1U << bit);
		}
	fv_buf_clear(&tar);
}

static void
every_cut_is_noticed(void **state)
{
	struct fv_buf tar = {0};
	size_t count;

	(void)state;
	make(&tar);
	for (size_t len = 0; len < tar.len; len++)
		assert_int_equal(read_all(fv_span_of(tar.ptr, len), &count), FV_ECUT);
	fv_buf_put_u8(&tar, 0);
	assert_int_equal(read_all(fv_buf_span(&tar), &count), FV_EFORMAT);
	fv_buf_clear(&tar);
}

static void
names_that_climb_or_repeat_are_refused(void **state)
{
	static const char *const bad[] = {"", "/a", "a/", "a//b", "../a", "a/../b", ".a",
	    "a b", "a\nb", "\xc3\xa9",
	    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	     "aaaaaaaa"
	     "aaaaaaaaaaaa")};
	struct fv_buf tar = {0};
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(
		    fv_tar_put(&tar, fv_span_z(bad[i]), fv_span_z("")), FV_ERANGE);
	assert_int_equal(tar.len, 0);
	assert_int_equal(fv_tar_put(&tar, fv_span_z("b"), fv_span_z("")), FV_OK);
	assert_int_equal(fv_tar_put(&tar, fv_span_z("a"), fv_span_z("")), FV_OK);
	fv_tar_end(&tar);
	assert_int_equal(read_all(fv_buf_span(&tar), &count), FV_EFORMAT);
	fv_buf_clear(&tar);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_put_is_read),
	    cmocka_unit_test(the_stock_tar_reads_it),
	    cmocka_unit_test(no_bit_outside_the_bodies_can_change),
	    cmocka_unit_test(every_cut_is_noticed),
	    cmocka_unit_test(names_that_climb_or_repeat_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
