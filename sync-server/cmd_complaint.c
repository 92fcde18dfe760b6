/* complaint list, show, open, answer, hold, link: the desk's work on what borrowers ask,
 * without a browser. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "sync-server/care_show.h"
#include "sync-server/cmd.h"
#include "sync-server/verb.h"

#define LIST_USAGE "complaint list [--state open|answered|overdue] [--agency ID] [--json]"
#define SHOW_USAGE "complaint show ID [--sealed --by NAME] [--json]"
#define OPEN_USAGE "complaint open FILE --key FILE [--passphrase-file FILE|-] [--json]"
#define ANSWER_USAGE                                                                          \
	"complaint answer ID --by NAME --decision WORD --reason WORD [--text-file FILE|-] "   \
	"[--json]"
#define HOLD_USAGE "complaint hold ID renew|lift --by NAME --reason WORD [--json]"
#define LINK_USAGE "complaint link ID --by NAME --case CASE [--json]"
#define PAGE_ROWS 500U

/* -- list ---------------------------------------------------------------------------- */

struct listing {
	struct fv_store *store;
	json_t *rows; /* with --json; owned */
	size_t count;
	int64_t now_ms, after_ms, after_no;
};

static const char *
text_at(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "-";
}

static void
print_line(const json_t *row)
{
	const char *state =
	    json_is_true(json_object_get(row, "overdue")) ? "OVERDUE" : text_at(row, "state");

	printf("%-8s %-11s %-8s until %s  agency %s  officer %s  case %s%s\n",
	    text_at(row, "id"), text_at(row, "kind"), state, text_at(row, "deadline"),
	    text_at(row, "agency"), text_at(row, "officer"), text_at(row, "case"),
	    json_is_object(json_object_get(row, "hold")) ? "  on hold" : "");
}

static enum fv_err
on_row(const struct fv_store_care *row, void *ctx)
{
	struct listing *l = ctx;
	json_t *object = care_json(l->store, row, l->now_ms);

	l->count++;
	l->after_ms = row->deadline_ms;
	l->after_no = row->no;
	if (object == NULL)
		return FV_ENOMEM;
	if (l->rows != NULL)
		return json_array_append_new(l->rows, object) == 0 ? FV_OK : FV_ENOMEM;
	print_line(object);
	json_decref(object);
	return FV_OK;
}

static bool
read_state(const char *word, struct fv_store_care_query *query)
{
	if (word == NULL)
		return true;
	query->is_overdue = strcmp(word, "overdue") == 0;
	query->has_state = true;
	query->state = strcmp(word, "answered") == 0 ? FV_CARE_ANSWERED : FV_CARE_OPEN;
	return query->is_overdue || strcmp(word, "open") == 0 || strcmp(word, "answered") == 0;
}

static enum fv_err
list_all(struct listing *l, struct fv_store_care_query *query)
{
	size_t before;
	enum fv_err rc;

	do {
		before = l->count;
		query->after_deadline_ms = l->after_ms;
		query->after_no = l->after_no;
		rc = fv_store_care_list(l->store, query, on_row, l);
	} while (rc == FV_OK && l->count - before == query->max);
	return rc;
}

int
cmd_complaint_list(int argc, char **argv)
{
	struct listing l = {.now_ms = fv_host_now_ms()};
	struct fv_store_care_query query = {.now_ms = l.now_ms, .max = PAGE_ROWS};
	const char *state = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"state", FV_CLI_TEXT, &state, false},
	    {"agency", FV_CLI_TEXT, &query.agency, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	enum fv_err rc;
	int code = fv_cli_parse(&argc, argv, options, LIST_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, LIST_USAGE))
		return FV_EXIT_USAGE;
	if (!read_state(state, &query))
		return fv_cli_fail(FV_EXIT_USAGE, "--state", "is open, answered or overdue");
	if ((code = fv_verb_open(&l.store)) != FV_EXIT_OK)
		return code;
	l.rows = as_json ? json_array() : NULL;
	rc = list_all(&l, &query);
	if (rc == FV_OK && as_json && !fv_verb_print(json_pack("{s:O}", "complaints", l.rows)))
		rc = FV_ENOMEM;
	if (rc == FV_OK && !as_json && l.count == 0)
		puts("no complaint");
	json_decref(l.rows);
	fv_store_close(l.store);
	return rc == FV_OK ? cmd_finish(FV_EXIT_OK) : fv_verb_unread(rc);
}

/* -- show ------------------------------------------------------------------------------- */

static int
show(const char *id, bool as_json)
{
	struct fv_store *store = NULL;
	struct fv_store_care row;
	json_t *object = NULL;
	int64_t no;
	int code = fv_verb_open(&store);
	enum fv_err rc = care_id_read(id, &no);

	if (code != FV_EXIT_OK)
		return code;
	if (rc == FV_OK && (rc = fv_store_care_get(store, no, &row)) == FV_OK &&
	    (object = care_json(store, &row, fv_host_now_ms())) == NULL)
		rc = FV_ENOMEM;
	fv_store_close(store);
	if (rc == FV_ENOENT || rc == FV_EFORMAT)
		return fv_cli_fail(FV_EXIT_NOINPUT, id,
		    "no such complaint; 'fieldvisitd complaint list' shows those that there "
		    "are");
	if (rc != FV_OK)
		return fv_verb_unread(rc);
	if (as_json)
		return fv_verb_print(object) ? FV_EXIT_OK : FV_EXIT_TEMPFAIL;
	print_line(object);
	json_decref(object);
	return cmd_finish(FV_EXIT_OK);
}

int
cmd_complaint_show(int argc, char **argv)
{
	const char *by = NULL;
	bool as_json = false, is_sealed = false;
	const struct fv_cli_option options[] = {
	    {"by", FV_CLI_TEXT, &by, false},
	    {"sealed", FV_CLI_FLAG, &is_sealed, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *request;
	int code = fv_cli_parse(&argc, argv, options, SHOW_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, SHOW_USAGE))
		return FV_EXIT_USAGE;
	if (!is_sealed)
		return show(argv[1], as_json);
	if (by == NULL)
		return fv_cli_fail(FV_EXIT_USAGE, "--sealed",
		    "needs --by NAME: who opens a complaint stands in the ledger");
	request = json_pack("{s:s, s:s}", "id", argv[1], "by", by);
	return request != NULL
	    ? fv_host_call("complaint open", request, true)
	    : fv_cli_fail(FV_EXIT_TEMPFAIL, argv[1], "out of memory; try again");
}

/* -- open, off the server ----------------------------------------------------------------- */

/* Sealed parts out of JSON; bytes are owned. */
struct parts {
	struct fv_buf kc, ct, capsules, key_ids, aad;
};

static void
parts_clear(struct parts *p)
{
	fv_buf_clear(&p->kc);
	fv_buf_clear(&p->ct);
	fv_buf_clear(&p->capsules);
	fv_buf_clear(&p->key_ids);
	fv_buf_clear(&p->aad);
}

static bool
parts_read(const json_t *object, struct parts *p)
{
	return fv_verb_bytes(object, "kc", &p->kc) == FV_OK &&
	    fv_verb_bytes(object, "ct", &p->ct) == FV_OK &&
	    fv_verb_bytes(object, "capsules", &p->capsules) == FV_OK &&
	    fv_verb_bytes(object, "key_ids", &p->key_ids) == FV_OK &&
	    fv_verb_bytes(object, "aad", &p->aad) == FV_OK && p->aad.len > FV_HASH_BYTES;
}

static enum fv_err
parts_open(const struct parts *p, enum care_part part, const struct fv_key_public *key,
    const struct fv_key_secret *secret, struct fv_buf *plain)
{
	const struct fv_store_sealed sealed = {.kc = fv_buf_span(&p->kc),
	    .ct = fv_buf_span(&p->ct),
	    .capsules = fv_buf_span(&p->capsules),
	    .key_ids = fv_buf_span(&p->key_ids)};
	struct fv_hash receipt;

	/* What it is bound to is made anew; only the receipt's hash comes from the file. */
	memcpy(receipt.b, p->aad.ptr + p->aad.len - FV_HASH_BYTES, sizeof receipt.b);
	return care_open(&sealed, part, &receipt, secret->box_sk, key->box_pk, plain);
}

static int
print_opened(const char *name, struct fv_buf *plain, bool as_json)
{
	const char *z = fv_buf_z(plain);

	if (z == NULL)
		return fv_cli_fail(FV_EXIT_TEMPFAIL, name, "out of memory; try again");
	if (as_json)
		return fv_cli_print_json(json_pack("{s:s%}", name, z, plain->len));
	printf("%s: %s\n", name, z);
	return fv_cli_finish();
}

static int
open_part(const json_t *file, const char *name, enum care_part part,
    const struct fv_key_public *key, const struct fv_key_secret *secret, bool as_json)
{
	const json_t *object = json_object_get(file, name);
	struct fv_buf plain = {0};
	struct parts p = {0};
	enum fv_err rc = FV_EFORMAT;
	int code = FV_EXIT_OK;

	if (!json_is_object(object))
		return FV_EXIT_OK;
	if (parts_read(object, &p))
		rc = parts_open(&p, part, key, secret, &plain);
	if (rc == FV_OK)
		code = print_opened(name, &plain, as_json);
	else
		code = fv_cli_fail(FV_EXIT_NO, name,
		    rc == FV_ENOENT ? "is not sealed to this key"
				    : "does not open: it is altered, or not what was sealed");
	fv_buf_clear(&plain);
	parts_clear(&p);
	return code;
}

int
cmd_complaint_open(int argc, char **argv)
{
	const char *key_path = NULL, *pass_file = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &key_path, true},
	    {"passphrase-file", FV_CLI_TEXT, &pass_file, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_TEXT, NULL, false},
	};
	struct fv_key_secret *secret = NULL;
	struct fv_key_public key;
	struct fv_buf file = {0};
	json_t *object = NULL;
	int code = fv_cli_parse(&argc, argv, options, OPEN_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, OPEN_USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_cli_read(argv[1], &file)) != FV_EXIT_OK)
		goto cleanup;
	object = json_loadb((const char *)file.ptr, file.len, 0, NULL);
	if (!json_is_object(json_object_get(object, "words"))) {
		code = fv_cli_fail(
		    FV_EXIT_DATA, argv[1], "is not what 'complaint show ID --sealed' writes");
		goto cleanup;
	}
	if ((code = fv_cli_open_key(key_path, pass_file, &key, &secret)) != FV_EXIT_OK)
		goto cleanup;
	code = open_part(object, "words", CARE_TEXT, &key, secret, as_json);
	if (code == FV_EXIT_OK)
		code = open_part(object, "answer", CARE_ANSWER, &key, secret, as_json);
cleanup:
	fv_secret_free(secret);
	json_decref(object);
	fv_buf_clear(&file);
	return code;
}

/* -- answer, hold, link ------------------------------------------------------------------ */

/* The words of a call of one of these verbs. */
struct doing {
	const char *by, *decision, *reason, *text_file, *case_id;
	bool as_json;
};

static int
send(const char *verb, json_t *request, const struct doing *d)
{
	return request != NULL
	    ? fv_host_call(verb, request, d->as_json)
	    : fv_cli_fail(FV_EXIT_TEMPFAIL, verb, "out of memory; try again");
}

int
cmd_complaint_answer(int argc, char **argv)
{
	struct doing d = {0};
	const struct fv_cli_option options[] = {
	    {"by", FV_CLI_TEXT, &d.by, true},
	    {"decision", FV_CLI_TEXT, &d.decision, true},
	    {"reason", FV_CLI_TEXT, &d.reason, true},
	    {"text-file", FV_CLI_TEXT, &d.text_file, false},
	    {"json", FV_CLI_FLAG, &d.as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	json_t *text = NULL;
	int code = fv_cli_parse(&argc, argv, options, ANSWER_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, ANSWER_USAGE))
		return FV_EXIT_USAGE;
	if (d.text_file != NULL &&
	    (code = fv_verb_read_text(d.text_file, &text)) != FV_EXIT_OK)
		return code;
	return send("complaint answer",
	    json_pack("{s:s, s:s, s:s, s:s, s:o}", "id", argv[1], "by", d.by, "decision",
		d.decision, "reason", d.reason, "text", text != NULL ? text : json_string("")),
	    &d);
}

int
cmd_complaint_hold(int argc, char **argv)
{
	struct doing d = {0};
	const struct fv_cli_option options[] = {
	    {"by", FV_CLI_TEXT, &d.by, true},
	    {"reason", FV_CLI_TEXT, &d.reason, true},
	    {"json", FV_CLI_FLAG, &d.as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, HOLD_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 2, 2, HOLD_USAGE))
		return FV_EXIT_USAGE;
	return send("complaint hold",
	    json_pack("{s:s, s:s, s:s, s:s}", "id", argv[1], "do", argv[2], "by", d.by,
		"reason", d.reason),
	    &d);
}

int
cmd_complaint_link(int argc, char **argv)
{
	struct doing d = {0};
	const struct fv_cli_option options[] = {
	    {"by", FV_CLI_TEXT, &d.by, true},
	    {"case", FV_CLI_TEXT, &d.case_id, true},
	    {"json", FV_CLI_FLAG, &d.as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	int code = fv_cli_parse(&argc, argv, options, LINK_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, LINK_USAGE))
		return FV_EXIT_USAGE;
	return send("complaint link",
	    json_pack("{s:s, s:s, s:s}", "id", argv[1], "by", d.by, "case", d.case_id), &d);
}
