/* Words for the codes that stand in a verdict's sentence. */
#include <string.h>

#include "lib/audit_rules.h"

/* Of each kind of event, in the order of enum fv_event_kind. */
static const char kinds_zh[][22] = {"同意", "撤回同意", "要求停止", "不便时间", "要求不上门",
    "要求不到单位", "有律师代理", "对债务有争议", "已核实", "投诉", "投诉已答复",
    "签订还款协议", "违反还款协议", "暂缓期", "禁止联系令", "丧亲", "弱势情形", "已发通知",
    "要求离开", "已告知", "录音录像", "错号", "预约", "失约", "已还款", "结案", "人身安危",
    "仅有未成年人", "语言", "拒绝该方式", "通知退回", "法院许可", "冒用身份"};

_Static_assert(sizeof kinds_zh / sizeof kinds_zh[0] == FV_EVENT_KIND_MAX, "a word each");

static const char *
kind_zh(const char *word)
{
	for (uint32_t kind = 1; kind <= FV_EVENT_KIND_MAX; kind++)
		if (strcmp(fv_code_word(FV_CODES_EVENT_KIND, kind), word) == 0)
			return kinds_zh[kind - 1];
	return word;
}

void
fv_audit_put_word(struct fv_buf *out, const char *key, const char *word, bool chinese)
{
	bool is_name = strcmp(key, "zone") == 0 || strcmp(key, "calendar") == 0;

	if (strcmp(key, "calendar") == 0 && strcmp(word, "zone") == 0)
		word = chinese ? "当地" : "of the place";
	else if (chinese && strcmp(key, "kind") == 0)
		word = kind_zh(word);
	for (size_t i = 0; word[i] != '\0' && i < FV_AUDIT_WORD_MAX; i++)
		fv_buf_put(out, word[i] == '_' && !is_name ? " " : word + i, 1);
}

void
fv_audit_put_source(struct fv_buf *out, const struct fv_rule *rule, bool chinese)
{
	bool is_house =
	    rule->strength == FV_STRENGTH_HOUSE && strcmp(rule->citation, "house policy") == 0;

	fv_buf_put_z(out, chinese && is_house ? "内部政策" : rule->citation);
}
