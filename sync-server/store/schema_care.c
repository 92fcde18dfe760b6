/* The ninth migration: what borrowers ask for stands in the feed. */
#include "db.h"

/*
 * kind 3: a complaint (key: its number) that came by the borrower's page, when it came and
 * whenever something changed of what the feed says.  One that an officer took down (source 3)
 * is there as his record.
 */
const char fv_db_ninth_care[] =
    "INSERT INTO feed(kind, key) SELECT 3, no FROM complaint WHERE source < 3 ORDER BY no;"
    "CREATE TRIGGER feed_complaint AFTER INSERT ON complaint WHEN new.source < 3"
    " BEGIN INSERT INTO feed(kind, key) VALUES(3, new.no); END;"
    "CREATE TRIGGER feed_complaint_changed AFTER UPDATE ON complaint WHEN new.source < 3"
    " AND (new.case_id <> old.case_id OR new.agency <> old.agency OR new.badge <> old.badge"
    " OR new.deadline_ms <> old.deadline_ms OR new.state <> old.state"
    " OR new.decision <> old.decision)"
    " BEGIN INSERT INTO feed(kind, key) VALUES(3, new.no); END;";
