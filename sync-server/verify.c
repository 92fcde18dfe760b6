/*
 * fieldvisit-verify FILE: check an evidence bundle with nothing else at hand.  Reads the
 * file and the policy, prints a line a claim; the checking is lib/bundle*.c.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "fv/bundle.h"

#define FILE_MAX_BYTES ((size_t)1 << 31)

enum { EXIT_HOLDS = 0, EXIT_FAILS = 1, EXIT_CANNOT = 2, EXIT_USAGE = 64, EXIT_NOINPUT = 66 };

static const char usage[] =
    "usage: fieldvisit-verify FILE [--policy FILE] [--json] [--explain]\n"
    "\n"
    "Check an evidence bundle written by 'fieldvisitd export', without network, clock or\n"
    "database.  One line a claim.\n"
    "\n"
    "  --policy FILE  whose ledger is believed (lines 'log VKEY'); without it the bundle's "
    "own\n"
    "                 word is taken, and said\n"
    "  --json         one JSON object a line\n"
    "  --explain      also say which bytes were hashed and signed\n"
    "\n"
    "Exit: 0 every claim holds, 1 a claim fails, 2 cannot judge, 64 bad usage, 66 no such "
    "file.\n";

struct options {
	const char *file;
	const char *policy;
	bool json;
	bool explain;
};

static void
print_line(const struct fv_claim *claim, void *ctx)
{
	const struct options *options = ctx;
	json_t *object;
	char *text;

	if (!options->json) {
		printf("%-12s %s%s\n", fv_claim_word(claim->kind),
		    claim->holds ? "" : "FAILS: ", claim->text);
		return;
	}
	object = json_pack("{s:s, s:b, s:s}", "claim", fv_claim_word(claim->kind), "holds",
	    claim->holds, "text", claim->text);
	text = object != NULL ? json_dumps(object, JSON_PRESERVE_ORDER) : NULL;
	if (text != NULL)
		puts(text);
	free(text);
	json_decref(object);
}

/* A file's bytes: mapped, so that a large one needs no memory, or read from a pipe. */
struct content {
	struct fv_span bytes;
	void *map; /* NULL: not mapped */
	struct fv_buf buf;
};

static void
drop_content(struct content *content)
{
	if (content->map != NULL)
		(void)munmap(content->map, content->bytes.len);
	fv_buf_clear(&content->buf);
}

/* The whole file; false after saying why not. */
static bool
read_file(const char *path, struct content *content)
{
	FILE *f = fopen(path, "rb");
	struct fv_buf *out = &content->buf;
	uint8_t block[65536];
	struct stat st;
	size_t n;

	if (f == NULL || fstat(fileno(f), &st) != 0 || S_ISDIR(st.st_mode)) {
		fprintf(stderr, "fieldvisit-verify: %s: cannot be read; name a bundle file\n",
		    path);
		if (f != NULL)
			(void)fclose(f);
		return false;
	}
	if (S_ISREG(st.st_mode) && st.st_size > 0 && (size_t)st.st_size < FILE_MAX_BYTES) {
		content->map =
		    mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fileno(f), 0);
		if (content->map == MAP_FAILED)
			content->map = NULL;
	}
	if (content->map != NULL) {
		content->bytes = fv_span_of(content->map, (size_t)st.st_size);
		(void)fclose(f);
		return true;
	}
	while ((n = fread(block, 1, sizeof block, f)) > 0 && out->len < FILE_MAX_BYTES)
		fv_buf_put(out, block, n);
	if (ferror(f) != 0 || n > 0 || fv_buf_status(out) != FV_OK) {
		fprintf(stderr, "fieldvisit-verify: %s: cannot be read to its end\n", path);
		(void)fclose(f);
		return false;
	}
	(void)fclose(f);
	content->bytes = fv_buf_span(out);
	return true;
}

static bool
read_options(int argc, char **argv, struct options *options)
{
	bool words_only = false;

	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];

		if (!words_only && strcmp(a, "--") == 0)
			words_only = true;
		else if (!words_only && strcmp(a, "--json") == 0)
			options->json = true;
		else if (!words_only && strcmp(a, "--explain") == 0)
			options->explain = true;
		else if (!words_only && strncmp(a, "--policy=", 9) == 0)
			options->policy = a + 9;
		else if (!words_only && strcmp(a, "--policy") == 0 && i + 1 < argc)
			options->policy = argv[++i];
		else if ((!words_only && a[0] == '-') || options->file != NULL)
			return false;
		else
			options->file = a;
	}
	return options->file != NULL;
}

static int
verify(struct options *options)
{
	struct fv_bundle_check check = {
	    .explain = options->explain, .fn = print_line, .ctx = options};
	struct content tar = {0}, policy = {0};
	enum fv_bundle_verdict verdict;
	static const char *const words[] = {
	    "all claims hold", "a claim fails", "cannot be judged"};
	int rc = EXIT_NOINPUT;

	if (!read_file(options->file, &tar) ||
	    (options->policy != NULL && !read_file(options->policy, &policy)))
		goto cleanup;
	check.tar = tar.bytes;
	check.policy = policy.bytes;
	rc = EXIT_CANNOT;
	if (options->policy != NULL && policy.bytes.len == 0) {
		fprintf(stderr,
		    "fieldvisit-verify: %s: is empty; a policy has lines 'log VKEY'\n",
		    options->policy);
		goto cleanup;
	}
	if (fv_bundle_verify(&check, &verdict) != FV_OK) {
		fprintf(stderr, "fieldvisit-verify: %s: out of memory\n", options->file);
		goto cleanup;
	}
	bool is_own = options->policy == NULL;

	if (options->json)
		printf("{\"verdict\": \"%s\", \"exit\": %d, \"log_key\": \"%s\"}\n",
		    words[verdict], (int)verdict, is_own ? "file" : "policy");
	else
		printf("%s: %s%s\n", options->file, words[verdict],
		    is_own && verdict == FV_BUNDLE_HOLDS
			? ", by the log key in the file itself"
			: "");
	rc = (int)verdict;
cleanup:
	drop_content(&tar);
	drop_content(&policy);
	return rc;
}

int
main(int argc, char **argv)
{
	struct options options = {0};

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return EXIT_HOLDS;
	}
	if (!read_options(argc, argv, &options)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (fv_crypto_init() != FV_OK) {
		fputs("fieldvisit-verify: the system has no source of random bytes\n", stderr);
		return EXIT_CANNOT;
	}
	return verify(&options);
}
