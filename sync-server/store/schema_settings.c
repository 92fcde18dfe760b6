/* The eighth migration: signed settings by whom they are for. */
#include "db.h"

const char fv_db_eighth_settings[] = "";
