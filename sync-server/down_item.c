/* The bodies of items down, kind by kind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fv/audit.h"
#include "fv/order.h"
#include "sync-server/down.h"
#include "sync-server/settings_held.h"
#include "sync-server/staff.h"
#include "sync-server/store/alerts.h"
#include "sync-server/store/facts.h"
#include "sync-server/store/queue.h"
#include "sync-server/store/work.h"

/* The case of a row, when it is this officer's and open.  FV_ENOENT: it is not. */
static enum fv_err
get_case(const struct fv_down *down, struct fv_span id, struct fv_store_case *out)
{
	bool is_his;
	enum fv_err rc;

	rc = fv_store_case_is_assigned(down->store, id, down->device->officer, &is_his);
	if (rc != FV_OK)
		return rc;
	return is_his ? fv_store_case_get(down->store, id, out) : FV_ENOENT;
}

/* Texts that the case item borrows. */
struct desk_words {
	char officers[2 * FV_ID_BYTES];
};

/* What is planned for him here, and the desk's newest answer. */
static enum fv_err
put_desk(const struct fv_down *down, struct fv_item_case *item, struct desk_words *words)
{
	struct fv_store_plan plan;
	struct fv_store_asked asked;
	enum fv_err rc =
	    fv_store_plan_next(down->store, item->id, down->device->officer, &plan);

	if (rc == FV_OK) {
		(void)snprintf(words->officers, sizeof words->officers, "%s%s%s", plan.officer,
		    plan.second[0] != '\0' ? ";" : "", plan.second);
		item->has_plan = item->has_entry = true;
		item->plan_day = plan.day;
		item->entry = (struct fv_item_plan){plan.from_minute, plan.to_minute,
		    fv_span_z(words->officers), plan.place, plan.purpose, plan.approach,
		    plan.is_agreed};
	} else if (rc != FV_ENOENT) {
		return rc;
	}
	rc = fv_store_asked_last(down->store, item->id, &asked);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	item->has_decided = true;
	item->decided = (struct fv_item_decided){
	    asked.business, asked.decision == FV_ASKED_GRANTED, asked.decided_ms};
	return FV_OK;
}

static enum fv_err
put_case(const struct fv_down *down, struct fv_span id, enum fv_item_kind kind,
    struct fv_buf *body_out)
{
	struct fv_store_case row;
	struct desk_words desk;
	enum fv_err rc = get_case(down, id, &row);

	if (rc != FV_OK)
		return rc;
	if (kind == FV_ITEM_HISTORY)
		return fv_down_history(down, &row, body_out);
	if (kind == FV_ITEM_HOLD)
		return fv_down_hold(down, &row, body_out);
	if ((rc = put_desk(down, &row.item, &desk)) != FV_OK)
		return rc;
	/* Who else is assigned is nothing to him; the roster names his colleagues. */
	row.item.assigned = fv_span_z(down->device->officer);
	fv_item_case_put(body_out, &row.item);
	return fv_buf_status(body_out);
}

/* Cards go to approved devices only: until then nobody vouches for the box key. */
static enum fv_err
put_card(const struct fv_down *down, struct fv_span id, struct fv_buf *body_out,
    uint64_t *version_out)
{
	struct fv_item_card card;
	struct fv_store_case row;
	enum fv_err rc;

	if (!down->device->is_approved || down->device->is_revoked)
		return FV_ENOENT;
	if ((rc = get_case(down, id, &row)) != FV_OK ||
	    (rc = fv_store_card_get(down->store, id, version_out, &card)) != FV_OK)
		return rc;
	fv_item_card_put(body_out, &card);
	return fv_buf_status(body_out);
}

static enum fv_err
put_note(const struct fv_down *down, enum fv_store_note_kind kind, struct fv_buf *body_out,
    uint64_t *version_out)
{
	struct fv_store_note note;
	enum fv_err rc = fv_store_note_last(down->store, kind, &note);

	if (rc != FV_OK)
		return rc;
	*version_out = note.version;
	fv_buf_put_span(body_out, note.note);
	return fv_buf_status(body_out);
}

/* The settings of a scope, where they are for this handheld. */
static enum fv_err
put_config(const struct fv_down *down, struct fv_span key, struct fv_buf *body_out,
    uint64_t *version_out)
{
	struct fv_settings *settings;
	char scope[FV_CONFIG_SCOPE_BYTES];
	struct fv_store_config config;
	enum fv_err rc;

	if (!settings_key_scope(key, scope))
		return FV_ECORRUPT;
	if ((rc = fv_store_config_last(down->store, scope, &config)) != FV_OK)
		return rc;
	if (scope[0] != '\0') {
		if ((settings = malloc(sizeof *settings)) == NULL)
			return FV_ENOMEM;
		rc = settings_of_note(&config, settings);
		if (rc == FV_OK &&
		    !fv_settings_concern(
			settings, fv_span_z(down->device->team), down->device->dev))
			rc = FV_ENOENT;
		free(settings);
	}
	if (rc != FV_OK)
		return rc;
	*version_out = config.version;
	fv_buf_put_span(body_out, config.note);
	return fv_buf_status(body_out);
}

/* The highest adopted revision of the pack, of the bytes that the packs note names. */
static enum fv_err
put_pack(const struct fv_down *down, struct fv_span id, struct fv_buf *body_out,
    uint64_t *version_out)
{
	const struct fv_pack_line *adopted = NULL;
	struct fv_signednote parts;
	struct fv_packs *packs = NULL;
	struct fv_store_note note;
	struct fv_store_pack pack;
	enum fv_err rc;

	if ((rc = fv_store_note_last(down->store, FV_NOTE_PACKS, &note)) != FV_OK)
		return rc;
	if ((packs = malloc(sizeof *packs)) == NULL)
		return FV_ENOMEM;
	rc = FV_ECORRUPT; /* it was checked when it was taken in */
	if (fv_signednote_parse(note.note, &parts) != FV_OK ||
	    fv_packs_parse(parts.text, packs, NULL) != FV_OK)
		goto cleanup;
	for (size_t i = 0; i < packs->count; i++)
		if (fv_span_equal(fv_span_z(packs->packs[i].id), id) &&
		    (adopted == NULL || packs->packs[i].revision > adopted->revision))
			adopted = &packs->packs[i];
	rc = FV_ENOENT;
	if (adopted == NULL ||
	    (rc = fv_store_pack_get(down->store, &adopted->sha256, &pack)) != FV_OK)
		goto cleanup;
	*version_out = pack.revision;
	fv_buf_put_span(body_out, pack.file);
	rc = fv_buf_status(body_out);
cleanup:
	free(packs);
	return rc;
}

/* A finding for its officer: what is said of his contact, and what became of it. */
static enum fv_err
put_finding(const struct fv_down *down, struct fv_span id, struct fv_buf *body_out)
{
	struct fv_item_finding item = {0};
	struct fv_store_open finding;
	struct fv_store_visit visit;
	enum fv_err rc;

	if (id.len != FV_FINDING_ID_BYTES)
		return FV_ECORRUPT;
	rc = fv_store_open_get(down->store, id.ptr, &finding);
	if (rc == FV_OK)
		rc = fv_store_queue_get(down->store, finding.contact, &visit);
	/* Not his any more, or nothing to say: the handheld drops it. */
	if (rc == FV_OK && !fv_span_equal(visit.officer, fv_span_z(down->device->officer)))
		rc = FV_ENOENT;
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	item.contact = finding.contact;
	item.case_id = visit.case_id;
	item.rule = finding.rule;
	item.begin_ms = visit.begin_ms;
	item.verdict = finding.verdict;
	item.decision = finding.decision;
	item.why_en = finding.why_en;
	item.why_zh = finding.why_zh;
	fv_item_finding_put(body_out, &item);
	return fv_buf_status(body_out);
}

/* Dates of one subject as far as they are kept. */
static enum fv_err
add_dates(const struct fv_down *down, enum fv_subject subject, const char *id,
    struct fv_buf *dates, size_t *count)
{
	struct fv_item_date date = {.subject = subject};
	enum fv_err rc = FV_OK;

	for (date.fact = 1; date.fact < STAFF_FACTS && rc == FV_OK; date.fact++) {
		if (!staff_has_fact(subject, (enum fv_fact)date.fact))
			continue;
		rc = fv_store_fact_get(
		    down->store, subject, id, (enum fv_fact)date.fact, &date.day);
		if (rc == FV_OK) {
			fv_item_date_put(dates, &date);
			(*count)++;
		} else if (rc == FV_ENOENT) {
			rc = FV_OK;
		}
	}
	return rc;
}

/* Of whoever has it in hand, and of the agency whose it is. */
static enum fv_err
put_dates(const struct fv_down *down, struct fv_buf *body_out)
{
	const struct fv_store_device *device = down->device;
	struct fv_buf dates = {0};
	size_t count = 0;
	enum fv_err rc = add_dates(down, FV_SUBJECT_OFFICER, device->officer, &dates, &count);

	if (rc == FV_OK)
		rc = add_dates(down, FV_SUBJECT_AGENCY, device->agency, &dates, &count);
	if (rc == FV_OK)
		rc = fv_buf_status(&dates);
	if (rc == FV_OK) {
		fv_item_dates_put(body_out, fv_span_z(device->officer), count);
		fv_buf_put_span(body_out, fv_buf_span(&dates));
		rc = fv_buf_status(body_out);
	}
	fv_buf_clear(&dates);
	return rc;
}

/* Who has seen his SOS. */
static enum fv_err
put_seen(const struct fv_down *down, struct fv_span id, struct fv_buf *body_out)
{
	struct fv_alert_seen seen = {0};
	struct fv_store_alert alert;
	char name[FV_ALERT_ID_BYTES];
	enum fv_err rc;

	if (fv_id_copy(id, name, sizeof name) != FV_OK)
		return FV_ECORRUPT;
	if ((rc = fv_store_alert_get(down->store, name, &alert)) != FV_OK)
		return rc;
	if (!alert.is_acked || alert.device_no != down->device->no)
		return FV_ENOENT;
	memcpy(seen.dev, down->device->dev, sizeof seen.dev);
	memcpy(seen.by, alert.acked_by, sizeof seen.by);
	seen.has_seq = alert.said.has_seq;
	seen.seq = alert.said.seq;
	seen.at_ms = alert.said.at_ms;
	seen.seen_ms = alert.acked_ms;
	fv_alert_seen_put(body_out, &seen);
	return fv_buf_status(body_out);
}

enum fv_err
fv_down_body(const struct fv_down *down, const struct fv_store_changed *row,
    struct fv_buf *body_out, uint64_t *version_out)
{
	*version_out = row->change;
	switch (row->kind) {
	case FV_ITEM_CASE:
	case FV_ITEM_HISTORY:
	case FV_ITEM_HOLD:
		return put_case(down, row->key, row->kind, body_out);
	case FV_ITEM_CARD:
		return put_card(down, row->key, body_out, version_out);
	case FV_ITEM_ROSTER:
		return put_note(down, FV_NOTE_ROSTER, body_out, version_out);
	case FV_ITEM_PACKS_NOTE:
		return put_note(down, FV_NOTE_PACKS, body_out, version_out);
	case FV_ITEM_PACK:
		return put_pack(down, row->key, body_out, version_out);
	case FV_ITEM_REVOKE:
	case FV_ITEM_WIPE:
		return fv_store_order_get(down->store, down->device->no, row->kind, body_out);
	case FV_ITEM_LOG:
		return put_note(down, FV_NOTE_LOG, body_out, version_out);
	case FV_ITEM_TOMBSTONE:
		return FV_OK; /* says all with its key */
	case FV_ITEM_SOS_SEEN:
		return put_seen(down, row->key, body_out);
	case FV_ITEM_FINDING:
		return put_finding(down, row->key, body_out);
	case FV_ITEM_DATES:
		return put_dates(down, body_out);
	case FV_ITEM_CONFIG:
		return put_config(down, row->key, body_out, version_out);
	case FV_ITEM_HPKE_KEY:
	default:
		return FV_ENOENT; /* nothing of this kind is kept here */
	}
}
