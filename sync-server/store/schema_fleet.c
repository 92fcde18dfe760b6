/* The eighth migration: what each handheld last said of itself. */
#include "db.h"

/*
 * It stands in the row of its trail, which every sync writes anyway: when it told battery and
 * space, how far its clock was ahead then, and how many records it had.
 */
const char fv_db_eighth_fleet[] =
    "ALTER TABLE trail ADD COLUMN told_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE trail ADD COLUMN ahead_ms INTEGER;"
    "ALTER TABLE trail ADD COLUMN said_n INTEGER NOT NULL DEFAULT 0;";
