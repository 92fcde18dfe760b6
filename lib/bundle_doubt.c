/* What a reader must know of a record: clocks, alarms, receiver.  Nothing here fails a claim.
 */
#include "lib/bundle_internal.h"

static bool
find_value(struct fv_span payload, uint64_t key, struct fv_cbor_reader *r)
{
	return payload.len > 0 && fv_cbor_map_find(payload, key, r) == FV_OK;
}

/* The clock checks that need no more than headers in order (PROTOCOL.md section C9). */
static void
doubt_clocks(struct verify *v, struct verify_doubts *doubts, const struct fv_header *header)
{
	struct fv_alarms alarms;

	fv_plausible_clocks(&doubts->clocks, header, &alarms);
	for (size_t i = 0; i < alarms.count; i++)
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true, "%llu: %s (%lld)",
		    (unsigned long long)header->seq, fv_check_text(alarms.alarm[i].check),
		    alarms.alarm[i].input_count > 0 ? (long long)alarms.alarm[i].inputs[0]
						    : 0);
}

/* What is odd about a stamp by itself; each kind is told at its first record. */
static void
doubt_stamp(struct verify *v, struct verify_doubts *doubts, const struct fv_header *header,
    struct fv_span payload)
{
	struct fv_alarms alarms;
	struct fv_cbor_reader r;
	struct fv_stamp stamp;
	struct fv_span item;

	if (!find_value(payload, 2, &r) || fv_cbor_take_null(&r) ||
	    fv_cbor_skip(&r, &item) != FV_OK)
		return;
	if (fv_stamp_parse(item, &stamp) != FV_OK) {
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true, "%llu: a stamp that cannot be read",
		    (unsigned long long)header->seq);
		return;
	}
	fv_plausible_stamp(&stamp, header->rtc_ms, &alarms);
	for (size_t i = 0; i < alarms.count; i++) {
		uint32_t check = alarms.alarm[i].check;
		uint64_t bit = check < 64 ? UINT64_C(1) << check : 0;

		if ((doubts->said & bit) == 0)
			fv_verify_claim(v, FV_CLAIM_CAVEAT, true, "%llu (first): %s",
			    (unsigned long long)header->seq, fv_check_text(check));
		doubts->said |= bit;
	}
}

static void
doubt_session(struct verify *v, const struct fv_header *header, struct fv_span payload)
{
	struct fv_cbor_reader r;
	uint64_t kind;

	if (find_value(payload, 4, &r) && fv_cbor_get_uint(&r, 7, &kind) == FV_OK &&
	    (kind == 3 || kind == 4 || kind == 6))
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "%llu: the receiver is a %s: its positions may be a replay",
		    (unsigned long long)header->seq,
		    kind == 3       ? "pseudo-terminal"
			: kind == 4 ? "network source"
				    : "file");
}

static void
doubt_clock_step(struct verify *v, const struct fv_header *header, struct fv_span payload)
{
	struct fv_cbor_reader r;
	int64_t from, to;

	if (find_value(payload, 4, &r) && fv_cbor_get_int(&r, &from) == FV_OK &&
	    find_value(payload, 5, &r) && fv_cbor_get_int(&r, &to) == FV_OK &&
	    !__builtin_sub_overflow(to, from, &to))
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "%llu: the system clock stepped by %lld ms",
		    (unsigned long long)header->seq, (long long)to);
}

static void
doubt_alarm(struct verify *v, const struct fv_header *header, struct fv_span payload)
{
	struct fv_cbor_reader r;
	uint64_t check;

	if (find_value(payload, 4, &r) && fv_cbor_get_uint(&r, UINT32_MAX, &check) == FV_OK)
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "%llu: the handheld's alarm %llu: %s", (unsigned long long)header->seq,
		    (unsigned long long)check, fv_check_text((uint32_t)check));
}

void
fv_verify_doubt(struct verify *v, struct verify_doubts *doubts, const struct fv_header *header,
    struct fv_span payload)
{
	doubt_clocks(v, doubts, header);
	if (fv_record_type_name(header->type) == NULL)
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true, "%llu: record of unknown type %u",
		    (unsigned long long)header->seq, header->type);
	if ((header->flags & FV_RECF_CLOCK_EARLY) != 0)
		fv_verify_claim(v, FV_CLAIM_CAVEAT, true,
		    "%llu: the wall clock was earlier than the program",
		    (unsigned long long)header->seq);
	if (header->type == FV_REC_CLOCK_STEP)
		doubt_clock_step(v, header, payload);
	else if (header->type == FV_REC_ALARM)
		doubt_alarm(v, header, payload);
	else if (header->type == FV_REC_SESSION)
		doubt_session(v, header, payload);
	else if (header->type == FV_REC_VISIT_BEGIN || header->type == FV_REC_VISIT_END ||
	    header->type == FV_REC_EVENT)
		doubt_stamp(v, doubts, header, payload);
}
