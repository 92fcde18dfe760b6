/*
 * The battery, as the kernel tells it below /sys/class/power_supply.
 *
 * Threads: no state.  Memory: none.
 */
#ifndef FV_APP_BATTERY_H
#define FV_APP_BATTERY_H

#include <stdbool.h>
#include <stdint.h>

#define FV_BATTERY_LOW 15  /* percent: at or below it is low */
#define FV_BATTERY_GOOD 20 /* percent: from there it is no longer low */

struct fv_battery {
	uint32_t percent; /* 0..100, of the first battery that says it */
	bool is_charging; /* or full: an outside supply is there */
};

/* False: no battery says how full it is. */
bool fv_battery_read(struct fv_battery *battery_out);

/* Is it low, when it was so (or not) before?  Charging is never low. */
bool fv_battery_is_low(const struct fv_battery *battery, bool was_low);

#endif
