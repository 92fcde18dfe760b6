/*
 * The verbs of rule packs that need no data folder.  Each returns the exit code.
 *
 * Threads: the main thread only.
 */
#ifndef FV_SERVER_CMD_PACK_H
#define FV_SERVER_CMD_PACK_H

#include <stdint.h>

#include "sync-server/packfile.h"

/* Options that these verbs share. */
struct pack_options {
	char folder[PACKFILE_PATH_MAX]; /* of packs; "": none is there */
	int64_t day;                    /* today, or --as-of */
	const char *ids;                /* --ids */
	bool is_json, is_strict;
};

/* Take the options out of argv; operands are argv[1..*argc - 1].  Says what is wrong. */
int pack_options_take(int *argc, char **argv, struct pack_options *out);

/* Say why and how to use it.  Returns CMD_USAGE. */
int cmd_pack_usage(const char *why);

int cmd_pack_check(int argc, char **argv);
int cmd_pack_coverage(int argc, char **argv);
int cmd_pack_diff(int argc, char **argv);
int cmd_pack_show(int argc, char **argv);

#endif
