/*
 * Options and operands of one verb.
 *
 * Threads: no state.  Memory: points into argv.
 */
#ifndef FV_APP_ARGS_H
#define FV_APP_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#define FV_ARGS_OPERANDS_MAX 8U
#define FV_ARGS_GIVEN_MAX 24U

struct fv_option {
	const char *name;  /* without "--"; NULL ends a table */
	const char *value; /* what it takes, for the help: "OFFICER"; NULL: nothing */
};

struct fv_args {
	const char *operands[FV_ARGS_OPERANDS_MAX]; /* into argv */
	size_t operand_count;
	struct {
		const char *name;  /* of the table */
		const char *value; /* into argv; NULL: takes none */
	} given[FV_ARGS_GIVEN_MAX];
	size_t given_count;
};

/*
 * Take `count` words apart.  "--name VALUE", "--name=VALUE"; "--" ends options; "-" alone
 * is an operand.  On failure false, and fault_out holds a sentence without a full stop.
 */
bool fv_args_parse(const char *const *words, size_t count, const struct fv_option *options,
    struct fv_args *args_out, char fault_out[160]);

/* The value given last; NULL when not given. */
const char *fv_args_value(const struct fv_args *args, const char *name);
bool fv_args_has(const struct fv_args *args, const char *name);

#endif
