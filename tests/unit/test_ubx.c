#include "fv/ubx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LOG_MAX 400000U
#define VALUES_MAX 64U

/* MON-HW of a u-blox 7 and of a u-blox 8, as they came. */
#define HW_7                                                                                  \
	"b5620a093c003ff401000c00000000000100cbf700007200b10b02010183c08b0100ffffffffffff010" \
	"0"                                                                                   \
	"0203ff10ffffff36350c000d00000000bff700000000000099a3"
#define HW_8                                                                                  \
	"b5620a093c0000f401000000000000000100eff700005d00180602010184ffeb01000a0b0c0d0e0f010" \
	"0"                                                                                   \
	"0203ff10ff1213363516ef5e0000000080f7000000000000e27f"

static size_t
hex(const char *text, uint8_t *out)
{
	size_t len = strlen(text) / 2;

	assert_int_equal(fv_hex_decode(fv_span_z(text), out, len), FV_OK);
	return len;
}

/* Set the two checksum bytes of a frame. */
static void
sign(uint8_t *frame, size_t len)
{
	uint8_t a = 0, b = 0;

	for (size_t i = 2; i < len - 2; i++) {
		a = (uint8_t)(a + frame[i]);
		b = (uint8_t)(b + a);
	}
	frame[len - 2] = a;
	frame[len - 1] = b;
}

/* A MON-RF frame of so many blocks, their interference and antenna given. */
static size_t
make_rf(uint8_t *frame, size_t blocks, const uint8_t *jams, const uint8_t *antennas)
{
	size_t len = 4 + 24 * blocks;

	memset(frame, 0, len + 8);
	memcpy(frame, "\xb5\x62\x0a\x38", 4);
	frame[4] = (uint8_t)len;
	frame[5] = (uint8_t)(len >> 8);
	frame[7] = (uint8_t)blocks;
	for (size_t i = 0; i < blocks; i++) {
		frame[6 + 4 + 24 * i + 2] = antennas[i];
		frame[6 + 4 + 24 * i + 16] = jams[i];
	}
	sign(frame, len + 8);
	return len + 8;
}

static void
real_frames_tell_interference_and_antenna(void **state)
{
	struct fv_ubx_radio radio;
	struct fv_ubx u = {0};
	uint8_t frame[128];
	size_t len = hex(HW_7, frame);

	(void)state;
	assert_true(fv_ubx_feed(&u, fv_span_of(frame, len), &radio));
	assert_int_equal(radio.jam, 12);
	assert_int_equal(radio.antenna, 1);
	len = hex(HW_8, frame);
	assert_true(fv_ubx_feed(&u, fv_span_of(frame, len), &radio));
	assert_int_equal(radio.jam, 22);
}

static void
a_frame_cut_anywhere_says_the_same(void **state)
{
	uint8_t frame[128];
	size_t len = hex(HW_8, frame);

	(void)state;
	for (size_t cut = 1; cut < len; cut++) {
		struct fv_ubx_radio radio = {0};
		struct fv_ubx u = {0};

		assert_false(fv_ubx_feed(&u, fv_span_of(frame, cut), &radio));
		assert_true(fv_ubx_feed(&u, fv_span_of(frame + cut, len - cut), &radio));
		assert_int_equal(radio.jam, 22);
	}
}

static void
a_frame_with_any_bit_changed_says_nothing(void **state)
{
	uint8_t frame[128];
	size_t len = hex(HW_8, frame);

	(void)state;
	for (size_t i = 0; i < len * 8; i++) {
		struct fv_ubx_radio radio = {-1, -1};
		struct fv_ubx u = {0};

		frame[i / 8] ^= (uint8_t)(1U << i % 8);
		assert_false(fv_ubx_feed(&u, fv_span_of(frame, len), &radio));
		assert_int_equal(radio.jam, -1);
		frame[i / 8] ^= (uint8_t)(1U << i % 8);
	}
}

static void
text_and_half_a_frame_before_it_do_not_hide_a_frame(void **state)
{
	static const char noise[] =
	    "{\"class\":\"WATCH\"}\r\n$GPRMC,,V*00\r\n\xb5\xb5\x62\xff\xff"
	    "\xff\xff\xb5";
	struct fv_ubx_radio radio;
	struct fv_ubx u = {0};
	uint8_t frame[128];
	size_t len = hex(HW_8, frame);

	(void)state;
	assert_false(fv_ubx_feed(&u, fv_span_of(noise, sizeof noise - 1), &radio));
	assert_true(fv_ubx_feed(&u, fv_span_of(frame, len), &radio));
	assert_int_equal(radio.jam, 22);
}

static void
of_several_radio_blocks_the_worst_counts(void **state)
{
	static const uint8_t jams[] = {9, 201, 30}, antennas[] = {2, 2, 4};
	struct fv_ubx_radio radio;
	struct fv_ubx u = {0};
	uint8_t frame[128];
	size_t len = make_rf(frame, 3, jams, antennas);

	(void)state;
	assert_true(fv_ubx_feed(&u, fv_span_of(frame, len), &radio));
	assert_int_equal(radio.jam, 201);
	assert_int_equal(radio.antenna, 2);
}

static void
lengths_that_do_not_fit_are_refused(void **state)
{
	static const uint8_t jams[] = {9, 9}, antennas[] = {2, 2};
	struct fv_ubx_radio radio = {-1, -1};
	uint8_t frame[128];
	size_t len = make_rf(frame, 2, jams, antennas);

	(void)state;
	for (unsigned blocks = 0; blocks < 256; blocks++) {
		struct fv_ubx u = {0};

		frame[7] = (uint8_t)blocks;
		sign(frame, len);
		assert_int_equal(fv_ubx_feed(&u, fv_span_of(frame, len), &radio), blocks == 2);
	}
	len = hex(HW_8, frame);
	for (size_t cut = 1; cut < 60; cut++) {
		struct fv_ubx u = {0};

		hex(HW_8, frame);
		frame[4] = (uint8_t)(60 - cut);
		sign(frame, len - cut);
		radio.jam = -1;
		assert_false(fv_ubx_feed(&u, fv_span_of(frame, len - cut), &radio));
		assert_int_equal(radio.jam, -1);
	}
}

/* The values of a recorded log, in pieces of 7 bytes.  Returns how many. */
static size_t
values_of(const char *path, int32_t *values)
{
	static uint8_t log[LOG_MAX];
	struct fv_ubx_radio radio;
	struct fv_ubx u = {0};
	FILE *file = fopen(path, "rbe");
	size_t count = 0, len;

	if (file == NULL)
		return 0;
	len = fread(log, 1, sizeof log, file);
	fclose(file);
	for (size_t i = 0; i < len; i += 7)
		if (fv_ubx_feed(&u, fv_span_of(log + i, len - i < 7 ? len - i : 7), &radio) &&
		    count < VALUES_MAX)
			values[count++] = radio.jam;
	return count;
}

static void
recorded_logs_give_the_values_that_a_newer_gpsd_reads(void **state)
{
	static const int32_t gr701w[] = {
	    5, 4, 2, 4, 2, 4, 5, 8, 7, 5, 5, 6, 5, 6, 3, 2, 3, 3, 9, 20, 12};
	static const int32_t gr8013[] = {17, 17, 6, 3, 9, 4, 3, 3, 22};
	int32_t values[VALUES_MAX];
	size_t count = values_of("../shared/gps/gpsd/navisys-gr701w.log", values);

	(void)state;
	if (count == 0)
		skip();
	assert_int_equal(count, sizeof gr701w / sizeof *gr701w);
	assert_memory_equal(values, gr701w, sizeof gr701w);
	count = values_of("../shared/gps/gpsd/navisys-gr8013.log", values);
	assert_int_equal(count, sizeof gr8013 / sizeof *gr8013);
	assert_memory_equal(values, gr8013, sizeof gr8013);
	/* MON-RF of 20 bytes a block, as this receiver's early firmware has it, is not ours.
	 */
	assert_int_equal(values_of("../shared/gps/gpsd/ublox-zed-f9r.log", values), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(real_frames_tell_interference_and_antenna),
	    cmocka_unit_test(a_frame_cut_anywhere_says_the_same),
	    cmocka_unit_test(a_frame_with_any_bit_changed_says_nothing),
	    cmocka_unit_test(text_and_half_a_frame_before_it_do_not_hide_a_frame),
	    cmocka_unit_test(of_several_radio_blocks_the_worst_counts),
	    cmocka_unit_test(lengths_that_do_not_fit_are_refused),
	    cmocka_unit_test(recorded_logs_give_the_values_that_a_newer_gpsd_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
