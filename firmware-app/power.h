/*
 * What the agent does with the receiver now, for whoever asks.
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_APP_POWER_H
#define FV_APP_POWER_H

#include <stdbool.h>
#include <stdint.h>

enum fv_power_state {
	FV_POWER_IDLE,       /* off shift: the receiver is let go of */
	FV_POWER_PAUSED,     /* likewise, by the officer */
	FV_POWER_TRAVELLING, /* on shift, between visits */
	FV_POWER_VISIT,
	FV_POWER_LOW, /* low battery, at a visit or not */
};

struct fv_power_view {
	enum fv_power_state state;
	bool is_still;       /* travelling, and standing still for a while */
	uint32_t interval_s; /* from kept fix to kept fix; 0: none is taken */
};

/* Its word in --json.  Returns borrowed: static storage. */
const char *fv_power_word(enum fv_power_state state);

#endif
