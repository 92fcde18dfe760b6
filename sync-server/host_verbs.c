/* The verbs that write, by name. */
#include "sync-server/handlers.h"

const struct fv_host_verb fv_host_verbs[] = {
    {"backup", fv_do_backup, true},
    {"case assign", fv_do_case_assign, false},
    {"case close", fv_do_case_close, false},
    {"case import", fv_do_case_import, false},
    {"case place", fv_do_case_place, false},
    {"device import", fv_do_device_import, false},
    {"history import", fv_do_history_import, false},
    {"invite import", fv_do_invite_import, false},
    {"pack import", fv_do_pack_import, false},
    {"roster import", fv_do_roster_import, false},
    {NULL, NULL, false},
};
