/*
 * TZif files below a folder: the one module of lib/ that reads files, because both
 * programs read the same ones in the same way.
 *
 * Threads: no state.  Memory: through fv_buf.  Blocks on the disk.
 */
#ifndef FV_ZONEFILE_H
#define FV_ZONEFILE_H

#include "fv/zone.h"

#define FV_ZONEFILE_FOLDER "/usr/share/zoneinfo"
#define FV_ZONEFILE_VERSION_BYTES 16U /* "2026a" and its like, with the NUL */

/*
 * True for what may stand below the folder: parts of letters, digits, "_", "-" and "+"
 * between single slashes, each beginning with a letter, at most FV_ZONE_NAME_MAX_BYTES
 * together; and not below "right/" or "posix/", which are no IANA names.
 */
FV_EXPORT bool fv_zonefile_is_name(struct fv_span name);

/* A source over `folder`; NULL means FV_ZONEFILE_FOLDER.  Holds: folder. */
FV_EXPORT struct fv_zone_source fv_zonefile_source(const char *folder);

/*
 * Load and parse in one step.  Owned: *zone_out, by fv_zone_free(); NULL after any error.
 * Errors: those of fv_zone_source.load and of fv_zone_parse()
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_zonefile_open(
    struct fv_zone_source source, const char *name, struct fv_zone **zone_out);

/*
 * The version of the tz database in `folder` (NULL: FV_ZONEFILE_FOLDER), which its
 * tzdata.zi names in the first line; for verdicts that rest on local time.
 * Errors: FV_ENOENT  no tzdata.zi;  FV_EFORMAT  no version in it;  FV_EIO
 *         (version_out is then empty)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_zonefile_version(
    const char *folder, char version_out[FV_ZONEFILE_VERSION_BYTES]);

#endif
