#include "firmware-app/phrases.h"

#include "firmware-app/reply.h"

#define N_(s) s

/* What is written at a door most often.  No word of a debt's amount, none that judges. */
static const char *const phrases[FV_SETTINGS_PHRASES_MAX] = {
    N_("Nobody answered the door."),
    N_("The person who opened was not the borrower; nothing was said of the matter."),
    N_("Identified myself and showed the credential before anything was said."),
    N_("The borrower confirmed his identity."),
    N_("Spoke at the door; did not enter."),
    N_("Was invited in; left when the talk was over."),
    N_("The borrower promised to pay; amount and day are in the detail."),
    N_("The borrower asks for instalments; explained that the bank decides."),
    N_("The borrower asks for more time."),
    N_("The borrower says that he lost his work."),
    N_("The borrower says that he or a relative is ill."),
    N_("The borrower disputes the amount."),
    N_("The borrower says that it is paid already."),
    N_("The borrower asks to be called at other hours."),
    N_("The borrower asks for no further visits at home."),
    N_("Was asked to leave; left at once."),
    N_("The borrower does not live here any more, says the person who opened."),
    N_("The address does not exist or cannot be entered."),
    N_("Handed over the slip with the telephone number and the code."),
    N_("Handed over the document and had it signed for."),
};

const char *
fv_phrase(const struct fv_settings *settings, unsigned number)
{
	const char *own =
	    fv_settings_text(settings, fv_setting_phrase(number, fv_reply_is_chinese()));

	return own[0] != '\0' ? own : _(phrases[number - 1]);
}
