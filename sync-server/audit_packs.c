/* What a run judges by: the adopted packs, some of them, or others to try them. */
#include <stdlib.h>
#include <string.h>

#include "fv/order.h"
#include "sync-server/audit_run.h"
#include "sync-server/packfile.h"
#include "sync-server/packstore.h"

#define NAMES_MAX 512U

/* A pack that the store holds. */
struct held {
	char id[FV_PACK_ID_BYTES];
	uint32_t revision;
	struct fv_hash sha256;
	bool is_adopted; /* and judges when no pack is named */
};

struct shelf {
	struct held *items; /* owned */
	size_t count, cap;
	struct fv_packs *adopted; /* owned; count 0: none are */
	struct judge *today;      /* owned: with the packs that judge when none is named */
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

/* What judges today: adopted, of the highest revision, and with nothing laid over it. */
static int
read_shelf(struct audit_run *run, struct shelf *shelf)
{
	const struct judge_opts opts = {.today_utc_ms = run->today_utc_ms};
	const struct fv_rulepack *pack;
	enum fv_err rc = fv_store_pack_each(run->store, take_held, shelf);

	if (rc == FV_OK && (shelf->adopted = calloc(1, sizeof *shelf->adopted)) == NULL)
		rc = FV_ENOMEM;
	if (rc == FV_OK)
		rc = packstore_adopted(run->store, shelf->adopted);
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = judge_open(&shelf->today, run->store, &opts);
	for (size_t i = 0; rc == FV_OK && (pack = judge_pack(shelf->today, i)) != NULL; i++)
		for (size_t k = 0; k < shelf->count; k++)
			if (memcmp(shelf->items[k].sha256.b, pack->sha256.b, FV_HASH_BYTES) ==
			    0)
				shelf->items[k].is_adopted = true;
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_unread(rc);
}

static void
clear_shelf(struct shelf *shelf)
{
	judge_close(shelf->today);
	free(shelf->adopted);
	free(shelf->items);
}

/* Whether cases name it, by itself or by what it is laid over. */
static bool
is_adopted_id(const struct shelf *shelf, const char *id)
{
	const struct fv_rulepack *pack;

	for (size_t i = 0; (pack = judge_pack(shelf->today, i)) != NULL; i++)
		if (packstore_is_named(pack, id))
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
load_held(struct audit_run *run, const struct shelf *shelf, const char *text,
    const struct held *held)
{
	struct fv_pack_line line = {.revision = held->revision, .sha256 = held->sha256};
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;
	enum fv_err rc;

	(void)snprintf(line.id, sizeof line.id, "%s", held->id);
	rc = packstore_load(run->store, shelf->adopted, &line, &pack, &why);
	if (rc == FV_ECORRUPT)
		return fv_cli_fail(FV_EXIT_DATA, text, "this pack in the store: %s", why.text);
	if (rc != FV_OK)
		return fv_cli_fail(fv_verb_exit(rc), text, "%s", fv_err_text(rc));
	return take(run, text, pack, !is_adopted_id(shelf, held->id));
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
	return load_held(run, shelf, text, held);
}

static int
load_draft(struct audit_run *run, const struct shelf *shelf, const char *path)
{
	char folder[PACKFILE_PATH_MAX];
	struct packfile file;
	int code;

	run->is_trial = true;
	if (packfile_folder(run->args.rules, folder) != FV_OK && run->args.rules != NULL)
		return fv_cli_fail(FV_EXIT_NOINPUT, run->args.rules, "is not a folder");
	if (packfile_open(path, folder, run->started_ms / FV_MS_PER_DAY, &file) != FV_OK)
		return FV_EXIT_DATA;
	code = take(run, path, file.pack, !is_adopted_id(shelf, file.pack->id));
	file.pack = NULL; /* the judge's now, or released */
	packfile_close(&file);
	return code;
}

/* The adopted calendars stand beside any packs: they forbid nothing by themselves. */
static int
take_calendars(struct audit_run *run, const struct shelf *shelf)
{
	int code = FV_EXIT_OK;

	for (size_t i = 0; code == FV_EXIT_OK && i < shelf->count; i++) {
		const struct held *h = &shelf->items[i];
		const struct fv_rulepack *pack;
		bool is_wanted = false;

		for (size_t k = 0; (pack = judge_pack(shelf->today, k)) != NULL; k++)
			is_wanted = is_wanted ||
			    (h->is_adopted && pack->rule_count == 0 &&
				strcmp(pack->id, h->id) == 0);
		for (size_t k = 0; (pack = judge_pack(run->judge, k)) != NULL; k++)
			is_wanted = is_wanted && strcmp(pack->id, h->id) != 0;
		if (is_wanted)
			code = load_held(run, shelf, h->id, h);
	}
	return code;
}

static int
open_judge(struct audit_run *run, bool has_own_packs)
{
	const struct judge_opts opts = {.today_utc_ms = run->today_utc_ms,
	    .has_own_packs = has_own_packs,
	    .has_open = audit_is_whole(run),
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
	if (code == FV_EXIT_OK)
		code = take_calendars(run, &shelf);
	clear_shelf(&shelf);
	return code;
}

static enum fv_err
read_pack(struct fv_store *store, const uint8_t *sha256, struct fv_buf *out)
{
	struct fv_store_pack row;
	struct fv_hash hash;
	enum fv_err rc;

	memcpy(hash.b, sha256, sizeof hash.b);
	if ((rc = fv_store_pack_get(store, &hash, &row)) == FV_OK)
		fv_buf_put_span(out, row.file);
	return rc == FV_OK ? fv_buf_status(out) : rc;
}

/* A pack by its hash and, not all zero, the hash of what it is laid over. */
static int
take_exactly(struct audit_run *run, const uint8_t *hashes)
{
	static const uint8_t none[FV_HASH_BYTES] = {0};
	struct fv_buf bytes = {0}, base = {0};
	struct fv_rulepack_error why;
	struct fv_rulepack *pack = NULL;
	enum fv_err rc = read_pack(run->store, hashes, &bytes);

	if (rc == FV_OK && memcmp(hashes + FV_HASH_BYTES, none, sizeof none) != 0)
		rc = read_pack(run->store, hashes + FV_HASH_BYTES, &base);
	if (rc == FV_OK)
		rc = fv_rulepack_parse_over(
		    fv_buf_span(&bytes), fv_buf_span(&base), &pack, &why);
	fv_buf_clear(&bytes);
	fv_buf_clear(&base);
	return rc == FV_OK ? take(run, "audit run", pack, false)
			   : fv_cli_fail(FV_EXIT_IO, "audit run",
				 "a pack of the interrupted run: %s", fv_err_text(rc));
}

int
audit_take_packs(struct audit_run *run, struct fv_span hashes)
{
	int code = open_judge(run, true);

	for (size_t at = 0; code == FV_EXIT_OK && at + AUDIT_PACK_BYTES <= hashes.len;
	     at += AUDIT_PACK_BYTES)
		code = take_exactly(run, hashes.ptr + at);
	return code;
}
