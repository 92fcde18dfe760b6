#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "firmware-app/failpoint.h"
#include "firmware-app/identity.h"

/* A folder with an identity, and the journal over it. */
struct fixture {
	char dir[64];
	struct fv_store *store;
	struct fv_journal journal;
	int64_t clock_ms;
	uint8_t pk_0[FV_KEY_BYTES];
	uint8_t mac_seed[FV_SEED_BYTES];
	uint8_t dev[FV_DEV_BYTES];
};

static void
now(struct fv_moment *out, void *ctx)
{
	struct fixture *f = ctx;

	f->clock_ms += 1000;
	memset(out, 0, sizeof *out);
	memcpy(out->boot, "bootboot", sizeof out->boot);
	out->boottime_ms = f->clock_ms;
	out->rtc_ms = INT64_C(1795000000000) + f->clock_ms;
}

static int
on_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static enum fv_err
open_all(struct fixture *f)
{
	const struct fv_moment_port port = {now, f};
	bool was_clean;
	enum fv_err rc = fv_store_open(&f->store, f->dir, &was_clean);

	return rc == FV_OK ? fv_journal_open(&f->journal, f->store, f->dir, port, was_clean)
			   : rc;
}

static void
close_all(struct fixture *f)
{
	fv_journal_close(&f->journal);
	fv_store_close(f->store);
	f->store = NULL;
}

static int
setup(void **state)
{
	static const uint8_t ticket_id[FV_TICKET_ID_BYTES] = {7};
	struct fv_identity_keys keys;
	struct fixture *f = calloc(1, sizeof *f);
	bool was_clean;

	if (f == NULL || fv_crypto_init() != FV_OK)
		return -1;
	f->journal.slots = (struct fv_slots)FV_SLOTS_NONE;
	snprintf(f->dir, sizeof f->dir, "/tmp/fv-journal-XXXXXX");
	if (mkdtemp(f->dir) == NULL || fv_store_open(&f->store, f->dir, &was_clean) != FV_OK)
		return -1;
	fv_identity_make(fv_random_system(), ticket_id, &keys);
	if (fv_identity_store(f->store, f->dir, &keys) != FV_OK)
		return -1;
	memcpy(f->pk_0, keys.pk_0, sizeof f->pk_0);
	memcpy(f->mac_seed, keys.mac_seed, sizeof f->mac_seed);
	memcpy(f->dev, keys.dev, sizeof f->dev);
	fv_store_close(f->store);
	*state = f;
	return open_all(f) == FV_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	close_all(f);
	nftw(f->dir, on_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

/* A payload {4: value}. */
static enum fv_err
append(struct fixture *f, uint32_t type, uint64_t value, uint64_t *seq_out)
{
	struct fv_buf payload = {0};
	enum fv_err rc;

	fv_cbor_put_map(&payload, 1);
	fv_cbor_put_uint(&payload, 4);
	fv_cbor_put_uint(&payload, value);
	rc = fv_journal_append(&f->journal, type, fv_buf_span(&payload), seq_out);
	fv_buf_clear(&payload);
	return rc;
}

/* What an outsider with pk_0 and the auditor with the MAC seed can check. */
struct audit {
	struct fv_trail trail;
	struct fv_ratchet ratchet;
	size_t seals;
	bool is_good;
};

static enum fv_err
on_audit(const struct fv_record_row *row, void *ctx)
{
	uint8_t npk[FV_KEY_BYTES], a[FV_HASH_BYTES];
	struct audit *audit = ctx;
	struct fv_header header;
	struct fv_hash leaf, pc;
	uint64_t number;

	audit->is_good = false;
	assert_int_equal(fv_header_parse(row->header, &header), FV_OK);
	fv_record_commit(row->salt.ptr, row->payload, &pc);
	assert_memory_equal(pc.b, header.pc.b, sizeof pc.b);
	assert_int_equal(fv_trail_follow(&audit->trail, &header, row->header, &leaf), FV_OK);
	assert_memory_equal(leaf.b, row->leaf.b, sizeof leaf.b);
	if (row->type == FV_REC_SEAL) {
		assert_int_equal(fv_seal_payload_parse(row->payload, npk, a, &number), FV_OK);
		assert_memory_equal(a, audit->ratchet.a, sizeof a);
		assert_int_equal(row->sig.len, FV_SIG_BYTES);
		assert_int_equal(
		    fv_trail_take_seal(&audit->trail, row->payload, row->sig.ptr), FV_OK);
		audit->seals++;
	}
	fv_ratchet_step(&audit->ratchet, &leaf);
	audit->is_good = true;
	return FV_OK;
}

/* Everything verifies from pk_0 on, aggregates included, and memory agrees with disk. */
static void
assert_trail_good(struct fixture *f, struct audit *audit)
{
	memset(audit, 0, sizeof *audit);
	fv_trail_init(&audit->trail, f->dev, f->pk_0);
	fv_ratchet_start(&audit->ratchet, f->mac_seed, f->dev);
	assert_int_equal(
	    fv_store_each_record(f->store, 0, UINT64_MAX, on_audit, audit), FV_OK);
	assert_true(audit->is_good || audit->trail.range.size == 0);
	assert_int_equal(audit->trail.range.size, f->journal.trail.range.size);
	assert_int_equal(audit->trail.sealed_size, f->journal.trail.sealed_size);
	assert_memory_equal(audit->trail.seal_pk, f->journal.trail.seal_pk, FV_KEY_BYTES);
	assert_memory_equal(audit->ratchet.a, f->journal.slots.now->a, FV_HASH_BYTES);
	assert_memory_equal(audit->ratchet.k, f->journal.slots.now->k, FV_HASH_BYTES);
}

static void
records_are_numbered_and_found_again_after_a_restart(void **state)
{
	struct fixture *f = *state;
	struct audit audit;
	uint64_t seq;

	for (uint64_t i = 0; i < 5; i++) {
		assert_int_equal(append(f, FV_REC_CHECKIN, i, &seq), FV_OK);
		assert_int_equal(seq, i);
	}
	close_all(f);
	assert_int_equal(open_all(f), FV_OK);
	assert_int_equal(fv_journal_next_seq(&f->journal), 5);
	assert_trail_good(f, &audit);
}

static void
a_seal_covers_all_records_and_verifies_from_the_enrolled_key(void **state)
{
	struct fixture *f = *state;
	struct audit audit;
	uint64_t seq;

	assert_int_equal(append(f, FV_REC_BOOT, 1, &seq), FV_OK);
	assert_int_equal(fv_journal_seal(&f->journal), FV_OK);
	assert_int_equal(append(f, FV_REC_CHECKIN, 1, &seq), FV_OK);
	assert_int_equal(fv_journal_seal(&f->journal), FV_OK);
	assert_int_equal(fv_journal_unsealed(&f->journal), 0);
	assert_trail_good(f, &audit);
	assert_int_equal(audit.seals, 2);
	close_all(f);
	assert_int_equal(open_all(f), FV_OK);
	assert_trail_good(f, &audit);
}

static void
a_seal_with_nothing_new_adds_no_record(void **state)
{
	struct fixture *f = *state;
	uint64_t seq;

	assert_int_equal(append(f, FV_REC_BOOT, 1, &seq), FV_OK);
	assert_int_equal(fv_journal_seal(&f->journal), FV_OK);
	assert_int_equal(fv_journal_seal(&f->journal), FV_OK);
	assert_int_equal(fv_journal_next_seq(&f->journal), 2);
}

static void
the_sixty_fourth_unsealed_record_is_followed_by_a_seal(void **state)
{
	struct fixture *f = *state;
	struct audit audit;
	uint64_t seq;

	for (uint64_t i = 0; i < FV_SEAL_UNSEALED_MAX; i++)
		assert_int_equal(append(f, FV_REC_CHECKIN, i, &seq), FV_OK);
	assert_int_equal(fv_journal_unsealed(&f->journal), 0);
	assert_int_equal(fv_journal_next_seq(&f->journal), FV_SEAL_UNSEALED_MAX + 1);
	assert_trail_good(f, &audit);
}

static void
a_group_is_recorded_whole_or_not_at_all(void **state)
{
	struct fixture *f = *state;
	struct audit audit;
	uint64_t seq;

	assert_int_equal(append(f, FV_REC_BOOT, 1, &seq), FV_OK);
	assert_int_equal(fv_journal_begin(&f->journal), FV_OK);
	assert_int_equal(append(f, FV_REC_CHECKIN, 1, &seq), FV_OK);
	assert_int_equal(append(f, FV_REC_CHECKIN, 2, &seq), FV_OK);
	fv_journal_rollback(&f->journal);
	assert_int_equal(fv_journal_next_seq(&f->journal), 1);
	assert_trail_good(f, &audit);

	assert_int_equal(fv_journal_begin(&f->journal), FV_OK);
	assert_int_equal(append(f, FV_REC_CHECKIN, 1, &seq), FV_OK);
	assert_int_equal(append(f, FV_REC_CHECKIN, 2, &seq), FV_OK);
	assert_int_equal(fv_journal_commit(&f->journal), FV_OK);
	assert_int_equal(fv_journal_next_seq(&f->journal), 3);
	assert_trail_good(f, &audit);
}

static void
a_long_payload_is_kept_as_a_blob_named_by_its_commitment(void **state)
{
	static uint8_t coded[3000];
	struct fixture *f = *state;
	struct fv_buf payload = {0}, keep = {0}, blob = {0};
	struct fv_record_row row;
	struct fv_header header;
	uint64_t seq;

	fv_cbor_put_map(&payload, 1);
	fv_cbor_put_uint(&payload, 8);
	fv_cbor_put_bytes(&payload, coded, sizeof coded);
	assert_int_equal(
	    fv_journal_append(&f->journal, FV_REC_TRACK, fv_buf_span(&payload), &seq), FV_OK);
	assert_int_equal(fv_store_get_record(f->store, seq, &keep, &row), FV_OK);
	assert_int_equal(fv_header_parse(row.header, &header), FV_OK);
	assert_int_equal(header.flags & FV_RECF_APART, FV_RECF_APART);
	assert_int_equal(fv_store_get_blob(f->store, &header.pc, &blob), FV_OK);
	assert_int_equal(blob.len, FV_SALT_BYTES + payload.len);
	assert_memory_equal(blob.ptr, row.salt.ptr, FV_SALT_BYTES);
	fv_buf_clear(&payload);
	fv_buf_clear(&keep);
	fv_buf_clear(&blob);
}

static void
a_record_is_never_changed_or_deleted(void **state)
{
	struct fixture *f = *state;
	struct fv_record_row row = {0};
	uint8_t salt[FV_SALT_BYTES] = {0};
	uint64_t seq;

	assert_int_equal(append(f, FV_REC_BOOT, 1, &seq), FV_OK);
	row.seq = 0;
	row.type = FV_REC_BOOT;
	row.header = fv_span_z("other");
	row.salt = fv_span_of(salt, sizeof salt);
	assert_int_equal(fv_store_put_record(f->store, &row), FV_ECONFLICT);
	row.seq = 5; /* a gap */
	assert_int_equal(fv_store_put_record(f->store, &row), FV_ECONFLICT);
}

static void
an_older_copy_of_the_store_is_not_continued(void **state)
{
	struct fixture *f = *state;
	char command[256];
	uint64_t seq;

	assert_int_equal(append(f, FV_REC_BOOT, 1, &seq), FV_OK);
	close_all(f);
	snprintf(command, sizeof command, "cp %s/trail.db %s/old.db", f->dir, f->dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(open_all(f), FV_OK);
	assert_int_equal(append(f, FV_REC_CHECKIN, 1, &seq), FV_OK);
	close_all(f);
	snprintf(command, sizeof command, "cp %s/old.db %s/trail.db", f->dir, f->dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(open_all(f), FV_ECORRUPT);
}

static void
a_lost_seal_file_stops_the_trail(void **state)
{
	struct fixture *f = *state;
	char path[128];

	close_all(f);
	snprintf(path, sizeof path, "%s/seal/ratchet", f->dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(open_all(f), FV_ECORRUPT);
}

static void
a_damaged_store_is_reported_and_not_rewritten(void **state)
{
	struct fixture *f = *state;
	char path[128];
	uint64_t seq;
	int fd;

	assert_int_equal(append(f, FV_REC_BOOT, 1, &seq), FV_OK);
	close_all(f);
	snprintf(path, sizeof path, "%s/trail.db", f->dir);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "not a database at all", 21, 0), 21);
	close(fd);
	assert_int_equal(open_all(f), FV_ECORRUPT);
}

static void
the_old_seal_key_is_nowhere_in_the_file_after_a_seal(void **state)
{
	struct fixture *f = *state;
	uint8_t old[FV_SEED_BYTES], file[2 * FV_SLOT_BYTES];
	char path[128];
	uint64_t seq;
	int fd;

	assert_int_equal(append(f, FV_REC_BOOT, 1, &seq), FV_OK);
	memcpy(old, f->journal.slots.now->seed, sizeof old);
	assert_int_equal(fv_journal_seal(&f->journal), FV_OK);
	snprintf(path, sizeof path, "%s/seal/ratchet", f->dir);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, file, sizeof file), (ssize_t)sizeof file);
	close(fd);
	assert_null(memmem(file, sizeof file, old, sizeof old));
}

/* What the child does while it is told to die: two records, a seal, a record. */
static void
child_work(struct fixture *f, int out)
{
	const struct rlimit no_core = {0, 0};
	uint64_t seq;

	setrlimit(RLIMIT_CORE, &no_core);
	/* The sanitisers' own report of abort() is noise here. */
	if (freopen("/dev/null", "w", stderr) == NULL || open_all(f) != FV_OK)
		_exit(9);
	for (uint64_t i = 0; i < 3; i++) {
		if (append(f, FV_REC_CHECKIN, i, &seq) != FV_OK)
			_exit(8);
		if (write(out, "r", 1) != 1) /* acknowledged */
			_exit(7);
		if (i == 1 && fv_journal_seal(&f->journal) != FV_OK)
			_exit(6);
	}
	_exit(0);
}

static void
die_and_recover(struct fixture *f, int point)
{
	char value[12], acked[8];
	uint64_t before = fv_journal_next_seq(&f->journal), after, seq;
	struct audit audit;
	int status, pipe_fd[2];
	ssize_t n;
	pid_t pid;

	close_all(f);
	assert_int_equal(pipe(pipe_fd), 0);
	snprintf(value, sizeof value, "%d", point);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		setenv("FV_FAIL", value, 1);
		child_work(f, pipe_fd[1]);
	}
	close(pipe_fd[1]);
	n = read(pipe_fd[0], acked, sizeof acked);
	close(pipe_fd[0]);
	assert_true(n >= 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);

	assert_int_equal(open_all(f), FV_OK);
	assert_trail_good(f, &audit);
	after = fv_journal_next_seq(&f->journal);
	assert_true(after >= before + (uint64_t)n); /* nothing acknowledged is lost */
	/* And it goes on, with keys that were never used before. */
	assert_int_equal(append(f, FV_REC_CHECKIN, 9, &seq), FV_OK);
	assert_int_equal(fv_journal_seal(&f->journal), FV_OK);
	assert_trail_good(f, &audit);
	assert_int_equal(fv_journal_unsealed(&f->journal), 0);
}

static void
death_at_every_step_of_recording_and_sealing_loses_nothing(void **state)
{
	struct fixture *f = *state;

	for (int point = FV_POINT_RECORD_BEFORE_COMMIT; point <= FV_POINT_OPEN_AFTER_CHOICE;
	     point++)
		die_and_recover(f, point);
}

static void
the_ballast_is_made_dropped_and_made_again(void **state)
{
	struct fixture *f = *state;
	struct audit audit;
	struct stat st;
	char path[128];

	snprintf(path, sizeof path, "%s/ballast", f->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, FV_STORE_BALLAST_BYTES);
	fv_store_drop_ballast(f->dir);
	assert_int_not_equal(stat(path, &st), 0);
	assert_int_equal(fv_store_make_ballast(f->dir), FV_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_trail_good(f, &audit);
}

static void
the_root_of_a_prefix_is_the_root_that_was(void **state)
{
	struct fixture *f = *state;
	struct fv_hash then, later;
	uint64_t seq;

	assert_int_equal(append(f, FV_REC_BOOT, 1, &seq), FV_OK);
	assert_int_equal(append(f, FV_REC_CHECKIN, 1, &seq), FV_OK);
	fv_merkle_range_root(&f->journal.trail.range, &then);
	assert_int_equal(append(f, FV_REC_CHECKIN, 2, &seq), FV_OK);
	assert_int_equal(fv_journal_root_at(f->store, 2, &later), FV_OK);
	assert_memory_equal(then.b, later.b, sizeof then.b);
	assert_int_equal(fv_journal_root_at(f->store, 4, &later), FV_ERANGE);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(records_are_numbered_and_found_again_after_a_restart),
	    T(a_seal_covers_all_records_and_verifies_from_the_enrolled_key),
	    T(a_seal_with_nothing_new_adds_no_record),
	    T(the_sixty_fourth_unsealed_record_is_followed_by_a_seal),
	    T(a_group_is_recorded_whole_or_not_at_all),
	    T(a_long_payload_is_kept_as_a_blob_named_by_its_commitment),
	    T(a_record_is_never_changed_or_deleted),
	    T(an_older_copy_of_the_store_is_not_continued),
	    T(a_lost_seal_file_stops_the_trail),
	    T(a_damaged_store_is_reported_and_not_rewritten),
	    T(the_old_seal_key_is_nowhere_in_the_file_after_a_seal),
	    T(death_at_every_step_of_recording_and_sealing_loses_nothing),
	    T(the_ballast_is_made_dropped_and_made_again),
	    T(the_root_of_a_prefix_is_the_root_that_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
