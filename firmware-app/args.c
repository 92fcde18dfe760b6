#include "firmware-app/args.h"

#include <stdio.h>
#include <string.h>

#include "firmware-app/reply.h"
#include "fv/codes.h"

#define FAULT_BYTES 160U
#define WORD_MAX 4096U /* as a path has at most */

/* The option that `word` ("--name" or "--name=value") names; *value_out after "=". */
static const struct fv_option *
find(const struct fv_option *options, const char *word, const char **value_out)
{
	const char *name = word + 2, *eq = strchr(name, '=');
	size_t len = eq != NULL ? (size_t)(eq - name) : strlen(name);

	*value_out = eq != NULL ? eq + 1 : NULL;
	for (; options != NULL && options->name != NULL; options++) {
		if (strlen(options->name) == len && memcmp(options->name, name, len) == 0)
			return options;
	}
	return NULL;
}

static void
say_unknown(const struct fv_option *options, const char *word, char *fault)
{
	const char *names[FV_ARGS_GIVEN_MAX];
	const char *near;
	size_t count = 0;

	for (; options != NULL && options->name != NULL && count < FV_ARGS_GIVEN_MAX;
	     options++)
		names[count++] = options->name;
	near = fv_word_nearest(fv_span_z(word + 2), names, count);
	if (near != NULL)
		snprintf(fault, FAULT_BYTES, _("%.40s: no such option; did you mean --%s?"),
		    word, near);
	else
		snprintf(fault, FAULT_BYTES,
		    _("%.40s: no such option; 'fieldvisit help VERB' lists them"), word);
}

static bool
take_option(const struct fv_option *options, const char *const *words, size_t count,
    size_t *at, struct fv_args *args, char *fault)
{
	const char *word = words[*at], *value;
	const struct fv_option *option = find(options, word, &value);

	if (option == NULL) {
		say_unknown(options, word, fault);
		return false;
	}
	if (option->value == NULL && value != NULL) {
		snprintf(fault, FAULT_BYTES, _("--%s takes no value"), option->name);
		return false;
	}
	if (option->value != NULL && value == NULL) {
		if (*at + 1 >= count) {
			snprintf(fault, FAULT_BYTES, _("--%s needs %s"), option->name,
			    option->value);
			return false;
		}
		value = words[++*at];
	}
	if (args->given_count == FV_ARGS_GIVEN_MAX) {
		snprintf(fault, FAULT_BYTES, _("too many options"));
		return false;
	}
	args->given[args->given_count].name = option->name;
	args->given[args->given_count++].value = value;
	return true;
}

bool
fv_args_parse(const char *const *words, size_t count, const struct fv_option *options,
    struct fv_args *args_out, char fault_out[160])
{
	bool is_operand = false; /* after "--" */

	memset(args_out, 0, sizeof *args_out);
	fault_out[0] = '\0';
	for (size_t at = 0; at < count; at++) {
		const char *word = words[at];

		if (strlen(word) > WORD_MAX) {
			snprintf(fault_out, FAULT_BYTES,
			    _("%.40s...: over %u bytes; shorten it"), word, WORD_MAX);
			return false;
		}
		if (!is_operand && strcmp(word, "--") == 0) {
			is_operand = true;
		} else if (!is_operand && word[0] == '-' && word[1] == '-') {
			if (!take_option(options, words, count, &at, args_out, fault_out))
				return false;
		} else if (!is_operand && word[0] == '-' && word[1] != '\0') {
			snprintf(
			    fault_out, FAULT_BYTES, _("%.40s: options begin with --"), word);
			return false;
		} else if (args_out->operand_count == FV_ARGS_OPERANDS_MAX) {
			snprintf(fault_out, FAULT_BYTES, _("too many words"));
			return false;
		} else {
			args_out->operands[args_out->operand_count++] = word;
		}
	}
	return true;
}

const char *
fv_args_value(const struct fv_args *args, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < args->given_count; i++) {
		if (strcmp(args->given[i].name, name) == 0)
			value = args->given[i].value;
	}
	return value;
}

bool
fv_args_has(const struct fv_args *args, const char *name)
{
	for (size_t i = 0; i < args->given_count; i++) {
		if (strcmp(args->given[i].name, name) == 0)
			return true;
	}
	return false;
}
