/* Findings as canonical JSON, and what is hashed of them. */
#include <string.h>

#include "lib/audit_rules.h"

void
fv_audit_put_json_text(struct fv_buf *out, const char *z)
{
	fv_buf_put_u8(out, '"');
	for (; *z != '\0'; z++) {
		uint8_t c = (uint8_t)*z;
		if (c == '"' || c == '\\')
			fv_buf_putf(out, "\\%c", c);
		else if (c < 0x20)
			fv_buf_putf(out, "\\u%04x", c);
		else
			fv_buf_put_u8(out, c);
	}
	fv_buf_put_u8(out, '"');
}

/* A set has no order of its own: it is written ascending. */
static void
put_set(struct fv_buf *out, const struct fv_strs *set)
{
	const char *last = NULL;

	fv_buf_put_u8(out, '[');
	for (size_t n = 0; n < set->count; n++) {
		const char *best = NULL;
		for (size_t i = 0; i < set->count; i++) {
			const char *z = set->items[i];
			if ((last == NULL || strcmp(z, last) > 0) &&
			    (best == NULL || strcmp(z, best) < 0))
				best = z;
		}
		if (best == NULL)
			break;
		if (last != NULL)
			fv_buf_put_u8(out, ',');
		fv_audit_put_json_text(out, best);
		last = best;
	}
	fv_buf_put_u8(out, ']');
}

static void
put_value(struct fv_buf *out, const struct fv_input *input)
{
	char text[FV_INSTANT_TEXT_BYTES];
	struct fv_civil c;

	switch (input->type) {
	case FV_INPUT_INT:
		fv_buf_putf(out, "%lld", (long long)input->u.i);
		break;
	case FV_INPUT_BOOL:
		fv_buf_put_z(out, input->u.i != 0 ? "true" : "false");
		break;
	case FV_INPUT_TEXT:
		fv_audit_put_json_text(out, input->u.text);
		break;
	case FV_INPUT_INSTANT:
		fv_buf_putf(out, "\"%s\"",
		    fv_instant_format(input->u.i, input->offset_s, false, text));
		break;
	case FV_INPUT_DATE:
		fv_civil_from_days(input->u.i, &c);
		fv_buf_putf(out, "\"%04d-%02d-%02d\"", (int)c.year, (int)c.month, (int)c.day);
		break;
	case FV_INPUT_MINUTE:
		fv_buf_putf(
		    out, "\"%02d:%02d\"", (int)(input->u.i / 60), (int)(input->u.i % 60));
		break;
	case FV_INPUT_SET:
		put_set(out, input->u.set);
		break;
	}
}

void
fv_audit_put_inputs(struct fv_buf *out, const struct fv_finding *finding)
{
	uint8_t order[FV_AUDIT_INPUTS_MAX];
	size_t n = finding->input_count;

	for (size_t i = 0; i < n; i++) {
		size_t k = i;
		for (; k > 0 &&
		     strcmp(finding->inputs[order[k - 1]].key, finding->inputs[i].key) > 0;
		     k--)
			order[k] = order[k - 1];
		order[k] = (uint8_t)i;
	}
	fv_buf_put_u8(out, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			fv_buf_put_u8(out, ',');
		fv_audit_put_json_text(out, finding->inputs[order[i]].key);
		fv_buf_put_u8(out, ':');
		put_value(out, &finding->inputs[order[i]]);
	}
	fv_buf_put_u8(out, '}');
}

static void
put_why(struct fv_buf *out, const struct fv_finding *f, bool chinese)
{
	struct fv_buf text = {0};

	fv_audit_put_why(&text, f, chinese);
	const char *z = fv_buf_z(&text);
	if (z == NULL)
		out->failed = true;
	else
		fv_audit_put_json_text(out, z);
	fv_buf_clear(&text);
}

static void
put_citation(struct fv_buf *out, const struct fv_finding *f)
{
	struct fv_buf text = {0};

	fv_audit_put_citation(&text, f->rule, false);
	const char *z = fv_buf_z(&text);
	if (z == NULL)
		out->failed = true;
	else
		fv_audit_put_json_text(out, z);
	fv_buf_clear(&text);
}

static void
put_remedy(struct fv_buf *out, const struct fv_finding *f)
{
	char text[FV_INSTANT_TEXT_BYTES];

	if (f->verdict == FV_VERDICT_PASS || f->verdict == FV_VERDICT_NA)
		return;
	switch (f->remedy) {
	case FV_REMEDY_NEXT:
		fv_buf_putf(out, ",\"next\":\"%s\"",
		    fv_instant_format(f->next_utc_ms, f->next_offset_s, false, text));
		break;
	case FV_REMEDY_LIFTED_BY:
		fv_buf_put_z(out, ",\"lifted_by\":");
		fv_audit_put_json_text(out, f->who_or_what);
		break;
	case FV_REMEDY_MISSING:
		fv_buf_put_z(out, ",\"missing\":");
		fv_audit_put_json_text(out, f->who_or_what);
		break;
	case FV_REMEDY_NONE:
		break;
	}
}

void
fv_audit_put_json(struct fv_buf *out, const struct fv_finding *finding)
{
	const struct fv_finding *f = finding;
	const char *subject = f->subject_id != NULL ? f->subject_id : f->contact->id;
	/* Only what is no contact has a word and a colon before its id. */
	bool is_contact = f->subject_id == NULL || strchr(subject, ':') == NULL;

	fv_buf_put_z(out, !is_contact ? "{\"subject\":" : "{\"contact\":");
	fv_audit_put_json_text(out, subject);
	fv_buf_put_z(out, ",\"pack\":");
	fv_audit_put_json_text(out, f->pack->id);
	fv_buf_put_z(out, ",\"rule\":");
	fv_audit_put_json_text(out, f->rule->id);
	fv_buf_putf(out,
	    ",\"verdict\":\"%s\",\"severity\":%u,\"citation\":", fv_verdict_word(f->verdict),
	    f->severity);
	put_citation(out, f);
	fv_buf_put_z(out, ",\"why\":{\"en\":");
	put_why(out, f, false);
	fv_buf_put_z(out, ",\"zh\":");
	put_why(out, f, true);
	fv_buf_put_z(out, "},\"inputs\":");
	fv_audit_put_inputs(out, f);
	put_remedy(out, f);
	if (f->is_hint)
		fv_buf_put_z(out, ",\"hint\":true");
	if (f->audience != NULL)
		fv_buf_putf(out, ",\"audience\":\"%s\"", f->audience);
	fv_buf_put_u8(out, '}');
}

enum fv_err
fv_audit_inputs_hash(const struct fv_finding *finding, struct fv_hash *hash_out)
{
	struct fv_buf text = {0};

	fv_audit_put_inputs(&text, finding);
	enum fv_err rc = fv_buf_status(&text);
	if (rc == FV_OK)
		fv_sha256(fv_buf_span(&text), hash_out);
	fv_buf_clear(&text);
	return rc;
}

void
fv_finding_id(const char *subject, const char *pack, const char *rule,
    uint8_t id_out[FV_FINDING_ID_BYTES])
{
	static const uint8_t nul = 0;
	const struct fv_span sep = {&nul, 1};
	const struct fv_span parts[] = {fv_span_z("fieldvisit/finding/v1"), sep,
	    fv_span_z(subject), sep, fv_span_z(pack), sep, fv_span_z(rule)};
	struct fv_hash hash;

	fv_sha256_parts(parts, sizeof parts / sizeof parts[0], &hash);
	memcpy(id_out, hash.b, FV_FINDING_ID_BYTES);
}
