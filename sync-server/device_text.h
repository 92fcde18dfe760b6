/*
 * A handheld's JSON (device_json.h) in words, for the command line.
 *
 * Threads: one.
 */
#ifndef FV_DEVICE_TEXT_H
#define FV_DEVICE_TEXT_H

#include "sync-server/device_json.h"

/* Add what `device list` and `device info` say beside device_json(): enrolled, approved and
 * revoked as RFC 3339, digits, next_seq, sealed_size, sealed_root, last_sync, missing,
 * missing_pieces, refused.  Errors: as store.h. */
FV_NODISCARD enum fv_err device_json_trail(
    const struct device_view *view, const struct fv_store_device *d, json_t *row);

/* Print who has it, what it last said and what waits on it: two lines or more. */
void device_print_row(const json_t *row, int64_t now_ms);
/* The lines after the first of them, without their indent. */
void device_print_facts(const json_t *row, int64_t now_ms, const char *indent);

/* "3 days", "5 hours", "12 minutes", "40 seconds"; ms may not be negative.
 * out: DEVICE_SPAN_BYTES. */
#define DEVICE_SPAN_BYTES 32U
char *device_span_text(int64_t ms, char out[DEVICE_SPAN_BYTES]);

#endif
