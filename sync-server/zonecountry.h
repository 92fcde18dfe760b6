/*
 * The country of a time zone, by the tables of the time zone database.
 *
 * Threads: no state; reads files.
 */
#ifndef FV_SERVER_ZONECOUNTRY_H
#define FV_SERVER_ZONECOUNTRY_H

#include "fv/bytes.h"

/*
 * ISO 3166 codes of the countries where a zone is used, with ',' between ("CN", "AE,OM"):
 * by zone.tab, else by zone1970.tab of the zone that it is a link to.  `folder` NULL: the
 * system's.
 * Errors: FV_ENOENT  the tables do not say, or are not there;  FV_ENOMEM
 */
FV_NODISCARD enum fv_err zonecountry_find(
    const char *folder, const char *zone, struct fv_buf *codes_out);

#endif
