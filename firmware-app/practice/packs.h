/*
 * The rule packs that ship with the server, as they are, and a calendar for the made-up
 * place: they are part of this program, because no server is there to send them.
 */
#ifndef FV_PRACTICE_PACKS_H
#define FV_PRACTICE_PACKS_H

#include "fv/bytes.h"

#define FV_PRACTICE_PACKS 4U
/* Ids of all of them, with ';' between. */
#define FV_PRACTICE_PACK_IDS "cn-cba-2026;cn-gbt45251-2025;house;practice-days"

/* The file of one pack. */
struct fv_span fv_practice_pack(size_t i);

#endif
