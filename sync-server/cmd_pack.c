/* fieldvisitd pack ...: packs for those who write them and for lawyers. */
#include "sync-server/cmd_pack.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fv/instant.h"
#include "sync-server/cmd.h"

#define USAGE                                                                                 \
	"usage: fieldvisitd pack check [--strict] [--as-of DATE] [--rules DIR] FILE...\n"     \
	"       fieldvisitd pack show [--rules DIR] ID[@rN]|FILE.json\n"                      \
	"       fieldvisitd pack diff [--rules DIR] [--json] ID[@rN]|FILE.json "              \
	"ID[@rN]|FILE.json\n"                                                                 \
	"       fieldvisitd pack coverage [--rules DIR] [--ids FILE]\n"                       \
	"       fieldvisitd pack schema"

int
cmd_pack_usage(const char *why)
{
	fprintf(stderr, "fieldvisitd: %s\n" USAGE "\n", why);
	return CMD_USAGE;
}

/* The value of the option at argv[*at], "--name=VALUE" or the next word; NULL: none. */
static const char *
value_of(int argc, char **argv, int *at)
{
	const char *equals = strchr(argv[*at], '=');

	if (equals != NULL)
		return equals + 1;
	return *at + 1 < argc ? argv[++*at] : NULL;
}

static bool
is_named(const char *arg, const char *name)
{
	const size_t len = strlen(name);

	return strncmp(arg, name, len) == 0 && (arg[len] == '\0' || arg[len] == '=');
}

int
pack_options_take(int *argc, char **argv, struct pack_options *out)
{
	const char *rules = NULL, *day = NULL;
	int kept = 1;

	*out = (struct pack_options){.day = (int64_t)time(NULL) / 86400};
	for (int i = 1; i < *argc; i++) {
		const char **into = is_named(argv[i], "--rules") ? &rules
		    : is_named(argv[i], "--as-of")               ? &day
		    : is_named(argv[i], "--ids")                 ? &out->ids
								 : NULL;
		if (into != NULL) {
			if ((*into = value_of(*argc, argv, &i)) == NULL)
				return cmd_pack_usage("a value is missing after an option");
		} else if (strcmp(argv[i], "--json") == 0) {
			out->is_json = true;
		} else if (strcmp(argv[i], "--strict") == 0) {
			out->is_strict = true;
		} else if (strncmp(argv[i], "--", 2) == 0) {
			cmd_fail("%s: no such option of pack", argv[i]);
			return cmd_pack_usage("see");
		} else {
			argv[kept++] = argv[i];
		}
	}
	*argc = kept;
	if (day != NULL && fv_date_parse(fv_span_z(day), &out->day) != FV_OK)
		return cmd_fail("--as-of takes a date such as 2026-03-02, not %s", day);
	if (packfile_folder(rules, out->folder) != FV_OK && rules != NULL)
		return cmd_fail("--rules %s: not a folder", rules);
	return CMD_OK;
}

/* The schema that ships is this output. */
static int
schema(int argc)
{
	struct fv_buf out = {0};
	const char *text;

	if (argc != 1)
		return cmd_pack_usage("pack schema takes nothing more");
	fv_rulepack_put_schema(&out);
	if ((text = fv_buf_z(&out)) == NULL)
		return cmd_fail("out of memory");
	fputs(text, stdout);
	fv_buf_clear(&out);
	return cmd_finish(CMD_OK);
}

int
cmd_pack(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} verbs[] = {
	    {"check", cmd_pack_check},
	    {"coverage", cmd_pack_coverage},
	    {"diff", cmd_pack_diff},
	    {"show", cmd_pack_show},
	};

	if (argc >= 2 && strcmp(argv[1], "schema") == 0)
		return schema(argc - 1);
	for (size_t i = 0; argc >= 2 && i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	return cmd_pack_usage("pack knows check, show, diff, coverage and schema, and with a "
			      "data folder publish, sign, import and lint");
}
