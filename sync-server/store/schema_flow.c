/* The eighth migration: files taken in from a watched folder. */
#include "db.h"

const char fv_db_eighth_flow[] = "";
