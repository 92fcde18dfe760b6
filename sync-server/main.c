/* fieldvisitd: one verb, one function.  A verb is one line in the table, in order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/codes.h"
#include "fv/crypto.h"
#include "sync-server/cmd.h"

#define FIELDVISITD_VERSION "0.1.0"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} verbs[] = {
    {"audit", cmd_audit, "judge a case history file by rule packs: audit replay"},
    {"init", cmd_init, "make a data folder: keys, database, ledger"},
    {"pack", cmd_pack, "check or show rule packs"},
    {"serve", cmd_serve, "answer handhelds; health and metrics for the desk"},
};

#define VERB_COUNT (sizeof verbs / sizeof verbs[0])

static int
help(void)
{
	puts("usage: fieldvisitd [--dir DIR] VERB ...\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		printf("  %-11s %s\n", verbs[i].name, verbs[i].help);
	puts("  help        this list\n  --version   the program's version");
	return cmd_finish(CMD_OK);
}

static int
unknown(const char *verb)
{
	const char *names[VERB_COUNT + 1] = {"help"};

	for (size_t i = 0; i < VERB_COUNT; i++)
		names[i + 1] = verbs[i].name;
	const char *near = fv_word_nearest(fv_span_z(verb), names, VERB_COUNT + 1);
	if (near == NULL)
		return cmd_fail("no verb \"%s\"; \"fieldvisitd help\" lists them", verb);
	return cmd_fail("no verb \"%s\"; did you mean \"%s\"?", verb, near);
}

/* Take "--dir DIR" out of argv, wherever it stands before "--".  False: no DIR follows. */
static bool
take_dir(int *argc, char **argv)
{
	const char *dir = NULL;
	int kept = 1, i = 1;

	for (; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--dir") == 0)
			dir = ++i < *argc ? argv[i] : "";
		else if (strncmp(argv[i], "--dir=", 6) == 0)
			dir = argv[i] + 6;
		else
			argv[kept++] = argv[i];
	}
	while (i < *argc)
		argv[kept++] = argv[i++];
	*argc = kept;
	argv[kept] = NULL;
	return dir == NULL || (*dir != '\0' && setenv("FIELDVISITD_DIR", dir, 1) == 0);
}

int
main(int argc, char **argv)
{
	if (!take_dir(&argc, argv))
		return cmd_fail("--dir: give the name of a folder after it");
	if (argc < 2) {
		help();
		return CMD_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		return help();
	if (strcmp(argv[1], "--version") == 0) {
		puts("fieldvisitd " FIELDVISITD_VERSION);
		return cmd_finish(CMD_OK);
	}
	if (fv_crypto_init() != FV_OK)
		return cmd_fail("no source of random numbers");
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	return unknown(argv[1]);
}
