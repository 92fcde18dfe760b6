/*
 * The trails of two made handhelds and a fold, for the tests of the fold.
 */
#ifndef TESTS_UNIT_FOLD_FIXTURE_H
#define TESTS_UNIT_FOLD_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fv/fold.h"
#include "tests/support/made.h"

struct world {
	struct made_trail a, b;
	struct fv_fold *fold;
};

static inline int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	made_init(&w->a, 1);
	made_init(&w->b, 2);
	assert_int_equal(fv_fold_new(&w->fold), FV_OK);
	*state = w;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct world *w = *state;

	fv_fold_free(w->fold);
	made_free(&w->a);
	made_free(&w->b);
	free(w);
	return 0;
}

static inline struct fv_fold_record
record_of(const struct made_trail *t, size_t i)
{
	struct fv_fold_record r = {.header = t->records[i].header,
	    .payload = fv_buf_span(&t->records[i].payload),
	    .is_sealed = i < t->trail.sealed_size};

	return r;
}

static inline void
take(struct fv_fold *fold, const struct made_trail *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct fv_fold_record r = record_of(t, i);

		assert_int_equal(fv_fold_add(fold, &r), FV_OK);
	}
}

/* Fold device a alone and give its only contact. */
static inline const struct fv_fold_contact *
only(struct world *w)
{
	take(w->fold, &w->a);
	assert_int_equal(fv_fold_finish(w->fold), FV_OK);
	assert_int_equal(fv_fold_contact_count(w->fold), 1);
	return fv_fold_contact(w->fold, 0);
}

#endif
