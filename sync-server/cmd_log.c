/*
 * log draft, log sign, log import: after an older backup was restored, the order by which
 * handhelds that saw a later ledger go on with this one (fv/logorder.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/instant.h"
#include "fv/logorder.h"
#include "sync-server/cmd.h"
#include "sync-server/handlers.h"
#include "sync-server/store/log.h"
#include "sync-server/verb.h"

#define DRAFT_USAGE "log draft --out FILE [--json]"
#define SIGN_USAGE "log sign --key FILE ORDER [--passphrase-file FILE|-] [--json]"
#define IMPORT_USAGE "log import ORDER [--json]"

static int
write_draft(struct fv_store *store, const char *out, bool as_json)
{
	struct fv_log_order order = {.at_ms = fv_host_now_ms() / 1000 * 1000};
	struct fv_buf agency = {0}, text = {0};
	enum fv_err rc = fv_store_meta_get(store, "agency", &agency);
	int code;

	if (rc == FV_OK)
		rc = fv_id_copy(fv_buf_span(&agency), order.agency, sizeof order.agency);
	if (rc == FV_OK)
		rc = fv_store_head_get(store, &order.size, &order.root);
	fv_log_order_put(&text, &order);
	if (rc == FV_OK)
		rc = fv_buf_status(&text);
	code =
	    rc == FV_OK ? fv_cli_write_new(out, 0644, fv_buf_span(&text)) : fv_verb_unread(rc);
	if (code == FV_EXIT_OK && as_json) {
		code = fv_cli_print_json(
		    json_pack("{s:s, s:I}", "file", out, "size", (json_int_t)order.size));
	} else if (code == FV_EXIT_OK) {
		printf("%s: handhelds are to go on from ledger size %" PRIu64
		       "; supervisors sign it with 'fieldvisitd log sign'\n",
		    out, order.size);
		code = fv_cli_finish();
	}
	fv_buf_clear(&text);
	fv_buf_clear(&agency);
	return code;
}

int
cmd_log_draft(int argc, char **argv)
{
	const char *out = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"out", FV_CLI_TEXT, &out, true},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct fv_store *store = NULL;
	int code = fv_cli_parse(&argc, argv, options, DRAFT_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 0, 0, DRAFT_USAGE))
		return FV_EXIT_USAGE;
	if ((code = fv_verb_open(&store)) == FV_EXIT_OK)
		code = write_draft(store, out, as_json);
	fv_store_close(store);
	return code;
}

/* The order of a file, signed or not yet.  Into `bytes`: note. */
static int
read_order(const char *path, struct fv_buf *bytes, struct fv_signednote *note,
    struct fv_log_order *order)
{
	int code = fv_cli_read(path, bytes);

	if (code != FV_EXIT_OK)
		return code;
	memset(note, 0, sizeof *note);
	note->text = fv_buf_span(bytes);
	if (fv_log_order_parse(note->text, order) == FV_OK ||
	    (fv_signednote_parse(fv_buf_span(bytes), note) == FV_OK &&
		fv_log_order_parse(note->text, order) == FV_OK))
		return FV_EXIT_OK;
	return fv_cli_fail(FV_EXIT_DATA, path, "is no order of 'fieldvisitd log draft'");
}

/* What is signed is read out of the text itself. */
static int
sign(const char *path, const struct fv_log_order *order, const struct fv_signednote *note,
    const char *key_path, const char *pass_file, bool as_json)
{
	struct fv_key_secret *secret = NULL;
	struct fv_key_public key;
	char when[FV_INSTANT_TEXT_BYTES];
	int code = fv_cli_open_signer(key_path, pass_file, &key, &secret);

	if (code == FV_EXIT_OK && fv_cli_has_signed(note, &key))
		code = fv_cli_fail(FV_EXIT_DATA, path, "%s has signed it already", key.id);
	else if (code == FV_EXIT_OK)
		code = fv_cli_cosign(path, note, &key, secret);
	fv_secret_free(secret);
	if (code != FV_EXIT_OK)
		return code;
	if (as_json)
		return fv_cli_print_json(json_pack("{s:s, s:s, s:I}", "file", path,
		    "signed_by", key.id, "size", (json_int_t)order->size));
	printf("%s: signed by %s: handhelds of %s that saw a later ledger go on from size "
	       "%" PRIu64 ", as it was on %s; what they saw after that is lost at the server "
	       "and they send it again\n",
	    path, key.id, order->agency, order->size,
	    fv_instant_format(order->at_ms, 0, true, when));
	return fv_cli_finish();
}

int
cmd_log_sign(int argc, char **argv)
{
	const char *key = NULL, *pass_file = NULL;
	bool as_json = false;
	const struct fv_cli_option options[] = {
	    {"key", FV_CLI_TEXT, &key, true},
	    {"passphrase-file", FV_CLI_TEXT, &pass_file, false},
	    {"json", FV_CLI_FLAG, &as_json, false},
	    {NULL, FV_CLI_FLAG, NULL, false},
	};
	struct fv_signednote note;
	struct fv_log_order order;
	struct fv_buf bytes = {0};
	int code = fv_cli_parse(&argc, argv, options, SIGN_USAGE);

	if (code != FV_EXIT_OK)
		return code < 0 ? FV_EXIT_OK : code;
	if (!fv_verb_operands(argc, 1, 1, SIGN_USAGE))
		return FV_EXIT_USAGE;
	code = read_order(argv[1], &bytes, &note, &order);
	if (code == FV_EXIT_OK)
		code = sign(argv[1], &order, &note, key, pass_file, as_json);
	fv_buf_clear(&bytes);
	return code;
}

/* The ledger had this very head, and the order is newer than the last. */
static int
check(struct fv_host *host, const char *file, const struct fv_log_order *order,
    json_t **answer_out)
{
	struct fv_store_note last;
	struct fv_hash root;
	enum fv_err rc = fv_store_head_find(host->store, order->size, &root);

	if (rc == FV_ENOENT ||
	    (rc == FV_OK && memcmp(root.b, order->root.b, sizeof root.b) != 0))
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: names a checkpoint that this ledger never had; draw it up here with "
		    "'fieldvisitd log draft'",
		    file);
	if (rc == FV_OK && order->at_ms > fv_host_now_ms() + FV_MS_PER_DAY)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: is dated in the future, and no order before that day would follow "
		    "it; "
		    "look at the clocks and draw it up again",
		    file);
	if (rc == FV_OK)
		rc = fv_store_note_last(host->store, FV_NOTE_LOG, &last);
	if (rc == FV_OK && (uint64_t)order->at_ms <= last.version)
		return fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: is not newer than the order that is in force", file);
	return rc == FV_OK || rc == FV_ENOENT ? FV_EXIT_OK
					      : fv_verb_broken(answer_out, file, rc);
}

/* Kept, in the ledger, and on its way to everybody. */
static enum fv_err
keep(struct fv_host *host, const struct fv_log_order *order, struct fv_span note,
    uint64_t *index_out)
{
	const struct fv_store_audience everyone = {0};
	struct fv_store_note row = {.version = (uint64_t)order->at_ms, .note = note};
	struct fv_signednote parsed;
	enum fv_err rc = fv_signednote_parse(note, &parsed);

	if (rc != FV_OK)
		return rc;
	fv_sha256(parsed.text, &row.hash);
	if ((rc = fv_store_note_put(host->store, FV_NOTE_LOG, &row)) != FV_OK ||
	    (rc = fv_verb_keep_note(host, "log", &row.hash, note)) != FV_OK ||
	    (rc = fv_verb_policy(host, "log", &row.hash, index_out)) != FV_OK)
		return rc;
	return fv_store_change(host->store, everyone, FV_ITEM_LOG, fv_span_z(host->agency));
}

int
fv_do_log_import(struct fv_host *host, const json_t *request, json_t **answer_out)
{
	const char *file = fv_verb_text(request, "file");
	const struct fv_span note = fv_span_z(fv_verb_text(request, "note"));
	struct fv_roster *roster = NULL;
	struct fv_log_order order;
	struct fv_hash hash;
	uint64_t index = 0;
	enum fv_err rc;
	int code = fv_verb_need_roster(host, &roster, &hash, answer_out);

	if (code != FV_EXIT_OK)
		return code;
	rc = fv_log_order_verify(note, roster, &order);
	if (rc == FV_EAUTH)
		code = fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: needs the signatures of %u supervisors of the roster in force", file,
		    roster->threshold);
	else if (rc == FV_ECONFLICT)
		code = fv_verb_fail(
		    answer_out, FV_EXIT_DATA, "%s: is another agency's order", file);
	else if (rc != FV_OK)
		code = fv_verb_fail(answer_out, FV_EXIT_DATA,
		    "%s: is no signed order of 'fieldvisitd log sign'", file);
	else
		code = check(host, file, &order, answer_out);
	if (code == FV_EXIT_OK) {
		rc = keep(host, &order, note, &index);
		code = rc == FV_OK
		    ? fv_verb_done(answer_out,
			  json_pack("{s:I, s:I}", "size", (json_int_t)order.size, "leaf",
			      (json_int_t)index),
			  "handhelds that saw a later ledger go on from size "
			  "%llu at their next sync; ledger entry %llu",
			  (unsigned long long)order.size, (unsigned long long)index)
		    : fv_verb_broken(answer_out, file, rc);
	}
	free(roster);
	return code;
}

int
cmd_log_import(int argc, char **argv)
{
	return fv_verb_send_file("log import", IMPORT_USAGE, "note", argc, argv);
}
