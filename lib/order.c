#include "fv/order.h"

#include <string.h>

#include "fv/instant.h"

#define APPROVE "fieldvisit/v1/approve"
#define REWRAP "fieldvisit/v1/rewrap"

/* What a parser carries from line to line. */
struct reading {
	struct fv_lines lines;
	struct fv_span line;
	struct fv_fault *fault; /* may be NULL */
};

static const struct {
	enum fv_order_kind kind;
	const char *origin;
} kinds[] = {
    {FV_ORDER_REVOKE, "fieldvisit/v1/revoke"},
    {FV_ORDER_WIPE, "fieldvisit/v1/wipe"},
    {FV_ORDER_ERASE, "fieldvisit/v1/erase"},
};

static enum fv_err
fault(struct reading *r, const char *rule, enum fv_err err)
{
	return fv_fault_set(r->fault, r->lines.number, rule, err);
}

static enum fv_err
next_line(struct reading *r)
{
	enum fv_err rc = fv_lines_next(&r->lines, &r->line);

	if (rc == FV_OK)
		return FV_OK;
	if (rc == FV_ENOENT)
		r->lines.number++;
	return fault(r, "the text ends too early", FV_EFORMAT);
}

static enum fv_err
want_end(struct reading *r)
{
	if (r->lines.rest.len == 0)
		return FV_OK;
	r->lines.number++;
	return fault(r, "nothing may follow the last line", FV_EFORMAT);
}

static struct reading
start(struct fv_span text, struct fv_fault *fault_out)
{
	(void)fv_fault_set(fault_out, 0, "", FV_OK);
	return (struct reading){.lines = fv_lines_of(text), .fault = fault_out};
}

static enum fv_err
read_dev(struct reading *r, uint8_t dev_out[FV_DEV_BYTES])
{
	enum fv_err rc;

	if ((rc = next_line(r)) != FV_OK)
		return rc;
	if (fv_hex_decode(r->line, dev_out, FV_DEV_BYTES) != FV_OK)
		return fault(r, "the device is not 32 lower-case hex digits", FV_EFORMAT);
	return FV_OK;
}

static enum fv_err
read_word(struct reading *r, char out[FV_WORD_BYTES], const char *rule)
{
	enum fv_err rc;

	if ((rc = next_line(r)) != FV_OK)
		return rc;
	rc = fv_id_copy(r->line, out, FV_WORD_BYTES);
	return rc == FV_OK ? FV_OK : fault(r, rule, rc);
}

static enum fv_err
read_number(struct reading *r, uint64_t *v_out, const char *rule)
{
	enum fv_err rc;

	if ((rc = next_line(r)) != FV_OK)
		return rc;
	rc = fv_decimal_decode(r->line, INT64_MAX, v_out);
	return rc == FV_OK ? FV_OK : fault(r, rule, rc);
}

static enum fv_err
read_time(struct reading *r, int64_t *at_out)
{
	char again[FV_INSTANT_TEXT_BYTES];
	enum fv_err rc;

	if ((rc = next_line(r)) != FV_OK)
		return rc;
	if ((rc = fv_instant_parse(r->line, at_out)) != FV_OK)
		return fault(r, "the time is not an RFC 3339 time", rc);
	(void)fv_instant_format(*at_out, 0, true, again);
	if (*at_out % 1000 != 0 || !fv_span_equal(r->line, fv_span_z(again)))
		return fault(r, "the time is not whole seconds with Z", FV_EFORMAT);
	return FV_OK;
}

void
fv_approve_put(struct fv_buf *out, const struct fv_approve *approve)
{
	fv_buf_put_z(out, APPROVE "\n");
	fv_buf_put_hex(out, approve->dev, sizeof approve->dev);
	fv_buf_put_u8(out, '\n');
	fv_buf_put_base64(out, approve->leaf.b, sizeof approve->leaf.b);
	fv_buf_put_u8(out, '\n');
}

static enum fv_err
read_approve(struct reading *r, struct fv_approve *out)
{
	enum fv_err rc;

	if ((rc = next_line(r)) != FV_OK)
		return rc;
	if (!fv_span_equal(r->line, fv_span_z(APPROVE)))
		return fault(r, "want \"" APPROVE "\"", FV_EFORMAT);
	if ((rc = read_dev(r, out->dev)) != FV_OK || (rc = next_line(r)) != FV_OK)
		return rc;
	rc = fv_base64_fixed(r->line, out->leaf.b, sizeof out->leaf.b);
	if (rc != FV_OK)
		return fault(r, "the leaf's hash is not base64 of 32 bytes", rc);
	return want_end(r);
}

enum fv_err
fv_approve_parse(struct fv_span text, struct fv_approve *out, struct fv_fault *fault_out)
{
	struct reading r = start(text, fault_out);
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = read_approve(&r, out)) != FV_OK)
		memset(out, 0, sizeof *out);
	return rc;
}

void
fv_rewrap_put(struct fv_buf *out, const struct fv_rewrap *rewrap)
{
	char when[FV_INSTANT_TEXT_BYTES];

	fv_buf_put_z(out, REWRAP "\n");
	fv_buf_put_hex(out, rewrap->dev, sizeof rewrap->dev);
	fv_buf_putf(out, "\n%llu\n", (unsigned long long)rewrap->seq);
	fv_buf_put_base64(out, rewrap->capsules.b, sizeof rewrap->capsules.b);
	for (size_t i = 0; i < rewrap->recipient_count; i++) {
		fv_buf_put_u8(out, i == 0 ? '\n' : ' ');
		fv_buf_put_hex(out, rewrap->key_ids[i], FV_KEY_ID_BYTES);
	}
	fv_buf_putf(out, "\n%s\n", fv_instant_format(rewrap->at_ms, 0, true, when));
}

static enum fv_err
read_readers(struct reading *r, struct fv_rewrap *out)
{
	struct fv_span word;
	enum fv_err rc;

	if ((rc = next_line(r)) != FV_OK)
		return rc;
	while (r->line.len > 0) {
		if (out->recipient_count == FV_NOTE_RECIPIENTS_MAX)
			return fault(r, "a note has at most 8 readers at a time", FV_ETOOBIG);
		if (!fv_lines_word(&r->line, &word) ||
		    fv_hex_decode(word, out->key_ids[out->recipient_count], FV_KEY_ID_BYTES) !=
			FV_OK)
			return fault(
			    r, "readers are key ids of 8 lower-case hex digits", FV_EFORMAT);
		out->recipient_count++;
	}
	return out->recipient_count > 0 ? FV_OK : fault(r, "there is no reader", FV_EFORMAT);
}

static enum fv_err
read_rewrap(struct reading *r, struct fv_rewrap *out)
{
	enum fv_err rc;

	if ((rc = next_line(r)) != FV_OK)
		return rc;
	if (!fv_span_equal(r->line, fv_span_z(REWRAP)))
		return fault(r, "want \"" REWRAP "\"", FV_EFORMAT);
	if ((rc = read_dev(r, out->dev)) != FV_OK ||
	    (rc = read_number(r, &out->seq, "the record's number is not one")) != FV_OK ||
	    (rc = next_line(r)) != FV_OK)
		return rc;
	if ((rc = fv_base64_fixed(r->line, out->capsules.b, FV_HASH_BYTES)) != FV_OK)
		return fault(r, "the capsules' hash is not base64 of 32 bytes", rc);
	if ((rc = read_readers(r, out)) != FV_OK || (rc = read_time(r, &out->at_ms)) != FV_OK)
		return rc;
	return want_end(r);
}

enum fv_err
fv_rewrap_parse(struct fv_span text, struct fv_rewrap *out, struct fv_fault *fault_out)
{
	struct reading r = start(text, fault_out);
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = read_rewrap(&r, out)) != FV_OK)
		memset(out, 0, sizeof *out);
	return rc;
}

void
fv_order_put(struct fv_buf *out, const struct fv_order *order)
{
	char when[FV_INSTANT_TEXT_BYTES];

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i].kind == order->kind)
			fv_buf_putf(out, "%s\n", kinds[i].origin);
	}
	fv_buf_put_hex(out, order->dev, sizeof order->dev);
	if (order->kind == FV_ORDER_REVOKE)
		fv_buf_putf(
		    out, "\n%s\n%llu", order->reason, (unsigned long long)order->trusted_size);
	if (order->kind == FV_ORDER_ERASE)
		fv_buf_putf(out, "\n%llu\n%s\n%s", (unsigned long long)order->seq, order->what,
		    order->basis);
	fv_buf_putf(out, "\n%s\n", fv_instant_format(order->at_ms, 0, true, when));
}

static enum fv_err
read_order(struct reading *r, struct fv_order *out)
{
	enum fv_err rc;

	if ((rc = next_line(r)) != FV_OK)
		return rc;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (fv_span_equal(r->line, fv_span_z(kinds[i].origin)))
			out->kind = kinds[i].kind;
	}
	if (out->kind == 0)
		return fault(r, "not a revoke, wipe or erase order", FV_EFORMAT);
	if ((rc = read_dev(r, out->dev)) != FV_OK)
		return rc;
	if (out->kind == FV_ORDER_REVOKE &&
	    ((rc = read_word(r, out->reason, "the reason is not one word")) != FV_OK ||
		(rc = read_number(
		     r, &out->trusted_size, "the trusted size is not a number")) != FV_OK))
		return rc;
	if (out->kind == FV_ORDER_ERASE &&
	    ((rc = read_number(r, &out->seq, "the record's number is not a number")) !=
		    FV_OK ||
		(rc = read_word(r, out->what, "what to erase is not one word")) != FV_OK ||
		(rc = read_word(r, out->basis, "the legal basis is not one word")) != FV_OK))
		return rc;
	if ((rc = read_time(r, &out->at_ms)) != FV_OK)
		return rc;
	return want_end(r);
}

enum fv_err
fv_order_parse(struct fv_span text, struct fv_order *out, struct fv_fault *fault_out)
{
	struct reading r = start(text, fault_out);
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = read_order(&r, out)) != FV_OK)
		memset(out, 0, sizeof *out);
	return rc;
}

enum fv_err
fv_order_verify(struct fv_span note, const struct fv_roster *roster, size_t needed,
    struct fv_span *text_out)
{
	struct fv_signednote parsed;
	enum fv_err rc;

	if (text_out != NULL)
		*text_out = (struct fv_span){NULL, 0};
	if ((rc = fv_signednote_parse(note, &parsed)) != FV_OK)
		return rc;
	if (needed == 0 || fv_roster_count_signers(roster, &parsed) < needed)
		return FV_EAUTH;
	if (text_out != NULL)
		*text_out = parsed.text;
	return FV_OK;
}
