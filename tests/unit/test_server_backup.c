/* backup FILE and restore FILE. */
#include <sys/stat.h>

#include "sync-server/backup.h"
#include "tests/support/desk.h"

struct paths {
	char file[96], other[96], dir[96];
};

static struct paths
paths_of(const struct desk *d)
{
	struct paths p;

	(void)snprintf(p.file, sizeof p.file, "%s/backup", d->root);
	(void)snprintf(p.other, sizeof p.other, "%s/other", d->root);
	(void)snprintf(p.dir, sizeof p.dir, "%s/restored", d->root);
	return p;
}

static int
backup(struct desk *d, const char *path)
{
	return desk_ask(d, "backup", json_pack("{s:s}", "path", path));
}

static void
read_file(const char *path, struct fv_buf *out)
{
	uint8_t bytes[65536];
	FILE *file = fopen(path, "rb");
	size_t len;

	assert_non_null(file);
	while ((len = fread(bytes, 1, sizeof bytes, file)) > 0)
		fv_buf_put(out, bytes, len);
	assert_int_equal(fclose(file), 0);
}

static void
write_file(const char *path, struct fv_span bytes)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
	assert_int_equal(fclose(file), 0);
}

static enum fv_err
restore(const struct paths *p, const char *file)
{
	struct fv_backup_sum sum;
	const char *why;

	return fv_backup_restore(file, p->dir, &sum, &why);
}

static void
a_restored_folder_is_the_one_that_was_backed_up(void **state)
{
	struct desk *d = *state;
	const struct paths p = paths_of(d);
	struct desk copy = {0};
	struct stat st;

	assert_int_equal(backup(d, p.file), FV_EXIT_OK);
	assert_int_equal(stat(p.file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	desk_mark(d);
	assert_int_equal(restore(&p, p.file), FV_OK);
	assert_int_equal(fv_host_open(p.dir, &copy.host), FV_OK);
	copy.leaves = d->leaves;
	copy.root_then = d->root_then;
	copy.change = d->change;
	desk_expect_same(&copy);
	assert_memory_equal(
	    fv_ledger_pk(copy.host->ledger), fv_ledger_pk(d->host->ledger), FV_KEY_BYTES);
	assert_memory_equal(copy.host->hpke[0].sk, d->host->hpke[0].sk, FV_KEY_BYTES);
	assert_string_equal(copy.host->url, d->host->url);
	assert_true(desk_device(&copy, &d->a).is_approved);
	fv_host_close(copy.host);
}

static void
what_comes_after_a_backup_is_not_in_it(void **state)
{
	struct desk *d = *state;
	const struct paths p = paths_of(d);
	struct desk copy = {0};

	assert_int_equal(backup(d, p.file), FV_EXIT_OK);
	assert_int_equal(desk_revoke(d, &d->a, desk_s1), FV_EXIT_OK);
	assert_int_equal(restore(&p, p.file), FV_OK);
	assert_int_equal(fv_host_open(p.dir, &copy.host), FV_OK);
	assert_false(desk_device(&copy, &d->a).is_revoked);
	fv_host_close(copy.host);
}

static void
a_backup_never_overwrites_a_file(void **state)
{
	struct desk *d = *state;
	const struct paths p = paths_of(d);
	struct fv_buf held = {0};

	write_file(p.file, fv_span_z("mine"));
	assert_int_equal(backup(d, p.file), FV_EXIT_CANTCREAT);
	desk_expect_error(d, "exists and is never overwritten");
	read_file(p.file, &held);
	assert_true(fv_span_equal(fv_buf_span(&held), fv_span_z("mine")));
	assert_int_equal(backup(d, "relative"), FV_EXIT_USAGE);
	assert_int_equal(backup(d, "/nonexistent/backup"), FV_EXIT_CANTCREAT);
	fv_buf_clear(&held);
}

static void
a_backup_leaves_no_temporary_file(void **state)
{
	struct desk *d = *state;
	const struct paths p = paths_of(d);
	char name[128];

	assert_int_equal(backup(d, p.file), FV_EXIT_OK);
	(void)snprintf(name, sizeof name, "%s.new", p.file);
	assert_int_not_equal(access(name, F_OK), 0);
	(void)snprintf(name, sizeof name, "%s.db-new", p.file);
	assert_int_not_equal(access(name, F_OK), 0);
}

static void
any_changed_byte_is_found_before_anything_is_written(void **state)
{
	struct desk *d = *state;
	const struct paths p = paths_of(d);
	struct fv_buf file = {0};
	size_t tried = 0;

	assert_int_equal(backup(d, p.file), FV_EXIT_OK);
	read_file(p.file, &file);
	for (size_t at = 3; at < file.len; at += 4999, tried++) {
		file.ptr[at] ^= 1;
		write_file(p.other, fv_buf_span(&file));
		file.ptr[at] ^= 1;
		assert_int_equal(restore(&p, p.other), FV_EFORMAT);
		assert_int_not_equal(access(p.dir, F_OK), 0);
	}
	assert_true(tried > 20);
	fv_buf_clear(&file);
}

static void
a_cut_backup_is_refused(void **state)
{
	struct desk *d = *state;
	const struct paths p = paths_of(d);
	struct fv_buf file = {0};

	assert_int_equal(backup(d, p.file), FV_EXIT_OK);
	read_file(p.file, &file);
	for (size_t cut = 1; cut < file.len; cut += 9973) {
		write_file(p.other, fv_span_of(file.ptr, file.len - cut));
		assert_int_equal(restore(&p, p.other), FV_EFORMAT);
	}
	write_file(p.other, fv_span_z(""));
	assert_int_equal(restore(&p, p.other), FV_EFORMAT);
	assert_int_equal(restore(&p, "/nonexistent"), FV_ENOENT);
	assert_int_not_equal(access(p.dir, F_OK), 0);
	fv_buf_clear(&file);
}

static void
a_folder_in_use_is_not_touched(void **state)
{
	struct desk *d = *state;
	const struct paths p = paths_of(d);
	struct fv_backup_sum sum;
	const char *why;
	char name[128];

	assert_int_equal(backup(d, p.file), FV_EXIT_OK);
	desk_mark(d);
	assert_int_equal(fv_backup_restore(p.file, d->dir, &sum, &why), FV_EEXIST);
	desk_expect_same(d);
	assert_int_equal(mkdir(p.dir, 0700), 0);
	(void)snprintf(name, sizeof name, "%s/mine", p.dir);
	write_file(name, fv_span_z("mine"));
	assert_int_equal(restore(&p, p.file), FV_EEXIST);
	assert_int_equal(access(name, F_OK), 0);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(restore(&p, p.file), FV_OK);
}

int
main(void)
{
#define DESK_TEST(f) cmocka_unit_test_setup_teardown(f, desk_set_up_devices, desk_tear_down)
	const struct CMUnitTest tests[] = {
	    DESK_TEST(a_restored_folder_is_the_one_that_was_backed_up),
	    DESK_TEST(what_comes_after_a_backup_is_not_in_it),
	    DESK_TEST(a_backup_never_overwrites_a_file),
	    DESK_TEST(a_backup_leaves_no_temporary_file),
	    DESK_TEST(any_changed_byte_is_found_before_anything_is_written),
	    DESK_TEST(a_cut_backup_is_refused),
	    DESK_TEST(a_folder_in_use_is_not_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
