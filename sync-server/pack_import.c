/*
 * pack import FILE: take what 'pack publish' wrote, JSON Lines: the packs note first, then
 * a line for each pack with its exact bytes.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "fv/order.h"
#include "fv/rulepack.h"
#include "sync-server/handlers.h"
#include "sync-server/pack_policy.h"
#include "sync-server/packstore.h"
#include "sync-server/cmd.h"
#include "sync-server/verb.h"

#define USAGE "pack import FILE [--json]"

/* What one import works on. */
struct work {
	struct fv_host *host;
	const char *file; /* for messages */
	size_t line;
	struct fv_buf note;       /* owned */
	struct fv_hash hash;      /* of its text */
	struct fv_roster *roster; /* owned */
	struct fv_packs *packs;   /* owned; what the note adopts */
	struct fv_packs *before;  /* owned; what was adopted, count 0: nothing */
	uint64_t version_before;  /* 0: none */
	bool is_held;             /* this very note is in force */
	size_t taken;
	json_t **answer_out;
};

static int
refuse(struct work *w, const char *rule)
{
	return fv_verb_fail(w->answer_out, FV_EXIT_DATA, "%s:%zu: %s; nothing was changed",
	    w->file, w->line, rule);
}

/* The next line of `rest` as a JSON object; NULL at the end (rest->len is 0) or when it is
 * none.  Owned: the result. */
static json_t *
next_object(struct work *w, struct fv_span *rest)
{
	const uint8_t *end = rest->len > 0 ? memchr(rest->ptr, '\n', rest->len) : NULL;
	const size_t len = end != NULL ? (size_t)(end - rest->ptr) : rest->len;
	json_error_t error;
	json_t *object;

	w->line++;
	object = json_loadb((const char *)rest->ptr, len, JSON_REJECT_DUPLICATES, &error);
	rest->ptr += len + (end != NULL);
	rest->len -= len + (end != NULL);
	if (json_is_object(object))
		return object;
	json_decref(object);
	return NULL;
}

/* What is in force now. */
static enum fv_err
load_before(struct work *w)
{
	struct fv_store_note last;
	struct fv_signednote parsed;
	enum fv_err rc = fv_store_note_last(w->host->store, FV_NOTE_PACKS, &last);

	if (rc == FV_ENOENT)
		return FV_OK;
	if (rc != FV_OK)
		return rc;
	w->version_before = last.version;
	w->is_held = memcmp(last.hash.b, w->hash.b, FV_HASH_BYTES) == 0;
	if (fv_signednote_parse(last.note, &parsed) != FV_OK ||
	    fv_packs_parse(parsed.text, w->before, NULL) != FV_OK)
		return FV_ECORRUPT;
	return FV_OK;
}

static int
check_note(struct work *w)
{
	struct fv_signednote parsed;
	struct fv_store_note older;
	enum fv_err rc = fv_packs_verify(fv_buf_span(&w->note), w->roster, w->packs);

	if (rc == FV_EAUTH)
		return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s:1: the packs note needs good signatures of %u supervisors on the "
		    "roster "
		    "in force; let more of them run 'pack sign'",
		    w->file, w->roster->pack_threshold);
	if (rc == FV_ECONFLICT)
		return refuse(w, "the packs note is another agency's");
	if (rc != FV_OK || fv_signednote_parse(fv_buf_span(&w->note), &parsed) != FV_OK)
		return refuse(w, "\"note\" is not a packs note");
	fv_sha256(parsed.text, &w->hash);
	if ((rc = load_before(w)) != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	if (w->is_held)
		return FV_EXIT_OK;
	rc = fv_store_note_find(w->host->store, FV_NOTE_PACKS, &w->hash, &older);
	if (rc == FV_OK)
		return refuse(
		    w, "an older packs note than the one in force; publish the packs again");
	return rc == FV_ENOENT ? FV_EXIT_OK : fv_verb_broken(w->answer_out, w->file, rc);
}

static int
read_note(struct work *w, struct fv_span *rest)
{
	json_t *object = next_object(w, rest);
	const json_t *note = json_object_get(object, "note");
	int code;

	if (!json_is_string(note) || json_object_size(object) != 1) {
		json_decref(object);
		return refuse(
		    w, "want {\"note\":...}; give the .packs file that 'pack publish' wrote");
	}
	fv_buf_put(&w->note, json_string_value(note), json_string_length(note));
	json_decref(object);
	code = fv_verb_need_roster(w->host, &w->roster, &w->hash, w->answer_out);
	if (code != FV_EXIT_OK)
		return code;
	w->packs = calloc(1, sizeof *w->packs);
	w->before = calloc(1, sizeof *w->before);
	if (fv_buf_status(&w->note) != FV_OK || w->packs == NULL || w->before == NULL)
		return fv_verb_broken(w->answer_out, w->file, FV_ENOMEM);
	return check_note(w);
}

/* Judge a pack's own text: a malformed one is refused with its line, rule and field. */
static int
check_pack(struct work *w, const struct fv_pack_line *line, struct fv_span bytes)
{
	struct fv_rulepack *pack = NULL;
	struct fv_rulepack_error error = {0};
	struct fv_rulepack_head head;
	enum fv_err rc;
	bool is_same;

	if (fv_rulepack_peek(bytes, &head) == FV_OK && head.extends[0] != '\0')
		return FV_EXIT_OK; /* when what it is laid over is here as well */
	if ((rc = fv_rulepack_parse(bytes, &pack, &error)) != FV_OK)
		return fv_verb_fail(w->answer_out, fv_verb_exit(rc),
		    "%s:%zu: pack %s line %u:%s%s%s%s %s; nothing was changed", w->file,
		    w->line, line->id, error.line, error.rule[0] != '\0' ? " rule " : "",
		    error.rule, error.field[0] != '\0' ? " field " : "", error.field,
		    error.text[0] != '\0' ? error.text : fv_err_text(rc));
	is_same = strcmp(pack->id, line->id) == 0 && pack->revision == line->revision;
	fv_rulepack_free(pack);
	if (!is_same)
		return refuse(
		    w, "the pack's own id and revision are not those that the note adopts");
	return FV_EXIT_OK;
}

static int
read_pack(struct work *w, const json_t *object)
{
	struct fv_store_pack row = {0};
	struct fv_buf bytes = {0};
	const struct fv_pack_line *line;
	enum fv_err rc = fv_verb_bytes(object, "bytes", &bytes);
	int code;

	if (rc == FV_EFORMAT) {
		code = refuse(w, "want a pack with its \"bytes\" in base64");
		goto cleanup;
	}
	if (rc != FV_OK) {
		code = fv_verb_broken(w->answer_out, w->file, rc);
		goto cleanup;
	}
	row.file = fv_buf_span(&bytes);
	fv_sha256(row.file, &row.sha256);
	if ((line = fv_packs_find(w->packs, &row.sha256)) == NULL) {
		code = refuse(w, "the packs note does not name these bytes (SHA-256)");
		goto cleanup;
	}
	if ((code = check_pack(w, line, row.file)) != FV_EXIT_OK)
		goto cleanup;
	row.id = fv_span_z(line->id);
	row.revision = line->revision;
	w->taken++;
	if ((rc = fv_store_pack_put(w->host->store, &row)) != FV_OK)
		code = fv_verb_broken(w->answer_out, w->file, rc);
cleanup:
	fv_buf_clear(&bytes);
	return code;
}

/* Every pack that the note adopts must be here, from this file or an earlier one. */
static int
check_all_held(struct work *w)
{
	struct fv_store_pack row;
	enum fv_err rc;

	for (size_t i = 0; i < w->packs->count; i++) {
		const struct fv_pack_line *line = &w->packs->packs[i];
		rc = fv_store_pack_get(w->host->store, &line->sha256, &row);
		if (rc == FV_ENOENT)
			return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
			    "%s: the note adopts %s r%u, whose bytes are neither in the file "
			    "nor "
			    "here; publish it again with that pack",
			    w->file, line->id, line->revision);
		if (rc != FV_OK)
			return fv_verb_broken(w->answer_out, w->file, rc);
	}
	return FV_EXIT_OK;
}

/* Two packs over one base would both stand for it. */
static int
check_alone(struct work *w, const struct fv_rulepack *pack, const char **bases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(bases[i], pack->extends) == 0)
			return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
			    "%s: %s is not the only pack that is laid over %s; adopt one of "
			    "them",
			    w->file, pack->id, pack->extends);
	return FV_EXIT_OK;
}

/* One pack that is laid over another, now that all are here. */
static int
check_overlay(
    struct work *w, const struct fv_pack_line *line, const char **bases, size_t *base_count)
{
	struct fv_rulepack_error why;
	struct fv_rulepack *pack;
	enum fv_err rc = packstore_load(w->host->store, w->packs, line, &pack, &why);
	const struct fv_pack_line *under;
	int code = FV_EXIT_OK;

	if (rc == FV_ECORRUPT)
		return fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: pack %s line %u:%s%s%s%s %s; nothing was changed", w->file, line->id,
		    why.line, why.rule[0] != '\0' ? " rule " : "", why.rule,
		    why.field[0] != '\0' ? " field " : "", why.field, why.text);
	if (rc != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	if (strcmp(pack->id, line->id) != 0 || pack->revision != line->revision)
		code = fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: pack %s: its own id and revision are not those that the note adopts",
		    w->file, line->id);
	else if (strcmp(pack->extends != NULL ? pack->extends : "", line->over) != 0)
		code = fv_verb_fail(w->answer_out, FV_EXIT_DATA,
		    "%s: pack %s: it is not laid over what the note says", w->file, line->id);
	else if (pack->extends != NULL)
		code = check_alone(w, pack, bases, *base_count);
	if (code == FV_EXIT_OK && pack->extends != NULL &&
	    (under = fv_packs_highest(w->packs, pack->extends)) != NULL)
		bases[(*base_count)++] = under->id;
	fv_rulepack_free(pack);
	return code;
}

static int
check_overlays(struct work *w)
{
	const char *bases[FV_PACKS_MAX];
	size_t base_count = 0;
	int code = FV_EXIT_OK;

	for (size_t i = 0; code == FV_EXIT_OK && i < w->packs->count; i++) {
		const struct fv_pack_line *line = &w->packs->packs[i];
		if (fv_packs_highest(w->packs, line->id) == line)
			code = check_overlay(w, line, bases, &base_count);
	}
	return code;
}

/* Whether the note before adopted these very bytes. */
static bool
was_adopted(const struct work *w, const struct fv_pack_line *line)
{
	return fv_packs_find(w->before, &line->sha256) != NULL;
}

/* What officers need whatever packs their cases name: calendars, packs that stand for
 * others, and those others. */
static enum fv_err
announce_to_all(struct work *w, const struct fv_pack_line *line)
{
	const struct fv_store_audience everyone = {0};
	struct fv_rulepack_head head;
	struct fv_store_pack row;
	enum fv_err rc = fv_store_pack_get(w->host->store, &line->sha256, &row);

	if (rc != FV_OK || fv_packs_highest(w->packs, line->id) != line)
		return rc;
	if (fv_rulepack_peek(row.file, &head) == FV_OK && head.has_rules &&
	    line->over[0] == '\0')
		return FV_OK;
	rc = fv_store_change_once(w->host->store, everyone, FV_ITEM_PACK, fv_span_z(line->id));
	if (rc == FV_OK && line->over[0] != '\0')
		rc = fv_store_change_once(
		    w->host->store, everyone, FV_ITEM_PACK, fv_span_z(line->over));
	return rc;
}

static enum fv_err
adopt(struct work *w, uint64_t *index_out)
{
	const struct fv_store_audience everyone = {0};
	const struct fv_store_note row = {
	    .version = w->version_before + 1,
	    .hash = w->hash,
	    .note = fv_buf_span(&w->note),
	};
	struct fv_buf body = {0};
	enum fv_err rc;

	if ((rc = fv_store_note_put(w->host->store, FV_NOTE_PACKS, &row)) != FV_OK ||
	    (rc = fv_verb_keep_note(w->host, "packs", &w->hash, row.note)) != FV_OK)
		return rc;
	fv_cbor_put_array(&body, 3);
	fv_cbor_put_text_z(&body, w->packs->agency);
	fv_cbor_put_uint(&body, row.version);
	fv_cbor_put_bytes(&body, w->hash.b, FV_HASH_BYTES);
	if ((rc = fv_verb_leaf(w->host, FV_LEAF_PACK, &body, index_out)) != FV_OK)
		return rc;
	rc = fv_store_change(
	    w->host->store, everyone, FV_ITEM_PACKS_NOTE, fv_span_z(w->packs->agency));
	for (size_t i = 0; rc == FV_OK && i < w->packs->count; i++)
		rc = announce_to_all(w, &w->packs->packs[i]);
	for (size_t i = 0; rc == FV_OK && i < w->packs->count; i++) {
		if (!was_adopted(w, &w->packs->packs[i]))
			rc = fv_store_change(w->host->store, everyone, FV_ITEM_PACK,
			    fv_span_z(w->packs->packs[i].id));
	}
	return rc;
}

static int
finish(struct work *w)
{
	uint64_t index = 0;
	size_t dropped = 0, loosened = 0;
	enum fv_err rc;

	if (w->is_held)
		return fv_verb_done(w->answer_out, NULL, "these packs are adopted already");
	for (size_t i = 0; i < w->before->count; i++)
		dropped += fv_packs_find(w->packs, &w->before->packs[i].sha256) == NULL;
	if ((rc = adopt(w, &index)) != FV_OK ||
	    (rc = pack_policy_write(w->host, w->before, w->packs, fv_buf_span(&w->note),
		 w->roster, &loosened)) != FV_OK)
		return fv_verb_broken(w->answer_out, w->file, rc);
	return fv_verb_done(w->answer_out,
	    json_pack("{s:I, s:I, s:I, s:I, s:I}", "version",
		(json_int_t)w->version_before + 1, "packs", (json_int_t)w->packs->count,
		"dropped", (json_int_t)dropped, "leaf", (json_int_t)index, "policy",
		(json_int_t)loosened),
	    "%zu packs are adopted, %zu of them came with this file%s; ledger entry %llu%s",
	    w->packs->count, w->taken,
	    dropped > 0 ? "; packs of the note before are no longer adopted" : "",
	    (unsigned long long)index,
	    loosened > 0 ? "; house policy was loosened, which is in the ledger by name" : "");
}

int
fv_do_pack_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	struct work w = {
	    .host = host,
	    .file = fv_verb_text(request, "file"),
	    .answer_out = answer_out,
	};
	struct fv_span rest = fv_span_z(fv_verb_text(request, "text"));
	json_t *object;
	int code = read_note(&w, &rest);

	while (code == FV_EXIT_OK && rest.len > 0) {
		object = next_object(&w, &rest);
		code = object != NULL ? read_pack(&w, object)
				      : refuse(&w, "it is not a JSON object");
		json_decref(object);
	}
	if (code == FV_EXIT_OK)
		code = check_all_held(&w);
	if (code == FV_EXIT_OK)
		code = check_overlays(&w);
	if (code == FV_EXIT_OK)
		code = finish(&w);
	fv_buf_clear(&w.note);
	free(w.roster);
	free(w.packs);
	free(w.before);
	return code;
}

/* Of NOTE, which 'pack publish' wrote beside NOTE.packs, the latter. */
static int
read_file(const char *path, json_t **text_out, char packs_out[FV_HOST_PATH_BYTES])
{
	static const char origin[] = "fieldvisit/v1/packs/";
	int code = fv_verb_read_text(path, text_out);

	(void)snprintf(packs_out, FV_HOST_PATH_BYTES, "%s", fv_verb_file_name(path));
	if (code != FV_EXIT_OK ||
	    strncmp(json_string_value(*text_out), origin, sizeof origin - 1) != 0)
		return code;
	json_decref(*text_out);
	(void)snprintf(packs_out, FV_HOST_PATH_BYTES, "%s.packs", path);
	return fv_verb_read_text(packs_out, text_out);
}

int
cmd_pack_import(int argc, char **argv)
{
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	char path[FV_HOST_PATH_BYTES];
	json_t *text = NULL, *request;
	int code = fv_cli_parse(&argc, argv, options, USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, USAGE))
		return FV_EXIT_USAGE;
	if ((code = read_file(argv[1], &text, path)) != FV_EXIT_OK)
		return code;
	request = json_pack("{s:s, s:o}", "file", path, "text", text);
	if (request == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, path, "out of memory; try again");
	return fv_host_call("pack import", request, as_json);
}
