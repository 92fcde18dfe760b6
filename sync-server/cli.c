#include "sync-server/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct fv_cli_option *
find(const struct fv_cli_option *options, const char *name, size_t len)
{
	for (; options->name != NULL; options++) {
		if (strlen(options->name) == len && memcmp(options->name, name, len) == 0)
			return options;
	}
	return NULL;
}

static int
take_value(const struct fv_cli_option *option, const char *value)
{
	if (value == NULL || (option->kind != FV_CLI_LIST && *value == '\0')) {
		fprintf(stderr, "fieldvisitd: --%s: needs a value\n", option->name);
		return FV_EXIT_USAGE;
	}
	if (option->kind == FV_CLI_LIST) {
		struct fv_cli_list *list = option->into;
		if (list->count == FV_CLI_LIST_MAX) {
			fprintf(stderr, "fieldvisitd: --%s: given more than %u times\n",
			    option->name, FV_CLI_LIST_MAX);
			return FV_EXIT_USAGE;
		}
		list->items[list->count++] = value;
		return FV_EXIT_OK;
	}
	const char **into = option->into;
	if (*into != NULL) {
		fprintf(stderr, "fieldvisitd: --%s: given twice\n", option->name);
		return FV_EXIT_USAGE;
	}
	*into = value;
	return FV_EXIT_OK;
}

/* One "--name", "--name=VALUE" or "--name VALUE" at argv[*at]; moves *at to its end. */
static int
take_option(int argc, char **argv, int *at, const struct fv_cli_option *options)
{
	const char *name = argv[*at] + 2;
	const size_t len = strcspn(name, "=");
	const struct fv_cli_option *option = find(options, name, len);
	const char *value = NULL;

	if (option == NULL) {
		fprintf(stderr,
		    "fieldvisitd: --%.*s: this verb has no such option; --help lists them\n",
		    (int)len, name);
		return FV_EXIT_USAGE;
	}
	if (option->kind == FV_CLI_FLAG) {
		if (name[len] == '=') {
			fprintf(stderr, "fieldvisitd: --%s: takes no value\n", option->name);
			return FV_EXIT_USAGE;
		}
		*(bool *)option->into = true;
		return FV_EXIT_OK;
	}
	if (name[len] == '=')
		value = name + len + 1;
	else if (*at + 1 < argc)
		value = argv[++*at];
	return take_value(option, value);
}

int
fv_cli_parse(int *argc, char **argv, const struct fv_cli_option *options, const char *usage)
{
	int kept = 1, code;

	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			for (i++; i < *argc; i++)
				argv[kept++] = argv[i];
		} else if (strcmp(argv[i], "--help") == 0) {
			printf("usage: fieldvisitd %s\n", usage);
			return -1;
		} else if (strncmp(argv[i], "--", 2) != 0) {
			argv[kept++] = argv[i];
		} else if ((code = take_option(*argc, argv, &i, options)) != FV_EXIT_OK) {
			return code;
		}
	}
	*argc = kept;
	for (; options->name != NULL; options++) {
		if (!options->is_required)
			continue;
		const bool is_there = options->kind == FV_CLI_LIST
		    ? ((const struct fv_cli_list *)options->into)->count > 0
		    : *(const char *const *)options->into != NULL;
		if (!is_there) {
			fprintf(stderr,
			    "fieldvisitd: --%s: is needed\nusage: fieldvisitd %s\n",
			    options->name, usage);
			return FV_EXIT_USAGE;
		}
	}
	return FV_EXIT_OK;
}

int
fv_cli_fail(int code, const char *object, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "fieldvisitd: %s: ", object);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	return code;
}

int
fv_cli_fault(const char *path, const struct fv_fault *fault, enum fv_err err)
{
	if (err == FV_ENOMEM)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
	if (fault->rule == NULL || fault->rule[0] == '\0')
		return fv_cli_fail(FV_EXIT_DATA, path, "%s", fv_err_text(err));
	if (fault->line == 0)
		return fv_cli_fail(FV_EXIT_DATA, path, "%s", fault->rule);
	fprintf(stderr, "fieldvisitd: %s:%zu: %s\n", path, fault->line, fault->rule);
	return FV_EXIT_DATA;
}

int
fv_cli_open_key(const char *path, const char *passphrase_file, struct fv_key_public *out,
    struct fv_key_secret **secret_out)
{
	struct fv_buf file = {0}, passphrase = {0};
	struct fv_fault fault = {0};
	bool has_secret = false;
	enum fv_err rc;
	int code;

	*secret_out = NULL;
	if ((code = fv_cli_read(path, &file)) != FV_EXIT_OK)
		goto cleanup;
	rc = fv_keyfile_parse_public(fv_buf_span(&file), out, &has_secret, &fault);
	if (rc != FV_OK) {
		code = fv_cli_fault(path, &fault, rc);
		goto cleanup;
	}
	if (!has_secret) {
		code = fv_cli_fail(
		    FV_EXIT_DATA, path, "this is the public half; give the file without .pub");
		goto cleanup;
	}
	if ((code = fv_cli_passphrase(passphrase_file, false, &passphrase)) != FV_EXIT_OK)
		goto cleanup;
	if ((*secret_out = fv_secret_alloc(sizeof **secret_out)) == NULL) {
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
		goto cleanup;
	}
	rc = fv_keyfile_open(fv_buf_span(&file), fv_buf_span(&passphrase), out, *secret_out);
	if (rc == FV_EAUTH)
		code = fv_cli_fail(
		    FV_EXIT_NOPERM, path, "wrong passphrase, or the file was altered");
	else if (rc == FV_ENOMEM)
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, path,
		    "not enough memory for its Argon2id; close programs and try again");
	else if (rc != FV_OK)
		code = fv_cli_fail(FV_EXIT_DATA, path, "%s", fv_err_text(rc));
cleanup:
	if (code != FV_EXIT_OK) {
		fv_secret_free(*secret_out);
		*secret_out = NULL;
	}
	fv_buf_clear(&passphrase);
	fv_buf_clear(&file);
	return code;
}

int
fv_cli_open_signer(const char *path, const char *passphrase_file, struct fv_key_public *out,
    struct fv_key_secret **secret_out)
{
	int code = fv_cli_open_key(path, passphrase_file, out, secret_out);

	if (code != FV_EXIT_OK || out->kind == FV_KEY_SUPERVISOR)
		return code;
	fv_secret_free(*secret_out);
	*secret_out = NULL;
	return fv_cli_fail(FV_EXIT_DATA, path,
	    "is the key of kind \"%s\", which signs nothing; use a supervisor's",
	    fv_key_kind_name(out->kind));
}

void
fv_cli_sign(struct fv_buf *note, struct fv_span text, const struct fv_key_public *key,
    const struct fv_key_secret *secret)
{
	char name[FV_SIGNER_BYTES];

	fv_signer_name(key->agency, key->id, name);
	fv_signednote_sign(note, text, fv_span_z(name), secret->sign_seed);
}

bool
fv_cli_has_signed(const struct fv_signednote *note, const struct fv_key_public *key)
{
	char name[FV_SIGNER_BYTES];

	if (note->sig_count == 0)
		return false;
	fv_signer_name(key->agency, key->id, name);
	return fv_signednote_verify(note, fv_span_z(name), key->sign_pk) == FV_OK;
}

int
fv_cli_cosign(const char *path, const struct fv_signednote *note,
    const struct fv_key_public *key, const struct fv_key_secret *secret)
{
	uint8_t sig[FV_SIG_BYTES];
	char name[FV_SIGNER_BYTES];
	struct fv_buf fresh = {0};
	int code;

	if (note->sig_count == FV_SIGNEDNOTE_SIGS_MAX)
		return fv_cli_fail(FV_EXIT_DATA, path, "has 16 signatures already");
	fv_buf_put_span(&fresh, note->text);
	fv_buf_put_u8(&fresh, '\n');
	for (size_t i = 0; i < note->sig_count; i++) {
		fv_buf_put_z(&fresh, "\xe2\x80\x94 ");
		fv_buf_put_span(&fresh, note->sigs[i].name);
		fv_buf_put_u8(&fresh, ' ');
		fv_buf_put_span(&fresh, note->sigs[i].base64);
		fv_buf_put_u8(&fresh, '\n');
	}
	fv_signer_name(key->agency, key->id, name);
	fv_ed25519_sign(secret->sign_seed, note->text, sig);
	fv_signednote_put_line(&fresh, fv_span_z(name), key->sign_pk, sig);
	code = fv_buf_status(&fresh) == FV_OK
	    ? fv_cli_write_over(path, 0644, fv_buf_span(&fresh))
	    : fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
	fv_buf_clear(&fresh);
	return code;
}

int
fv_cli_finish(void)
{
	if (ferror(stdout) == 0 && fflush(stdout) == 0)
		return FV_EXIT_OK;
	return fv_cli_fail(FV_EXIT_IO, "standard output",
	    "%s; what was printed is not complete", strerror(errno));
}

int
fv_cli_print_json(json_t *object)
{
	if (object == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, "answer", "out of memory; try again");
	(void)json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
	return fv_cli_finish();
}
