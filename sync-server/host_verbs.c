/* The verbs that write, by name. */
#include "sync-server/handlers.h"

const struct fv_host_verb fv_host_verbs[] = {
    {"alert ack", fv_do_alert_ack, false},
    {"alert due", fv_do_alert_due, false},
    {"alert failed", fv_do_alert_failed, false},
    {"audit begin", fv_do_audit_begin, false},
    {"audit put", fv_do_audit_put, false},
    {"backup", fv_do_backup, true},
    {"case assign", fv_do_case_assign, false},
    {"case close", fv_do_case_close, false},
    {"case import", fv_do_case_import, false},
    {"case place", fv_do_case_place, false},
    {"checkpoint", fv_do_checkpoint, true},
    {"desk add", fv_do_desk_add, false},
    {"desk change", fv_do_desk_change, false},
    {"desk link", fv_do_desk_link, false},
    {"desk login", fv_do_desk_login, false},
    {"desk password", fv_do_desk_password, false},
    {"device import", fv_do_device_import, false},
    {"export log", fv_do_export_log, true},
    {"history import", fv_do_history_import, false},
    {"invite import", fv_do_invite_import, false},
    {"pack import", fv_do_pack_import, false},
    {"roster import", fv_do_roster_import, false},
    {"settings import", fv_do_settings_import, false},
    {NULL, NULL, false},
};
