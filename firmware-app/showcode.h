/*
 * A code that somebody else is to read from this screen: in groups of four, with the page
 * that it opens and as a QR code.
 *
 * Threads: one.  Memory: none kept.
 */
#ifndef FV_APP_SHOWCODE_H
#define FV_APP_SHOWCODE_H

#include "firmware-app/app.h"
#include "fv/slip.h"

/*
 * Tell the code, "url" (slip.url PATH CODE, or null) and "qr" (lines, of the page or else of
 * the code alone) within the JSON object that is open.  `path` is "/v/" or "/b/".
 * False: the reply says why.
 */
bool fv_show_code(struct fv_app *app, const char *path, const char code[FV_CODE_BYTES],
    struct fv_reply *reply);

#endif
