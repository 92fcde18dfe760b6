#include "fv/zonefile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool
is_name(const char *z)
{
	return fv_zonefile_is_name(fv_span_z(z));
}

/* A folder with one file of the given content; the caller removes both. */
static void
make_folder(char folder[32], char path[64], const char *name, const char *content, size_t len)
{
	FILE *file;

	(void)strcpy(folder, "/tmp/fv-zonefile-XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, 64, "%.31s/%.30s", folder, name);
	assert_non_null(file = fopen(path, "wb"));
	assert_int_equal(fwrite(content, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void
remove_folder(const char *folder, const char *path)
{
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void
iana_names_are_names(void **state)
{
	(void)state;
	assert_true(is_name("UTC"));
	assert_true(is_name("Asia/Shanghai"));
	assert_true(is_name("America/Argentina/Buenos_Aires"));
	assert_true(is_name("America/Port-au-Prince"));
	assert_true(is_name("Etc/GMT+12"));
	assert_true(is_name("EST5EDT"));
}

static void
a_name_that_leaves_the_folder_is_none(void **state)
{
	static const char *const bad[] = {"", "/etc/passwd", "../etc/passwd", "Asia/../../x",
	    "Asia//Shanghai", "Asia/", ".", "Asia/.hidden", "Asia/Shang hai", "right/UTC",
	    "posix/UTC", "Asia/\xc3\xa9", "Asia\\x", "5EDT", "Asia/Shanghai\n",
	    "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct fv_zone *zone;

		assert_false(is_name(bad[i]));
		assert_int_equal(
		    fv_zonefile_open(fv_zonefile_source(NULL), bad[i], &zone), FV_ERANGE);
		assert_null(zone);
	}
	assert_false(fv_zonefile_is_name(fv_span_of("UTC\0x", 5)));
}

static void
an_installed_zone_is_opened(void **state)
{
	struct fv_zone *zone;

	(void)state;
	if (access(FV_ZONEFILE_FOLDER "/Asia/Shanghai", R_OK) != 0)
		skip();
	assert_int_equal(
	    fv_zonefile_open(fv_zonefile_source(NULL), "Asia/Shanghai", &zone), FV_OK);
	assert_int_equal(fv_zone_offset_s(zone, INT64_C(1772459400000)), 28800);
	fv_zone_free(zone);
}

static void
a_zone_that_is_not_there_and_a_folder_are_not_found(void **state)
{
	struct fv_zone *zone;

	(void)state;
	assert_int_equal(
	    fv_zonefile_open(fv_zonefile_source(NULL), "Asia/Atlantis", &zone), FV_ENOENT);
	assert_int_equal(
	    fv_zonefile_open(fv_zonefile_source("/nonexistent"), "UTC", &zone), FV_ENOENT);
	if (access(FV_ZONEFILE_FOLDER "/Asia", R_OK) == 0)
		assert_int_equal(
		    fv_zonefile_open(fv_zonefile_source(NULL), "Asia", &zone), FV_ENOENT);
}

static void
a_file_that_is_no_tzif_is_refused(void **state)
{
	char folder[32];
	char path[64];
	struct fv_zone *zone;

	(void)state;
	make_folder(folder, path, "Broken", "TZif?", 5);
	assert_int_equal(
	    fv_zonefile_open(fv_zonefile_source(folder), "Broken", &zone), FV_ECUT);
	assert_null(zone);
	remove_folder(folder, path);
}

static void
a_huge_file_is_not_read_to_its_end(void **state)
{
	char folder[32];
	char path[64];
	size_t len = FV_ZONE_FILE_MAX_BYTES + 1;
	char *content = calloc(1, len);
	struct fv_zone *zone;

	(void)state;
	assert_non_null(content);
	make_folder(folder, path, "Huge", content, len);
	assert_int_equal(
	    fv_zonefile_open(fv_zonefile_source(folder), "Huge", &zone), FV_ETOOBIG);
	remove_folder(folder, path);
	free(content);
}

static void
the_version_is_what_the_first_line_says(void **state)
{
	static const struct {
		const char *content;
		enum fv_err want;
		const char *version;
	} cases[] = {
	    {"# version 2026a\n# more\n", FV_OK, "2026a"},
	    {"# version 2026a", FV_OK, "2026a"},
	    {"# version 2026a-dirty\n", FV_OK, "2026a-dirty"},
	    {"# version \n", FV_EFORMAT, ""},
	    {"", FV_EFORMAT, ""},
	    {"R d 1916 o - Jun 14 23s 1 S\n", FV_EFORMAT, ""},
	    {"# version 2026abcdefghijklmnopqrstuvwxyz\n", FV_EFORMAT, ""},
	};
	char version[FV_ZONEFILE_VERSION_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char folder[32];
		char path[64];

		make_folder(
		    folder, path, "tzdata.zi", cases[i].content, strlen(cases[i].content));
		assert_int_equal(fv_zonefile_version(folder, version), cases[i].want);
		assert_string_equal(version, cases[i].version);
		remove_folder(folder, path);
	}
	assert_int_equal(fv_zonefile_version("/nonexistent", version), FV_ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(iana_names_are_names),
	    cmocka_unit_test(a_name_that_leaves_the_folder_is_none),
	    cmocka_unit_test(an_installed_zone_is_opened),
	    cmocka_unit_test(a_zone_that_is_not_there_and_a_folder_are_not_found),
	    cmocka_unit_test(a_file_that_is_no_tzif_is_refused),
	    cmocka_unit_test(a_huge_file_is_not_read_to_its_end),
	    cmocka_unit_test(the_version_is_what_the_first_line_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
