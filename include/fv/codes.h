/*
 * The words of the case history interchange and of rule packs, with their numbers
 * (PROTOCOL.md section 4): channel, outcome, place, event kind and the like.
 *
 * Threads: no state.  Memory: none; every word returned is static storage.
 */
#ifndef FV_CODES_H
#define FV_CODES_H

#include "fv/bytes.h"

/* In every enum here 0 means "not said"; the other numbers never change. */
enum fv_channel {
	FV_CHANNEL_VISIT = 1,
	FV_CHANNEL_CALL,
	FV_CHANNEL_SMS,
	FV_CHANNEL_EMAIL,
	FV_CHANNEL_MESSAGE,
	FV_CHANNEL_LETTER,
};

enum fv_outcome {
	FV_OUTCOME_CONVERSATION = 1,
	FV_OUTCOME_CONTACT,
	FV_OUTCOME_NO_ANSWER,
	FV_OUTCOME_LEFT_MESSAGE,
	FV_OUTCOME_NOT_CONNECTED,
	FV_OUTCOME_NOT_HOME,
	FV_OUTCOME_REFUSED,
};

/* Who was met, and (meant_for) whom a call was placed to. */
enum fv_with {
	FV_WITH_DEBTOR = 1,
	FV_WITH_SPOUSE,
	FV_WITH_GUARANTOR,
	FV_WITH_ATTORNEY,
	FV_WITH_THIRD_PARTY,
	FV_WITH_NOBODY,
};

enum fv_by {
	FV_BY_COLLECTOR = 1,
	FV_BY_DEBTOR,
};

enum fv_place_code {
	FV_PLACE_HOME = 1,
	FV_PLACE_WORK,
	FV_PLACE_MOBILE,
	FV_PLACE_OTHER,
};

enum fv_purpose {
	FV_PURPOSE_COLLECT = 1,
	FV_PURPOSE_CARE,
	FV_PURPOSE_SERVICE,
	FV_PURPOSE_DOCUMENT,
	FV_PURPOSE_LOCATION,
	FV_PURPOSE_TERMINATE,
	FV_PURPOSE_REMEDY_NOTICE,
	FV_PURPOSE_REQUIRED_BY_LAW,
	FV_PURPOSE_REPOSSESS,
};

enum fv_source {
	FV_SOURCE_HANDHELD = 1,
	FV_SOURCE_DIALLER,
	FV_SOURCE_AI,
	FV_SOURCE_DESK,
	FV_SOURCE_LETTER,
};

enum fv_recorded {
	FV_RECORDED_AUDIO = 1,
	FV_RECORDED_VIDEO,
	FV_RECORDED_NONE,
};

enum fv_scope {
	FV_SCOPE_TIME = 1,
	FV_SCOPE_PLACE,
	FV_SCOPE_FREQUENCY,
	FV_SCOPE_ENTRY,
	FV_SCOPE_RECORDING,
	FV_SCOPE_LOCATION,
	FV_SCOPE_THIRD_PARTY,
};

enum fv_event_kind {
	FV_EVENT_CONSENT = 1,
	FV_EVENT_CONSENT_WITHDRAWN,
	FV_EVENT_CEASE,
	FV_EVENT_INCONVENIENT,
	FV_EVENT_NO_HOME,
	FV_EVENT_NO_WORK,
	FV_EVENT_ATTORNEY,
	FV_EVENT_DISPUTE,
	FV_EVENT_VERIFIED,
	FV_EVENT_COMPLAINT,
	FV_EVENT_COMPLAINT_CLOSED,
	FV_EVENT_PLAN_SIGNED,
	FV_EVENT_PLAN_DEFAULT,
	FV_EVENT_MORATORIUM,
	FV_EVENT_NO_CONTACT_ORDER,
	FV_EVENT_BEREAVEMENT,
	FV_EVENT_VULNERABLE,
	FV_EVENT_NOTICE_SENT,
	FV_EVENT_LEAVE_REQUESTED,
	FV_EVENT_DISCLOSURE,
	FV_EVENT_RECORDING,
	FV_EVENT_WRONG_NUMBER,
	FV_EVENT_APPOINTMENT,
	FV_EVENT_MISSED,
	FV_EVENT_PAID,
	FV_EVENT_CASE_CLOSED,
	FV_EVENT_WELFARE,
	FV_EVENT_MINOR_ALONE,
	FV_EVENT_LANGUAGE,
	FV_EVENT_NO_MEDIUM,
	FV_EVENT_NOTICE_RETURNED,
	FV_EVENT_COURT_PERMISSION,
	FV_EVENT_IMPERSONATION,
	FV_EVENT_KIND_MAX = FV_EVENT_IMPERSONATION,
};

enum fv_actor {
	FV_ACTOR_FIRST_PARTY = 1,
	FV_ACTOR_THIRD_PARTY,
	FV_ACTOR_DEBT_BUYER,
};

enum fv_product {
	FV_PRODUCT_CONSUMER_LOAN = 1,
	FV_PRODUCT_ONLINE_LOAN,
	FV_PRODUCT_CREDIT_CARD,
	FV_PRODUCT_MICROFINANCE,
	FV_PRODUCT_MORTGAGE,
	FV_PRODUCT_STUDENT_LOAN,
	FV_PRODUCT_MEDICAL,
	FV_PRODUCT_OTHER,
};

enum fv_form {
	FV_FORM_ORAL = 1,
	FV_FORM_WRITTEN,
	FV_FORM_SEPARATE, /* in writing, apart from other terms */
};

/* To whom a consent was given. */
enum fv_to {
	FV_TO_COLLECTOR = 1,
	FV_TO_CREDITOR,
	FV_TO_PRIOR_COLLECTOR,
};

enum fv_datum_code {
	FV_DATUM_CODE_WGS84 = 1,
	FV_DATUM_CODE_GCJ02,
	FV_DATUM_CODE_BD09,
};

/* Yes, no, or not said. */
enum fv_tri {
	FV_TRI_UNKNOWN = 0,
	FV_TRI_YES,
	FV_TRI_NO,
};

/* Which list of words. */
enum fv_code_set {
	FV_CODES_CHANNEL,
	FV_CODES_OUTCOME,
	FV_CODES_WITH,
	FV_CODES_BY,
	FV_CODES_PLACE,
	FV_CODES_PURPOSE,
	FV_CODES_SOURCE,
	FV_CODES_RECORDED,
	FV_CODES_SCOPE,
	FV_CODES_EVENT_KIND,
	FV_CODES_ACTOR,
	FV_CODES_PRODUCT,
	FV_CODES_FORM,
	FV_CODES_TO,
	FV_CODES_DATUM,
	FV_CODES_DAY,  /* mon = 1 .. sun = 7 */
	FV_CODES_KIND, /* of rules; these and the next are the words of packs */
	FV_CODES_PHASE,
	FV_CODES_ON_BREACH,
	FV_CODES_STRENGTH,
	FV_CODES_CONFIDENCE,
	FV_CODES_EDGE,
	FV_CODES_OVERRUN,
	FV_CODES_PER,
	FV_CODES_UNIT,
	FV_CODES_AGE_OF,
	FV_CODES_FIELD,
	FV_CODES_SUBJECT,
	FV_CODES_FACT,
	FV_CODES_ANCHOR,
	FV_CODES_SHARE,
	FV_CODES_CHECKLIST, /* items of the checklist at the door */
	FV_CODES_ATTACHMENT_KIND,
	FV_CODES_ATTACHMENT_REASON, /* why without a consent */
	FV_CODES_APPROACH,          /* of a planned visit */
	FV_CODES_COUNT,
};

/* The bit of a code in a set of codes; 0 for "not said".  Codes go up to 32. */
static inline uint32_t
fv_code_bit(uint32_t code)
{
	return code == 0 || code > 32 ? 0 : UINT32_C(1) << (code - 1);
}

/* The word of a code, or NULL for a number that is not in the set. */
FV_EXPORT const char *fv_code_word(enum fv_code_set set, uint32_t code);

/* The code of a word, or 0. */
FV_EXPORT uint32_t fv_code_find(enum fv_code_set set, struct fv_span word);

/* How many codes the set has; they are 1..that. */
FV_EXPORT uint32_t fv_code_count(enum fv_code_set set);

/* The word of the set that `word` most resembles, or NULL when none is near. */
FV_EXPORT const char *fv_code_nearest(enum fv_code_set set, struct fv_span word);

/*
 * Of `count` words (NULL entries are passed over) the one that `word` most resembles:
 * at most a third of its letters wrong, two at least being allowed.  NULL: none is near.
 */
FV_EXPORT const char *fv_word_nearest(
    struct fv_span word, const char *const *words, size_t count);

#endif
