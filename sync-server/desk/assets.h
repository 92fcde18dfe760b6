/* The files of the desk's page, inside of the binary: build/web/assets.c holds them. */
#ifndef FV_DESK_ASSETS_H
#define FV_DESK_ASSETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct desk_asset {
	const char *path; /* "/" */
	const char *type; /* Content-Type */
	const char *etag; /* with its quotes */
	bool is_kept;     /* its name changes with its bytes: it may be cached for ever */
	const uint8_t *at, *end;
	const uint8_t *gz, *gz_end; /* gzip of it; NULL: it would not be smaller */
};

/* Ended by a NULL path. */
extern const struct desk_asset desk_assets[];

#endif
