#include "fv/order.h"

#include <string.h>

#define ORIGIN "fieldvisit/v1/card/"

void
fv_card_put(struct fv_buf *out, const struct fv_card *card)
{
	fv_buf_putf(out, ORIGIN "%s\n%s\n%llu\n", card->agency, card->case_id,
	    (unsigned long long)card->version);
	fv_buf_put_base64(out, card->kc, sizeof card->kc);
	fv_buf_put_u8(out, '\n');
	fv_buf_put_base64(out, card->ct.b, sizeof card->ct.b);
	fv_buf_put_u8(out, '\n');
	fv_buf_put_base64(out, card->capsules.b, sizeof card->capsules.b);
	fv_buf_put_u8(out, '\n');
	for (size_t i = 0; i < card->recipient_count; i++) {
		if (i > 0)
			fv_buf_put_u8(out, ' ');
		fv_buf_put_hex(out, card->key_ids[i], FV_KEY_ID_BYTES);
	}
	fv_buf_put_u8(out, '\n');
}

static const char *
read_hash(struct fv_lines *lines, uint8_t out[FV_HASH_BYTES])
{
	struct fv_span line;

	if (fv_lines_next(lines, &line) != FV_OK)
		return "the card's text ends too early";
	if (fv_base64_fixed(line, out, FV_HASH_BYTES) != FV_OK)
		return "not base64 of 32 bytes";
	return NULL;
}

static const char *
read_key_ids(struct fv_lines *lines, struct fv_card *out)
{
	struct fv_span line, word;

	if (fv_lines_next(lines, &line) != FV_OK)
		return "the card's text ends too early";
	while (line.len > 0) {
		if (out->recipient_count == FV_CARD_RECIPIENTS_MAX)
			return "a card has at most 24 recipients";
		if (!fv_lines_word(&line, &word) ||
		    fv_hex_decode(word, out->key_ids[out->recipient_count], FV_KEY_ID_BYTES) !=
			FV_OK)
			return "recipients are key ids of 8 lower-case hex digits";
		out->recipient_count++;
	}
	return out->recipient_count == 0 ? "a card needs a recipient" : NULL;
}

/* Returns the rule that is broken, NULL when none is. */
static const char *
read_card(struct fv_lines *lines, struct fv_card *out)
{
	const struct fv_span origin = fv_span_z(ORIGIN);
	struct fv_span line;
	const char *rule;

	if (fv_lines_next(lines, &line) != FV_OK || line.len < origin.len ||
	    memcmp(line.ptr, origin.ptr, origin.len) != 0 ||
	    fv_id_copy(fv_span_of(line.ptr + origin.len, line.len - origin.len), out->agency,
		sizeof out->agency) != FV_OK)
		return "want \"" ORIGIN "AGENCY\"";
	if (fv_lines_next(lines, &line) != FV_OK ||
	    fv_id_copy(line, out->case_id, sizeof out->case_id) != FV_OK)
		return "the case is not an id";
	if (fv_lines_next(lines, &line) != FV_OK ||
	    fv_decimal_decode(line, INT64_MAX, &out->version) != FV_OK || out->version == 0)
		return "the version is not a number from 1";
	if ((rule = read_hash(lines, out->kc)) != NULL ||
	    (rule = read_hash(lines, out->ct.b)) != NULL ||
	    (rule = read_hash(lines, out->capsules.b)) != NULL ||
	    (rule = read_key_ids(lines, out)) != NULL)
		return rule;
	return lines->rest.len == 0 ? NULL : "nothing may follow the recipients";
}

enum fv_err
fv_card_parse(struct fv_span text, struct fv_card *out, struct fv_fault *fault_out)
{
	struct fv_lines lines = fv_lines_of(text);
	const char *rule;

	memset(out, 0, sizeof *out);
	(void)fv_fault_set(fault_out, 0, "", FV_OK);
	if ((rule = read_card(&lines, out)) == NULL)
		return FV_OK;
	memset(out, 0, sizeof *out);
	return fv_fault_set(fault_out, lines.number, rule, FV_EFORMAT);
}

enum fv_err
fv_card_verify(struct fv_span note, struct fv_span ct, struct fv_span capsules,
    const struct fv_roster *roster, struct fv_card *out)
{
	struct fv_hash ct_hash, capsules_hash;
	struct fv_span text;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_order_verify(note, roster, 1, &text)) != FV_OK)
		return rc;
	if ((rc = fv_card_parse(text, out, NULL)) != FV_OK)
		return rc;
	fv_sha256(ct, &ct_hash);
	fv_sha256(capsules, &capsules_hash);
	if (strcmp(out->agency, roster->agency) != 0)
		rc = FV_ECONFLICT;
	else if (memcmp(ct_hash.b, out->ct.b, FV_HASH_BYTES) != 0 ||
	    memcmp(capsules_hash.b, out->capsules.b, FV_HASH_BYTES) != 0)
		rc = FV_EAUTH;
	if (rc != FV_OK)
		memset(out, 0, sizeof *out);
	return rc;
}
