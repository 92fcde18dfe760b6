#include "../../sync-server/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "../../sync-server/store/log.h"

static const uint8_t seed[FV_SEED_BYTES] = {42};

struct place {
	char dir[64];
	char path[96];
	struct fv_store *store;
	struct fv_ledger *ledger;
};

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	assert_int_equal(fv_crypto_init(), FV_OK);
	strcpy(p->dir, "/tmp/fv-ledger-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof p->path, "%s/fieldvisitd.db", p->dir);
	assert_int_equal(fv_store_open(&p->store, p->path, FV_STORE_CREATE), FV_OK);
	assert_int_equal(fv_ledger_open(&p->ledger, p->store, seed), FV_OK);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	char command[128];

	fv_ledger_close(p->ledger);
	fv_store_close(p->store);
	snprintf(command, sizeof command, "rm -rf '%s'", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

static void
append(struct place *p, const char *body)
{
	assert_int_equal(
	    fv_ledger_append(p->ledger, FV_LEAF_RECOVERY, 1000, fv_span_z(body), NULL), FV_OK);
}

static void
commit(struct place *p)
{
	assert_int_equal(fv_ledger_settle(p->ledger), FV_OK);
	assert_int_equal(fv_store_commit(p->store), FV_OK);
}

/* Leaves of 1-element arrays, each commit adding one. */
static void
grow(struct place *p, int leaves)
{
	char body[8];

	for (int i = 0; i < leaves; i++) {
		snprintf(body, sizeof body, "\x81%c", i % 24);
		assert_int_equal(fv_store_begin(p->store), FV_OK);
		assert_int_equal(fv_ledger_append(p->ledger, FV_LEAF_RECOVERY, i,
				     fv_span_of(body, 2), NULL),
		    FV_OK);
		commit(p);
	}
}

static void
every_leaf_is_proven_in_every_later_head(void **state)
{
	struct place *p = *state;
	struct fv_hash proof[FV_MERKLE_PROOF_MAX], root, leaf;
	size_t count;

	grow(p, 21);
	for (uint64_t size = 1; size <= 21; size++) {
		assert_int_equal(fv_store_head_find(p->store, size, &root), FV_OK);
		for (uint64_t i = 0; i < size; i++) {
			assert_int_equal(
			    fv_ledger_prove_inclusion(p->store, i, size, proof, &count),
			    FV_OK);
			assert_int_equal(fv_store_node_get(p->store, 0, i, &leaf), FV_OK);
			assert_int_equal(
			    fv_merkle_verify_inclusion(i, size, &leaf, proof, count, &root),
			    FV_OK);
		}
	}
}

static void
every_head_is_consistent_with_every_later_one(void **state)
{
	struct place *p = *state;
	struct fv_hash proof[FV_MERKLE_PROOF_MAX], a, b;
	size_t count;

	grow(p, 21);
	for (uint64_t size1 = 1; size1 <= 21; size1++)
		for (uint64_t size2 = size1; size2 <= 21; size2++) {
			assert_int_equal(fv_store_head_find(p->store, size1, &a), FV_OK);
			assert_int_equal(fv_store_head_find(p->store, size2, &b), FV_OK);
			assert_int_equal(
			    fv_ledger_prove_consistency(p->store, size1, size2, proof, &count),
			    FV_OK);
			assert_int_equal(
			    fv_merkle_verify_consistency(size1, size2, &a, &b, proof, count),
			    FV_OK);
		}
}

static void
a_receipt_made_of_these_parts_verifies(void **state)
{
	struct place *p = *state;
	struct fv_hash proof[FV_MERKLE_PROOF_MAX], root;
	struct fv_buf note = {0}, leaf = {0};
	struct fv_receipt receipt = {.index = 3};
	uint64_t size;

	grow(p, 6);
	assert_int_equal(fv_ledger_sign(p->ledger, &note), FV_OK);
	assert_true(note.len <= FV_CHECKPOINT_NOTE_MAX);
	assert_int_equal(fv_store_leaf_get(p->store, 3, &leaf), FV_OK);
	assert_int_equal(
	    fv_ledger_prove_inclusion(p->store, 3, 6, proof, &receipt.inclusion_count), FV_OK);
	receipt.leaf = fv_buf_span(&leaf);
	receipt.inclusion = proof;
	receipt.checkpoint = fv_buf_span(&note);
	assert_int_equal(
	    fv_receipt_verify(&receipt, fv_ledger_pk(p->ledger), &size, &root), FV_OK);
	assert_true(size == 6);
	fv_buf_clear(&note);
	fv_buf_clear(&leaf);
}

static void
nothing_is_signed_before_it_is_settled(void **state)
{
	struct place *p = *state;
	struct fv_buf note = {0};

	assert_int_equal(fv_ledger_sign(p->ledger, &note), FV_ESTATE);
	assert_int_equal(fv_store_begin(p->store), FV_OK);
	append(p, "\x80");
	assert_int_equal(fv_ledger_sign(p->ledger, &note), FV_ESTATE);
	commit(p);
	assert_int_equal(fv_ledger_sign(p->ledger, &note), FV_OK);
	fv_buf_clear(&note);
}

static void
a_rolled_back_leaf_is_forgotten(void **state)
{
	struct place *p = *state;
	struct fv_hash root, again;

	grow(p, 5);
	assert_int_equal(fv_store_head_find(p->store, 5, &root), FV_OK);
	assert_int_equal(fv_store_begin(p->store), FV_OK);
	append(p, "\x80");
	fv_store_rollback(p->store);
	assert_int_equal(fv_ledger_reload(p->ledger), FV_OK);
	assert_true(fv_ledger_size(p->ledger) == 5);
	assert_int_equal(fv_store_head_find(p->store, 5, &again), FV_OK);
	assert_memory_equal(root.b, again.b, sizeof root.b);
}

static void
change(struct place *p, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
a_ledger_that_cannot_be_read_again_adds_and_signs_nothing(void **state)
{
	struct place *p = *state;
	struct fv_buf note = {0};

	grow(p, 5);
	assert_int_equal(fv_store_begin(p->store), FV_OK);
	append(p, "\x80");
	fv_store_rollback(p->store);
	change(p, "ALTER TABLE node RENAME TO hidden");
	assert_int_not_equal(fv_ledger_reload(p->ledger), FV_OK);
	assert_int_not_equal(
	    fv_ledger_append(p->ledger, FV_LEAF_RECOVERY, 1000, fv_span_z("\x80"), NULL),
	    FV_OK);
	assert_int_not_equal(fv_ledger_settle(p->ledger), FV_OK);
	assert_int_equal(fv_ledger_sign(p->ledger, &note), FV_ESTATE);
	change(p, "ALTER TABLE hidden RENAME TO node");
	grow(p, 1);
	assert_true(fv_ledger_size(p->ledger) == 6);
	assert_int_equal(fv_ledger_reload(p->ledger), FV_OK);
	fv_buf_clear(&note);
}

static void
two_roots_for_one_size_are_never_settled(void **state)
{
	struct place *p = *state;
	struct fv_ledger *stale;

	/* a second ledger that does not see what the first one adds */
	grow(p, 4);
	assert_int_equal(fv_ledger_open(&stale, p->store, seed), FV_OK);
	grow(p, 1);
	assert_int_equal(fv_store_begin(p->store), FV_OK);
	assert_int_equal(
	    fv_ledger_append(stale, FV_LEAF_RECOVERY, 9, fv_span_z("\x81\x01"), NULL),
	    FV_EEXIST);
	fv_store_rollback(p->store);
	assert_int_equal(fv_ledger_settle(stale), FV_OK);
	fv_ledger_close(stale);
}

static void
a_changed_tree_is_found_when_the_ledger_opens(void **state)
{
	struct place *p = *state;
	struct fv_ledger *other;
	struct fv_hash wrong = {{1}};

	grow(p, 3);
	assert_int_equal(fv_store_head_put(p->store, 9, &wrong), FV_OK);
	assert_int_equal(fv_ledger_open(&other, p->store, seed), FV_ECORRUPT);
	assert_null(other);
}

/* Change one leaf beside the program, as damage or somebody with the file would. */
static void
a_changed_leaf_is_found_when_the_ledger_opens(void **state)
{
	static const char *const changes[] = {"UPDATE leaf SET data = x'8401' WHERE idx = 1",
	    "UPDATE leaf SET hash = zeroblob(32) WHERE idx = 0",
	    "DELETE FROM leaf WHERE idx = 2"};
	struct place *p = *state;
	struct fv_ledger *other;
	sqlite3 *db;

	grow(p, 5);
	assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		assert_int_equal(
		    sqlite3_exec(db,
			"SAVEPOINT s; DROP TRIGGER IF EXISTS leaf_update;"
			"DROP TRIGGER IF EXISTS leaf_delete; CREATE TABLE IF NOT EXISTS"
			" was AS SELECT * FROM leaf",
			NULL, NULL, NULL),
		    SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, changes[i], NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, "RELEASE s", NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(fv_ledger_open(&other, p->store, seed), FV_ECORRUPT);
		assert_int_equal(
		    sqlite3_exec(db, "REPLACE INTO leaf SELECT * FROM was", NULL, NULL, NULL),
		    SQLITE_OK);
		assert_int_equal(fv_ledger_open(&other, p->store, seed), FV_OK);
		fv_ledger_close(other);
	}
	sqlite3_close(db);
}

static void
the_log_goes_on_after_it_was_closed(void **state)
{
	struct place *p = *state;
	struct fv_hash proof[FV_MERKLE_PROOF_MAX], a, b;
	size_t count;

	grow(p, 7);
	fv_ledger_close(p->ledger);
	assert_int_equal(fv_ledger_open(&p->ledger, p->store, seed), FV_OK);
	grow(p, 4);
	assert_int_equal(fv_store_head_find(p->store, 7, &a), FV_OK);
	assert_int_equal(fv_store_head_find(p->store, 11, &b), FV_OK);
	assert_int_equal(fv_ledger_prove_consistency(p->store, 7, 11, proof, &count), FV_OK);
	assert_int_equal(fv_merkle_verify_consistency(7, 11, &a, &b, proof, count), FV_OK);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(every_leaf_is_proven_in_every_later_head),
	    T(every_head_is_consistent_with_every_later_one),
	    T(a_receipt_made_of_these_parts_verifies),
	    T(nothing_is_signed_before_it_is_settled),
	    T(a_rolled_back_leaf_is_forgotten),
	    T(a_ledger_that_cannot_be_read_again_adds_and_signs_nothing),
	    T(two_roots_for_one_size_are_never_settled),
	    T(a_changed_tree_is_found_when_the_ledger_opens),
	    T(a_changed_leaf_is_found_when_the_ledger_opens),
	    T(the_log_goes_on_after_it_was_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
