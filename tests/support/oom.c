#include "tests/support/oom.h"

#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define SWEEP_MAX 100000U

static size_t to_go; /* allocations until one fails; 0: disarmed */
static enum oom_mode how;
static bool has_failed;

void *__real_malloc(size_t len);
void *__real_calloc(size_t count, size_t len);
void *__real_realloc(void *ptr, size_t len);
char *__real_strdup(const char *z);
void *__real_fv_secret_alloc(size_t len);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t count, size_t len);
void *__wrap_realloc(void *ptr, size_t len);
char *__wrap_strdup(const char *z);
void *__wrap_fv_secret_alloc(size_t len);

static bool
fails(void)
{
	if (to_go == 0)
		return false;
	if (to_go > 1) {
		to_go--;
		return false;
	}
	has_failed = true;
	if (how == OOM_ONCE)
		to_go = 0;
	return true;
}

void *
__wrap_malloc(size_t len)
{
	return fails() ? NULL : __real_malloc(len);
}

void *
__wrap_calloc(size_t count, size_t len)
{
	return fails() ? NULL : __real_calloc(count, len);
}

void *
__wrap_realloc(void *ptr, size_t len)
{
	return fails() ? NULL : __real_realloc(ptr, len);
}

char *
__wrap_strdup(const char *z)
{
	return fails() ? NULL : __real_strdup(z);
}

void *
__wrap_fv_secret_alloc(size_t len)
{
	return fails() ? NULL : __real_fv_secret_alloc(len);
}

void
oom_arm(size_t nth, enum oom_mode mode)
{
	to_go = nth;
	how = mode;
	has_failed = false;
}

bool
oom_disarm(void)
{
	to_go = 0;
	return has_failed;
}

size_t
oom_sweep(enum fv_err (*operation)(void *ctx), void *ctx)
{
	size_t total = 0;

	for (int mode = OOM_ONCE; mode <= OOM_STICKY; mode++) {
		for (size_t nth = 1;; nth++) {
			enum fv_err rc;

			assert_true(nth < SWEEP_MAX);
			oom_arm(nth, (enum oom_mode)mode);
			rc = operation(ctx);
			if (!oom_disarm()) {
				assert_int_equal(rc, FV_OK);
				total = nth - 1;
				break;
			}
			if (rc != FV_ENOMEM)
				fail_msg("allocation %zu (%s): %s", nth,
				    mode == OOM_ONCE ? "once" : "sticky", fv_err_name(rc));
		}
	}
	return total;
}
