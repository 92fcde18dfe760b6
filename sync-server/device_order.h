/*
 * Orders about a handheld as a supervisor signs them off the server: `device revoke`, `lose`,
 * `retire`, `replace` and `wipe` (cmd_order.c).  Open, decide, send, close.
 *
 * Threads: the main thread only.
 */
#ifndef FV_DEVICE_ORDER_H
#define FV_DEVICE_ORDER_H

#include "sync-server/device_heard.h"
#include "sync-server/directory.h"

struct device_order {
	/* as asked for: borrowed */
	const char *key, *dev, *directory_path, *roster, *out, *pass_file;
	const char *reason, *size, *until; /* revoke; NULL: not given */
	bool as_json;
	/* found by open */
	struct directory directory;            /* owned; with `device` */
	const struct directory_device *device; /* NULL: no directory was given */
	struct device_heard *heard;            /* owned; nothing known without a directory */
	uint8_t dev_id[FV_DEV_BYTES];
	char hex[2 * FV_DEV_BYTES + 1];
	/* decided */
	bool is_revoke, is_wipe;
	uint64_t trusted_size;
	int64_t trusted_ms; /* when those had been received; 0: not asked */
	const char *next;   /* printed after it was written; NULL: nothing more */
};

/* Which handheld, and what the directory knows of it.  Returns an exit code and says why. */
int device_order_open(struct device_order *o);
/* Owned members only. */
void device_order_close(struct device_order *o);

/* How many records stay trusted: --trusted-size, --trusted-until, or `otherwise`. */
int device_order_trust(struct device_order *o, uint64_t otherwise);

/* The directory says that it is revoked already. */
bool device_order_is_revoked(const struct device_order *o);

/* Say what becomes of the records, sign, and write `out`. */
int device_order_send(struct device_order *o);

#endif
