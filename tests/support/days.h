/*
 * Two handhelds that saw the same two cases in a day, and a store that takes what they send:
 * for tests of what is judged.
 *
 * Threads: no.
 */
#ifndef TESTS_DAYS_H
#define TESTS_DAYS_H

#include "sync-server/ingest.h"
#include "tests/support/handset.h"

#define DAYS_NOW INT64_C(1770001000000)   /* received_ms of all that is sent */
#define DAYS_TODAY INT64_C(1780000000000) /* for judge_opts */

struct place {
	char dir[64];
	struct fv_store *store;
	struct fv_ledger *ledger;
	struct fv_ingest *ingest;
	struct fv_store_device devices[2];
};

/* Two handhelds that saw the same two cases; made once, sent many times. */
struct days {
	struct handset sets[2];
	char *pack; /* owned: the file's bytes */
	size_t pack_len;
	struct place p;
};

/* cmocka set-up and tear-down; *state is a struct days *. */
int days_set_up(void **state);
int days_tear_down(void **state);

/* Another store, empty but for devices, cases and pack. */
void days_open_place(struct days *w);
void days_close_place(struct place *p);

/* A visit of some minutes with its outcome, sealed.  `officers`: a CBOR list as told.h
 * writes it. */
void days_visit(
    struct handset *h, const char *case_id, const char *officers, int minutes, int lat);

/* Send records [from, until) of handheld `which`. */
void days_send(struct days *w, size_t which, size_t from, size_t until);
/* Import a call about case c1. */
void days_import(struct days *w);

uint32_t days_random(uint64_t *x);

#endif
