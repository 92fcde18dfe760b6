#include "fv/ubx.h"

#include <string.h>

#define SYNC_1 0xb5
#define SYNC_2 0x62
#define HEAD 6U /* sync, class, message, length */
#define MON_HW 0x0a09U
#define MON_RF 0x0a38U
#define HW_SHORT 60U /* 17 pins */
#define HW_LONG 68U  /* 25 pins */
#define RF_HEAD 4U
#define RF_BLOCK 24U

/* aStatus of u-blox as our antenna state. */
static int32_t
antenna_of(uint8_t status)
{
	static const int32_t states[] = {0, 0, 1, 3, 2};

	return status < sizeof states / sizeof states[0] ? states[status] : 0;
}

static bool
read_hw(const struct fv_ubx *u, struct fv_ubx_radio *radio)
{
	if (u->len != HW_SHORT && u->len != HW_LONG)
		return false;
	radio->jam = u->payload[u->len - 15];
	radio->antenna = antenna_of(u->payload[20]);
	return true;
}

static bool
read_rf(const struct fv_ubx *u, struct fv_ubx_radio *radio)
{
	size_t blocks;

	if (u->len < RF_HEAD + RF_BLOCK || u->payload[0] != 0)
		return false;
	blocks = u->payload[1];
	if (blocks == 0 || u->len != RF_HEAD + RF_BLOCK * blocks)
		return false;
	*radio = (struct fv_ubx_radio){0, 0};
	for (size_t i = 0; i < blocks; i++) {
		const uint8_t *block = u->payload + RF_HEAD + RF_BLOCK * i;
		int32_t antenna = antenna_of(block[2]);

		radio->jam = block[16] > radio->jam ? block[16] : radio->jam;
		radio->antenna = antenna > radio->antenna ? antenna : radio->antenna;
	}
	return true;
}

static void
sum(struct fv_ubx *u, uint8_t byte)
{
	u->a = (uint8_t)(u->a + byte);
	u->b = (uint8_t)(u->b + u->a);
}

static void
restart(struct fv_ubx *u, uint8_t byte)
{
	u->at = byte == SYNC_1 ? 1 : 0;
	u->a = u->b = 0;
	u->id = 0;
	u->len = 0;
}

/* The head, byte by byte; a byte that fits no frame may begin the next. */
static void
take_head(struct fv_ubx *u, uint8_t byte)
{
	if (u->at == 0 || (u->at == 1 && byte != SYNC_2)) {
		restart(u, byte);
		return;
	}
	if (u->at >= 2)
		sum(u, byte);
	if (u->at == 2 || u->at == 3)
		u->id = (uint16_t)(u->id << 8 | byte);
	else if (u->at == 4)
		u->len = byte;
	else if (u->at == 5)
		u->len |= (size_t)byte << 8;
	u->at++;
	if (u->at == HEAD && u->len > FV_UBX_FOREIGN_MAX)
		restart(u, byte);
}

/* True when the frame is whole and right. */
static bool
take_body(struct fv_ubx *u, uint8_t byte)
{
	size_t at = u->at - HEAD;

	if (at < u->len) {
		if (at < sizeof u->payload)
			u->payload[at] = byte;
		sum(u, byte);
		u->at++;
		return false;
	}
	if (at == u->len) {
		u->is_good = byte == u->a;
		u->at++;
		return false;
	}
	u->at = 0;
	return u->is_good && byte == u->b && u->len <= sizeof u->payload;
}

bool
fv_ubx_feed(struct fv_ubx *u, struct fv_span bytes, struct fv_ubx_radio *radio_out)
{
	bool is_told = false;

	for (size_t i = 0; i < bytes.len; i++) {
		if (u->at < HEAD) {
			take_head(u, bytes.ptr[i]);
		} else if (take_body(u, bytes.ptr[i])) {
			is_told |= u->id == MON_HW && read_hw(u, radio_out);
			is_told |= u->id == MON_RF && read_rf(u, radio_out);
			restart(u, 0);
		} else if (u->at == 0) {
			restart(u, bytes.ptr[i]);
		}
	}
	return is_told;
}
