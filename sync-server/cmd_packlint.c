/* fieldvisitd pack check and coverage: faults, doubts and gaps of pack files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/cmd.h"
#include "sync-server/cli.h"
#include "sync-server/cmd_pack.h"
#include "sync-server/packlint.h"
#include "sync-server/packrows.h"

/* The packs of a folder. */
struct shelf {
	struct fv_rulepack *packs[PACKFILE_FOLDER_MAX];
	size_t count;
};

static enum fv_err
on_pack(struct fv_rulepack *pack, void *ctx)
{
	struct shelf *shelf = ctx;

	shelf->packs[shelf->count++] = pack;
	return FV_OK;
}

static void
shelf_clear(struct shelf *shelf)
{
	for (size_t i = 0; i < shelf->count; i++)
		fv_rulepack_free(shelf->packs[i]);
	free(shelf);
}

struct checking {
	const char *file;
	size_t warnings;
};

static void
on_warning(const char *id, const char *rule, const char *text, void *ctx)
{
	struct checking *c = ctx;

	c->warnings++;
	printf("%s: warning %s: %s%s%s%s\n", c->file, id, rule[0] != '\0' ? "rule " : "", rule,
	    rule[0] != '\0' ? " " : "", text);
}

static int
check_file(const char *path, const struct pack_options *options, const struct shelf *shelf)
{
	const struct packlint_others others = {shelf->packs, shelf->count};
	struct checking c = {.file = path};
	struct packfile file;

	if (packfile_open(path, options->folder, options->day, &file) != FV_OK)
		return CMD_USAGE;
	printf("%s: pack %s r%u, %zu rules, %zu rows not encoded, SHA-256 ", path,
	    file.pack->id, file.pack->revision, file.pack->rule_count,
	    file.pack->not_encoded_count);
	for (size_t b = 0; b < FV_HASH_BYTES; b++)
		printf("%02x", file.pack->sha256.b[b]);
	putchar('\n');
	packlint_each(file.pack, &others, options->day, on_warning, &c);
	packfile_close(&file);
	return c.warnings > 0 && options->is_strict ? CMD_NO : CMD_OK;
}

int
cmd_pack_check(int argc, char **argv)
{
	struct pack_options options;
	struct shelf *shelf;
	int code = pack_options_take(&argc, argv, &options);

	if (code != CMD_OK)
		return code;
	if (argc < 2 || options.is_json || options.ids != NULL)
		return cmd_pack_usage("pack check needs a file");
	if ((shelf = calloc(1, sizeof *shelf)) == NULL)
		return cmd_fail("out of memory");
	/* The folder's packs lend their calendars; that one of them is broken is not asked. */
	(void)!packfile_each(options.folder, true, on_pack, shelf);
	for (int i = 1; i < argc; i++) {
		const int one = check_file(argv[i], &options, shelf);
		code = one > code ? one : code;
	}
	shelf_clear(shelf);
	return cmd_finish(code);
}

/* What became of the rows. */
struct coverage {
	const struct shelf *shelf;
	size_t rows, encoded, reasoned, missing;
	struct fv_buf gone; /* their ids */
};

static bool
is_encoded(const struct fv_rulepack *pack, const char *row)
{
	for (size_t i = 0; i < pack->rule_count; i++)
		if (packrows_is_of(pack->rules[i].id, row))
			return true;
	return false;
}

static bool
is_reasoned(const struct fv_rulepack *pack, const char *row)
{
	for (size_t i = 0; i < pack->not_encoded_count; i++)
		if (packrows_is_of(pack->not_encoded[i].id, row))
			return true;
	return false;
}

static void
take_row(struct coverage *c, const char *row)
{
	bool encoded = false, reasoned = false;

	for (size_t i = 0; i < c->shelf->count; i++) {
		encoded = encoded || is_encoded(c->shelf->packs[i], row);
		reasoned = reasoned || is_reasoned(c->shelf->packs[i], row);
	}
	c->rows++;
	c->encoded += encoded;
	c->reasoned += !encoded && reasoned;
	if (encoded || reasoned)
		return;
	c->missing++;
	fv_buf_putf(&c->gone, "missing %s\n", row);
}

/* Ids one a line; empty lines and those after '#' are passed over. */
static int
take_file(struct coverage *c, const char *path)
{
	struct fv_buf file = {0};
	char *text, *rest = NULL;
	int code = fv_cli_read(path, &file) == FV_EXIT_OK ? CMD_OK : CMD_USAGE;

	if (code == CMD_OK && fv_buf_z(&file) == NULL)
		code = cmd_fail("out of memory");
	text = (char *)file.ptr;
	for (char *row; code == CMD_OK && (row = strtok_r(text, " \t\r\n", &rest)) != NULL;
	     text = NULL)
		take_row(c, row);
	fv_buf_clear(&file);
	return code;
}

static void
take_table(struct coverage *c)
{
	char row[16];

	for (size_t i = 0; i < packrows_count; i++)
		for (unsigned n = packrows[i].first; n <= packrows[i].last; n++) {
			(void)snprintf(row, sizeof row, "%s-%02u", packrows[i].prefix, n);
			take_row(c, row);
		}
}

static int
cover(const struct pack_options *options, const struct shelf *shelf)
{
	struct coverage c = {.shelf = shelf};
	int code = CMD_OK;

	if (options->ids != NULL)
		code = take_file(&c, options->ids);
	else
		take_table(&c);
	const char *gone = fv_buf_z(&c.gone);
	if (code == CMD_OK) {
		printf("rows %zu: encoded %zu, not encoded %zu with reasons, missing %zu\n%s",
		    c.rows, c.encoded, c.reasoned, c.missing, gone == NULL ? "" : gone);
		code = cmd_finish(c.missing > 0 ? CMD_NO : CMD_OK);
	}
	fv_buf_clear(&c.gone);
	return code;
}

int
cmd_pack_coverage(int argc, char **argv)
{
	struct pack_options options;
	struct shelf *shelf;
	int code = pack_options_take(&argc, argv, &options);

	if (code != CMD_OK)
		return code;
	if (argc != 1 || options.is_json || options.is_strict)
		return cmd_pack_usage("pack coverage takes --rules and --ids only");
	if (options.folder[0] == '\0')
		return cmd_fail(
		    "no folder of rule packs; give one with --rules DIR or FV_RULES");
	if ((shelf = calloc(1, sizeof *shelf)) == NULL)
		return cmd_fail("out of memory");
	code = packfile_each(options.folder, false, on_pack, shelf) == FV_OK
	    ? cover(&options, shelf)
	    : CMD_USAGE;
	shelf_clear(shelf);
	return code;
}
