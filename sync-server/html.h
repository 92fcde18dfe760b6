/* Text from outside for a page.  Threads: no state.  Memory: the buffer's. */
#ifndef FV_SERVER_HTML_H
#define FV_SERVER_HTML_H

#include "fv/bytes.h"

/* Append text so that it is text wherever it stands: & < > " ' are written as references. */
void html_put(struct fv_buf *out, struct fv_span text);

#endif
