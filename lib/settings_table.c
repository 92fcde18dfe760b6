#include "settings_table.h"

const struct fv_setting_row fv_setting_rows[FV_SETTING_PHRASES] = {
    [FV_SETTING_SLIP_NAME] = {"slip.name", FV_SETTING_KIND_TEXT, 0, 60, ""},
    [FV_SETTING_SLIP_PHONE] = {"slip.phone", FV_SETTING_KIND_PHONE, 0, 24, ""},
    [FV_SETTING_SLIP_HOTLINE] = {"slip.hotline", FV_SETTING_KIND_PHONE, 0, 24, "12378"},
    /* With "/v/" and a code it fits a QR code that is 33 columns wide. */
    [FV_SETTING_SLIP_URL] = {"slip.url", FV_SETTING_KIND_URL, 0, 34, ""},
    [FV_SETTING_SOS_NUMBER] = {"sos.number", FV_SETTING_KIND_PHONE, 0, 24, "110"},
    [FV_SETTING_SOS_SMS] = {"sos.sms", FV_SETTING_KIND_PHONE, 0, 24, ""},
    [FV_SETTING_WELFARE_HELPLINE] = {"welfare.helpline", FV_SETTING_KIND_PHONE, 0, 24,
	"12356"},
    [FV_SETTING_VISIT_CHECKIN_MIN] = {"visit.checkin_min", FV_SETTING_KIND_NUMBER, 0, 1440,
	"60"},
    [FV_SETTING_LOCK_AFTER_S] = {"lock.after_s", FV_SETTING_KIND_NUMBER, 5, 86400, "900"},
    [FV_SETTING_ATTACH_MAX_BYTES] = {"attach.max_bytes", FV_SETTING_KIND_NUMBER, 65536,
	16777216, "16777216"},
    [FV_SETTING_DETAILS_EXPIRE_H] = {"details.expire_h", FV_SETTING_KIND_NUMBER, 1, 720, "72"},
    [FV_SETTING_GPS_IDLE_S] = {"gps.idle_s", FV_SETTING_KIND_NUMBER, 1, 3600, "10"},
    [FV_SETTING_GPS_TRAVEL_S] = {"gps.travel_s", FV_SETTING_KIND_NUMBER, 1, 3600, "1"},
    [FV_SETTING_GPS_VISIT_S] = {"gps.visit_s", FV_SETTING_KIND_NUMBER, 1, 3600, "1"},
    [FV_SETTING_GPS_LOW_S] = {"gps.low_s", FV_SETTING_KIND_NUMBER, 1, 3600, "30"},
    [FV_SETTING_SCREEN_BLANK_S] = {"screen.blank_s", FV_SETTING_KIND_NUMBER, 5, 3600, "20"},
    [FV_SETTING_COMPLAINT_DAYS] = {"complaint.days", FV_SETTING_KIND_NUMBER, 1, 15, "15"},
};
