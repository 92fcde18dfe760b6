#include "sync-server/standing_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync-server/store/facts.h"
#include "sync-server/store/records.h"

/* -- small things that all parts need ------------------------------------------- */

enum fv_err
standing_grow(void *array_ptr, size_t *cap, size_t count, size_t size)
{
	size_t want = *cap > 0 ? *cap * 2 : 16;
	void *array, *p;

	if (count < *cap)
		return FV_OK;
	memcpy(&array, array_ptr, sizeof array);
	if ((p = reallocarray(array, want, size)) == NULL)
		return FV_ENOMEM;
	memcpy(array_ptr, &p, sizeof p);
	*cap = want;
	return FV_OK;
}

/* Where the id stands among the slots, or the free slot where it would. */
static uint32_t *
slot_of(const struct names *n, struct fv_span id)
{
	uint32_t at = 2166136261U;

	for (size_t i = 0; i < id.len; i++)
		at = (at ^ id.ptr[i]) * 16777619U;
	for (at &= n->slot_count - 1; n->slots[at] != NONE;
	     at = (at + 1) & (n->slot_count - 1))
		if (fv_span_equal(id, fv_span_z(n->items[n->slots[at]])))
			break;
	return &n->slots[at];
}

static enum fv_err
grow_names(struct names *n)
{
	uint32_t count = n->slot_count > 0 ? n->slot_count * 2 : 64;
	void *items = reallocarray(n->items, count / 2, sizeof *n->items);
	uint32_t *slots;

	if (items == NULL)
		return FV_ENOMEM;
	n->items = items;
	if ((slots = reallocarray(n->slots, count, sizeof *slots)) == NULL)
		return FV_ENOMEM;
	n->slots = slots;
	n->slot_count = count;
	n->cap = count / 2;
	memset(slots, 0xff, count * sizeof *slots);
	for (uint32_t i = 0; i < n->count; i++)
		*slot_of(n, fv_span_z(n->items[i])) = i;
	return FV_OK;
}

enum fv_err
names_add(struct names *names, struct fv_span id, uint32_t *out)
{
	uint32_t *slot;
	enum fv_err rc;

	*out = NONE;
	if (!fv_id_valid(id, FV_ID_BYTES - 1))
		return FV_EFORMAT;
	if (names->count == names->cap && (rc = grow_names(names)) != FV_OK)
		return rc;
	slot = slot_of(names, id);
	if (*slot == NONE) {
		if ((rc = fv_id_copy(id, names->items[names->count], FV_ID_BYTES)) != FV_OK)
			return rc;
		*slot = names->count++;
	}
	*out = *slot;
	return FV_OK;
}

void
names_clear(struct names *names)
{
	free(names->items);
	free(names->slots);
}

/* -- writing -------------------------------------------------------------------- */

void
standing_worse(struct fv_finding *worst, const struct fv_finding *finding)
{
	if (worst->rule == NULL || finding->verdict > worst->verdict)
		*worst = *finding;
}

static bool
is_of(const struct standing *s, const struct visit *v, const struct standing_about *about)
{
	switch (about->kind) {
	case FV_SUBJECT_CASE:
		return v->site == about->idx;
	case FV_SUBJECT_DEVICE:
		return v->device == about->idx;
	case FV_SUBJECT_AGENCY:
		return s->sites[v->site].agency == about->idx;
	case FV_SUBJECT_OFFICER:
		break;
	}
	for (uint32_t i = 0; i < v->role_count; i++)
		if (s->roles[v->role_from + i] == about->idx)
			return true;
	return false;
}

/* [[dev, records], ...] of the trails that the finding rests on. */
static enum fv_err
put_as_of(struct standing *s, const struct standing_about *about, struct fv_buf *out)
{
	struct fv_store_trail *trail = malloc(sizeof *trail);
	bool *is_in = calloc(s->device_count + 1, sizeof *is_in);
	size_t count = 0;
	enum fv_err rc = trail == NULL || is_in == NULL ? FV_ENOMEM : FV_OK;

	if (rc == FV_OK && about->kind == FV_SUBJECT_DEVICE)
		is_in[about->idx] = true;
	for (size_t i = 0; i < s->visit_count && rc == FV_OK; i++)
		if (is_of(s, &s->visits[i], about))
			is_in[s->visits[i].device] = true;
	for (size_t i = 0; i < s->device_count && rc == FV_OK; i++)
		count += is_in[i] ? 1U : 0U;
	fv_cbor_put_array(out, count);
	for (size_t i = 0; i < s->device_count && rc == FV_OK; i++) {
		if (!is_in[i])
			continue;
		rc = fv_store_trail_load(s->store, s->devices[i].row.no, trail);
		fv_cbor_put_array(out, 2);
		fv_cbor_put_bytes(out, s->devices[i].row.dev, FV_DEV_BYTES);
		fv_cbor_put_uint(out, trail->trail.range.size);
	}
	free(is_in);
	free(trail);
	return rc == FV_OK ? fv_buf_status(out) : rc;
}

/* The revision before, as far as it matters. */
struct last {
	uint8_t id[FV_FINDING_ID_BYTES];
	bool is_there;
	enum fv_verdict verdict;
	struct fv_hash pack_sha256;
};

static enum fv_err
write_row(struct standing *s, const struct fv_store_finding *row, const struct last *was)
{
	s->tally->written++;
	return s->opts->write(row, was->is_there ? was->verdict : 0,
	    was->is_there ? &was->pack_sha256 : NULL, s->opts->ctx);
}

static enum fv_err
append(struct standing *s, const struct fv_finding *f, const struct standing_about *about,
    const struct fv_hash *hash, const struct last *was)
{
	struct fv_buf as_of = {0}, inputs = {0};
	char engine[16];
	struct fv_store_finding row = {.subject = fv_span_z(about->subject),
	    .case_id = fv_span_z(about->case_id == NULL ? "" : about->case_id),
	    .pack = fv_span_z(f->pack->id),
	    .rule = fv_span_z(f->rule->id),
	    .verdict = (uint32_t)f->verdict,
	    .is_provisional = about->is_provisional,
	    .contact_ms = about->at_ms,
	    .pack_sha256 = f->pack->sha256,
	    .engine = fv_span_z(engine),
	    .tzdata = fv_span_z(judge_tzdata(s->judge)),
	    .inputs_hash = *hash,
	    .judged_ms = s->now_ms};
	enum fv_err rc = put_as_of(s, about, &as_of);

	(void)snprintf(engine, sizeof engine, "%u", FV_AUDIT_ENGINE_VERSION);
	memcpy(row.id, was->id, sizeof row.id);
	row.engine = fv_span_z(engine);
	fv_audit_put_inputs(&inputs, f);
	row.as_of = fv_buf_span(&as_of);
	row.inputs = fv_buf_span(&inputs);
	if (rc == FV_OK)
		rc = fv_buf_status(&inputs);
	if (rc == FV_OK)
		rc = write_row(s, &row, was);
	fv_buf_clear(&as_of);
	fv_buf_clear(&inputs);
	return rc;
}

/* That something was erased too early stays said, also when its time is over. */
static bool
stays_said(const struct fv_store_finding *last, enum fv_verdict verdict)
{
	static const char says[] = "\"" FV_STANDING_SAYS "\":\"erased_";

	return verdict != FV_VERDICT_FAIL && last->inputs.len > 0 &&
	    (last->verdict == FV_VERDICT_FAIL || last->verdict == FV_VERDICT_REVIEW) &&
	    memmem(last->inputs.ptr, last->inputs.len, says, sizeof says - 1) != NULL;
}

enum fv_err
standing_emit(struct standing *s, struct fv_finding *f, const struct standing_about *about)
{
	struct fv_store_finding last;
	struct last was = {.is_there = false};
	struct fv_hash hash;
	enum fv_err rc;

	f->subject_id = about->subject;
	fv_finding_id(about->subject, f->pack->id, f->rule->id, was.id);
	/* Of a rule that asks twice about one stop or visit the first answer stands. */
	for (size_t i = 0; f->is_hint && f->rule->clause_count > 1 && i < s->seen_count; i++)
		if (memcmp(s->seen[i], was.id, sizeof was.id) == 0)
			return FV_OK;
	rc = standing_grow(&s->seen, &s->seen_cap, s->seen_count, sizeof *s->seen);
	if (rc != FV_OK || (rc = fv_audit_inputs_hash(f, &hash)) != FV_OK)
		return rc;
	memcpy(s->seen[s->seen_count++], was.id, sizeof was.id);
	s->tally->fails += f->verdict == FV_VERDICT_FAIL ? 1U : 0U;
	if (f->verdict == FV_VERDICT_REVIEW)
		*(f->is_hint ? &s->tally->hints : &s->tally->reviews) += 1;
	if (s->opts->show != NULL)
		return f->verdict == FV_VERDICT_FAIL || f->verdict == FV_VERDICT_REVIEW
		    ? s->opts->show(f, about, s->opts->ctx)
		    : FV_OK;
	rc = fv_store_finding_last(s->store, was.id, &last);
	was.is_there = rc == FV_OK;
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	if (!was.is_there && f->verdict == FV_VERDICT_NA)
		return FV_OK;
	if (was.is_there &&
	    ((last.verdict == (uint32_t)f->verdict &&
		 last.is_provisional == about->is_provisional &&
		 memcmp(last.inputs_hash.b, hash.b, FV_HASH_BYTES) == 0) ||
		stays_said(&last, f->verdict)))
		return FV_OK;
	was.verdict = (enum fv_verdict)last.verdict;
	was.pack_sha256 = last.pack_sha256;
	return append(s, f, about, &hash, &was);
}

/* -- what no longer holds ------------------------------------------------------- */

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, FV_FINDING_ID_BYTES);
}

/* The track in which a stop was seen is erased: what was said of it stays. */
static enum fv_err
has_lost_track(struct standing *s, struct fv_span subject, bool *yes_out)
{
	const uint8_t *at = subject.len == 0 ? NULL : memchr(subject.ptr, '@', subject.len);
	char text[FV_FOLD_ID_BYTES + 2], id[FV_FOLD_ID_BYTES];
	struct fv_store_record record;
	unsigned long long seq;
	enum fv_err rc;

	*yes_out = false;
	if (at == NULL || subject.len - (size_t)(at - subject.ptr) >= sizeof text)
		return FV_OK;
	(void)snprintf(text, sizeof text, "%.*s",
	    (int)(subject.len - (size_t)(at + 1 - subject.ptr)), (const char *)at + 1);
	if (strlen(text) < 20 || sscanf(text + 19, "%llu", &seq) != 1)
		return FV_OK;
	for (size_t i = 0; i < s->device_count; i++) {
		if (strcmp(fv_fold_id('t', s->devices[i].row.dev, seq, id), text) != 0)
			continue;
		rc = fv_store_record_get(s->store, s->devices[i].row.no, seq, &record);
		if (rc != FV_OK && rc != FV_ENOENT)
			return rc;
		*yes_out = rc == FV_OK && !record.has_payload;
	}
	return FV_OK;
}

/* A finding that is n/a from now on. */
struct gone {
	struct last was;
	char subject[8 + FV_CASE_ID_BYTES + FV_FOLD_ID_BYTES + 128];
	char case_id[FV_CASE_ID_BYTES];
	char pack[64], rule[64];
	int64_t at_ms;
};
struct leaving {
	struct standing *s;
	struct gone *items; /* owned */
	size_t count, cap;
};

static bool
copy_z(struct fv_span text, char *out, size_t cap)
{
	if (text.len >= cap)
		return false;
	if (text.len > 0)
		memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return true;
}

static bool
is_asked(const struct standing *s, struct fv_span pack)
{
	for (size_t i = 0; i < judge_pack_count(s->judge) && !s->opts->is_whole; i++)
		if (fv_span_equal(pack, fv_span_z(judge_pack(s->judge, i)->id)))
			return true;
	return s->opts->is_whole;
}

static enum fv_err
take_standing(const struct fv_store_finding *f, void *ctx)
{
	struct leaving *l = ctx;
	struct standing *s = l->s;
	struct gone gone = {.was = {.is_there = true,
				.verdict = (enum fv_verdict)f->verdict,
				.pack_sha256 = f->pack_sha256},
	    .at_ms = f->contact_ms};
	bool is_lost;
	enum fv_err rc;

	if (f->verdict == FV_VERDICT_NA || stays_said(f, FV_VERDICT_NA) ||
	    !is_asked(s, f->pack) || (f->contact_ms != 0 && f->contact_ms < s->horizon_ms))
		return FV_OK;
	if (s->seen_count > 0 &&
	    bsearch(f->id, s->seen, s->seen_count, sizeof *s->seen, by_id) != NULL)
		return FV_OK;
	if ((rc = has_lost_track(s, f->subject, &is_lost)) != FV_OK || is_lost)
		return rc;
	memcpy(gone.was.id, f->id, sizeof gone.was.id);
	if (!copy_z(f->subject, gone.subject, sizeof gone.subject) ||
	    !copy_z(f->case_id, gone.case_id, sizeof gone.case_id) ||
	    !copy_z(f->pack, gone.pack, sizeof gone.pack) ||
	    !copy_z(f->rule, gone.rule, sizeof gone.rule))
		return FV_OK;
	if ((rc = standing_grow(&l->items, &l->cap, l->count, sizeof *l->items)) == FV_OK)
		l->items[l->count++] = gone;
	return rc;
}

static enum fv_err
withdraw(struct standing *s, const struct gone *gone)
{
	static const struct fv_clause clause = {.kind = FV_RULE_RATE};
	const struct fv_rule rule = {.id = gone->rule,
	    .strength = FV_STRENGTH_HOUSE,
	    .clauses = &clause,
	    .clause_count = 1};
	const struct fv_rulepack pack = {.id = gone->pack, .sha256 = gone->was.pack_sha256};
	struct fv_finding f;
	struct fv_buf inputs = {0}, as_of = {0};
	struct fv_store_finding row = {.subject = fv_span_z(gone->subject),
	    .case_id = fv_span_z(gone->case_id),
	    .pack = fv_span_z(gone->pack),
	    .rule = fv_span_z(gone->rule),
	    .verdict = FV_VERDICT_NA,
	    .contact_ms = gone->at_ms,
	    .pack_sha256 = gone->was.pack_sha256,
	    .tzdata = fv_span_z(judge_tzdata(s->judge)),
	    .judged_ms = s->now_ms};
	char engine[16];
	enum fv_err rc;

	(void)snprintf(engine, sizeof engine, "%u", FV_AUDIT_ENGINE_VERSION);
	row.engine = fv_span_z(engine);
	memcpy(row.id, gone->was.id, sizeof row.id);
	fv_standing_withdraw(&pack, &rule, &f);
	fv_audit_put_inputs(&inputs, &f);
	fv_cbor_put_array(&as_of, 0);
	row.inputs = fv_buf_span(&inputs);
	row.as_of = fv_buf_span(&as_of);
	if ((rc = fv_buf_status(&inputs)) == FV_OK && (rc = fv_buf_status(&as_of)) == FV_OK &&
	    (rc = fv_audit_inputs_hash(&f, &row.inputs_hash)) == FV_OK)
		rc = write_row(s, &row, &gone->was);
	fv_buf_clear(&inputs);
	fv_buf_clear(&as_of);
	return rc;
}

static enum fv_err
withdraw_rest(struct standing *s)
{
	struct leaving leaving = {.s = s};
	enum fv_err rc;

	if (s->seen_count > 1)
		qsort(s->seen, s->seen_count, sizeof *s->seen, by_id);
	rc = fv_store_standing_each(s->store, NULL, take_standing, &leaving);
	for (size_t i = 0; i < leaving.count && rc == FV_OK; i++)
		rc = withdraw(s, &leaving.items[i]);
	free(leaving.items);
	return rc;
}

/* -- the run -------------------------------------------------------------------- */

static void
note_kind(struct standing *s, const struct fv_clause *clause)
{
	s->kinds |= 1U << (clause->kind - FV_RULE_RETENTION);
	if (clause->kind == FV_RULE_RATE && clause->u.rate.of != FV_SHARE_MANUAL)
		s->counts_verdicts = true;
}

static enum fv_err
find_duties(struct standing *s)
{
	size_t cap = 0;

	for (size_t i = 0; i < judge_pack_count(s->judge); i++) {
		const struct fv_rulepack *pack = judge_pack(s->judge, i);

		for (size_t r = 0; r < pack->rule_count; r++) {
			const struct fv_rule *rule = &pack->rules[r];
			enum fv_err rc;

			if (!rule->is_enabled || !fv_rule_stands(rule))
				continue;
			rc = standing_grow(&s->duties, &cap, s->duty_count, sizeof *s->duties);
			if (rc != FV_OK)
				return rc;
			s->duties[s->duty_count++] = (struct duty){(uint32_t)i, pack, rule};
			for (size_t c = 0; c < rule->clause_count; c++)
				note_kind(s, &rule->clauses[c]);
		}
	}
	return FV_OK;
}

static void
clear(struct standing *s)
{
	for (size_t i = 0; i < s->device_count; i++)
		free(s->devices[i].spans);
	free(s->duties);
	free(s->people);
	free(s->devices);
	free(s->sites);
	free(s->visits);
	free(s->roles);
	names_clear(&s->officers);
	names_clear(&s->agencies);
	free(s->seen);
	zones_clear(&s->zones);
}

enum fv_err
standing_run(const struct standing_opts *opts, struct standing_tally *out)
{
	struct standing s = {.opts = opts,
	    .judge = opts->judge,
	    .store = opts->store,
	    .now_ms = opts->now_ms,
	    .horizon_ms = opts->now_ms - STANDING_DAYS * FV_MS_PER_DAY,
	    .tracks_from_ms = opts->tracks_from_ms,
	    .tally = out};
	bool has_tracks;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if (s.tracks_from_ms < s.horizon_ms)
		s.tracks_from_ms = s.horizon_ms;
	zones_init(&s.zones, NULL);
	rc = find_duties(&s);
	has_tracks = standing_has(&s, FV_RULE_UNLOGGED_STOP) ||
	    standing_has(&s, FV_RULE_NO_TRACK) || standing_has(&s, FV_RULE_ALWAYS_GREEN);
	if (rc == FV_OK && s.duty_count > 0 && (rc = standing_load_devices(&s)) == FV_OK &&
	    (rc = standing_load_cases(&s)) == FV_OK &&
	    (rc = standing_load_people(&s)) == FV_OK &&
	    (rc = standing_duplicates(&s)) == FV_OK &&
	    (!has_tracks || (rc = standing_tracks(&s)) == FV_OK))
		rc = standing_counts(&s);
	if (rc == FV_OK)
		rc = standing_codes(&s);
	if (rc == FV_OK && opts->show == NULL)
		rc = withdraw_rest(&s);
	clear(&s);
	return rc;
}
