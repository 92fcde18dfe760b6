/* What the readers of the two kinds of calendar files share.  Private to calendarfile*.c. */
#ifndef FV_SERVER_CALENDARFILE_IN_H
#define FV_SERVER_CALENDARFILE_IN_H

#include "sync-server/calendarfile.h"

enum fv_err calendarfile_ics(
    struct fv_span file, struct calendarfile *out, struct calendarfile_fault *fault);
enum fv_err calendarfile_csv(
    struct fv_span file, struct calendarfile *out, struct calendarfile_fault *fault);

/* Keep a day.  Errors: FV_ETOOBIG, FV_ENOMEM, said in the fault. */
enum fv_err calendarfile_add(struct calendarfile *file, const struct calendarfile_day *day,
    struct calendarfile_fault *fault);

/* Say what is wrong.  Returns err. */
enum fv_err calendarfile_fail(struct calendarfile_fault *fault, size_t line,
    const char *column, const char *rule, enum fv_err err);

#endif
