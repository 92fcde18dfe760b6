#include "sync-server/staffbar.h"

#include <stdio.h>
#include <string.h>

#include "sync-server/store/staff.h"

enum fv_err
fv_staff_bar(struct fv_store *store, const char *officer, const char *team,
    char why_out[FV_STAFFBAR_BYTES])
{
	char of_team[FV_ID_BYTES];
	struct fv_store_agency agency;
	struct fv_store_staff staff;
	enum fv_err rc = fv_store_team_agency(store, fv_span_z(team), of_team);

	why_out[0] = '\0';
	if (rc == FV_OK)
		rc = fv_store_agency_get(store, fv_span_z(of_team), &agency);
	if (rc == FV_OK && agency.is_closed) {
		(void)snprintf(why_out, FV_STAFFBAR_BYTES, "agency %s of team %s is closed",
		    of_team, team);
		return FV_OK;
	}
	if (rc == FV_OK || rc == FV_ENOENT)
		rc = fv_store_staff_get(store, fv_span_z(officer), &staff);
	if (rc != FV_OK)
		return rc == FV_ENOENT ? FV_OK : rc;
	if (staff.is_disabled)
		(void)snprintf(why_out, FV_STAFFBAR_BYTES, "officer %s is disabled", officer);
	else if (strcmp(staff.agency, of_team) != 0)
		(void)snprintf(why_out, FV_STAFFBAR_BYTES,
		    "officer %s is of agency %s, and team %s of %s", officer, staff.agency,
		    team, of_team);
	return FV_OK;
}
