/* Who may do what: the table role by right, as README shows it. */
#include "sync-server/desk/desk.h"

unsigned
desk_rights(enum desk_role role)
{
	switch (role) {
	case DESK_ADMIN:
		return DESK_PEOPLE | DESK_SELF;
	case DESK_SUPERVISOR:
		return DESK_READ | DESK_REVIEW | DESK_WORK | DESK_NOTES | DESK_EXPORT |
		    DESK_COMPLAINTS | DESK_ANSWER | DESK_SELF;
	case DESK_AUDITOR:
		return DESK_READ | DESK_EXPORT | DESK_COMPLAINTS | DESK_SELF;
	case DESK_MANAGER:
		return DESK_READ | DESK_PROPOSE | DESK_WORK | DESK_EXPORT | DESK_COMPLAINTS |
		    DESK_SELF;
	}
	return 0;
}

const char *
desk_right_word(unsigned right)
{
	static const char *const words[] = {"read", "review", "propose", "work", "notes",
	    "export", "complaints", "answer", "people", "self"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if ((right & (1U << i)) != 0)
			return words[i];
	return NULL;
}
