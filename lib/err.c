#include "fv/err.h"

static const struct {
	enum fv_err err;
	const char *name;
	const char *text;
} names[] = {
    {FV_OK, "FV_OK", "no error"},
    {FV_AGAIN, "FV_AGAIN", "more input or time is needed"},
    {FV_ENOMEM, "FV_ENOMEM", "out of memory"},
    {FV_ERANGE, "FV_ERANGE", "a value is out of range"},
    {FV_EFORMAT, "FV_EFORMAT", "bytes do not follow their format"},
    {FV_ETOOBIG, "FV_ETOOBIG", "over a size limit"},
    {FV_EAUTH, "FV_EAUTH", "a signature or tag does not verify"},
    {FV_ENOENT, "FV_ENOENT", "not found"},
    {FV_EEXIST, "FV_EEXIST", "already there"},
    {FV_EIO, "FV_EIO", "input/output failed"},
    {FV_EFULL, "FV_EFULL", "no space left"},
    {FV_EBUSY, "FV_EBUSY", "held by another process"},
    {FV_ESTATE, "FV_ESTATE", "not possible now"},
    {FV_ECONFLICT, "FV_ECONFLICT", "other content under the same name"},
    {FV_EVERSION, "FV_EVERSION", "an unknown version"},
    {FV_EDENIED, "FV_EDENIED", "not permitted"},
    {FV_ECORRUPT, "FV_ECORRUPT", "stored data is damaged"},
    {FV_ECUT, "FV_ECUT", "input ends too early"},
};

static const char *
find(enum fv_err err, int want_text)
{
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].err == err)
			return want_text ? names[i].text : names[i].name;
	return want_text ? "an unknown error" : "FV_E?";
}

const char *
fv_err_name(enum fv_err err)
{
	return find(err, 0);
}

const char *
fv_err_text(enum fv_err err)
{
	return find(err, 1);
}
