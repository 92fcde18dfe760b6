/*
 * What the parts of the fold share: kept records, devices, fixes and the arena that
 * holds them.  Private to lib/fold*.c.
 */
#ifndef FV_FOLD_INTERNAL_H
#define FV_FOLD_INTERNAL_H

#include "fv/fold.h"
#include "fv/lines.h"
#include "lib/arena.h"

#define FV_FOLD_TEXT_MAX (FV_HISTORY_ID_MAX_BYTES - 1U)
#define FV_FOLD_OFFICERS_MAX 16U
#define FV_FOLD_WINDOWS_MAX 32U
#define FV_FOLD_TIME_MIN_MS                                                                   \
	INT64_C(-62135596800000)                     /* year 1; a clock beyond is held to it  \
						      */
#define FV_FOLD_TIME_MAX_MS INT64_C(253402300799999) /* year 9999, likewise */

/* Memory that is given back all at once. */
struct arena {
	struct fv_arena memory; /* owned */
	bool failed;            /* an allocation failed; asked once at the end */
};

/* One place that the receiver reported. */
struct fix {
	uint64_t seq;    /* of the record that carries it */
	uint64_t visit;  /* seq of the visit that the record names; UINT64_MAX: none */
	int64_t wall_ms; /* when, by the wall clock of the record that carries it */
	int64_t gnss_ms; /* when, by the receiver; with has_gnss */
	bool has_gnss;
	bool has_eph;
	int32_t lat_e7;
	int32_t lon_e7;
	uint32_t eph_mm; /* with has_eph */
	int64_t age_ms;  /* of the fix when the record was written */
};

enum subject {
	SUBJECT_NONE,
	SUBJECT_SEQ,
	SUBJECT_CASE,
};

/* A record that something later is made of. */
struct kept {
	struct fv_header header;
	struct fv_span payload; /* in the arena; empty: erased, absent or unreadable */
	enum subject subject;
	uint64_t subject_seq;
	bool is_sealed;
	bool is_erased;
	bool is_bad;             /* it has a payload that cannot be read */
	int64_t received_ms;     /* 0: not said */
	uint32_t source_kind;    /* of the receiver's session then; 0: not known */
	const char *officer;     /* who held the handheld then; NULL: not known */
	struct kept *amend;      /* newest correction of this record */
	struct kept *older;      /* of a correction: the one before it */
	struct kept *part;       /* of a subject: first record that names it */
	struct kept *next;       /* of a part: the next one, in seq order */
	struct kept *part_end;   /* of a subject: its last part */
	enum fv_event_kind says; /* of a CHECKLIST: it is this event too; 0: none */
	uint32_t scopes;         /* of a consent so said */
};

struct device {
	uint8_t dev[FV_DEV_BYTES];
	bool has_last;
	uint64_t last_seq;
	struct kept **kept; /* owned array in seq order; the records are in the arena */
	size_t kept_count, kept_cap;
	struct fix *fixes; /* owned array in seq order */
	size_t fix_count, fix_cap;
	uint32_t source_kind;
	const char *officer;
};

struct fv_fold {
	struct arena arena;
	struct device *devices; /* owned array, in order of arrival */
	size_t device_count, device_cap;
	struct fv_fold_contact *contacts; /* owned array */
	size_t contact_count;
	struct fv_fold_event *events; /* owned array */
	size_t event_count;
	size_t unknown_count;
	bool is_finished;
	fv_fold_code_fn check; /* NULL: codes are not checked */
	void *check_ctx;
};

/* Zeroed memory of the arena, aligned for any type; NULL and `failed` when there is none. */
void *fv_fold_alloc(struct arena *arena, size_t bytes);
/* A C string of text without NUL and not over FV_FOLD_TEXT_MAX; else NULL. */
const char *fv_fold_text(struct arena *arena, struct fv_span text);

/* The value of a key, newest correction first; false: absent or null. */
bool fv_fold_find(const struct kept *k, uint64_t key, struct fv_cbor_reader *value_out);
bool fv_fold_uint(const struct kept *k, uint64_t key, uint64_t max, uint64_t *out);
/* A time in ms within the two limits above. */
bool fv_fold_time(const struct kept *k, uint64_t key, int64_t *out);
enum fv_tri fv_fold_tri(const struct kept *k, uint64_t key);
/* A code that its set knows, or 0. */
uint32_t fv_fold_code(const struct kept *k, uint64_t key, enum fv_code_set set);
const char *fv_fold_string(struct arena *arena, const struct kept *k, uint64_t key);
/* An array of texts; false when the key is absent or not that. */
bool fv_fold_strings(
    struct arena *arena, const struct kept *k, uint64_t key, struct fv_strs *out);
/* An array of codes as bits; numbers that the set does not know are left out. */
uint32_t fv_fold_bits(const struct kept *k, uint64_t key, enum fv_code_set set);

/* The fix of a record's stamp (key 2), and what the stamp says of its source. */
struct stamp_view {
	bool has_fix;
	struct fix fix;
	uint32_t consecutive; /* 3D fixes in a row; 0: not said */
	uint32_t status;      /* as gpsd gave it; 0: not said */
	uint32_t source_kind; /* 0: not said */
};
void fv_fold_stamp(
    const struct fv_header *header, struct fv_span payload, struct stamp_view *out);

/* The record of this seq, or NULL. */
struct kept *fv_fold_lookup(const struct device *device, uint64_t seq);

/* Fill place, accuracy, fix and fix_count of a visit between two records; its last_seq is
 * set.  False: no memory. */
FV_NODISCARD bool fv_fold_place(const struct device *device, const struct kept *begin,
    const struct kept *end, struct fv_fold_contact *visit);

/* Fill in what the checklist says, beside the outcome read before; set `says` of its records.
 */
void fv_fold_checklist(const struct kept *begin, struct fv_fold_contact *c);

/* Fill in what AMENDs claim of when it began and ended; its times are settled. */
void fv_fold_correction(
    const struct kept *begin, const struct kept *end, struct fv_fold_contact *out);

/* Fill *out from a VISIT_BEGIN or CONTACT; false: it names no case that can be read. */
bool fv_fold_make_contact(struct fv_fold *fold, const struct device *device,
    struct kept *begin, struct fv_fold_contact *out);
/* Fill *out from an EVENT; false: it cannot be read or names nothing known. */
bool fv_fold_make_event(struct arena *arena, const struct device *device, struct kept *record,
    struct fv_fold_event *out);
/* Fill *out from a CHECKLIST that says an event; false: no memory, or no case. */
bool fv_fold_make_said(struct arena *arena, const struct device *device, struct kept *record,
    struct fv_fold_event *out);
/* The id of what this record begins, in the arena; NULL without memory. */
const char *fv_fold_own_id(struct arena *arena, char letter, const struct kept *k);
/* Key 1 as a case id, the corrected one where a correction names one; NULL: neither. */
const char *fv_fold_case(struct arena *arena, const struct kept *k);
/* Officers of a visit, from VISIT_BEGIN and the COSIGNs before its end. */
void fv_fold_read_officers(
    struct fv_fold *fold, const struct kept *begin, struct fv_fold_contact *c);
/* Join visits that two officers logged; contacts are sorted.  Then settle the marks. */
void fv_fold_link_visits(struct fv_fold *fold);
/* Marks of one record by itself. */
uint32_t fv_fold_record_marks(const struct kept *k);

#endif
