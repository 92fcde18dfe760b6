#include "fv/order.h"

#include <stdio.h>
#include <string.h>

#include "fv/instant.h"

#define ORIGIN "fieldvisit/v1/packs/"

void
fv_packs_put(struct fv_buf *out, const struct fv_packs *packs)
{
	struct fv_civil c;

	fv_buf_putf(out, ORIGIN "%s\n", packs->agency);
	for (size_t i = 0; i < packs->count; i++) {
		const struct fv_pack_line *p = &packs->packs[i];
		fv_civil_from_days(p->adopted_day, &c);
		fv_buf_putf(out, "%s %u ", p->id, p->revision);
		fv_buf_put_hex(out, p->sha256.b, sizeof p->sha256.b);
		fv_buf_putf(out, " %04d-%02d-%02d%s%s\n", (int)c.year, (int)c.month,
		    (int)c.day, p->over[0] != '\0' ? " " : "", p->over);
	}
}

static int
order_of(const struct fv_pack_line *a, const struct fv_pack_line *b)
{
	const int by_id = strcmp(a->id, b->id);

	if (by_id != 0)
		return by_id;
	return (a->revision > b->revision) - (a->revision < b->revision);
}

static const char *
read_pack(struct fv_span line, struct fv_pack_line *out, enum fv_err *rc_out)
{
	struct fv_span id, revision, hash, date, over;
	uint64_t v = 0;

	memset(out, 0, sizeof *out);
	*rc_out = FV_EFORMAT;
	if (!fv_lines_word(&line, &id) || !fv_lines_word(&line, &revision) ||
	    !fv_lines_word(&line, &hash) || !fv_lines_word(&line, &date))
		return "want \"ID REVISION SHA256 YYYY-MM-DD\", then the id that it is over";
	if (line.len > 0 &&
	    (!fv_lines_word(&line, &over) || line.len != 0 ||
		fv_id_copy(over, out->over, sizeof out->over) != FV_OK))
		return "what it is laid over is not an id";
	if (fv_id_copy(id, out->id, sizeof out->id) != FV_OK)
		return "the pack's id is not an id";
	if (strcmp(out->id, out->over) == 0)
		return "a pack is not laid over itself";
	if ((*rc_out = fv_decimal_decode(revision, UINT32_MAX, &v)) != FV_OK)
		return "the revision is not a number";
	*rc_out = FV_ERANGE;
	if (v == 0)
		return "revisions count from 1";
	out->revision = (uint32_t)v;
	*rc_out = FV_EFORMAT;
	if (fv_hex_decode(hash, out->sha256.b, sizeof out->sha256.b) != FV_OK)
		return "the SHA-256 is not 64 lower-case hex digits";
	if ((*rc_out = fv_date_parse(date, &out->adopted_day)) != FV_OK)
		return "the date is not YYYY-MM-DD";
	return NULL;
}

static enum fv_err
read_packs(struct fv_lines *lines, struct fv_packs *out, struct fv_fault *fault_out)
{
	const struct fv_span origin = fv_span_z(ORIGIN);
	struct fv_span line;
	const char *rule;
	enum fv_err rc;

	if (fv_lines_next(lines, &line) != FV_OK || line.len < origin.len ||
	    memcmp(line.ptr, origin.ptr, origin.len) != 0 ||
	    fv_id_copy(fv_span_of(line.ptr + origin.len, line.len - origin.len), out->agency,
		sizeof out->agency) != FV_OK)
		return fv_fault_set(fault_out, 1, "want \"" ORIGIN "AGENCY\"", FV_EFORMAT);
	while ((rc = fv_lines_next(lines, &line)) == FV_OK) {
		struct fv_pack_line *p = &out->packs[out->count];
		if (out->count == FV_PACKS_MAX)
			return fv_fault_set(fault_out, lines->number,
			    "a packs note names at most 64 packs", FV_ETOOBIG);
		if ((rule = read_pack(line, p, &rc)) != NULL)
			return fv_fault_set(fault_out, lines->number, rule, rc);
		if (out->count > 0 && order_of(&out->packs[out->count - 1], p) >= 0)
			return fv_fault_set(fault_out, lines->number,
			    "packs stand in order of id and revision, each once", FV_EFORMAT);
		out->count++;
	}
	if (rc != FV_ENOENT)
		return fv_fault_set(
		    fault_out, lines->number, "the last line has no newline", FV_EFORMAT);
	if (out->count == 0)
		return fv_fault_set(fault_out, 2, "a packs note names a pack", FV_EFORMAT);
	return FV_OK;
}

enum fv_err
fv_packs_parse(struct fv_span text, struct fv_packs *out, struct fv_fault *fault_out)
{
	struct fv_lines lines = fv_lines_of(text);
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	(void)fv_fault_set(fault_out, 0, "", FV_OK);
	if ((rc = read_packs(&lines, out, fault_out)) != FV_OK)
		memset(out, 0, sizeof *out);
	return rc;
}

const struct fv_pack_line *
fv_packs_find(const struct fv_packs *packs, const struct fv_hash *sha256)
{
	for (size_t i = 0; i < packs->count; i++) {
		if (memcmp(packs->packs[i].sha256.b, sha256->b, FV_HASH_BYTES) == 0)
			return &packs->packs[i];
	}
	return NULL;
}

const struct fv_pack_line *
fv_packs_highest(const struct fv_packs *packs, const char *id)
{
	const struct fv_pack_line *best = NULL;

	for (size_t i = 0; i < packs->count; i++)
		if (strcmp(packs->packs[i].id, id) == 0)
			best = &packs->packs[i]; /* revisions ascend */
	return best;
}

enum fv_err
fv_packs_add(struct fv_packs *packs, const struct fv_pack_line *line)
{
	size_t at = 0;

	while (at < packs->count && order_of(&packs->packs[at], line) < 0)
		at++;
	if (at < packs->count && order_of(&packs->packs[at], line) == 0)
		return memcmp(packs->packs[at].sha256.b, line->sha256.b, FV_HASH_BYTES) == 0
		    ? FV_EEXIST
		    : FV_ECONFLICT;
	if (packs->count == FV_PACKS_MAX)
		return FV_ETOOBIG;
	memmove(&packs->packs[at + 1], &packs->packs[at],
	    (packs->count - at) * sizeof packs->packs[0]);
	packs->packs[at] = *line;
	packs->count++;
	return FV_OK;
}

enum fv_err
fv_packs_verify(struct fv_span note, const struct fv_roster *roster, struct fv_packs *out)
{
	struct fv_span text;
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if ((rc = fv_order_verify(note, roster, roster->pack_threshold, &text)) != FV_OK)
		return rc;
	if ((rc = fv_packs_parse(text, out, NULL)) != FV_OK)
		return rc;
	if (strcmp(out->agency, roster->agency) != 0) {
		memset(out, 0, sizeof *out);
		return FV_ECONFLICT;
	}
	return FV_OK;
}
