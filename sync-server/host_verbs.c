#include "sync-server/host.h"

const struct fv_host_verb fv_host_verbs[] = {
    {NULL, NULL, false},
};
