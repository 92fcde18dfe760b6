/* The eighth migration: whose hand a handheld is in. */
#include "db.h"

/*
 * hand: said is the officer of its last OFFICER record ("": nobody), holder the one whose
 * cases it was last told of.  No row: both are the officer of the enrolment.
 * hand_let: the ticket by which another officer first took it; let_ms: when it was found good.
 */
const char fv_db_eighth_hand[] =
    "CREATE TABLE hand(device INTEGER PRIMARY KEY REFERENCES device(no), said TEXT NOT NULL,"
    " holder TEXT NOT NULL, since_ms INTEGER NOT NULL);"
    "CREATE TABLE hand_let(device INTEGER NOT NULL REFERENCES device(no),"
    " officer TEXT NOT NULL, ticket BLOB NOT NULL, proof BLOB NOT NULL,"
    " at_ms INTEGER NOT NULL, let_ms INTEGER, PRIMARY KEY(device, officer)) WITHOUT ROWID;"
    "CREATE INDEX hand_let_officer ON hand_let(officer) WHERE let_ms IS NOT NULL;";
