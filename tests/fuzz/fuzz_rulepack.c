/* Packs: taken whole with sound rules, or refused with a place and a reason. */
#include <stdlib.h>
#include <string.h>

#include "fv/audit.h"
#include "fv/rulepack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

static void
check_rule(const struct fv_rule *r)
{
	must(r->id[0] != '\0' && r->citation[0] != '\0' && r->text_en[0] != '\0');
	must(r->window_days <= FV_RULEPACK_WINDOW_DAYS_MAX && r->clause_count > 0);
	must(!r->has_from || !r->has_until || r->from_days <= r->until_days);
	for (size_t i = 0; i < r->clause_count; i++) {
		const struct fv_clause *c = &r->clauses[i];
		const struct fv_frequency_rule *f = &c->u.frequency;
		must(fv_code_word(FV_CODES_KIND, c->kind) != NULL);
		must(fv_code_word(FV_CODES_PHASE, c->phase) != NULL && c->channels != 0);
		if (c->kind == FV_RULE_TIME_WINDOW)
			must(c->u.time.allowed_count > 0 && c->u.time.edge_from != 0);
		if (c->kind == FV_RULE_FREQUENCY)
			must((f->unit == FV_UNIT_DAY) == (f->days > 0));
	}
}

/* Before a NUL an overlay, after it its base: what comes out is as sound as any pack. */
static void
lay_over(struct fv_span json, struct fv_span base)
{
	struct fv_rulepack_error error;
	struct fv_rulepack_head head;
	struct fv_rulepack *pack;
	struct fv_buf merged = {0};

	if (fv_rulepack_peek(json, &head) != FV_OK)
		must(head.extends[0] == '\0');
	if (fv_rulepack_parse_over(json, base, &pack, &error) != FV_OK) {
		must(pack == NULL && error.text[0] != '\0');
		return;
	}
	must(pack->extends != NULL || head.extends[0] == '\0');
	for (size_t i = 0; i < pack->rule_count; i++)
		check_rule(&pack->rules[i]);
	must(fv_rulepack_put_merged(json, base, &merged) == FV_OK);
	fv_buf_clear(&merged);
	fv_rulepack_free(pack);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fv_rulepack_error error;
	struct fv_rulepack *pack;
	const uint8_t *nul = size > 0 ? memchr(data, 0, size) : NULL;
	size_t lines = 1;

	if (nul != NULL)
		lay_over(fv_span_of(data, (size_t)(nul - data)),
		    fv_span_of(nul + 1, size - (size_t)(nul - data) - 1));

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (fv_rulepack_parse(fv_span_of(data, size), &pack, &error) != FV_OK) {
		must(pack == NULL && error.text[0] != '\0' && error.line <= lines + 1);
		return 0;
	}
	for (size_t i = 0; i < pack->rule_count; i++) {
		check_rule(&pack->rules[i]);
		must(fv_rulepack_rule(pack, pack->rules[i].id) == &pack->rules[i]);
	}
	const struct fv_rulepack *const packs[] = {pack};
	struct fv_audit_opts opts = {.packs = packs, .pack_count = 1};
	struct fv_audit *audit;
	must(fv_audit_new(&opts, &audit) == FV_OK);
	fv_audit_free(audit);
	fv_rulepack_free(pack);
	return 0;
}
