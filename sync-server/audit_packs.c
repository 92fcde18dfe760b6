/* What a run judges by: the adopted packs, some of them, or others to try them. */
#include <stdlib.h>
#include <string.h>

#include "fv/order.h"
#include "sync-server/audit_run.h"
#include "sync-server/packfile.h"

#define NAMES_MAX 512U

/* A pack that the store holds. */
struct held {
	char id[FV_PACK_ID_BYTES];
	uint32_t revision;
	struct fv_hash sha256;
	bool is_adopted; /* the highest adopted revision of its id */
};

struct shelf {
	struct held *items; /* owned */
	size_t count, cap;
};

/* What a name asks for. */
struct asked {
	const char *text; /* as it was given */
	char id[FV_PACK_ID_BYTES];
	uint32_t revision; /* 0: not said */
};

static enum fv_err
take_held(const struct fv_store_pack *pack, void *ctx)
{
	struct shelf *shelf = ctx;
	struct held *h;

	if (shelf->count == shelf->cap) {
		size_t cap = shelf->cap > 0 ? shelf->cap * 2 : 32;
		void *p = reallocarray(shelf->items, cap, sizeof *h);

		if (p == NULL)
			return FV_ENOMEM;
		shelf->items = p;
		shelf->cap = cap;
	}
	h = &shelf->items[shelf->count];
	memset(h, 0, sizeof *h);
	if (fv_id_copy(pack->id, h->id, sizeof h->id) != FV_OK)
		return FV_ECORRUPT;
	h->revision = pack->revision;
	h->sha256 = pack->sha256;
	shelf->count++;
	return FV_OK;
}

static struct held *
find_held(const struct shelf *shelf, const struct fv_pack_line *line)
{
	for (size_t i = 0; i < shelf->count; i++)
		if (memcmp(shelf->items[i].sha256.b, line->sha256.b, FV_HASH_BYTES) == 0)
			return &shelf->items[i];
	return NULL;
}

static enum fv_err
mark_adopted(struct fv_store *store, struct shelf *shelf)
{
	struct fv_packs *packs = NULL;
	struct fv_signednote parts;
	struct fv_store_note note;
	enum fv_err rc = fv_store_note_last(store, FV_NOTE_PACKS, &note);

	if (rc == FV_ENOENT)
		return FV_OK;
	if (rc == FV_OK && (packs = malloc(sizeof *packs)) == NULL)
		rc = FV_ENOMEM;
	if (rc == FV_OK &&
	    (fv_signednote_parse(note.note, &parts) != FV_OK ||
		fv_packs_parse(parts.text, packs, NULL) != FV_OK))
		rc = FV_ECORRUPT;
	for (size_t i = 0; rc == FV_OK && i < packs->count; i++) {
		struct held *h = find_held(shelf, &packs->packs[i]);
		bool is_highest = h != NULL;

		for (size_t k = 0; is_highest && k < shelf->count; k++) {
			struct held *other = &shelf->items[k];

			if (!other->is_adopted || strcmp(other->id, h->id) != 0)
				continue;
			is_highest = h->revision > other->revision;
			other->is_adopted = !is_highest;
		}
		if (is_highest)
			h->is_adopted = true;
	}
	free(packs);
	return rc;
}

static int
read_shelf(struct audit_run *run, struct shelf *shelf)
{
	enum fv_err rc = fv_store_pack_each(run->store, take_held, shelf);

	if (rc == FV_OK)
		rc = mark_adopted(run->store, shelf);
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_unread(rc);
}

static bool
is_adopted_id(const struct shelf *shelf, const char *id)
{
	for (size_t i = 0; i < shelf->count; i++)
		if (shelf->items[i].is_adopted && strcmp(shelf->items[i].id, id) == 0)
			return true;
	return false;
}

static int
read_name(const char *text, struct asked *out)
{
	const char *at = strstr(text, "@r");
	size_t len = at == NULL ? strlen(text) : (size_t)(at - text);
	uint64_t revision = 0;

	memset(out, 0, sizeof *out);
	out->text = text;
	if (fv_id_copy(fv_span_of(text, len), out->id, sizeof out->id) != FV_OK)
		return fv_cli_fail(FV_EXIT_USAGE, "--pack",
		    "%s is neither ID nor ID@rN; a file is tried with --draft FILE.json",
		    text);
	if (at != NULL &&
	    (fv_decimal_decode(fv_span_z(at + 2), 999999, &revision) != FV_OK ||
		revision == 0))
		return fv_cli_fail(FV_EXIT_USAGE, "--pack",
		    "%s: after \"@r\" comes a revision such as 1", text);
	out->revision = (uint32_t)revision;
	return FV_EXIT_OK;
}

/* The adopted one, or the highest, or the revision that was asked for; NULL: none. */
static const struct held *
pick(const struct shelf *shelf, const struct asked *asked)
{
	const struct held *best = NULL;

	for (size_t i = 0; i < shelf->count; i++) {
		const struct held *h = &shelf->items[i];

		if (strcmp(h->id, asked->id) != 0 ||
		    (asked->revision != 0 && h->revision != asked->revision))
			continue;
		if (best == NULL || h->is_adopted ||
		    (!best->is_adopted && h->revision > best->revision))
			best = h;
	}
	return best;
}

/* The revision of this id that is nearest to the one asked for; 0: none is held. */
static uint32_t
nearest_revision(const struct shelf *shelf, const struct asked *asked)
{
	uint32_t best = 0, best_apart = UINT32_MAX;

	for (size_t i = 0; i < shelf->count; i++) {
		const uint32_t r = shelf->items[i].revision;
		const uint32_t apart =
		    r > asked->revision ? r - asked->revision : asked->revision - r;

		if (strcmp(shelf->items[i].id, asked->id) != 0 || apart >= best_apart)
			continue;
		best = r;
		best_apart = apart;
	}
	return best;
}

static int
take(struct audit_run *run, const char *text, struct fv_rulepack *pack, bool is_for_all)
{
	enum fv_err rc = judge_take_pack(run->judge, pack, is_for_all);

	if (rc == FV_OK)
		return FV_EXIT_OK;
	fv_rulepack_free(pack);
	if (rc == FV_EEXIST)
		return fv_cli_fail(FV_EXIT_USAGE, text,
		    "this pack was named before, in this or another revision");
	return fv_cli_fail(
	    FV_EXIT_USAGE, text, "at most %u packs judge at once", FV_AUDIT_PACKS_MAX);
}

static int
load_held(
    struct audit_run *run, const char *text, const struct fv_hash *sha256, bool is_for_all)
{
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;
	struct fv_store_pack row;
	enum fv_err rc = fv_store_pack_get(run->store, sha256, &row);

	if (rc == FV_OK && (rc = fv_rulepack_parse(row.file, &pack, &why)) != FV_OK)
		return fv_cli_fail(FV_EXIT_IO, text, "this pack in the store: %s", why.text);
	if (rc != FV_OK)
		return fv_cli_fail(fv_verb_exit(rc), text, "%s", fv_err_text(rc));
	return take(run, text, pack, is_for_all);
}

/* A shipped pack.  What is wrong with the name is said by the folder's own words. */
static int
load_shipped(struct audit_run *run, const struct shelf *shelf, const struct asked *asked)
{
	char folder[PACKFILE_PATH_MAX];
	const char *names[NAMES_MAX], *near;
	struct fv_rulepack *pack = NULL;
	uint32_t revision = nearest_revision(shelf, asked);
	size_t count = 0;

	if (revision != 0)
		return fv_cli_fail(FV_EXIT_NOINPUT, asked->text,
		    "the store holds no such revision; did you mean %s@r%u?", asked->id,
		    revision);
	if (packfile_folder(run->args.rules, folder) != FV_OK && run->args.rules != NULL)
		return fv_cli_fail(FV_EXIT_NOINPUT, run->args.rules, "is not a folder");
	for (size_t i = 0; i < shelf->count && count < NAMES_MAX; i++)
		names[count++] = shelf->items[i].id;
	near = fv_word_nearest(fv_span_z(asked->id), names, count);
	if (near != NULL)
		return fv_cli_fail(
		    FV_EXIT_NOINPUT, asked->text, "no such pack; did you mean %s?", near);
	if (packfile_find(folder, asked->text, run->started_ms / FV_MS_PER_DAY, &pack) !=
	    FV_OK)
		return FV_EXIT_NOINPUT;
	return take(run, asked->text, pack, !is_adopted_id(shelf, pack->id));
}

static int
load_name(struct audit_run *run, const struct shelf *shelf, const char *text)
{
	const struct held *held;
	struct asked asked;
	int code = read_name(text, &asked);

	if (code != FV_EXIT_OK)
		return code;
	held = pick(shelf, &asked);
	if (held == NULL) {
		run->is_trial = true;
		return load_shipped(run, shelf, &asked);
	}
	run->is_trial = run->is_trial || !held->is_adopted;
	return load_held(run, text, &held->sha256, !is_adopted_id(shelf, asked.id));
}

static int
load_draft(struct audit_run *run, const struct shelf *shelf, const char *path)
{
	struct fv_rulepack *pack;

	run->is_trial = true;
	if (packfile_read(path, &pack) != FV_OK)
		return FV_EXIT_DATA;
	return take(run, path, pack, !is_adopted_id(shelf, pack->id));
}

static int
open_judge(struct audit_run *run, bool has_own_packs)
{
	const struct judge_opts opts = {.today_utc_ms = run->today_utc_ms,
	    .has_own_packs = has_own_packs,
	    .has_from = run->args.has_from,
	    .has_until = run->args.has_until,
	    .from_day = run->args.from_day,
	    .until_day = run->args.until_day};
	enum fv_err rc = judge_open(&run->judge, run->store, &opts);

	return rc == FV_OK ? FV_EXIT_OK : fv_verb_unread(rc);
}

int
audit_choose_packs(struct audit_run *run)
{
	const struct audit_args *a = &run->args;
	struct shelf shelf = {0};
	int code;

	run->is_trial = false;
	if (a->packs.count == 0 && a->drafts.count == 0)
		return open_judge(run, false);
	if ((code = open_judge(run, true)) == FV_EXIT_OK)
		code = read_shelf(run, &shelf);
	for (size_t i = 0; code == FV_EXIT_OK && i < a->packs.count; i++)
		code = load_name(run, &shelf, a->packs.items[i]);
	for (size_t i = 0; code == FV_EXIT_OK && i < a->drafts.count; i++)
		code = load_draft(run, &shelf, a->drafts.items[i]);
	free(shelf.items);
	return code;
}

int
audit_take_packs(struct audit_run *run, struct fv_span hashes)
{
	int code = open_judge(run, true);
	struct fv_hash sha256;

	for (size_t at = 0; code == FV_EXIT_OK && at + sizeof sha256.b <= hashes.len;
	     at += sizeof sha256.b) {
		memcpy(sha256.b, hashes.ptr + at, sizeof sha256.b);
		code = load_held(run, "audit run", &sha256, false);
	}
	return code;
}
