/* The settings that are known: name, kind, bounds, default; and what their
 * readers share.  For lib/settings*.c. */
#ifndef FV_LIB_SETTINGS_TABLE_H
#define FV_LIB_SETTINGS_TABLE_H

#include "fv/settings.h"

struct fv_setting_row {
	const char *name;
	enum fv_setting_kind kind;
	uint32_t min, max;
	const char *value; /* the default, as text */
};

/* All but the phrases, by enum fv_setting. */
extern const struct fv_setting_row fv_setting_rows[FV_SETTING_PHRASES];

/* Ids and names by bytes. */
int fv_settings_compare(struct fv_span a, struct fv_span b);
/* The line that says whom they are for: append it; read what stands after "for ", in its one
 * spelling, and return the rule that it breaks, or NULL. */
void fv_settings_put_scope(struct fv_buf *out, const struct fv_settings *settings);
const char *fv_settings_read_scope(struct fv_span line, struct fv_settings *out);

#define FV_SETTING_PHRASE_MAX 120U /* bytes of a phrase */

#endif
