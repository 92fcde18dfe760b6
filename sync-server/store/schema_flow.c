/* The eighth migration: files taken in from a watched folder. */
#include "db.h"

/*
 * A file that was taken has its row in the very transaction that took it; is_filed says that
 * its result lies beside it in done or refused.  Until then the folder is looked at again.
 */
const char fv_db_eighth_flow[] =
    "CREATE TABLE intake(id INTEGER PRIMARY KEY, folder TEXT NOT NULL, name TEXT NOT NULL,"
    " filed_as TEXT NOT NULL, kind TEXT NOT NULL, sha256 BLOB NOT NULL,"
    " size INTEGER NOT NULL, taken_ms INTEGER NOT NULL, state INTEGER NOT NULL,"
    " leaf INTEGER, answer TEXT NOT NULL, is_filed INTEGER NOT NULL);"
    "CREATE INDEX intake_waits ON intake(folder) WHERE is_filed = 0;"
    "CREATE INDEX intake_name ON intake(folder, filed_as);"
    "CREATE TRIGGER intake_delete BEFORE DELETE ON intake"
    " BEGIN SELECT RAISE(ABORT, 'what came in is kept'); END;";
