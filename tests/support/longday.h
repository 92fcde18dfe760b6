/*
 * Days of a handheld put straight into a store, as ingest would leave them: a shift at 1 Hz
 * with visits, a gap and seals.  For measuring; inline, because only programs of the server
 * link it.
 *
 * Threads: no.
 */
#ifndef TESTS_LONGDAY_H
#define TESTS_LONGDAY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/cbor.h"
#include "fv/codes.h"
#include "fv/geo.h"
#include "fv/track.h"
#include "sync-server/store/book.h"
#include "sync-server/store/records.h"

#define LONGDAY_RUN 900U /* fixes of a TRACK: 15 minutes at 1 Hz */
#define LONGDAY_VISITS 8U

struct longday {
	struct fv_store *store;
	struct fv_store_device device;
	uint64_t count;
	uint32_t random;
	int64_t now_ms;
	struct fv_place at;
};

static inline void
longday_must(enum fv_err rc, const char *what)
{
	if (rc == FV_OK)
		return;
	fprintf(stderr, "longday: %s: %s\n", what, fv_err_text(rc));
	exit(1);
}

static inline int32_t
longday_random(struct longday *d, int32_t range)
{
	d->random = d->random * 1664525U + 1013904223U;
	return (int32_t)(d->random >> 8) % (2 * range + 1) - range;
}

/* A new device of this officer. */
static inline void
longday_device(struct longday *d, uint32_t number, const char *officer, const char *agency)
{
	struct fv_store_device row = {.enrolled_ms = 1};
	int64_t no;

	for (size_t i = 0; i < sizeof row.dev; i++)
		row.dev[i] = (uint8_t)(number >> 8 * (i % 4) ^ (i * 37));
	memcpy(row.pk_0, row.dev, sizeof row.dev);
	memcpy(row.ticket_id, row.dev, sizeof row.ticket_id);
	(void)snprintf(row.officer, sizeof row.officer, "%s", officer);
	(void)snprintf(row.agency, sizeof row.agency, "%s", agency);
	longday_must(fv_store_device_add(d->store, &row, &no), "device");
	longday_must(fv_store_device_approve(d->store, no, 1), "approval");
	longday_must(fv_store_device_get_no(d->store, no, &d->device), "device");
	d->count = 0;
	d->random = number + 1;
}

static inline uint64_t
longday_put(struct longday *d, uint32_t type, struct fv_buf *payload, const char *case_id,
    const uint64_t *subject)
{
	struct fv_header header = {.type = type,
	    .seq = d->count,
	    .rtc_ms = d->now_ms,
	    .boottime_ms = d->now_ms % 86400000,
	    .has_gnss = true,
	    .gnss_ms = d->now_ms};
	uint8_t salt[FV_SALT_BYTES] = {1};
	struct fv_store_record row = {.no = d->device.no,
	    .seq = d->count,
	    .type = type,
	    .received_ms = d->now_ms,
	    .has_payload = true,
	    .salt = fv_span_of(salt, sizeof salt),
	    .payload = fv_buf_span(payload),
	    .has_subject_seq = subject != NULL,
	    .subject_seq = subject != NULL ? *subject : 0};
	struct fv_buf bytes = {0};

	memcpy(header.dev, d->device.dev, sizeof header.dev);
	memcpy(salt + 1, &d->count, 8);
	memcpy(salt + 9, d->device.dev, 4);
	if (case_id != NULL)
		row.case_id = fv_span_z(case_id);
	fv_header_put(&bytes, &header);
	row.header = fv_buf_span(&bytes);
	longday_must(fv_buf_status(payload), "payload");
	longday_must(fv_store_record_append(d->store, &row), "record");
	fv_buf_clear(&bytes);
	fv_buf_reset(payload);
	return d->count++;
}

static inline void
longday_stamp(struct fv_buf *out, struct fv_place at)
{
	const int64_t fields[][2] = {{1, 3}, {3, at.lat_e7}, {4, at.lon_e7}, {6, 6000},
	    {10, 9}, {11, 12}, {17, 1}, {21, 60}};

	fv_cbor_put_map(out, 8);
	for (size_t i = 0; i < 8; i++) {
		fv_cbor_put_uint(out, (uint64_t)fields[i][0]);
		fv_cbor_put_int(out, fields[i][1]);
	}
}

static inline uint64_t
longday_begin(struct longday *d, const char *case_id)
{
	struct fv_buf p = {0};
	uint64_t seq;

	fv_cbor_put_map(&p, 4);
	fv_cbor_put_uint(&p, 1);
	fv_cbor_put_text_z(&p, case_id);
	fv_cbor_put_uint(&p, 2);
	longday_stamp(&p, d->at);
	fv_cbor_put_uint(&p, 4);
	fv_cbor_put_array(&p, 1);
	fv_cbor_put_text_z(&p, d->device.officer);
	fv_cbor_put_uint(&p, 5);
	fv_cbor_put_uint(&p, 1);
	seq = longday_put(d, FV_REC_VISIT_BEGIN, &p, case_id, NULL);
	fv_buf_clear(&p);
	return seq;
}

static inline void
longday_end(struct longday *d, uint32_t type, uint64_t of)
{
	struct fv_buf p = {0};

	fv_cbor_put_map(&p, 3);
	fv_cbor_put_uint(&p, 1);
	fv_cbor_put_uint(&p, of);
	fv_cbor_put_uint(&p, 2);
	longday_stamp(&p, d->at);
	fv_cbor_put_uint(&p, 4);
	fv_cbor_put_uint(&p, 1);
	(void)longday_put(d, type, &p, NULL, &of);
	fv_buf_clear(&p);
}

/* `count` fixes from now_ms on: a walk with a receiver's wander; its TRACK and a SEAL. */
static inline void
longday_track(struct longday *d, uint64_t shift, size_t count, bool is_visit)
{
	struct fv_track_fix fixes[LONGDAY_RUN];
	struct fv_track_info info = {.has_shift = true,
	    .shift_seq = shift,
	    .first_ms = d->now_ms,
	    .quantum_e7 = is_visit ? FV_TRACK_QUANTUM_VISIT_E7 : FV_TRACK_QUANTUM_TRAVEL_E7,
	    .count = count,
	    .has_worst_eph = true,
	    .worst_eph_mm = 8000};
	int32_t north = longday_random(d, 130), east = longday_random(d, 130);
	struct fv_buf p = {0};

	for (size_t i = 0; i < count; i++) {
		if (i % 60 == 0) {
			north = is_visit ? 0 : longday_random(d, 130);
			east = is_visit ? 0 : longday_random(d, 130);
		}
		d->at.lat_e7 += north + longday_random(d, 12);
		d->at.lon_e7 += east + longday_random(d, 12);
		fixes[i] = (struct fv_track_fix){d->now_ms, d->at};
		d->now_ms += 1000;
	}
	longday_must(fv_track_payload_put(&p, &info, fixes), "track");
	(void)longday_put(d, FV_REC_TRACK, &p, NULL, &shift);
	fv_cbor_put_map(&p, 0);
	(void)longday_put(d, FV_REC_SEAL, &p, NULL, NULL);
	fv_buf_clear(&p);
}

/*
 * A shift from now_ms on with `fixes` fixes (a multiple of LONGDAY_RUN), LONGDAY_VISITS visits
 * at `case_id` and one gap of ten minutes.
 */
static inline void
longday_day(struct longday *d, size_t fixes, const char *case_id)
{
	const size_t runs = fixes / LONGDAY_RUN, every = runs / LONGDAY_VISITS;
	struct fv_buf p = {0};
	uint64_t shift, visit;

	fv_cbor_put_map(&p, 2);
	fv_cbor_put_uint(&p, 2);
	longday_stamp(&p, d->at);
	fv_cbor_put_uint(&p, 4);
	fv_cbor_put_text_z(&p, d->device.officer);
	shift = longday_put(d, FV_REC_SHIFT_BEGIN, &p, NULL, NULL);
	for (size_t i = 0; i < runs; i++) {
		const bool is_visit = every > 0 && i % every == 1;

		if (i == runs / 2) {
			fv_cbor_put_map(&p, 3);
			fv_cbor_put_uint(&p, 4);
			fv_cbor_put_uint(&p, 1);
			fv_cbor_put_uint(&p, 5);
			fv_cbor_put_int(&p, d->now_ms - 1000);
			fv_cbor_put_uint(&p, 6);
			fv_cbor_put_int(&p, d->now_ms + 600000);
			d->now_ms += 600000;
			(void)longday_put(d, FV_REC_GAP, &p, NULL, NULL);
		}
		visit = is_visit ? longday_begin(d, case_id) : 0;
		longday_track(d, shift, LONGDAY_RUN, is_visit);
		if (is_visit)
			longday_end(d, FV_REC_VISIT_END, visit);
	}
	longday_end(d, FV_REC_SHIFT_END, shift);
	fv_buf_clear(&p);
}

/* All that was put is under a seal, as far as a reader asks. */
static inline void
longday_seal(struct longday *d)
{
	struct fv_store_trail *t = calloc(1, sizeof *t);

	longday_must(t != NULL ? FV_OK : FV_ENOMEM, "memory");
	longday_must(fv_store_trail_load(d->store, d->device.no, t), "trail");
	t->trail.range.size = t->trail.sealed_size = t->sealed_range.size = d->count;
	t->trail.last = (struct fv_header){.type = FV_REC_SEAL,
	    .seq = d->count - 1,
	    .rtc_ms = d->now_ms,
	    .has_gnss = true,
	    .gnss_ms = d->now_ms};
	memcpy(t->trail.last.dev, d->device.dev, sizeof t->trail.last.dev);
	t->last_sync_ms = d->now_ms + 43200000; /* the next morning */
	longday_must(fv_store_trail_save(d->store, d->device.no, t), "trail");
	free(t);
}

/* The case at which the visits are. */
static inline void
longday_case(struct longday *d, const char *case_id, const char *agency)
{
	const struct fv_store_case row = {.item = {.id = fv_span_z(case_id),
					      .agency = fv_span_z(agency),
					      .zones = fv_span_z("Asia/Shanghai"),
					      .has_place = true,
					      .lat_e7 = d->at.lat_e7,
					      .lon_e7 = d->at.lon_e7,
					      .has_radius = true,
					      .radius_m = 100,
					      .actor = FV_ACTOR_THIRD_PARTY,
					      .product = FV_PRODUCT_CONSUMER_LOAN,
					      .debts = fv_span_z("d1"),
					      .packs = fv_span_z(""),
					      .assigned = fv_span_z("")}};

	longday_must(fv_store_case_put(d->store, &row), "case");
}

#endif
