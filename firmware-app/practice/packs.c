#include "firmware-app/practice/packs.h"

#include "firmware-app/practice/embed.h"

FV_EMBED(pack_cba, "sync-server/rules/cn-cba-2026.json");
FV_EMBED(pack_gbt, "sync-server/rules/cn-gbt45251-2025.json");
FV_EMBED(pack_house, "sync-server/rules/house.json");
FV_EMBED(pack_days, "firmware-app/practice/practice-days.json");

struct fv_span
fv_practice_pack(size_t i)
{
	switch (i) {
	case 0:
		return FV_EMBEDDED(pack_cba);
	case 1:
		return FV_EMBEDDED(pack_gbt);
	case 2:
		return FV_EMBEDDED(pack_house);
	default:
		return FV_EMBEDDED(pack_days);
	}
}
