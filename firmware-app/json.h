/*
 * Writes one JSON object, value by value, into a buffer: the edge of --json.
 *
 * A writer whose buffer is NULL writes nothing, so that a verb may say the same thing as
 * text and as JSON without asking which is wanted.
 *
 * Threads: one.  Memory: appends to the buffer it was given.
 */
#ifndef FV_APP_JSON_H
#define FV_APP_JSON_H

#include "fv/codes.h"

#define FV_JSON_DEPTH_MAX 8U

struct fv_json {
	struct fv_buf *out; /* held; NULL: write nothing */
	bool is_practice;   /* each outermost object says so first */
	bool is_list;       /* the outermost value is an array */
	unsigned depth;
	bool has_member[FV_JSON_DEPTH_MAX];
};

/* `key` is NULL inside an array and for the outermost value. */
void fv_json_begin_object(struct fv_json *json, const char *key);
void fv_json_end_object(struct fv_json *json);
void fv_json_begin_array(struct fv_json *json, const char *key);
void fv_json_end_array(struct fv_json *json);
/* Text must be UTF-8; anything else is written with U+FFFD in place of bad bytes. */
void fv_json_text(struct fv_json *json, const char *key, struct fv_span text);
void fv_json_text_z(struct fv_json *json, const char *key, const char *z);
void fv_json_hex(struct fv_json *json, const char *key, const void *ptr, size_t len);
void fv_json_int(struct fv_json *json, const char *key, int64_t value);
void fv_json_uint(struct fv_json *json, const char *key, uint64_t value);
void fv_json_bool(struct fv_json *json, const char *key, bool value);
/* true, false, or null where it is not known. */
void fv_json_tri(struct fv_json *json, const char *key, enum fv_tri value);
void fv_json_null(struct fv_json *json, const char *key);
/* A value that is JSON already. */
void fv_json_raw(struct fv_json *json, const char *key, struct fv_span value);
/* An instant as RFC 3339 in UTC. */
void fv_json_instant(struct fv_json *json, const char *key, int64_t utc_ms);

#endif
