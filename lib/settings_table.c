#include "settings_table.h"

const struct fv_setting_row fv_setting_rows[FV_SETTING_PHRASES] = {
    [FV_SETTING_SLIP_NAME] = {"slip.name", FV_SETTING_KIND_TEXT, 0, 60, ""},
    [FV_SETTING_SLIP_PHONE] = {"slip.phone", FV_SETTING_KIND_PHONE, 0, 24, ""},
    [FV_SETTING_SLIP_HOTLINE] = {"slip.hotline", FV_SETTING_KIND_PHONE, 0, 24, "12378"},
    /* With "/v/" and a code it fits a QR code that is 37 columns wide. */
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
};

/* Facts that an officer saw or heard; no judgement of a person. */
const char *const fv_setting_phrases[FV_SETTINGS_PHRASES_MAX][2] = {
    {"Nobody opened.", "无人应门。"},
    {"Somebody answered; the door stayed shut.", "有人应声，没有开门。"},
    {"Spoke at the door; did not go in.", "在门口交谈，没有进屋。"},
    {"Went in on invitation.", "受邀进屋。"},
    {"Was asked to leave and left at once.", "对方要求离开，我立即离开。"},
    {"Confirmed the identity before naming the debt.", "确认身份后才提及债务。"},
    {"Somebody else opened; the debt was not mentioned.", "开门的是他人，没有提及债务。"},
    {"A child was alone at home; left at once.", "只有孩子在家，我立即离开。"},
    {"I am told the debtor has moved away.", "据称债务人已搬走。"},
    {"Not the person sought.", "不是本人。"},
    {"Promises to pay; see the outcome.", "承诺还款，详见结果。"},
    {"Asks for instalments.", "要求分期还款。"},
    {"Asks for more time.", "要求延期还款。"},
    {"Disputes the debt.", "对债务有异议。"},
    {"Says that it is paid.", "称已经还款。"},
    {"Tells of illness or loss of work.", "称患病或失业。"},
    {"Was distressed; I ended the visit.", "对方情绪激动，我结束了拜访。"},
    {"I was threatened and left.", "我受到威胁，已离开。"},
    {"The talk was recorded by the other side.", "对方对谈话录音或录像。"},
    {"No signal or no position here.", "此处没有信号或定位。"},
};
