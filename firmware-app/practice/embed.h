/*
 * A file of the source tree as bytes of the program; the path is from the tree's top, where
 * the compiler runs.  The Makefile lists what each object embeds.
 */
#ifndef FV_PRACTICE_EMBED_H
#define FV_PRACTICE_EMBED_H

#include "fv/bytes.h"

#define FV_EMBED(name, path)                                                                  \
	__asm__(".pushsection .rodata.embed_" #name ",\"a\"\n"                                \
		".globl embed_" #name "\nembed_" #name ":\n.incbin \"" path "\"\n"            \
		".globl embed_" #name "_end\nembed_" #name "_end:\n.popsection\n");           \
	extern const char embed_##name[], embed_##name##_end[]

#define FV_EMBEDDED(name) fv_span_of(embed_##name, (size_t)(embed_##name##_end - embed_##name))

#endif
