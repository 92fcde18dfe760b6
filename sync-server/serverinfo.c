#include "sync-server/serverinfo.h"

#include <string.h>

#include "fv/ledger.h"

/* Returns the rule that is broken, NULL when none is. */
static const char *
read_hpke(struct fv_span line, struct serverinfo *out)
{
	struct fv_span word;
	uint64_t id;

	if (!fv_lines_take(&line, "hpke") || !fv_lines_word(&line, &word))
		return "want \"hpke ID KEY\"";
	if (fv_decimal_decode(word, UINT8_MAX, &id) != FV_OK)
		return "the HPKE key id is not a number up to 255";
	if (fv_base64_fixed(line, out->hpke_pk, sizeof out->hpke_pk) != FV_OK ||
	    !fv_box_key_good(out->hpke_pk))
		return "the HPKE key is not base64 of a good X25519 key";
	out->hpke_key_id = (uint8_t)id;
	return NULL;
}

static const char *
read_lines(struct fv_lines *lines, struct serverinfo *out)
{
	char origin[FV_LOG_ORIGIN_BYTES];
	struct fv_span line, name;
	const char *rule;

	if (fv_lines_next(lines, &line) != FV_OK || !fv_lines_take(&line, "url") ||
	    !fv_url_valid(line))
		return "want \"url URL\", http or https without query or trailing slash";
	memcpy(out->url, line.ptr, line.len);
	if (fv_lines_next(lines, &line) != FV_OK || !fv_lines_take(&line, "log") ||
	    fv_vkey_parse(line, &name, out->log_pk) != FV_OK)
		return "want \"log VKEY\"";
	fv_log_origin(out->log_pk, origin);
	if (!fv_span_equal(name, fv_span_z(origin)))
		return "the log's name does not follow from its key";
	do {
		if (fv_lines_next(lines, &line) != FV_OK)
			return "want \"hpke ID KEY\"";
		if ((rule = read_hpke(line, out)) != NULL)
			return rule;
	} while (lines->rest.len > 0);
	return NULL;
}

enum fv_err
serverinfo_parse(struct fv_span file, struct serverinfo *out, struct fv_fault *fault_out)
{
	struct fv_lines lines = fv_lines_of(file);
	const char *rule;

	memset(out, 0, sizeof *out);
	(void)fv_fault_set(fault_out, 0, "", FV_OK);
	if ((rule = read_lines(&lines, out)) == NULL)
		return FV_OK;
	memset(out, 0, sizeof *out);
	return fv_fault_set(fault_out, lines.number == 0 ? 1 : lines.number, rule, FV_EFORMAT);
}
