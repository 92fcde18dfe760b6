/*
 * The handheld's own trail: append records, seal, and continue after any stop.  A record
 * is said to be recorded only when the call that appended it has returned FV_OK.
 *
 * Threads: one.  Memory: the seal key in secret memory.  Every append syncs the disk.
 */
#ifndef FV_APP_JOURNAL_H
#define FV_APP_JOURNAL_H

#include "firmware-app/slots.h"
#include "firmware-app/store/store.h"

/* The clocks and the state that stand in a record's header. */
struct fv_moment {
	uint8_t boot[FV_BOOT_BYTES];
	int64_t boottime_ms;
	int64_t rtc_ms;
	bool has_gnss;
	int64_t gnss_ms; /* of the fix in use; with has_gnss */
	bool is_locked;
};

/* Where moments come from. */
struct fv_moment_port {
	void (*now)(struct fv_moment *out, void *ctx);
	void *ctx;
};

struct fv_journal {
	struct fv_store *store; /* held */
	const char *dir;        /* held; the ballast's folder */
	struct fv_moment_port port;
	struct fv_slots slots;
	struct fv_trail trail;
	bool has_beacon;
	uint64_t beacon_size; /* last consistent checkpoint of the ledger */
	uint8_t beacon_root[FV_BEACON_ROOT_BYTES];
	bool in_group;
	struct fv_buf pending; /* owned: leaves appended in the open group */
	bool is_broken;        /* the disk failed at a seal: only a restart tells the truth */
};

/* Names of the settings that a journal reads. */
#define FV_SET_DEV "dev"
#define FV_SET_PK_0 "pk_0"
#define FV_SET_BEACON_SIZE "beacon_size"
#define FV_SET_BEACON_ROOT "beacon_root"

/*
 * Load the trail of the store and the seal state below `dir`; after an unclean stop also
 * re-hash the last records and check the last seal.
 * Holds: store, dir, port.ctx.  Release with fv_journal_close(), also after an error.
 * Errors: FV_ENOENT    there is no identity yet
 *         FV_ECORRUPT  store and seal state do not belong together, or a hash is wrong
 *         FV_EIO FV_ENOMEM
 */
FV_NODISCARD enum fv_err fv_journal_open(struct fv_journal *journal, struct fv_store *store,
    const char *dir, struct fv_moment_port port, bool was_clean);
void fv_journal_close(struct fv_journal *journal);

/* The number that the next record gets. */
uint64_t fv_journal_next_seq(const struct fv_journal *journal);

/* Records that no seal covers. */
uint64_t fv_journal_unsealed(const struct fv_journal *journal);

/*
 * Append one record with this canonical payload map.  Outside a group it is durable on
 * return, and a 64th unsealed record is followed by a seal.  A payload over
 * FV_PAYLOAD_INLINE_MAX is kept as a blob too and travels apart.
 * Errors: FV_EFULL  nothing was recorded (visit and shift ends, seals, shutdowns and an SOS
 * may take the ballast first) FV_EIO FV_ENOMEM FV_ETOOBIG
 */
FV_NODISCARD enum fv_err fv_journal_append(
    struct fv_journal *journal, uint32_t type, struct fv_span payload, uint64_t *seq_out);

/* Several records and other writes to the store as one: all or nothing. */
FV_NODISCARD enum fv_err fv_journal_begin(struct fv_journal *journal);
FV_NODISCARD enum fv_err fv_journal_commit(struct fv_journal *journal);
void fv_journal_rollback(struct fv_journal *journal);

/* Seal what is not sealed; does nothing when all is. */
FV_NODISCARD enum fv_err fv_journal_seal(struct fv_journal *journal);

/* Take over a new last consistent checkpoint (the settings are the caller's). */
void fv_journal_set_beacon(
    struct fv_journal *journal, uint64_t size, const struct fv_hash *root);

/* Root of the first `size` records.  Errors: FV_ERANGE  there are fewer; FV_EIO */
FV_NODISCARD enum fv_err fv_journal_root_at(
    struct fv_store *store, uint64_t size, struct fv_hash *root_out);

#endif
