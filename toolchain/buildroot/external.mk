include $(sort $(wildcard $(BR2_EXTERNAL_FIELDVISIT_PATH)/package/*/*.mk))
