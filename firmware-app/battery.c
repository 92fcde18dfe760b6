#include "firmware-app/battery.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "fv/bytes.h"

#define FOLDER "/sys/class/power_supply"

/* The first line of FOLDER/supply/name, without its end.  False: there is none. */
static bool
read_line(const char *supply, const char *name, char *text, int cap)
{
	char path[512];
	bool is_read;
	FILE *file;

	snprintf(path, sizeof path, FOLDER "/%s/%s", supply, name);
	if ((file = fopen(path, "re")) == NULL)
		return false;
	is_read = fgets(text, cap, file) != NULL;
	fclose(file);
	if (is_read)
		text[strcspn(text, "\n")] = '\0';
	return is_read;
}

bool
fv_battery_read(struct fv_battery *battery_out)
{
	DIR *dir = opendir(FOLDER);
	const struct dirent *entry;
	bool is_read = false;
	char text[16];

	*battery_out = (struct fv_battery){0};
	while (dir != NULL && !is_read && (entry = readdir(dir)) != NULL) {
		uint64_t value;

		if (entry->d_name[0] == '.' ||
		    !read_line(entry->d_name, "capacity", text, sizeof text) ||
		    fv_decimal_decode(fv_span_z(text), 100, &value) != FV_OK)
			continue;
		is_read = true;
		battery_out->percent = (uint32_t)value;
		battery_out->is_charging =
		    read_line(entry->d_name, "status", text, sizeof text) &&
		    (strcmp(text, "Charging") == 0 || strcmp(text, "Full") == 0);
	}
	if (dir != NULL)
		closedir(dir);
	return is_read;
}

bool
fv_battery_is_low(const struct fv_battery *battery, bool was_low)
{
	if (battery->is_charging)
		return false;
	return battery->percent <= FV_BATTERY_LOW ||
	    (was_low && battery->percent < FV_BATTERY_GOOD);
}
