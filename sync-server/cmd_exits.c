/* fieldvisitd help exits: the stable ids of the exit codes, as EXIT STATUS in
 * fieldvisitd(8) lists them. */
#include <stdio.h>
#include <string.h>

#include "sync-server/cmd.h"
#include "sync-server/exits.h"

static const struct {
	const char *id;
	int code;
} exits[] = {
    {"no", FV_EXIT_NO},
    {"usage", FV_EXIT_USAGE},
    {"bad-data", FV_EXIT_DATA},
    {"no-input", FV_EXIT_NOINPUT},
    {"internal", FV_EXIT_SOFTWARE},
    {"cannot-create", FV_EXIT_CANTCREAT},
    {"io", FV_EXIT_IO},
    {"busy", FV_EXIT_TEMPFAIL},
    {"denied", FV_EXIT_NOPERM},
    {"config", FV_EXIT_CONFIG},
};

int
cmd_exits(int argc, char **argv)
{
	const bool as_json = argc > 1 && strcmp(argv[1], "--json") == 0;
	const size_t count = sizeof exits / sizeof exits[0];

	if (argc > (as_json ? 2 : 1))
		return cmd_fail("help exits: it takes --json and nothing else");
	for (size_t i = 0; i < count; i++) {
		if (as_json)
			printf("%s{\"id\":\"%s\",\"exit\":%d}%s", i == 0 ? "[" : ",",
			    exits[i].id, exits[i].code, i + 1 == count ? "]\n" : "");
		else
			printf("%-16s %d\n", exits[i].id, exits[i].code);
	}
	return cmd_finish(CMD_OK);
}
