/* What the parts of the standing run share.  Private to standing*.c. */
#ifndef FV_SERVER_STANDING_IN_H
#define FV_SERVER_STANDING_IN_H

#include "fv/geo.h"
#include "sync-server/standing.h"
#include "sync-server/zones.h"

#define NONE UINT32_MAX
#define MINUTE_MS INT64_C(60000)

/* Ids, each once, by number. */
struct names {
	char (*items)[FV_ID_BYTES]; /* owned */
	uint32_t count, cap;
	uint32_t *slots; /* owned; open addressing, NONE = free; a power of two */
	uint32_t slot_count;
};

/* A case. */
struct site {
	char id[FV_CASE_ID_BYTES];
	char zone_name[FV_ZONE_NAME_MAX_BYTES + 1];
	const struct fv_zone *zone;
	uint32_t agency;
	uint64_t packs; /* bits of those that judge it */
	bool has_place;
	struct fv_place place;
	int64_t radius_mm; /* 0: the rule says */
	int64_t since_ms;  /* it stands at this place; INT64_MAX: not known */
	int64_t until_ms;  /* closed; INT64_MAX: it is not */
	size_t visit_from, visit_until;
};

struct visit {
	uint32_t site, device;
	uint32_t role_from,
	    role_count;           /* its officers, in roles; the first holds the device */
	uint64_t seq;             /* of VISIT_BEGIN */
	int64_t begin_ms, end_ms; /* legal time */
	int64_t rx_begin_ms, rx_end_ms; /* the receiver's, as far as it is known */
	int64_t day;                    /* local date of the beginning */
	int64_t checklist_ms;           /* until the checklist was complete; -1: it was not */
	uint32_t refusals;              /* refusals, stops and complaints recorded in it */
	bool is_manual;                 /* corrected by hand */
	bool is_excused;                /* by a consent of the officer's alone */
	bool is_exception;              /* with a verdict that nobody has decided */
	bool is_unfinished;             /* something of it is not sealed or not here */
	bool has_fix;
	uint32_t link; /* visits of one link have the same number; NONE: none */
};

/* Receiver's time of fixes without a gap. */
struct span {
	int64_t from_ms, until_ms;
};

struct device {
	struct fv_store_device row;
	uint32_t agency;
	int64_t open_ms;    /* legal time of its first record that is unsealed or not whole */
	int64_t last_ms;    /* legal time of its last record */
	struct span *spans; /* owned; by time as they came */
	size_t span_count, span_cap;
};

/* Somebody of the register, who answers for his dates without a visit too. */
struct person {
	enum fv_subject kind; /* officer or agency */
	uint32_t idx;
	uint32_t agency; /* whose cases' packs judge him */
};

/* A rule that stands. */
struct duty {
	uint32_t pack; /* bit of its pack */
	const struct fv_rulepack *by;
	const struct fv_rule *rule;
};

struct standing {
	const struct standing_opts *opts;
	struct judge *judge;
	struct fv_store *store;
	struct zones zones;
	int64_t now_ms, horizon_ms, tracks_from_ms;
	struct duty *duties; /* owned */
	size_t duty_count;
	uint32_t kinds; /* bits of the standing kinds in use, from FV_RULE_RETENTION on */
	bool counts_verdicts;   /* a share is one of verdicts on contacts */
	struct device *devices; /* owned; by dev */
	size_t device_count, device_cap;
	struct site *sites; /* owned; by id */
	size_t site_count, site_cap;
	struct visit *visits; /* owned; by site, then begin */
	size_t visit_count, visit_cap;
	uint32_t *roles; /* owned; numbers of officers */
	size_t role_count, role_cap;
	struct names officers, agencies;
	struct person *people; /* owned */
	size_t people_count, people_cap;
	uint8_t (*seen)[FV_FINDING_ID_BYTES]; /* owned; findings that hold in this run */
	size_t seen_count, seen_cap;
	struct standing_tally *tally;
};

static inline bool
standing_has(const struct standing *s, enum fv_rule_kind kind)
{
	return (s->kinds >> (kind - FV_RULE_RETENTION) & 1U) != 0;
}

/* Room for one more element.  FV_ENOMEM: as it was. */
FV_NODISCARD enum fv_err standing_grow(
    void *array_ptr, size_t *cap, size_t count, size_t size);
/* The number of an id, a new one when it is new.  FV_EFORMAT: it is no id. */
FV_NODISCARD enum fv_err names_add(struct names *names, struct fv_span id, uint32_t *out);
void names_clear(struct names *names);

FV_NODISCARD enum fv_err standing_load_devices(struct standing *s);
FV_NODISCARD enum fv_err standing_load_cases(struct standing *s);
/* After the cases. */
FV_NODISCARD enum fv_err standing_load_people(struct standing *s);
uint32_t standing_device_of(const struct standing *s, const uint8_t dev[FV_DEV_BYTES]);
/* "v-..." of a visit.  Returns borrowed: out. */
const char *standing_visit_id(
    const struct standing *s, const struct visit *v, char out[FV_FOLD_ID_BYTES]);

/* Take the next of ids between ';'. */
bool standing_next_id(struct fv_span *rest, struct fv_span *id_out);

/* The records of one case, folded. */
struct folded {
	const struct fv_fold *fold;
	struct fv_fold_range contacts, events;
};
/* Retention of one case. */
FV_NODISCARD enum fv_err standing_retention(
    struct standing *s, const struct fv_store_case *row, uint32_t at, const struct folded *f);
FV_NODISCARD enum fv_err standing_duplicates(struct standing *s);
FV_NODISCARD enum fv_err standing_tracks(struct standing *s);
FV_NODISCARD enum fv_err standing_counts(struct standing *s);

/* Codes that borrowers entered and no handheld has delivered. */
FV_NODISCARD enum fv_err standing_codes(struct standing *s);

/* Keep the worse of two; worst->rule NULL: none yet. */
void standing_worse(struct fv_finding *worst, const struct fv_finding *finding);
/* Write the finding when it has changed, and count it. */
FV_NODISCARD enum fv_err standing_emit(
    struct standing *s, struct fv_finding *finding, const struct standing_about *about);

#endif
