/* Words for the codes that stand in a verdict's sentence. */
#include <string.h>

#include "lib/audit_rules.h"

/* Of each kind of event, in the order of enum fv_event_kind. */
static const char kinds_zh[][19] = {"同意", "撤回同意", "要求停止", "不便时间", "要求不上门",
    "要求不到单位", "有律师代理", "对债务有争议", "已核实", "投诉", "投诉已答复",
    "签订还款协议", "违反还款协议", "暂缓期", "禁止联系令", "丧亲", "弱势情形", "已发通知",
    "要求离开", "已告知", "录音录像", "错号", "预约", "失约", "已还款", "结案", "人身安危",
    "仅有未成年人", "语言", "拒绝该方式", "通知退回", "法院许可", "冒用身份"};

_Static_assert(sizeof kinds_zh / sizeof kinds_zh[0] == FV_EVENT_KIND_MAX, "a word each");

/* Of each fact that has a date, in the order of enum fv_fact. */
static const char facts_zh[][10] = {"培训", "证书", "评估", "检查", "白名单", "合同", "同意"};

_Static_assert(sizeof facts_zh / sizeof facts_zh[0] == FV_FACT_CONSENT, "a word each");

/* What is counted as a share of the visits, in the order of enum fv_share. */
static const char shares_en[][28] = {
    "Corrected by hand", "Consent on his word alone", "Broken or to be decided"};
static const char shares_zh[][22] = {"人工更正", "仅凭本人所记", "违规或须人判断"};

_Static_assert(sizeof shares_en / sizeof shares_en[0] == FV_SHARE_EXCEPTION, "words each");
_Static_assert(sizeof shares_zh / sizeof shares_zh[0] == FV_SHARE_EXCEPTION, "words each");

/* What a table, each entry so wide, has for the code of this word; the word itself when it is
 * no code's. */
static const char *
word_of(enum fv_code_set set, const char *word, const char *table, size_t width)
{
	uint32_t code = fv_code_find(set, fv_span_z(word));

	return code == 0 ? word : table + (code - 1) * width;
}

void
fv_audit_put_word(struct fv_buf *out, const char *key, const char *word, bool chinese)
{
	bool is_name = strcmp(key, "zone") == 0 || strcmp(key, "calendar") == 0;

	if (strcmp(key, "calendar") == 0 && strcmp(word, "zone") == 0)
		word = chinese ? "当地" : "of the place";
	else if (chinese && strcmp(key, "kind") == 0)
		word = word_of(FV_CODES_EVENT_KIND, word, kinds_zh[0], sizeof kinds_zh[0]);
	else if (chinese && strcmp(key, "fact") == 0)
		word = word_of(FV_CODES_FACT, word, facts_zh[0], sizeof facts_zh[0]);
	else if (chinese && strcmp(key, "of") == 0)
		word = word_of(FV_CODES_SHARE, word, shares_zh[0], sizeof shares_zh[0]);
	else if (strcmp(key, "of") == 0)
		word = word_of(FV_CODES_SHARE, word, shares_en[0], sizeof shares_en[0]);
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
