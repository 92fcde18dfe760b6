/* One case of a case file: what each column may hold (PROTOCOL.md section 11). */
#include "fv/casecsv.h"

#include <string.h>

#include "fv/codes.h"
#include "fv/instant.h"

static const char *const names[FV_COL_COUNT] = {
    [FV_COL_CASE] = "case",
    [FV_COL_AGENCY] = "agency",
    [FV_COL_ZONE] = "zone",
    [FV_COL_LAT] = "lat",
    [FV_COL_LON] = "lon",
    [FV_COL_DATUM] = "datum",
    [FV_COL_RADIUS_M] = "radius_m",
    [FV_COL_ACTOR] = "actor",
    [FV_COL_PRODUCT] = "product",
    [FV_COL_DEBTS] = "debts",
    [FV_COL_PACKS] = "packs",
    [FV_COL_ASSIGNED] = "assigned",
    [FV_COL_PLAN_DATE] = "plan_date",
    [FV_COL_AS_OF] = "as_of",
    [FV_COL_NAME] = "name",
    [FV_COL_PHONE] = "phone",
    [FV_COL_ADDRESS] = "address",
    [FV_COL_AMOUNT] = "amount",
    [FV_COL_DAYS_OVERDUE] = "days_overdue",
    [FV_COL_REMARK] = "remark",
};

/* What the readers of single columns share. */
struct reading {
	const struct fv_span *values;
	struct fv_case_row *row;
	struct fv_case_fault *fault; /* may be NULL */
};

const char *
fv_case_column_name(enum fv_case_column column)
{
	return column < FV_COL_COUNT ? names[column] : NULL;
}

enum fv_err
fv_case_column_find(struct fv_span name, enum fv_case_column *column_out)
{
	for (int i = 0; i < FV_COL_COUNT; i++) {
		if (fv_span_equal(name, fv_span_z(names[i]))) {
			*column_out = (enum fv_case_column)i;
			return FV_OK;
		}
	}
	*column_out = FV_COL_COUNT;
	return FV_ENOENT;
}

static enum fv_err
fault(struct reading *r, enum fv_case_column column, const char *rule, enum fv_err err)
{
	const struct fv_span name = fv_span_z(names[column]);

	if (r->fault != NULL) {
		memset(r->fault->column, 0, sizeof r->fault->column);
		memcpy(r->fault->column, name.ptr, name.len);
		r->fault->rule = rule;
	}
	return err;
}

static enum fv_err
refuse_personal(struct reading *r)
{
	const char *what;

	for (int c = 0; c < FV_COL_SEALED_FIRST; c++) {
		/* A coordinate's digits are nobody's number, and its form is checked. */
		if (c == FV_COL_LAT || c == FV_COL_LON)
			continue;
		if (fv_casecsv_personal(r->values[c], &what))
			return fault(r, (enum fv_case_column)c, what, FV_EDENIED);
	}
	return FV_OK;
}

static bool
zone_good(struct fv_span zone)
{
	bool after_slash = true;

	if (zone.len == 0 || zone.len > 64)
		return false;
	for (size_t i = 0; i < zone.len; i++) {
		const uint8_t c = zone.ptr[i];
		const bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
		if (after_slash && !is_letter)
			return false;
		if (!is_letter && !(c >= '0' && c <= '9') && c != '_' && c != '+' &&
		    c != '-' && c != '/')
			return false;
		after_slash = c == '/';
	}
	return !after_slash;
}

static bool
long_id_good(struct fv_span id)
{
	return fv_id_valid(id, FV_CASE_ID_BYTES - 1);
}

static bool
short_id_good(struct fv_span id)
{
	return fv_id_valid(id, FV_ID_BYTES - 1);
}

/* A set, its members judged by `is_good` and none twice; empty is the empty set. */
static enum fv_err
read_set(struct reading *r, enum fv_case_column column, bool (*is_good)(struct fv_span),
    const char *rule)
{
	struct fv_span members[FV_CASECSV_SET_MAX], rest = r->values[column];
	size_t count = 0;

	if (rest.len == 0)
		return FV_OK;
	for (;;) {
		size_t n = 0;
		while (n < rest.len && rest.ptr[n] != ';')
			n++;
		const struct fv_span member = fv_span_of(rest.ptr, n);
		if (count == FV_CASECSV_SET_MAX)
			return fault(r, column,
			    "has more than 16 members; keep those that count", FV_ETOOBIG);
		if (!is_good(member))
			return fault(r, column, rule, FV_EFORMAT);
		for (size_t i = 0; i < count; i++) {
			if (fv_span_equal(members[i], member))
				return fault(r, column,
				    "names a member twice; leave one of them out", FV_EFORMAT);
		}
		members[count++] = member;
		if (n == rest.len)
			return FV_OK;
		rest = fv_span_of(rest.ptr + n + 1, rest.len - n - 1);
	}
}

static enum fv_err
read_ids(struct reading *r)
{
	static const enum fv_case_column required[] = {
	    FV_COL_CASE, FV_COL_AGENCY, FV_COL_ZONE, FV_COL_ACTOR, FV_COL_PACKS};
	struct fv_case_row *row = r->row;
	enum fv_err rc;

	for (size_t i = 0; i < sizeof required / sizeof *required; i++) {
		if (r->values[required[i]].len == 0)
			return fault(
			    r, required[i], "is required; give it a value", FV_EFORMAT);
	}
	if (fv_id_copy(r->values[FV_COL_CASE], row->case_id, sizeof row->case_id) != FV_OK)
		return fault(r, FV_COL_CASE, "is not an id; use 1 to 40 of A-Z a-z 0-9 . _ -",
		    FV_EFORMAT);
	if (fv_id_copy(r->values[FV_COL_AGENCY], row->agency, sizeof row->agency) != FV_OK)
		return fault(r, FV_COL_AGENCY,
		    "is not an id; use 1 to 24 of A-Z a-z 0-9 . _ -", FV_EFORMAT);
	if ((rc = read_set(r, FV_COL_ZONE, zone_good,
		 "is not the name of a time zone; write as Asia/Shanghai, ';' between "
		 "several")) != FV_OK ||
	    (rc = read_set(r, FV_COL_DEBTS, long_id_good,
		 "is not a set of ids; use 1 to 40 of A-Z a-z 0-9 . _ - and ';' "
		 "between")) != FV_OK ||
	    (rc = read_set(r, FV_COL_PACKS, long_id_good,
		 "is not a set of pack ids; write as cn-cba-2026;house")) != FV_OK ||
	    (rc = read_set(r, FV_COL_ASSIGNED, short_id_good,
		 "is not a set of officer ids; write as o1;o2")) != FV_OK)
		return rc;
	row->zones = r->values[FV_COL_ZONE];
	row->debts = r->values[FV_COL_DEBTS];
	row->packs = r->values[FV_COL_PACKS];
	row->assigned = r->values[FV_COL_ASSIGNED];
	return FV_OK;
}

/* Degrees as decimal text, to the nearest 1e-7: no exponent, no locale, no double. */
static bool
read_degrees(struct fv_span text, int32_t max_e7, int32_t *e7_out)
{
	const bool is_negative = text.len > 0 && text.ptr[0] == '-';
	int64_t v = 0;
	size_t at = is_negative ? 1 : 0, whole = 0, fraction = 0;

	*e7_out = 0;
	for (; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++) {
		if (++whole > 3)
			return false;
		v = v * 10 + (text.ptr[at] - '0');
	}
	if (whole == 0)
		return false;
	if (at < text.len && text.ptr[at] == '.') {
		bool up = false;
		for (at++; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++) {
			fraction++;
			if (fraction <= 7)
				v = v * 10 + (text.ptr[at] - '0');
			else if (fraction == 8)
				up = text.ptr[at] >= '5';
		}
		if (fraction == 0)
			return false;
		for (size_t i = fraction; i < 7; i++)
			v *= 10;
		v += up ? 1 : 0;
	} else {
		v *= 10000000;
	}
	if (at != text.len || v > max_e7)
		return false;
	*e7_out = (int32_t)(is_negative ? -v : v);
	return true;
}

static enum fv_err
read_place(struct reading *r)
{
	static const char *const datums[] = {"wgs84", "gcj02", "bd09"};
	const struct fv_span lat = r->values[FV_COL_LAT], lon = r->values[FV_COL_LON];
	const struct fv_span datum = r->values[FV_COL_DATUM];
	struct fv_place pin;
	int d = 0;

	while (datum.len > 0 && d < 3 && !fv_span_equal(datum, fv_span_z(datums[d])))
		d++;
	if (d == 3)
		return fault(r, FV_COL_DATUM,
		    "is none of wgs84, gcj02, bd09; write one of them", FV_EFORMAT);
	if (lat.len == 0 && lon.len == 0)
		return FV_OK;
	if (lat.len == 0 || lon.len == 0)
		return fault(r, lat.len == 0 ? FV_COL_LAT : FV_COL_LON,
		    "is missing beside the other coordinate; give both or neither",
		    FV_EFORMAT);
	if (!read_degrees(lat, FV_GEO_LAT_MAX_E7, &pin.lat_e7))
		return fault(r, FV_COL_LAT, "is not degrees from -90 to 90; write as 23.1291",
		    FV_ERANGE);
	if (!read_degrees(lon, FV_GEO_LON_MAX_E7, &pin.lon_e7))
		return fault(r, FV_COL_LON,
		    "is not degrees from -180 to 180; write as 113.2644", FV_ERANGE);
	if (datum.len == 0 && fv_geo_in_china(pin))
		return fault(r, FV_COL_DATUM,
		    "is required for a place in China, where maps are shifted; write gcj02 "
		    "(AMap, Tencent), bd09 (Baidu) or wgs84 (a receiver)",
		    FV_EFORMAT);
	r->row->has_place = true;
	r->row->place = d == 1 ? fv_geo_to_wgs84(pin, FV_DATUM_GCJ02)
	    : d == 2           ? fv_geo_to_wgs84(pin, FV_DATUM_BD09)
			       : pin;
	return FV_OK;
}

static enum fv_err
read_numbers(struct reading *r)
{
	struct fv_case_row *row = r->row;
	const struct fv_span product = r->values[FV_COL_PRODUCT];
	uint64_t v;

	row->actor = fv_code_find(FV_CODES_ACTOR, r->values[FV_COL_ACTOR]);
	if (row->actor == 0)
		return fault(r, FV_COL_ACTOR,
		    "is none of first_party, third_party, debt_buyer; write one of them",
		    FV_EFORMAT);
	row->product = fv_code_find(FV_CODES_PRODUCT, product);
	if (row->product == 0 && product.len > 0)
		return fault(r, FV_COL_PRODUCT,
		    "is none of consumer_loan, online_loan, credit_card, microfinance, "
		    "mortgage, "
		    "student_loan, medical, other; write one of them",
		    FV_EFORMAT);
	row->has_radius = r->values[FV_COL_RADIUS_M].len > 0;
	if (row->has_radius) {
		if (fv_decimal_decode(
			r->values[FV_COL_RADIUS_M], FV_CASECSV_RADIUS_MAX_M, &v) != FV_OK ||
		    v == 0)
			return fault(r, FV_COL_RADIUS_M,
			    "is not whole metres from 1 to 100000; write as 100", FV_ERANGE);
		row->radius_m = (uint32_t)v;
	}
	row->has_plan = r->values[FV_COL_PLAN_DATE].len > 0;
	if (row->has_plan &&
	    fv_date_parse(r->values[FV_COL_PLAN_DATE], &row->plan_day) != FV_OK)
		return fault(
		    r, FV_COL_PLAN_DATE, "is not a date; write as 2026-03-02", FV_EFORMAT);
	row->has_as_of = r->values[FV_COL_AS_OF].len > 0;
	if (row->has_as_of && fv_date_parse(r->values[FV_COL_AS_OF], &row->as_of_day) != FV_OK)
		return fault(
		    r, FV_COL_AS_OF, "is not a date; write as 2026-03-02", FV_EFORMAT);
	return FV_OK;
}

static enum fv_err
read_sealed(struct reading *r)
{
	struct fv_case_row *row = r->row;

	for (int c = FV_COL_SEALED_FIRST; c < FV_COL_COUNT; c++) {
		if (!fv_utf8_valid(r->values[c]))
			return fault(r, (enum fv_case_column)c,
			    "is not UTF-8; save the file as UTF-8", FV_EFORMAT);
		if (r->values[c].len > 0)
			row->has_sealed = true;
	}
	row->name = r->values[FV_COL_NAME];
	row->phones = r->values[FV_COL_PHONE];
	row->address = r->values[FV_COL_ADDRESS];
	row->amount = r->values[FV_COL_AMOUNT];
	row->days_overdue = r->values[FV_COL_DAYS_OVERDUE];
	row->remark = r->values[FV_COL_REMARK];
	return FV_OK;
}

enum fv_err
fv_case_row_read(const struct fv_span values[FV_COL_COUNT], struct fv_case_row *out,
    struct fv_case_fault *fault_out)
{
	struct reading r = {.values = values, .row = out, .fault = fault_out};
	enum fv_err rc;

	memset(out, 0, sizeof *out);
	if (fault_out != NULL)
		*fault_out = (struct fv_case_fault){.rule = ""};
	if ((rc = refuse_personal(&r)) != FV_OK || (rc = read_ids(&r)) != FV_OK ||
	    (rc = read_place(&r)) != FV_OK || (rc = read_numbers(&r)) != FV_OK ||
	    (rc = read_sealed(&r)) != FV_OK)
		memset(out, 0, sizeof *out);
	return rc;
}
