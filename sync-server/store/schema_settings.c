/* The eighth migration: signed settings by whom they are for. */
#include "db.h"

/* The texts themselves are notes of kind 3; scope: "" everybody, an agency's id, or the hex of
 * a handheld.  What was there before is for everybody. */
const char fv_db_eighth_settings[] =
    "CREATE TABLE config(version INTEGER PRIMARY KEY, scope TEXT NOT NULL,"
    " signer TEXT NOT NULL, taken_ms INTEGER NOT NULL);"
    "CREATE INDEX config_scope ON config(scope, version);"
    "CREATE TRIGGER config_delete BEFORE DELETE ON config"
    " BEGIN SELECT RAISE(ABORT, 'settings are kept'); END;"
    "INSERT INTO config SELECT version, '', '', 0 FROM note WHERE kind = 3;";
