/* The eighth migration: whose hand a handheld is in. */
#include "db.h"

const char fv_db_eighth_hand[] = "";
