#include "sync-server/draft.h"

#include <stdlib.h>
#include <string.h>

#include "sync-server/cli.h"

/* A signed note has an empty line; the text of a roster never does. */
static bool
is_signed(struct fv_span file)
{
	return file.len > 1 && memmem(file.ptr, file.len, "\n\n", 2) != NULL;
}

int
draft_load(const char *path, struct fv_roster **roster_out)
{
	struct fv_roster *roster = NULL;
	struct fv_buf file = {0};
	struct fv_fault fault = {0};
	enum fv_err rc;
	int code;

	*roster_out = NULL;
	if ((code = fv_cli_read(path, &file)) != FV_EXIT_OK)
		goto cleanup;
	if (is_signed(fv_buf_span(&file))) {
		code = fv_cli_fail(FV_EXIT_DATA, path,
		    "is signed and cannot be changed; begin the next version with "
		    "'fieldvisitd roster new --previous'");
		goto cleanup;
	}
	if ((roster = calloc(1, sizeof *roster)) == NULL) {
		code = fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
		goto cleanup;
	}
	rc = fv_roster_parse_draft(fv_buf_span(&file), roster, &fault);
	if (rc != FV_OK) {
		code = fv_cli_fault(path, &fault, rc);
		goto cleanup;
	}
	*roster_out = roster;
	roster = NULL;
cleanup:
	free(roster);
	fv_buf_clear(&file);
	return code;
}

void
draft_free(struct fv_roster *roster)
{
	free(roster);
}

int
draft_save(const char *path, const struct fv_roster *roster)
{
	struct fv_roster *again = calloc(1, sizeof *again);
	struct fv_buf text = {0};
	struct fv_fault fault = {0};
	enum fv_err rc = FV_ENOMEM;
	int code;

	fv_roster_put(&text, roster);
	if (again != NULL && (rc = fv_buf_status(&text)) == FV_OK)
		rc = fv_roster_parse_draft(fv_buf_span(&text), again, &fault);
	/* What cannot be read again is not written: the old draft stays. */
	code = rc == FV_OK ? fv_cli_write_over(path, 0644, fv_buf_span(&text))
			   : fv_cli_fault(path, &fault, rc);
	free(again);
	fv_buf_clear(&text);
	return code;
}

int
draft_open(const char *path, struct draft_file *out)
{
	struct fv_fault fault = {0};
	struct fv_span text;
	enum fv_err rc;
	int code;

	memset(out, 0, sizeof *out);
	if ((code = fv_cli_read(path, &out->bytes)) != FV_EXIT_OK)
		return code;
	if ((out->roster = calloc(1, sizeof *out->roster)) == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
	text = fv_buf_span(&out->bytes);
	if (is_signed(text)) {
		if ((rc = fv_signednote_parse(text, &out->note)) != FV_OK)
			return fv_cli_fail(FV_EXIT_DATA, path, "is not a signed note");
		text = out->note.text;
	}
	if ((rc = fv_roster_parse(text, out->roster, &fault)) != FV_OK)
		return fv_cli_fault(path, &fault, rc);
	fv_roster_hash(text, &out->hash);
	out->note.text = text;
	return FV_EXIT_OK;
}

void
draft_close(struct draft_file *file)
{
	fv_buf_clear(&file->bytes);
	free(file->roster);
	file->roster = NULL;
}
