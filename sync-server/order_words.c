#include "sync-server/order_words.h"

#include "fv/instant.h"

static const char *
plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void
put_time(struct fv_buf *out, int64_t at_ms)
{
	char text[FV_INSTANT_TEXT_BYTES];

	fv_buf_put_z(out, fv_instant_format(at_ms / 1000 * 1000, 0, true, text));
}

/* What is not here. */
static void
put_waiting(struct fv_buf *out, const struct device_heard *heard)
{
	const uint64_t waiting = device_heard_waiting(heard);

	if (!heard->is_known) {
		fv_buf_put_z(out, "what was not received is not known here; ");
		return;
	}
	if (heard->last_sync_ms == 0) {
		fv_buf_put_z(out, "it was never heard of: no record of it was received; ");
		return;
	}
	if (waiting > 0)
		fv_buf_putf(out, "%llu record%s %s not received", (unsigned long long)waiting,
		    plural(waiting), waiting == 1 ? "was" : "were");
	else
		fv_buf_put_z(out, "every record was received");
	if (heard->apart > 0)
		fv_buf_putf(out, ", and %llu part%s of records (notes, attachments) not yet,",
		    (unsigned long long)heard->apart, plural(heard->apart));
	fv_buf_put_z(out, " when it was last heard of at ");
	put_time(out, heard->last_sync_ms);
	fv_buf_put_z(
	    out, waiting > 0 ? "; " : ", and what it recorded since then is not known; ");
}

/* What of the trail is believed. */
static void
put_trusted(struct fv_buf *out, const struct order_fate *fate)
{
	const struct device_heard *heard = fate->heard;

	if (fate->trusted_size == 0)
		fv_buf_put_z(out,
		    "none of its records is trusted by this order, and what "
		    "their seals prove stays proven; ");
	else
		fv_buf_putf(out, "records up to %llu", (unsigned long long)fate->trusted_size);
	if (fate->trusted_size > 0 && fate->trusted_ms > 0) {
		fv_buf_put_z(out, ", sealed and received by ");
		put_time(out, fate->trusted_ms);
		fv_buf_put_z(out, ",");
	}
	if (fate->trusted_size > 0)
		fv_buf_put_z(out, " are trusted");
	if (fate->trusted_size > 0 && heard->is_known && heard->received > fate->trusted_size)
		fv_buf_putf(out, ", %llu that came after them are not",
		    (unsigned long long)(heard->received - fate->trusted_size));
	if (fate->trusted_size > 0)
		fv_buf_put_z(out, "; ");
}

void
order_put_fate(struct fv_buf *out, const struct order_fate *fate)
{
	put_waiting(out, fate->heard);
	if (!fate->is_revoke) {
		fv_buf_put_z(out,
		    "the wipe erases case cards and no record: what waits is "
		    "sent when it syncs");
		return;
	}
	put_trusted(out, fate);
	fv_buf_putf(out,
	    "it is still served for 30 days, so that the rest of its trail%s get%s through, "
	    "and those records are kept and shown as after the revocation",
	    fate->is_wipe ? " and the wipe order" : "", fate->is_wipe ? "" : "s");
}
