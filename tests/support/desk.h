/*
 * A data folder with a server's keys, in this process, and what people off the server sign
 * for it: for tests of the verbs.  Inline, because only tests of the server link it.
 *
 * Threads: no.
 */
#ifndef TESTS_DESK_H
#define TESTS_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fv/instant.h"
#include "fv/note.h"
#include "fv/order.h"
#include "sync-server/cmd.h"
#include "sync-server/handlers.h"
#include "sync-server/store/book.h"
#include "sync-server/store/findings.h"
#include "sync-server/store/log.h"
#include "sync-server/store/records.h"
#include "tests/support/handset.h"
#include "tests/support/people.h"

struct desk {
	char root[64], dir[96]; /* dir is root/srv */
	struct fv_host *host;
	struct fv_roster *roster; /* of north: s1 s2 s3, o1 o2 */
	struct fv_hash roster_hash;
	struct handset a, b;
	json_t *answer; /* of the last request */
	/* What desk_mark() saw. */
	uint64_t leaves, change;
	struct fv_hash root_then;
	size_t cases;
};

static const unsigned desk_s1[] = {1}, desk_s12[] = {1, 2}, desk_stranger[] = {9};

/* Run a verb.  Takes: request.  Returns the exit code. */
static inline int
desk_ask(struct desk *d, const char *verb, json_t *request)
{
	assert_non_null(request);
	assert_int_equal(json_object_set_new(request, "verb", json_string(verb)), 0);
	json_decref(d->answer);
	d->answer = fv_host_run(d->host, request);
	assert_non_null(d->answer);
	json_decref(request);
	return (int)json_integer_value(json_object_get(d->answer, "exit"));
}

static inline const char *
desk_error(const struct desk *d)
{
	const char *error = json_string_value(json_object_get(d->answer, "error"));

	return error != NULL ? error : "";
}

static inline void
desk_expect_error(const struct desk *d, const char *part)
{
	if (strstr(desk_error(d), part) == NULL)
		fail_msg("\"%s\" does not hold \"%s\"", desk_error(d), part);
}

static inline json_int_t
desk_number(const struct desk *d, const char *name)
{
	const json_t *number = json_object_get(d->answer, name);

	assert_true(json_is_integer(number));
	return json_integer_value(number);
}

static inline enum fv_err
desk_count(const struct fv_store_case *row, void *ctx)
{
	size_t *count = ctx;

	(void)row;
	(*count)++;
	return FV_OK;
}

/* Remember what the store holds; desk_expect_same() sees that nothing came or went. */
static inline void
desk_mark(struct desk *d)
{
	d->cases = 0;
	assert_int_equal(fv_store_head_get(d->host->store, &d->leaves, &d->root_then), FV_OK);
	assert_int_equal(fv_store_change_last(d->host->store, &d->change), FV_OK);
	assert_int_equal(fv_store_case_each(d->host->store, desk_count, &d->cases), FV_OK);
}

static inline void
desk_expect_same(struct desk *d)
{
	struct desk now = {.host = d->host};

	desk_mark(&now);
	assert_int_equal(now.leaves, d->leaves);
	assert_int_equal(fv_ledger_size(d->host->ledger), d->leaves);
	assert_memory_equal(now.root_then.b, d->root_then.b, FV_HASH_BYTES);
	assert_int_equal(now.change, d->change);
	assert_int_equal(now.cases, d->cases);
}

/* Append the text of the roster, signed. */
static inline void
desk_sign_roster(
    struct fv_buf *note, const struct fv_roster *roster, const unsigned *who, size_t count)
{
	struct fv_buf text = {0};

	fv_roster_put(&text, roster);
	people_sign(note, fv_buf_span(&text), roster->agency, who, count);
	fv_buf_clear(&text);
}

/* Send {file, MEMBER: text}. */
static inline int
desk_send(struct desk *d, const char *verb, const char *member, struct fv_span text)
{
	return desk_ask(d, verb,
	    json_pack(
		"{s:s, s:s%}", "file", "FILE", member, (const char *)text.ptr, text.len));
}

static inline void
desk_import_roster(struct desk *d)
{
	struct fv_buf note = {0}, text = {0};

	desk_sign_roster(&note, d->roster, desk_s1, 1);
	assert_int_equal(
	    desk_send(d, "roster import", "note", fv_buf_span(&note)), FV_EXIT_OK);
	fv_roster_put(&text, d->roster);
	fv_roster_hash(fv_buf_span(&text), &d->roster_hash);
	fv_buf_clear(&text);
	fv_buf_clear(&note);
}

static inline void
desk_ticket(
    const struct desk *d, const struct handset *h, const char *officer, struct fv_ticket *out)
{
	memset(out, 0, sizeof *out);
	memcpy(out->id, h->ticket_id, sizeof out->id);
	memset(out->token, 0x5a, sizeof out->token);
	(void)snprintf(out->url, sizeof out->url, "%s", d->host->url);
	memcpy(out->log_pk, fv_ledger_pk(d->host->ledger), FV_KEY_BYTES);
	out->hpke_key_id = d->host->hpke[0].id;
	memcpy(out->hpke_pk, d->host->hpke[0].pk, FV_KEY_BYTES);
	out->roster = d->roster_hash;
	(void)snprintf(out->agency, sizeof out->agency, "north");
	(void)snprintf(out->team, sizeof out->team, "t1");
	(void)snprintf(out->officer, sizeof out->officer, "%s", officer);
	out->expires_ms = (fv_host_now_ms() / 1000 + 3600) * 1000;
	memcpy(out->auditors[0], d->roster->auditors[0].box_pk, FV_KEY_BYTES);
	out->auditor_count = 1;
}

static inline int
desk_import_ticket(struct desk *d, const struct fv_ticket *ticket, const unsigned *who)
{
	struct fv_buf text = {0}, note = {0}, file = {0};
	int code;

	fv_ticket_text_put(&text, ticket);
	people_sign(&note, fv_buf_span(&text), "north", who, 1);
	fv_ticket_file_put(&file, ticket->token, fv_buf_span(&note));
	code = desk_send(d, "invite import", "ticket", fv_buf_span(&file));
	fv_buf_clear(&file);
	fv_buf_clear(&note);
	fv_buf_clear(&text);
	return code;
}

/* Enrol the handset for the officer, with its ticket, as an enrolment does. */
static inline void
desk_enrol(struct desk *d, const struct handset *h, const char *officer)
{
	struct fv_store_device row = {.enrolled_ms = 1};
	struct fv_leaf_enrol enrol = {.agency = fv_span_z("north")};
	struct fv_buf body = {0};
	struct fv_ticket ticket;
	int64_t no;

	desk_ticket(d, h, officer, &ticket);
	assert_int_equal(desk_import_ticket(d, &ticket, desk_s1), FV_EXIT_OK);
	memcpy(row.dev, h->dev, sizeof row.dev);
	memcpy(row.pk_0, h->pk_0, sizeof row.pk_0);
	memcpy(row.pk_sync, h->pk_sync, sizeof row.pk_sync);
	memcpy(row.pk_box, h->pk_box, sizeof row.pk_box);
	memcpy(row.ticket_id, h->ticket_id, sizeof row.ticket_id);
	(void)snprintf(row.agency, sizeof row.agency, "north");
	(void)snprintf(row.team, sizeof row.team, "t1");
	(void)snprintf(row.officer, sizeof row.officer, "%s", officer);
	memcpy(enrol.dev, h->dev, sizeof enrol.dev);
	memcpy(enrol.pk_0, h->pk_0, sizeof enrol.pk_0);
	memcpy(enrol.pk_sync, h->pk_sync, sizeof enrol.pk_sync);
	memcpy(enrol.pk_box, h->pk_box, sizeof enrol.pk_box);
	memcpy(enrol.ticket_id, h->ticket_id, sizeof enrol.ticket_id);
	fv_leaf_enrol_put(&body, &enrol);
	assert_int_equal(fv_store_begin(d->host->store), FV_OK);
	assert_int_equal(fv_ledger_append(d->host->ledger, FV_LEAF_ENROL, 1,
			     fv_buf_span(&body), &row.enrol_index),
	    FV_OK);
	assert_int_equal(fv_store_device_add(d->host->store, &row, &no), FV_OK);
	assert_int_equal(fv_store_ticket_spend(d->host->store, row.ticket_id, 1, no), FV_OK);
	assert_int_equal(fv_host_commit(d->host), FV_OK);
	fv_buf_clear(&body);
}

static inline struct fv_store_device
desk_device(const struct desk *d, const struct handset *h)
{
	struct fv_store_device row;

	assert_int_equal(fv_store_device_get(d->host->store, h->dev, &row), FV_OK);
	return row;
}

/* Send the text, signed by one supervisor, to `device import`. */
static inline int
desk_order(struct desk *d, struct fv_span text, const unsigned *who)
{
	struct fv_buf note = {0};
	int code;

	people_sign(&note, text, "north", who, 1);
	code = desk_send(d, "device import", "note", fv_buf_span(&note));
	fv_buf_clear(&note);
	return code;
}

static inline int
desk_approve(struct desk *d, const struct handset *h, const unsigned *who)
{
	struct fv_store_device row = desk_device(d, h);
	struct fv_buf leaf = {0}, text = {0};
	struct fv_approve approve;
	int code;

	assert_int_equal(fv_store_leaf_get(d->host->store, row.enrol_index, &leaf), FV_OK);
	memcpy(approve.dev, h->dev, sizeof approve.dev);
	fv_leaf_hash(fv_buf_span(&leaf), &approve.leaf);
	fv_approve_put(&text, &approve);
	code = desk_order(d, fv_buf_span(&text), who);
	fv_buf_clear(&text);
	fv_buf_clear(&leaf);
	return code;
}

static inline int
desk_revoke(struct desk *d, const struct handset *h, const unsigned *who)
{
	struct fv_order order = {
	    .kind = FV_ORDER_REVOKE, .reason = "lost", .trusted_size = 7, .at_ms = 1000};
	struct fv_buf text = {0};
	int code;

	memcpy(order.dev, h->dev, sizeof order.dev);
	fv_order_put(&text, &order);
	code = desk_order(d, fv_buf_span(&text), who);
	fv_buf_clear(&text);
	return code;
}

/* The newest leaf: its kind, and that its body is `want` (empty: any). */
static inline void
desk_expect_leaf(const struct desk *d, enum fv_leaf_kind kind, struct fv_span want)
{
	struct fv_buf leaf = {0};
	struct fv_leaf parsed;

	assert_int_equal(
	    fv_store_leaf_get(d->host->store, fv_ledger_size(d->host->ledger) - 1, &leaf),
	    FV_OK);
	assert_int_equal(fv_leaf_parse(fv_buf_span(&leaf), &parsed), FV_OK);
	assert_int_equal(parsed.kind, kind);
	if (want.len > 0)
		assert_true(fv_span_equal(parsed.body, want));
	fv_buf_clear(&leaf);
}

/* Kinds and keys of what changed for the handset after `cursor`, as "1c1 7c1 ". */
struct desk_changes {
	char text[512];
};

static inline enum fv_err
desk_note_change(const struct fv_store_changed *row, void *ctx)
{
	struct desk_changes *changes = ctx;
	const size_t used = strlen(changes->text);

	(void)snprintf(changes->text + used, sizeof changes->text - used, "%d%.*s ",
	    (int)row->kind,
	    row->kind == FV_ITEM_REVOKE || row->kind == FV_ITEM_WIPE ? 0 : (int)row->key.len,
	    (const char *)row->key.ptr);
	return FV_OK;
}

static inline struct desk_changes
desk_changes(const struct desk *d, const struct handset *h, uint64_t cursor)
{
	struct desk_changes changes = {{0}};
	struct fv_store_device row = desk_device(d, h);

	assert_int_equal(
	    fv_store_changed_each(d->host->store, &row, cursor, desk_note_change, &changes),
	    FV_OK);
	return changes;
}

static inline int
desk_set_up(void **state)
{
	struct desk *d = calloc(1, sizeof *d);
	struct fv_host_init init = {
	    .agency = "north", .url = "http://127.0.0.1:8470", .now_ms = 1};

	assert_non_null(d);
	assert_int_equal(fv_crypto_init(), FV_OK);
	(void)snprintf(d->root, sizeof d->root, "/tmp/fv-desk-XXXXXX");
	assert_non_null(mkdtemp(d->root));
	(void)snprintf(d->dir, sizeof d->dir, "%s/srv", d->root);
	init.dir = d->dir;
	assert_int_equal(fv_host_create(&init), FV_OK);
	assert_int_equal(fv_host_open(d->dir, &d->host), FV_OK);
	d->roster = people_roster(3);
	handset_init(&d->a, 1);
	handset_init(&d->b, 2);
	*state = d;
	return 0;
}

/* As above, with the roster in force. */
static inline int
desk_set_up_roster(void **state)
{
	desk_set_up(state);
	desk_import_roster(*state);
	return 0;
}

/* As above, with o1's handset a approved and o2's b enrolled only. */
static inline int
desk_set_up_devices(void **state)
{
	struct desk *d;

	desk_set_up_roster(state);
	d = *state;
	desk_enrol(d, &d->a, "o1");
	desk_enrol(d, &d->b, "o2");
	assert_int_equal(desk_approve(d, &d->a, desk_s1), FV_EXIT_OK);
	return 0;
}

static inline int
desk_tear_down(void **state)
{
	struct desk *d = *state;
	char command[128];

	fv_host_close(d->host);
	json_decref(d->answer);
	free(d->roster);
	handset_clear(&d->a);
	handset_clear(&d->b);
	(void)snprintf(command, sizeof command, "rm -rf %s", d->root);
	assert_int_equal(system(command), 0);
	free(d);
	return 0;
}

#endif
