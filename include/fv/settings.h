/*
 * What an agency sets on its handhelds: texts `fieldvisit/v1/config/<agency>` that a
 * supervisor on the roster signs (PROTOCOL.md sections 8 and 10).  Lines after the origin:
 *
 *   version N
 *   for team T1,T2 | for device DEV               whom it is for; none: everybody
 *   <name> <value, to the end of the line>        names ascending, each once
 *
 * One counter of versions numbers all texts of an installation, whomever they are for.  A
 * name that this version does not know is passed over, and so is a value that it cannot use:
 * a newer server does not break an older handheld.  What is not set has its default.
 *
 * Threads: no shared state.  Memory: a struct fv_settings is about 10 KiB: allocate it.
 */
#ifndef FV_SETTINGS_H
#define FV_SETTINGS_H

#include "fv/record.h"
#include "fv/roster.h"

#define FV_SETTING_TEXT_BYTES 161U /* 160 bytes of UTF-8 and NUL */
#define FV_SETTING_NAME_MAX 40U
#define FV_SETTINGS_LINES_MAX 256U  /* known or not */
#define FV_SETTINGS_PHRASES_MAX 20U /* phrase.1 to phrase.20 */
#define FV_SETTINGS_VERSION_MAX 1000000000U
#define FV_SETTINGS_TEAMS_MAX 32U
#define FV_SETTINGS_TEAMS_BYTES (FV_SETTINGS_TEAMS_MAX * FV_ID_BYTES) /* with commas, NUL */

/* Whom a text is for; a later one goes before an earlier one, setting by setting. */
enum fv_settings_scope {
	FV_SETTINGS_ALL,    /* every handheld of the installation */
	FV_SETTINGS_TEAM,   /* those whose ticket names one of these teams */
	FV_SETTINGS_DEVICE, /* this one */
	FV_SETTINGS_SCOPES,
};

/* In the order of the table; the phrases are two a number, English before Chinese. */
enum fv_setting {
	FV_SETTING_SLIP_NAME,    /* what the slip is from; "": "a visit by AGENCY" */
	FV_SETTING_SLIP_PHONE,   /* of the bank, for people without the web; "": none */
	FV_SETTING_SLIP_HOTLINE, /* of the regulator */
	FV_SETTING_SLIP_URL,     /* of the borrower's pages, without a path; "": none */
	FV_SETTING_SOS_NUMBER,   /* to call in danger */
	FV_SETTING_SOS_SMS,      /* number that an SOS is sent to as a text; "": none */
	FV_SETTING_WELFARE_HELPLINE,
	FV_SETTING_VISIT_CHECKIN_MIN, /* minutes of a visit until a check-in is due; 0: never
				       */
	FV_SETTING_LOCK_AFTER_S,      /* seconds without a command until cards are locked */
	FV_SETTING_ATTACH_MAX_BYTES,  /* of one attachment */
	FV_SETTING_DETAILS_EXPIRE_H,  /* hours without a sync until case cards are erased */
	FV_SETTING_GPS_IDLE_S,        /* seconds between fixes on shift: standing still */
	FV_SETTING_GPS_TRAVEL_S,
	FV_SETTING_GPS_VISIT_S,
	FV_SETTING_GPS_LOW_S,
	FV_SETTING_SCREEN_BLANK_S,    /* seconds until the screen is blank in a visit */
	FV_SETTING_COMPLAINT_DAYS,    /* working days that a complaint holds its case */
	FV_SETTING_DATA_CAP_MIB_DAY,  /* MiB a day after which attachments wait; 0: no cap */
	FV_SETTING_SYNC_INTERVAL_MIN, /* minutes between syncs on shift */
	FV_SETTING_VISIT_RADIUS_M,    /* metres around a case that has no radius of its own */
	FV_SETTING_UI_LANGUAGES,      /* that screens and answers may speak; "": any */
	FV_SETTING_SLIP_LANGUAGES,    /* likewise of the slip */
	FV_SETTING_PHRASES, /* phrase.1.en; use fv_setting_phrase(); "": as shipped */
	FV_SETTING_COUNT = FV_SETTING_PHRASES + 2 * FV_SETTINGS_PHRASES_MAX,
};

struct fv_settings {
	char agency[FV_ID_BYTES];
	enum fv_settings_scope scope;
	char teams[FV_SETTINGS_TEAMS_BYTES]; /* with FV_SETTINGS_TEAM: "t1,t2", ascending */
	uint8_t dev[FV_DEV_BYTES];           /* with FV_SETTINGS_DEVICE */
	uint64_t version;         /* from 1; 0: nothing is signed, all are defaults */
	char signer[FV_ID_BYTES]; /* the supervisor; "" before fv_settings_verify() */
	size_t unknown_count;     /* names that this version does not know */
	size_t unfit_count;       /* known names whose value it cannot use */
	bool is_set[FV_SETTING_COUNT];
	char values[FV_SETTING_COUNT][FV_SETTING_TEXT_BYTES]; /* with is_set */
};

/* The name of a setting, for example "lock.after_s".  name_out has FV_SETTING_NAME_MAX + 1
 * bytes.  Returns borrowed: name_out. */
FV_EXPORT const char *fv_setting_name(enum fv_setting setting, char *name_out);

/* The setting of a name.  FV_SETTING_COUNT: no such name. */
FV_EXPORT enum fv_setting fv_setting_find(struct fv_span name);

/* phrase.N in Chinese or English, `number` 1..FV_SETTINGS_PHRASES_MAX. */
FV_EXPORT enum fv_setting fv_setting_phrase(unsigned number, bool is_chinese);

enum fv_setting_kind {
	FV_SETTING_KIND_TEXT,   /* at most `max` bytes of UTF-8; may be empty */
	FV_SETTING_KIND_PHONE,  /* digits, spaces, "+" and "-", at most `max`; may be empty */
	FV_SETTING_KIND_URL,    /* http(s)://HOST[:PORT], at most `max`; may be empty */
	FV_SETTING_KIND_NUMBER, /* `min` to `max` */
	FV_SETTING_KIND_SPEECH, /* "en", "zh", "en,zh", or "": any */
};
/* What its values are. */
struct fv_setting_shape {
	enum fv_setting_kind kind;
	uint32_t min, max;
};
/* That of any setting. */
FV_EXPORT struct fv_setting_shape fv_setting_shape(enum fv_setting setting);

/* True when its value is a number. */
FV_EXPORT bool fv_setting_is_number(enum fv_setting setting);

/* True when it is the server's own: only a text for everybody may set it. */
FV_EXPORT bool fv_setting_is_general(enum fv_setting setting);

/* Append what its value must be, in English: "a whole number from 30 to 86400". */
FV_EXPORT void fv_setting_put_rule(struct fv_buf *out, enum fv_setting setting);

/* The value in force.  `settings` may be NULL: all defaults.  Returns borrowed: settings,
 * or static storage. */
FV_EXPORT const char *fv_settings_text(
    const struct fv_settings *settings, enum fv_setting setting);
/* The same of a number. */
FV_EXPORT uint64_t fv_settings_uint(
    const struct fv_settings *settings, enum fv_setting setting);

/*
 * Set one value.
 * Errors: FV_EFORMAT  not what its kind takes;  FV_ERANGE  a number out of its range
 *         FV_ETOOBIG  a text that is too long  (settings unchanged)
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_settings_set(
    struct fv_settings *settings, enum fv_setting setting, struct fv_span value);

/* Take a value away: the default is in force, or what a wider text says. */
FV_EXPORT void fv_settings_unset(struct fv_settings *settings, enum fv_setting setting);

/*
 * Make them those of these teams: ids with a comma between, in any order, each once.
 * Errors: FV_EFORMAT  no such list;  FV_ETOOBIG  over FV_SETTINGS_TEAMS_MAX
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_settings_set_teams(
    struct fv_settings *settings, struct fv_span teams);

/* Take the next id of a list of teams.  False: none is left. */
FV_EXPORT bool fv_settings_next_team(struct fv_span *teams, struct fv_span *team_out);

/* True when the text is for the handheld `dev` of `team`. */
FV_EXPORT bool fv_settings_concern(
    const struct fv_settings *settings, struct fv_span team, const uint8_t dev[FV_DEV_BYTES]);

/*
 * Lay `over` on top of `under`, setting by setting: what `over` sets is in force, the rest
 * stays.  Version and signer are those of the higher version.  Begin with one that is all
 * zero and lay the wider scope first.
 */
FV_EXPORT void fv_settings_lay(struct fv_settings *under, const struct fv_settings *over);

/* The language to speak where `wants_chinese` is wanted, by FV_SETTING_UI_LANGUAGES or
 * FV_SETTING_SLIP_LANGUAGES: true for Chinese. */
FV_EXPORT bool fv_settings_speak_chinese(
    const struct fv_settings *settings, enum fv_setting languages, bool wants_chinese);

/* Append the text (no signature): the known names that are set, in order. */
FV_EXPORT void fv_settings_put(struct fv_buf *out, const struct fv_settings *settings);

/*
 * Read a text.  *fault_out (may be NULL) names line and rule after an error, and after
 * FV_OK the first value that was passed over as unfit (line 0: none).
 * Errors: FV_EFORMAT  another order of lines, a name that is none, a control character
 *         FV_ERANGE   the version;  FV_ETOOBIG  over FV_SETTINGS_LINES_MAX lines
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_settings_parse(
    struct fv_span text, struct fv_settings *out, struct fv_fault *fault_out);

/*
 * Read a signed text and check that a supervisor of `roster` signed it for the roster's
 * agency; out->signer is the first who did.
 * Errors: as fv_settings_parse and fv_signednote_parse;
 *         FV_EAUTH  nobody on the roster signed it;  FV_ECONFLICT  another agency
 */
FV_EXPORT FV_NODISCARD enum fv_err fv_settings_verify(struct fv_span note,
    const struct fv_roster *roster, struct fv_settings *out, struct fv_fault *fault_out);

#endif
