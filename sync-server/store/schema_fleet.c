/* The eighth migration: what is known of each handheld. */
#include "db.h"

const char fv_db_eighth_fleet[] = "";
