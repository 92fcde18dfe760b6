#include "sync-server/packwords.h"

#include <string.h>

struct word {
	const char *name, *en, *zh;
};

static const struct word fields[] = {
    {"actor", "who collects", "催收方"},
    {"actors", "who collects", "催收方"},
    {"after", "only after the period", "仅在期满后"},
    {"after_entry", "only after a visit that entered", "仅限曾入户之后"},
    {"after_until_days", "goes on after the event's end, days", "事件结束后延续天数"},
    {"allowed", "allowed", "允许"},
    {"anchor", "counted from", "起算点"},
    {"attempts", "contacts that count", "计入的联系方式"},
    {"by", "begun by", "发起方"},
    {"calendar", "calendar", "节假日历"},
    {"calendars", "calendars", "节假日历"},
    {"case_radius", "the case's own radius goes first", "优先采用案件半径"},
    {"channels", "channels", "联系方式"},
    {"citation", "citation", "引用"},
    {"clauses", "clauses", "各项要求"},
    {"clear", "both ends left out", "首尾日均不计"},
    {"confidence", "confidence", "可信度"},
    {"confirm_days", "to be confirmed in writing within, days", "须书面确认的期限（天）"},
    {"consent", "excused by consent", "可因同意而免责"},
    {"cool_off", "cooling-off", "冷静期"},
    {"corroborated", "a declared officer is not enough", "申报的人员不足为凭"},
    {"court", "only a court's permission excuses", "仅法院准许可免责"},
    {"count", "at least", "至少"},
    {"day_one", "the first date counts", "首日计入"},
    {"days", "days", "天数"},
    {"distinct_channels", "counts channels, not contacts", "按联系方式种类计数"},
    {"each", "for each contact anew", "每次联系均须"},
    {"edge_from", "at the first instant", "起始时刻"},
    {"edge_to", "at the last instant", "结束时刻"},
    {"enabled", "switched on", "启用"},
    {"ends", "ended by", "终止事件"},
    {"event_by", "the event names", "事件须注明"},
    {"events", "events", "事件"},
    {"excludes_limit", "fewer than the limit", "须少于上限"},
    {"extends", "laid over", "叠加于"},
    {"fact", "date of", "日期所指"},
    {"failures", "failures in a row", "连续失败次数"},
    {"fields", "parts of the record", "记录内容"},
    {"first_only", "the first contact only", "仅首次联系"},
    {"for_position", "only where a position was recorded", "仅限记录了位置时"},
    {"for_purposes", "anyone else only for", "对其他人仅限"},
    {"forbidden", "forbidden", "禁止"},
    {"form", "form", "形式"},
    {"from", "in force from", "生效日"},
    {"from_next_day", "from the next day", "自次日起"},
    {"holiday", "on a holiday", "节假日"},
    {"hours", "at most, hours", "至多小时数"},
    {"hours_per_week", "hours a week that may be named", "每周可指定小时数"},
    {"id", "id", "编号"},
    {"inside", "only inside a home", "仅限住宅内"},
    {"jurisdiction", "jurisdiction", "法域"},
    {"kind", "asks for", "要求"},
    {"later_only", "all but the first contact", "首次以外"},
    {"limit", "at most", "上限"},
    {"max_days", "kept at most, days", "至多保存天数"},
    {"max_percent", "at most, percent", "至多百分比"},
    {"may_reply", "one reply is allowed", "可回复一次"},
    {"media", "recording", "录制方式"},
    {"min_days", "kept at least, days", "至少保存天数"},
    {"min_visits", "of fewer visits nothing is said", "不足此次数不作判断"},
    {"minutes", "minutes", "分钟"},
    {"names_time", "the consent names this time", "同意须载明该时间"},
    {"not_encoded", "not encoded", "未编入"},
    {"notices", "after notice of", "通知"},
    {"of", "of", "对象"},
    {"on_breach", "a breach is", "违反时"},
    {"or_court", "or a court's permission", "或经法院许可"},
    {"oral_days", "an oral one lasts, days", "口头有效天数"},
    {"outcomes", "outcomes that count", "计入的结果"},
    {"outside", "binds outside the times named", "在所列时间之外适用"},
    {"overrun", "running over the end", "超出时段"},
    {"parameters", "parameters", "参数"},
    {"per", "counted per", "计数单位"},
    {"percent", "percent", "百分比"},
    {"period", "period", "期间"},
    {"phase", "when", "阶段"},
    {"places", "places", "地点"},
    {"product", "products", "产品"},
    {"products", "kinds of debt", "债务类型"},
    {"published", "published", "发布日"},
    {"purposes", "purposes", "目的"},
    {"radius_ft", "radius, feet", "半径（英尺）"},
    {"radius_m", "radius, metres", "半径（米）"},
    {"receipt", "until assumed receipt", "推定送达"},
    {"review", "for a person", "须人工判断"},
    {"revision", "revision", "版次"},
    {"rolls", "an end on such a date moves on", "末日顺延"},
    {"rules", "rules", "规则"},
    {"scope", "scope", "范围"},
    {"seconds", "seconds", "秒"},
    {"several_zones", "cases of several zones only", "仅限跨时区案件"},
    {"skip", "days that do not count", "不计入的日子"},
    {"skips_consented", "agreed contacts do not count", "经同意的不计入"},
    {"source", "source", "来源"},
    {"sources", "sources", "来源"},
    {"spacing_days", "days between two", "两次间隔天数"},
    {"spacing_minutes", "minutes between two", "两次间隔分钟数"},
    {"starts", "begun by", "起始事件"},
    {"strength", "strength", "效力"},
    {"subject", "about", "对象"},
    {"successive", "in succession", "须连续"},
    {"text", "rule", "规则内容"},
    {"en", "in English", "英文"},
    {"zh", "in Chinese", "中文"},
    {"title", "title", "标题"},
    {"to", "given to", "给予"},
    {"unit", "in each", "周期"},
    {"until", "in force until", "失效日"},
    {"until_talk", "until a conversation", "至通话为止"},
    {"valid_days", "serves, days", "有效天数"},
    {"voids", "undone by", "失效事件"},
    {"where", "where", "出处"},
    {"reason", "reason", "原因"},
    {"window_days", "looks back, days", "回溯天数"},
    {"with", "with", "对象"},
    {"within", "within a period after notice", "须在通知后的期间内"},
    {"within_minutes", "no visit within, minutes", "前后无上门的分钟数"},
    {"workdays", "weekend days worked", "调休工作日"},
    {"zones", "zones", "时区"},
};

static const struct word kinds[] = {
    {"time_window", "contact only in these parts of local days", "仅可在当地这些时段联系"},
    {"frequency", "at most so many counted contacts", "联系次数上限"},
    {"min_persons", "so many officers together", "上门人数"},
    {"geofence", "the visit is at the case's place", "上门须在案件地点"},
    {"entry", "no entry without consent", "未经同意不得入户"},
    {"identify", "the officer identifies himself", "须表明身份"},
    {"recording", "the contact is recorded", "须录音录像"},
    {"third_party", "whom one may talk to", "可与谁交谈"},
    {"hold", "no contact from one event until another", "特定事件后停止联系"},
    {"data_age", "what is known is not too old", "资料须及时"},
    {"place", "where a contact may not be made", "不得联系的地点"},
    {"precondition", "what must have failed before", "须先尝试"},
    {"notice", "notice before the contact", "须事先通知"},
    {"leave", "leave when asked", "应要求离开"},
    {"impersonation", "no uniform, badge, name or office that is not one's own",
	"不得冒用制服、标识、姓名或名义"},
    {"duration", "the contact lasts no longer", "时长上限"},
    {"camera", "no filming without consent", "未经同意不得拍摄"},
    {"disclosure", "something must be said or given", "须告知"},
    {"deadline", "something must follow in time", "须限期完成"},
    {"consent", "the contact needs consent", "须经同意"},
    {"completeness", "the record is complete", "记录须完整"},
    {"correction", "a correction comes in time", "更正须及时"},
    {"scope", "whom the pack binds", "适用主体"},
    {"retention", "how long records are kept", "记录保存期限"},
    {"interval", "a date is not too old, or not past", "须在期限内"},
    {"rate", "at most such a share of visits", "占比上限"},
    {"unlogged_stop", "a stop at a case with no visit logged (a hint)",
	"在案件地点停留而未记录上门（提示）"},
    {"no_track", "a visit whose shift has no fixes (a hint)", "上门前后无定位（提示）"},
    {"always_green", "checklists always complete at once (a hint)",
	"清单总是瞬间完成（提示）"},
    {"duplicate", "two visits that may be one (a hint)", "可能重复的上门（提示）"},
    {"not_received", "a visit that a borrower knows of and no handheld delivered",
	"债务人知道而手持机未送达的上门"},
};

static const struct word values[] = {
    {"visit", "visit", "上门"},
    {"call", "call", "电话"},
    {"sms", "text message", "短信"},
    {"email", "e-mail", "电子邮件"},
    {"message", "chat message", "即时消息"},
    {"letter", "letter", "信函"},
    {"conversation", "conversation", "交谈"},
    {"contact", "contact", "接触"},
    {"no_answer", "no answer", "无人接听"},
    {"left_message", "message left", "留言"},
    {"not_connected", "not connected", "未接通"},
    {"not_home", "not at home", "不在家"},
    {"refused", "refused", "拒绝"},
    {"debtor", "debtor", "债务人"},
    {"spouse", "spouse", "配偶"},
    {"guarantor", "guarantor", "担保人"},
    {"attorney", "attorney", "律师"},
    {"third_party", "third party", "第三方"},
    {"nobody", "nobody", "无人"},
    {"collector", "collector", "催收方"},
    {"home", "home", "住所"},
    {"work", "place of work", "工作单位"},
    {"mobile", "mobile", "手机"},
    {"other", "other", "其他"},
    {"collect", "collecting", "催收"},
    {"care", "care", "关怀"},
    {"service", "service", "服务"},
    {"document", "document", "文书"},
    {"location", "location", "位置"},
    {"terminate", "ending contact", "终止联系"},
    {"remedy_notice", "notice of a remedy", "救济通知"},
    {"required_by_law", "required by law", "法律要求"},
    {"repossess", "repossession", "收回"},
    {"audio", "audio", "录音"},
    {"video", "video", "录像"},
    {"none", "none", "无"},
    {"time", "time", "时间"},
    {"place", "place", "地点"},
    {"frequency", "frequency", "频次"},
    {"entry", "entry", "入户"},
    {"recording", "recording", "录制"},
    {"consent", "consent", "同意"},
    {"consent_withdrawn", "consent withdrawn", "撤回同意"},
    {"cease", "asked to stop", "要求停止"},
    {"inconvenient", "inconvenient times named", "不便时间"},
    {"no_home", "not at home, please", "要求不上门"},
    {"no_work", "not at work, please", "要求不到单位"},
    {"dispute", "dispute", "争议"},
    {"verified", "debt verified", "已核实"},
    {"complaint", "complaint", "投诉"},
    {"complaint_closed", "complaint answered", "投诉已答复"},
    {"plan_signed", "plan signed", "签订还款协议"},
    {"plan_default", "plan broken", "违反还款协议"},
    {"moratorium", "moratorium", "暂缓期"},
    {"no_contact_order", "order of no contact", "禁止联系令"},
    {"bereavement", "bereavement", "丧亲"},
    {"vulnerable", "vulnerability", "弱势情形"},
    {"notice_sent", "notice sent", "已发通知"},
    {"leave_requested", "asked to leave", "要求离开"},
    {"disclosure", "disclosure made", "已告知"},
    {"wrong_number", "wrong number", "错号"},
    {"appointment", "appointment", "预约"},
    {"missed", "missed appointment", "失约"},
    {"paid", "paid", "已还款"},
    {"case_closed", "case closed", "结案"},
    {"welfare", "welfare concern", "安危顾虑"},
    {"minor_alone", "a minor alone", "仅有未成年人"},
    {"language", "language", "语言"},
    {"no_medium", "not by this medium", "拒绝该方式"},
    {"notice_returned", "notice returned", "通知退回"},
    {"court_permission", "court's permission", "法院许可"},
    {"impersonation", "a false badge, name or office", "冒用身份"},
    {"first_party", "first party", "债权人自行催收"},
    {"debt_buyer", "debt buyer", "债权受让方"},
    {"consumer_loan", "consumer loan", "消费贷款"},
    {"online_loan", "online loan", "网络贷款"},
    {"credit_card", "credit card", "信用卡"},
    {"microfinance", "microfinance", "小额信贷"},
    {"mortgage", "mortgage", "按揭"},
    {"student_loan", "student loan", "助学贷款"},
    {"medical", "medical", "医疗"},
    {"oral", "oral", "口头"},
    {"written", "in writing", "书面"},
    {"separate", "in writing, apart", "单独书面"},
    {"creditor", "creditor", "债权人"},
    {"prior_collector", "earlier collector", "先前催收方"},
    {"mon", "Mon", "周一"},
    {"tue", "Tue", "周二"},
    {"wed", "Wed", "周三"},
    {"thu", "Thu", "周四"},
    {"fri", "Fri", "周五"},
    {"sat", "Sat", "周六"},
    {"sun", "Sun", "周日"},
    {"before", "before the contact", "联系前"},
    {"during", "during the contact", "联系中"},
    {"after", "after the contact", "联系后"},
    {"fail", "a fail", "违规"},
    {"review", "for a person", "须人工判断"},
    {"statute", "statute", "法律"},
    {"regulation", "regulation", "法规规章"},
    {"self-regulation", "self-regulation", "行业自律"},
    {"presumption", "presumption", "推定"},
    {"recommended", "recommended", "推荐性"},
    {"house policy", "house policy", "内部政策"},
    {"P", "primary text read", "已核对原文"},
    {"S", "secondary source", "二手来源"},
    {"W", "weak", "证据较弱"},
    {"U", "unverified", "未核实"},
    {"closed", "allowed", "允许"},
    {"open", "no longer allowed", "不允许"},
    {"judge", "the whole length is judged", "按全程判断"},
    {"ignore", "judged by its beginning", "按起始判断"},
    {"with_reason", "allowed with a reason", "有理由可延续"},
    {"debt", "debt", "债务"},
    {"number", "number", "号码"},
    {"person", "person", "人"},
    {"day", "days", "日"},
    {"week", "week", "周"},
    {"month", "month", "月"},
    {"history", "history", "历史"},
    {"case", "case", "案件"},
    {"purpose", "purpose", "目的"},
    {"begin", "begin", "开始"},
    {"end", "end", "结束"},
    {"officers", "officers", "人员"},
    {"outcome", "outcome", "结果"},
    {"with", "whom it was with", "对象"},
    {"device", "handheld", "设备"},
    {"officer", "officer", "人员"},
    {"agency", "agency", "机构"},
    {"training", "training", "培训"},
    {"certificate", "certificate", "证书"},
    {"evaluation", "evaluation", "评估"},
    {"inspection", "inspection", "检查"},
    {"white_list", "white list", "白名单"},
    {"contract", "contract", "合同"},
    {"last_contact", "last contact", "最后一次联系"},
    {"settled", "settled", "结清"},
    {"manual", "corrected by hand", "手工更正"},
    {"exception", "undecided", "未决"},
};

static const char *
find(const struct word *words, size_t count, const char *name, bool chinese)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i].name, name) == 0)
			return chinese ? words[i].zh : words[i].en;
	return name;
}
#define FIND(words, name, chinese) find(words, sizeof(words) / sizeof(words)[0], name, chinese)

const char *
packwords_field(const char *path, bool chinese)
{
	const char *dot = strrchr(path, '.');

	return FIND(fields, dot == NULL ? path : dot + 1, chinese);
}

const char *
packwords_kind(const char *kind, bool chinese)
{
	return FIND(kinds, kind, chinese);
}

/* "Mon, Tue 08:00 to 20:00"; days and times that are left out are all of them. */
static void
put_window(struct fv_buf *out, const json_t *window, bool chinese)
{
	const char *from = json_string_value(json_object_get(window, "from"));
	const char *to = json_string_value(json_object_get(window, "to"));
	const json_t *days = json_object_get(window, "days");

	if (days != NULL)
		packwords_put(out, days, chinese);
	else
		fv_buf_put_z(out, chinese ? "每天" : "every day");
	fv_buf_putf(out, chinese ? " %s 至 %s" : " %s to %s", from == NULL ? "00:00" : from,
	    to == NULL ? "24:00" : to);
}

static bool
is_window(const json_t *value)
{
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)value, name, member)
	{
		(void)member;
		if (strcmp(name, "days") != 0 && strcmp(name, "from") != 0 &&
		    strcmp(name, "to") != 0)
			return false;
	}
	return json_object_get(value, "from") != NULL ||
	    json_object_get(value, "to") != NULL ||
	    json_is_array(json_object_get(value, "days"));
}

static void
put_object(struct fv_buf *out, const json_t *value, bool chinese)
{
	bool is_first = true;
	const char *name;
	json_t *member;

	if (is_window(value)) {
		put_window(out, value, chinese);
		return;
	}
	fv_buf_put_z(out, chinese ? "（" : "(");
	json_object_foreach((json_t *)(uintptr_t)value, name, member)
	{
		fv_buf_putf(out, "%s%s%s",
		    is_first      ? ""
			: chinese ? "；"
				  : "; ",
		    packwords_field(name, chinese), chinese ? "：" : ": ");
		packwords_put(out, member, chinese);
		is_first = false;
	}
	fv_buf_put_z(out, chinese ? "）" : ")");
}

void
packwords_put(struct fv_buf *out, const json_t *value, bool chinese)
{
	if (value == NULL || json_is_null(value)) {
		fv_buf_put_z(out, chinese ? "无" : "nothing");
	} else if (json_is_string(value)) {
		fv_buf_put_z(out, FIND(values, json_string_value(value), chinese));
	} else if (json_is_integer(value)) {
		fv_buf_putf(out, "%lld", (long long)json_integer_value(value));
	} else if (json_is_boolean(value)) {
		fv_buf_put_z(out,
		    json_is_true(value) ? (chinese ? "是" : "yes") : (chinese ? "否" : "no"));
	} else if (json_is_object(value)) {
		put_object(out, value, chinese);
	} else {
		for (size_t i = 0; i < json_array_size(value); i++) {
			fv_buf_put_z(out, i == 0 ? "" : chinese ? "、" : ", ");
			packwords_put(out, json_array_get(value, i), chinese);
		}
	}
}
