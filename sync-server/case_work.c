#include "sync-server/case_work.h"

#include <stdlib.h>
#include <string.h>

#include "fv/note.h"
#include "sync-server/verb.h"

/* Key ids that may be recipients of a card. */
struct readers {
	uint8_t ids[FV_ROSTER_SUPERVISORS_MAX + 1 + 64][FV_KEY_ID_BYTES];
	size_t count;
	bool is_full; /* more handhelds than have room: the card would hold 24 at most */
};

int
fv_case_work_init(struct fv_case_work *work, struct fv_host *host, json_t **answer_out)
{
	struct fv_store_note last;
	struct fv_signednote parsed;
	enum fv_err rc;
	int code;

	memset(work, 0, sizeof *work);
	work->host = host;
	work->now_ms = fv_host_now_ms();
	zones_init(&work->zones, NULL);
	code = fv_verb_need_roster(host, &work->roster, &work->roster_hash, answer_out);
	if (code != FV_EXIT_OK)
		return code;
	if ((work->packs = calloc(1, sizeof *work->packs)) == NULL)
		return fv_verb_broken(answer_out, "packs", FV_ENOMEM);
	rc = fv_store_note_last(host->store, FV_NOTE_PACKS, &last);
	if (rc == FV_ENOENT)
		return FV_EXIT_OK;
	if (rc == FV_OK)
		rc = fv_signednote_parse(last.note, &parsed);
	if (rc == FV_OK)
		rc = fv_packs_parse(parsed.text, work->packs, NULL);
	return rc == FV_OK ? FV_EXIT_OK : fv_verb_broken(answer_out, "packs note", rc);
}

void
fv_case_work_clear(struct fv_case_work *work)
{
	zones_clear(&work->zones);
	free(work->roster);
	free(work->packs);
	memset(work, 0, sizeof *work);
}

bool
fv_case_work_has_officer(const struct fv_case_work *work, struct fv_span officer)
{
	char id[FV_ID_BYTES];

	return fv_id_copy(officer, id, sizeof id) == FV_OK &&
	    fv_roster_find_officer(work->roster, id) != NULL;
}

bool
fv_case_work_has_pack(const struct fv_case_work *work, struct fv_span pack)
{
	for (size_t i = 0; i < work->packs->count; i++) {
		if (fv_span_equal(pack, fv_span_z(work->packs->packs[i].id)))
			return true;
	}
	return false;
}

bool
fv_case_work_same(const struct fv_item_case *a, const struct fv_item_case *b)
{
	struct fv_buf left = {0}, right = {0};
	bool same;

	fv_item_case_put(&left, a);
	fv_item_case_put(&right, b);
	same = fv_buf_status(&left) == FV_OK && fv_buf_status(&right) == FV_OK &&
	    fv_span_equal(fv_buf_span(&left), fv_buf_span(&right));
	fv_buf_clear(&left);
	fv_buf_clear(&right);
	return same;
}

static enum fv_err
add_device(const struct fv_store_device *device, void *ctx)
{
	struct readers *readers = ctx;

	if (!device->is_approved || device->is_revoked)
		return FV_OK;
	if (readers->count == sizeof readers->ids / sizeof readers->ids[0]) {
		readers->is_full = true;
		return FV_OK;
	}
	fv_note_box_key_id(device->pk_box, readers->ids[readers->count++]);
	return FV_OK;
}

static enum fv_err
add_officer(struct fv_case_work *work, struct fv_span officer, struct readers *readers)
{
	char id[FV_ID_BYTES];

	if (fv_id_copy(officer, id, sizeof id) != FV_OK)
		return FV_OK;
	return fv_store_device_each(work->host->store, id, add_device, readers);
}

static bool
is_reader(const struct readers *readers, const uint8_t id[FV_KEY_ID_BYTES])
{
	for (size_t i = 0; i < readers->count; i++) {
		if (memcmp(readers->ids[i], id, FV_KEY_ID_BYTES) == 0)
			return true;
	}
	return false;
}

enum fv_err
fv_case_work_check_card(struct fv_case_work *work, struct fv_span assigned,
    const struct fv_card *card, size_t capsules_bytes, const char **rule_out)
{
	const struct fv_roster *roster = work->roster;
	struct readers readers = {0};
	uint8_t recovery[FV_KEY_ID_BYTES];
	struct fv_span officer;
	bool recovers = false;
	enum fv_err rc;

	*rule_out = NULL;
	fv_note_box_key_id(roster->recovery_pk, recovery);
	memcpy(readers.ids[readers.count++], recovery, FV_KEY_ID_BYTES);
	for (size_t i = 0; i < roster->supervisor_count; i++)
		fv_note_box_key_id(
		    roster->supervisors[i].box_pk, readers.ids[readers.count++]);
	while (fv_verb_next(&assigned, &officer)) {
		if ((rc = add_officer(work, officer, &readers)) != FV_OK)
			return rc;
	}
	if (capsules_bytes != card->recipient_count * FV_NOTE_CAPSULE_BYTES) {
		*rule_out = "it has not one capsule for each recipient";
		return FV_EDENIED;
	}
	for (size_t i = 0; i < card->recipient_count; i++) {
		recovers =
		    recovers || memcmp(card->key_ids[i], recovery, FV_KEY_ID_BYTES) == 0;
		if (!is_reader(&readers, card->key_ids[i])) {
			*rule_out =
			    "a recipient is no approved handheld of an assigned officer, no "
			    "supervisor and not the recovery key; export the roster "
			    "again and seal with it";
			return FV_EDENIED;
		}
	}
	if (!recovers) {
		*rule_out = "it is not sealed to the recovery key of the roster in force";
		return FV_EDENIED;
	}
	return FV_OK;
}

enum fv_err
fv_case_work_take_card(struct fv_case_work *work, const char *case_id, struct fv_span assigned,
    const struct fv_item_card *item, bool *is_new_out, const char **rule_out)
{
	struct fv_store *store = work->host->store;
	struct fv_item_card held;
	struct fv_card card;
	uint64_t held_version;
	enum fv_err rc;

	*rule_out = NULL;
	*is_new_out = false;
	rc = fv_card_verify(item->note, item->ct, item->capsules, work->roster, &card);
	if (rc == FV_ENOMEM)
		return rc;
	if (rc == FV_EAUTH)
		*rule_out =
		    "no supervisor on the roster in force signed it, or it was altered";
	else if (rc != FV_OK)
		*rule_out = "its note is not this agency's signed card";
	else if (strcmp(card.case_id, case_id) != 0)
		*rule_out = "it is the card of another case";
	if (*rule_out != NULL)
		return FV_EDENIED;
	if ((rc = fv_case_work_check_card(
		 work, assigned, &card, item->capsules.len, rule_out)) != FV_OK)
		return rc;
	rc = fv_store_card_get(store, fv_span_z(case_id), &held_version, &held);
	if (rc != FV_OK && rc != FV_ENOENT)
		return rc;
	if (rc == FV_OK && held_version == card.version &&
	    fv_span_equal(held.note, item->note))
		return FV_OK;
	*is_new_out = true;
	rc = fv_store_card_put(store, fv_span_z(case_id), card.version, item);
	if (rc == FV_ECONFLICT)
		*rule_out =
		    "a newer card of this case is held; seal the case again with 'case seal'";
	return *rule_out != NULL ? FV_EDENIED : rc;
}

enum fv_err
fv_case_work_reach(struct fv_case_work *work, struct fv_span case_id, struct fv_span officer,
    bool *has_card_out, bool *reaches_out)
{
	struct fv_item_card item;
	struct fv_signednote note;
	struct readers readers = {0};
	struct fv_card card;
	uint64_t version;
	enum fv_err rc;

	*has_card_out = false;
	*reaches_out = false;
	rc = fv_store_card_get(work->host->store, case_id, &version, &item);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	*has_card_out = true;
	if ((rc = fv_signednote_parse(item.note, &note)) != FV_OK ||
	    (rc = fv_card_parse(note.text, &card, NULL)) != FV_OK)
		return rc == FV_ENOMEM ? rc : FV_ECORRUPT;
	if ((rc = add_officer(work, officer, &readers)) != FV_OK)
		return rc;
	for (size_t i = 0; i < card.recipient_count; i++)
		*reaches_out = *reaches_out || is_reader(&readers, card.key_ids[i]);
	return FV_OK;
}

static enum fv_err
change(struct fv_case_work *work, const char *officer, enum fv_item_kind kind,
    struct fv_span case_id)
{
	const struct fv_store_audience audience = {.officer = officer};

	return fv_store_change(work->host->store, audience, kind, case_id);
}

/* What one officer's handhelds must learn. */
static enum fv_err
tell_officer(struct fv_case_work *work, const struct fv_item_case *item,
    struct fv_span officer, const struct fv_case_news *news)
{
	const bool is_newly_his = !fv_verb_has(news->assigned_before, officer);
	char id[FV_ID_BYTES];
	bool has_card, reaches;
	enum fv_err rc;

	if (fv_id_copy(officer, id, sizeof id) != FV_OK)
		return FV_OK;
	if ((news->is_changed || is_newly_his) &&
	    (rc = change(work, id, FV_ITEM_CASE, item->id)) != FV_OK)
		return rc;
	if (is_newly_his && (rc = change(work, id, FV_ITEM_HISTORY, item->id)) != FV_OK)
		return rc;
	if (is_newly_his && (rc = change(work, id, FV_ITEM_HOLD, item->id)) != FV_OK)
		return rc;
	if (!news->has_new_card && !is_newly_his)
		return FV_OK;
	if ((rc = fv_case_work_reach(work, item->id, officer, &has_card, &reaches)) != FV_OK)
		return rc;
	return reaches ? change(work, id, FV_ITEM_CARD, item->id) : FV_OK;
}

enum fv_err
fv_case_work_tell(struct fv_case_work *work, const struct fv_item_case *item,
    const struct fv_case_news *news)
{
	struct fv_span list = item->assigned, officer;
	char id[FV_ID_BYTES];
	enum fv_err rc;

	while (fv_verb_next(&list, &officer)) {
		if ((rc = tell_officer(work, item, officer, news)) != FV_OK)
			return rc;
	}
	for (list = news->assigned_before; fv_verb_next(&list, &officer);) {
		if (fv_verb_has(item->assigned, officer) ||
		    fv_id_copy(officer, id, sizeof id) != FV_OK)
			continue;
		if ((rc = change(work, id, FV_ITEM_TOMBSTONE, item->id)) != FV_OK)
			return rc;
	}
	return FV_OK;
}

int
fv_case_work_open(
    struct fv_host *host, const char *id, struct fv_store_case *out, json_t **answer_out)
{
	enum fv_err rc = fv_store_case_get(host->store, fv_span_z(id), out);

	if (rc == FV_ENOENT)
		return fv_verb_fail(answer_out, FV_EXIT_NOINPUT,
		    "%s: no such case; 'fieldvisitd case list' shows those that there are",
		    id);
	if (rc != FV_OK)
		return fv_verb_broken(answer_out, id, rc);
	if (out->is_closed)
		return fv_verb_fail(
		    answer_out, FV_EXIT_DATA, "%s: is closed; nothing was changed", id);
	return FV_EXIT_OK;
}

int
fv_case_work_officers(const struct fv_case_work *work, const json_t *officers,
    struct fv_buf *list, json_t **answer_out)
{
	if (json_array_size(officers) == 0 || json_array_size(officers) > FV_CASE_OFFICERS_MAX)
		return fv_verb_fail(
		    answer_out, FV_EXIT_USAGE, "case assign: needs 1 to 16 officers");
	for (size_t i = 0; i < json_array_size(officers); i++) {
		const char *id = json_string_value(json_array_get(officers, i));
		if (id == NULL || !fv_case_work_has_officer(work, fv_span_z(id)))
			return fv_verb_fail(answer_out, FV_EXIT_DATA,
			    "%s: the roster in force has no such officer",
			    id != NULL ? id : "?");
		if (fv_verb_has(fv_buf_span(list), fv_span_z(id)))
			continue;
		if (list->len > 0)
			fv_buf_put_u8(list, ';');
		fv_buf_put_z(list, id);
	}
	if (fv_buf_status(list) != FV_OK)
		return fv_verb_broken(answer_out, "case assign", FV_ENOMEM);
	return FV_EXIT_OK;
}
