#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "firmware-app/frame.h"

/* A call of `note c-1 -- x` with a text, as it goes over the socket. */
static void
put_call(struct fv_buf *out)
{
	struct fv_call call = {.verb = fv_verb_find("note"),
	    .words = {"c-1", "--", ""},
	    .word_count = 3,
	    .want_json = true};

	fv_buf_put_z(&call.inputs[0], "a text");
	assert_int_equal(fv_frame_put_call(out, &call), FV_OK);
	fv_call_clear(&call);
}

static void
a_call_arrives_as_it_was_made(void **state)
{
	struct fv_buf frame = {0}, keep = {0};
	struct fv_call call;

	(void)state;
	put_call(&frame);
	assert_int_equal(fv_load_u32be(frame.ptr), frame.len - FV_FRAME_HEAD_BYTES);
	assert_int_equal(fv_frame_parse_call(fv_span_of(frame.ptr + FV_FRAME_HEAD_BYTES,
						 frame.len - FV_FRAME_HEAD_BYTES),
			     &keep, &call),
	    FV_OK);
	assert_ptr_equal(call.verb, fv_verb_find("note"));
	assert_int_equal(call.word_count, 3);
	assert_string_equal(call.words[0], "c-1");
	assert_string_equal(call.words[1], "--");
	assert_string_equal(call.words[2], "");
	assert_true(call.want_json);
	assert_true(fv_span_equal(fv_buf_span(&call.inputs[0]), fv_span_z("a text")));
	assert_int_equal(call.inputs[1].len, 0);
	fv_call_clear(&call);
	fv_buf_clear(&frame);
	fv_buf_clear(&keep);
}

/* Parse a copy of exactly `len` bytes, so that a step over the end is seen. */
static enum fv_err
parse_copy(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	struct fv_buf keep = {0};
	struct fv_call call;
	enum fv_err rc;

	assert_non_null(copy);
	if (len > 0)
		memcpy(copy, bytes, len);
	rc = fv_frame_parse_call(fv_span_of(copy, len), &keep, &call);
	fv_call_clear(&call);
	fv_buf_clear(&keep);
	free(copy);
	return rc;
}

static void
every_shortened_call_is_refused(void **state)
{
	struct fv_buf frame = {0};

	(void)state;
	put_call(&frame);
	for (size_t len = 0; len < frame.len - FV_FRAME_HEAD_BYTES; len++)
		assert_int_not_equal(parse_copy(frame.ptr + FV_FRAME_HEAD_BYTES, len), FV_OK);
	fv_buf_clear(&frame);
}

static void
no_altered_byte_leads_outside_the_call(void **state)
{
	struct fv_buf frame = {0};
	size_t taken = 0;

	(void)state;
	put_call(&frame);
	for (size_t i = FV_FRAME_HEAD_BYTES; i < frame.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			frame.ptr[i] ^= (uint8_t)(1U << bit);
			taken += parse_copy(frame.ptr + FV_FRAME_HEAD_BYTES,
				     frame.len - FV_FRAME_HEAD_BYTES) == FV_OK;
			frame.ptr[i] ^= (uint8_t)(1U << bit);
		}
	}
	/* Letters of words and text may change; nothing else may. */
	assert_true(taken < 8 * frame.len / 2);
	fv_buf_clear(&frame);
}

static void
an_unknown_verb_is_refused(void **state)
{
	static const uint8_t call[] = {0x86, 1, 0x63, 'x', 'y', 'z', 0x80, 0xf4, 0x40, 0x40};

	(void)state;
	assert_int_not_equal(parse_copy(call, sizeof call), FV_OK);
}

static void
an_answer_head_with_a_huge_length_is_refused(void **state)
{
	uint8_t head[FV_FRAME_ANSWER_HEAD_BYTES] = {0};
	size_t out_len, err_len;
	int code;

	(void)state;
	assert_int_equal(fv_frame_parse_head(head, &code, &out_len, &err_len), FV_OK);
	memset(head + 4, 0xff, 4);
	assert_int_equal(fv_frame_parse_head(head, &code, &out_len, &err_len), FV_ETOOBIG);
	memset(head, 0, sizeof head);
	head[2] = 1; /* exit 256 */
	assert_int_equal(fv_frame_parse_head(head, &code, &out_len, &err_len), FV_ETOOBIG);
}

static const struct fv_option options[] = {{"with", "OFFICER"}, {"wait", NULL}, {NULL, NULL}};

static bool
parse_words(const char *const *words, size_t count, struct fv_args *args)
{
	char fault[160];
	bool is_good = fv_args_parse(words, count, options, args, fault);

	assert_true(is_good == (fault[0] == '\0'));
	return is_good;
}

static void
options_stand_before_and_after_operands(void **state)
{
	const char *const words[] = {"--with", "o2", "c-1", "--wait", "--with=o3"};
	struct fv_args args;

	(void)state;
	assert_true(parse_words(words, 5, &args));
	assert_int_equal(args.operand_count, 1);
	assert_string_equal(args.operands[0], "c-1");
	assert_string_equal(fv_args_value(&args, "with"), "o3");
	assert_true(fv_args_has(&args, "wait"));
	assert_false(fv_args_has(&args, "json"));
}

static void
after_two_dashes_everything_is_an_operand(void **state)
{
	const char *const words[] = {"--", "--with", "-"};
	struct fv_args args;

	(void)state;
	assert_true(parse_words(words, 3, &args));
	assert_int_equal(args.operand_count, 2);
	assert_string_equal(args.operands[0], "--with");
}

static void
a_wrong_option_is_refused_with_a_sentence(void **state)
{
	const char *const unknown[] = {"--wiht", "o2"}, *const no_value[] = {"--with"};
	const char *const value[] = {"--wait=yes"}, *const single[] = {"-w"};
	const char *many[FV_ARGS_OPERANDS_MAX + 1];
	struct fv_args args;

	(void)state;
	for (size_t i = 0; i < FV_ARGS_OPERANDS_MAX + 1; i++)
		many[i] = "x";
	assert_false(parse_words(unknown, 2, &args));
	assert_false(parse_words(no_value, 1, &args));
	assert_false(parse_words(value, 1, &args));
	assert_false(parse_words(single, 1, &args));
	assert_false(parse_words(many, FV_ARGS_OPERANDS_MAX + 1, &args));
	assert_true(parse_words(many, FV_ARGS_OPERANDS_MAX, &args));
}

static void
json_escapes_what_json_does_not_allow(void **state)
{
	struct fv_buf out = {0};
	struct fv_json json = {.out = &out};

	(void)state;
	fv_json_begin_object(&json, NULL);
	fv_json_text_z(&json, "a", "\"\\\n\x01\xe7\x8e\x8b");
	fv_json_text(&json, "b", fv_span_of("\xff", 1));
	fv_json_begin_array(&json, "c");
	fv_json_int(&json, NULL, -1);
	fv_json_null(&json, NULL);
	fv_json_end_array(&json);
	fv_json_bool(&json, "d", false);
	fv_json_end_object(&json);
	assert_string_equal(fv_buf_z(&out),
	    "{\"a\":\"\\\"\\\\\\n\\u0001\xe7\x8e\x8b\",\"b\":\"\\ufffd\",\"c\":[-1,null],"
	    "\"d\":false}\n");
	fv_buf_clear(&out);
}

static void
a_failure_replaces_what_was_written_as_json(void **state)
{
	struct fv_reply reply;

	(void)state;
	fv_reply_init(&reply, true);
	fv_json_begin_object(&reply.json, NULL);
	fv_json_int(&reply.json, "half", 1);
	assert_int_equal(
	    fv_reply_fail(&reply, FV_FAIL_NO_VISIT, "visit", "none is open"), FV_EXIT_NO);
	assert_string_equal(fv_buf_z(&reply.out),
	    "{\"error\":{\"id\":\"no-visit\",\"exit\":1,\"object\":\"visit\",\"text\":"
	    "\"none is open\"}}\n");
	assert_string_equal(fv_buf_z(&reply.err), "fieldvisit: visit: none is open\n");
	fv_reply_clear(&reply);
}

static void
every_failure_has_a_name_of_its_own_and_an_exit_code(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FV_FAIL_COUNT; i++) {
		assert_non_null(fv_fail_id((enum fv_fail)i));
		assert_int_not_equal(fv_fail_exit((enum fv_fail)i), 0);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(
			    fv_fail_id((enum fv_fail)i), fv_fail_id((enum fv_fail)k));
	}
}

static void
verbs_stand_in_order_with_their_words(void **state)
{
	(void)state;
	for (const struct fv_verb *v = fv_verbs; v->name != NULL; v++) {
		assert_non_null(v->synopsis);
		assert_non_null(v->summary);
		assert_non_null(v->run);
		assert_true(v->min_operands <= v->max_operands);
		if (v != fv_verbs)
			assert_true(strcmp((v - 1)->name, v->name) < 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_call_arrives_as_it_was_made),
	    cmocka_unit_test(every_shortened_call_is_refused),
	    cmocka_unit_test(no_altered_byte_leads_outside_the_call),
	    cmocka_unit_test(an_unknown_verb_is_refused),
	    cmocka_unit_test(an_answer_head_with_a_huge_length_is_refused),
	    cmocka_unit_test(options_stand_before_and_after_operands),
	    cmocka_unit_test(after_two_dashes_everything_is_an_operand),
	    cmocka_unit_test(a_wrong_option_is_refused_with_a_sentence),
	    cmocka_unit_test(json_escapes_what_json_does_not_allow),
	    cmocka_unit_test(a_failure_replaces_what_was_written_as_json),
	    cmocka_unit_test(every_failure_has_a_name_of_its_own_and_an_exit_code),
	    cmocka_unit_test(verbs_stand_in_order_with_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
