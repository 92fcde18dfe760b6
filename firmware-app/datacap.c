#include "firmware-app/datacap.h"

#include "fv/sync.h"

enum fv_err
fv_datacap_read(const struct fv_app *app, struct fv_datacap *out)
{
	char day[FV_LOCAL_TEXT_BYTES];
	uint64_t up, down;
	enum fv_err rc;

	*out = (struct fv_datacap){
	    .cap_bytes = fv_settings_uint(app->settings, FV_SETTING_DATA_CAP_MIB_DAY) << 20};
	if (out->cap_bytes == 0)
		return FV_OK;
	rc = fv_store_get_meter(app->store,
	    fv_clock_local_day(app->clock.rtc_ms(app->clock.ctx), day), &up, &down);
	if (rc == FV_OK && up + down + FV_SLICE_MAX <= out->cap_bytes)
		out->left_bytes = out->cap_bytes - up - down;
	return rc;
}

bool
fv_datacap_is_reached(const struct fv_datacap *cap)
{
	return cap->cap_bytes > 0 && cap->left_bytes == 0;
}
