/* The eighth migration: agencies, their teams, and officers as the bank keeps them. */
#include "db.h"

/*
 * The agency that runs the server is the first; what was there before belongs to it.  Officers
 * and agencies are disabled or closed, never deleted: what they did stays readable.
 */
const char fv_db_eighth_staff[] =
    "CREATE TABLE agency(id TEXT PRIMARY KEY, name TEXT NOT NULL, added_ms INTEGER NOT NULL,"
    " closed_ms INTEGER, closed_leaf INTEGER) WITHOUT ROWID;"
    "CREATE TRIGGER agency_delete BEFORE DELETE ON agency"
    " BEGIN SELECT RAISE(ABORT, 'agencies are kept'); END;"
    "CREATE TABLE team(id TEXT PRIMARY KEY, agency TEXT NOT NULL REFERENCES agency(id))"
    " WITHOUT ROWID;"
    "CREATE TABLE staff(id TEXT PRIMARY KEY, agency TEXT NOT NULL REFERENCES agency(id),"
    " badge TEXT NOT NULL, team TEXT NOT NULL, source TEXT NOT NULL,"
    " added_ms INTEGER NOT NULL, disabled_ms INTEGER, reason TEXT NOT NULL,"
    " ends_ms INTEGER) WITHOUT ROWID;"
    "CREATE INDEX staff_agency ON staff(agency, id);"
    "CREATE TRIGGER staff_delete BEFORE DELETE ON staff"
    " BEGIN SELECT RAISE(ABORT, 'officers are kept'); END;"
    "INSERT INTO agency SELECT value, '', 0, NULL, NULL FROM meta WHERE name = 'agency';";
