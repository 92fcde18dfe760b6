#include "sync-server/owntracks.h"

#include <math.h>
#include <string.h>

#include <jansson.h>

#define TST_MAX INT64_C(253402300799) /* year 9999 */
#define ACC_MAX 10000000.0            /* metres: no farther on this earth */

static enum fv_err
read_location(const json_t *o, struct owntracks_location *out)
{
	const json_t *lat = json_object_get(o, "lat"), *lon = json_object_get(o, "lon");
	const json_t *tst = json_object_get(o, "tst"), *acc = json_object_get(o, "acc");

	if (!json_is_number(lat) || !json_is_number(lon) || !json_is_integer(tst))
		return FV_EFORMAT;
	if (json_integer_value(tst) < 0 || json_integer_value(tst) > TST_MAX)
		return FV_ERANGE;
	out->at_ms = json_integer_value(tst) * 1000;
	if (json_is_number(acc)) {
		const double m = json_number_value(acc);

		if (!(m >= 0 && m <= ACC_MAX))
			return FV_ERANGE;
		out->has_accuracy = true;
		out->accuracy_m = (uint32_t)ceil(m);
	}
	return fv_geo_from_degrees(
	    json_number_value(lat), json_number_value(lon), &out->place);
}

enum fv_err
owntracks_read(struct fv_span body, struct owntracks_location *out)
{
	const char *type;
	json_t *o;
	enum fv_err rc = FV_ENOENT;

	memset(out, 0, sizeof *out);
	if (body.len == 0)
		return FV_ENOENT;
	if (body.len > OWNTRACKS_BYTES_MAX)
		return FV_ETOOBIG;
	o = json_loadb((const char *)body.ptr, body.len, 0, NULL);
	if (!json_is_object(o)) {
		json_decref(o);
		return FV_EFORMAT;
	}
	type = json_string_value(json_object_get(o, "_type"));
	if (type != NULL && strcmp(type, "location") == 0)
		rc = read_location(o, out);
	json_decref(o);
	if (rc != FV_OK)
		memset(out, 0, sizeof *out);
	return rc;
}
