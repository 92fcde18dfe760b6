/* Sentences for people, from a verdict's reason and inputs, at display and never before. */
#include <string.h>

#include "lib/audit_rules.h"

/* {key} is an input, {next} the remedy's instant, {what} its role or field. */
static const struct {
	const char *en;
	const char *zh;
} sentences[R_COUNT] = {
    [R_NONE] = {"No reason.", "无理由。"},
    [R_NOT_YET_IN_FORCE] = {"Not in force on {date}: it begins on {in_force_from}{cite}.",
	"{date} 尚未生效，自 {in_force_from} 起{cite}。"},
    [R_NO_LONGER_IN_FORCE] =
	{"No longer in force on {date}: it ended on {in_force_until}{cite}.",
	    "{date} 已失效，止于 {in_force_until}{cite}。"},
    [R_ACTOR] = {"The rule does not bind this kind of collector ({actor}){cite}.",
	"本规则不约束此类催收方{cite}。"},
    [R_PRODUCT] = {"The rule does not cover this kind of debt ({product}){cite}.",
	"本规则不适用于此类债务{cite}。"},
    [R_CHANNEL] = {"The rule is not about this channel ({channel}){cite}.",
	"本规则不针对此联系方式{cite}。"},
    [R_VOID] = {"The number was not the debtor's: the contact does not count{cite}.",
	"号码并非债务人所有，此次联系不计{cite}。"},
    [R_WRONG_CASE] =
	{"Its officer said at once that it was begun at the wrong case{cite}. Is that so?",
	    "外访人员当即说明选错案件{cite}。请核实。"},
    [R_SAID_BOTH] = {"The checklist and the outcome contradict each other here{cite}.",
	"核对清单与结果记录相互矛盾{cite}。"},
    [R_BY_DEBTOR] = {"The debtor began this contact: the rule judges the collector{cite}.",
	"由债务人发起，本规则只约束催收方{cite}。"},
    [R_PLACE] = {"The rule is not about this place ({place}){cite}.",
	"本规则不针对此类地点{cite}。"},
    [R_PLACE_UNKNOWN] =
	{"Where it took place is not recorded, and the rule is about some places{cite}.",
	    "未记录地点，而规则只针对部分地点{cite}。"},
    [R_PRODUCT_UNKNOWN] =
	{"What kind of debt it is is not recorded, and the rule is about some kinds{cite}.",
	    "未记录债务种类，而规则只针对部分种类{cite}。"},
    [R_PURPOSE] = {"The rule is not about this purpose ({purpose}){cite}.",
	"本规则不针对此目的{cite}。"},
    [R_PERSON] = {"The rule is not about contacts with such a person ({with}){cite}.",
	"本规则不针对与此类人员的联系{cite}。"},
    [R_NOT_COUNTED] = {"The rule does not count a contact of this kind{cite}.",
	"此类联系不计入次数{cite}。"},
    [R_UNANSWERED] = {"Nobody was reached: the duty begins with a talk{cite}.",
	"未联系到人，义务自交谈时开始{cite}。"},
    [R_AT_THE_DOOR] = {"Judged at the door only, by check{cite}.",
	"仅在上门前检查时判断{cite}。"},
    [R_TIME_OK] = {"{begin} in {zone} is inside the hours allowed{cite}.",
	"{zone} {begin} 在允许时段内{cite}。"},
    [R_TIME_FORBIDDEN] = {"Not now: {at} in {zone} is inside {forbidden_from} to "
			  "{forbidden_to}{cite}. Allowed from {next}.",
	"不可：{zone} {at} 在 {forbidden_from}至{forbidden_to} 内{cite}。{next} 起可以。"},
    [R_TIME_OVERRUN] = {"{begin} to {end} in {zone} runs into {forbidden_from} to "
			"{forbidden_to}{cite}. Allowed from {next}.",
	"{zone} {begin}至{end} 超入 {forbidden_from}至{forbidden_to}{cite}。{next} 起可以。"},
    [R_TIME_EDGE] = {"{at} in {zone} is the very edge of the hours{cite}: a person must "
		     "judge. Sure from {next}.",
	"{zone} {at} 正在时段边界{cite}，须人工判断。{next} 起可以。"},
    [R_TIME_DOUBTFUL] =
	{"{at} in {zone} is an hour that a person must judge{cite}. Sure from {next}.",
	    "{zone} {at} 须人工判断{cite}。{next} 起可以。"},
    [R_TIME_STAYED] =
	{"Begun in time in {zone}; staying until {end} has a recorded reason{cite}.",
	    "{zone} 按时开始，停留至 {end} 已记录理由{cite}。"},
    [R_TIME_OPEN] = {"No end is recorded; a sign at {at} in {zone} is past the hours{cite}.",
	"未记录结束，{zone} {at} 仍有记录且已超时{cite}。"},
    [R_TIME_NEVER] = {"{at} in {zone} is forbidden, and no allowed hour follows{cite}.",
	"{zone} {at} 禁止，且无可用时段{cite}。"},
    [R_CLAIMS_DIFFER] =
	{"Two clocks disagree ({begin} or {claim} in {zone}) and so do the verdicts{cite}.",
	    "两个时钟不一致（{zone} {begin} 或 {claim}），结论不同{cite}。"},
    [R_CONSENT] = {"The debtor had agreed, recorded on {consent_date}{cite}.",
	"债务人已于 {consent_date} 同意{cite}。"},
    [R_CONSENT_OFFICER_ONLY] =
	{"Consent recorded by the visiting officer only{cite}: another source is missing.",
	    "同意仅由上门人员记录{cite}，缺少其他来源。"},
    [R_CONSENT_INSIDE] =
	{"Consent was first recorded inside the contact that it excuses{cite}.",
	    "同意是在所免责的联系中才记录的{cite}。"},
    [R_CONSENT_FROM_BREACH] =
	{"Consent came from a contact that broke a rule, or is not in the history{cite}.",
	    "同意来自违规或不在记录中的联系{cite}。"},
    [R_CONSENT_UNCLEAR] = {"A consent is recorded, but not its {consent_lacks}{cite}.",
	"有同意记录，但缺少必要内容{cite}。"},
    [R_COUNT_OK] = {"{count} of {limit} allowed from {from} to {to}{cite}.",
	"{from} 至 {to} 共 {count} 次，上限 {limit}{cite}。"},
    [R_COUNT_OVER] =
	{"{count} from {from} to {to}, where {limit} are allowed{cite}. Again from {next}.",
	    "{from} 至 {to} 第 {count} 次，上限 {limit}{cite}。{next} 起可以。"},
    [R_COUNT_UNSURE] = {"{count} to {count_max} of {limit} from {from} to {to}: {what} is not "
			"recorded for all{cite}.",
	"{from} 至 {to} 为 {count} 至 {count_max} 次，上限 {limit}，记录不全{cite}。"},
    [R_COUNT_WITH_THIS] = {"With this one {count} from {from} to {to}, where {limit} may be: "
			   "{what} is not recorded{cite}.",
	"若计入本次，{from} 至 {to} 为 {count} 次，上限 {limit}，记录不全{cite}。"},
    [R_PERSONS_OK] = {"Officers: {count}, required: {min}{cite}.",
	"{count} 人，要求至少 {min} 人{cite}。"},
    [R_PERSONS_DECLARED] = {"Officers: {count}, required: {min}; those beside the first are "
			    "declared, not confirmed{cite}.",
	"{count} 人，要求至少 {min} 人；同行人员仅为申报{cite}。"},
    [R_PERSONS_FEW] = {"Officers: {count}, where {min} are required{cite}. Bring another.",
	"仅 {count} 人，要求至少 {min} 人{cite}。请增派人员。"},
    [R_PERSONS_UNKNOWN] = {"Who went is not recorded; {min} officers are required{cite}.",
	"未记录上门人员，要求至少 {min} 人{cite}。"},
    [R_FENCE_INSIDE] = {"{distance_m} m from the case's place, inside {radius_m} m{cite}.",
	"距案件地点 {distance_m} 米，在 {radius_m} 米内{cite}。"},
    [R_FENCE_OUTSIDE] = {"{distance_m} m from the case's place, outside {radius_m} m{cite}.",
	"距案件地点 {distance_m} 米，超出 {radius_m} 米{cite}。"},
    [R_FENCE_UNSURE] = {"{distance_m} m from the case's place: too inexact to tell against "
			"{radius_m} m{cite}.",
	"距案件地点 {distance_m} 米，精度不足以判断 {radius_m} 米{cite}。"},
    [R_FENCE_NO_CASE_PLACE] = {"Place not known: the case has no coordinates{cite}.",
	"地点不明：案件没有坐标{cite}。"},
    [R_FENCE_NO_FIX] = {"No position was recorded for the visit{cite}.",
	"本次上门没有定位记录{cite}。"},
    [R_NOT_ENTERED] = {"The officer stayed outside{cite}.", "未进入室内{cite}。"},
    [R_ENTERED] = {"Entered, and no consent to enter is recorded{cite}.",
	"已进入，但没有同意进入的记录{cite}。"},
    [R_ENTRY_UNKNOWN] = {"Whether the officer entered is not recorded{cite}.",
	"未记录是否进入{cite}。"},
    [R_IDENTIFIED] = {"The officer identified himself{cite}.", "已表明身份{cite}。"},
    [R_NOT_IDENTIFIED] =
	{"The officer did not identify himself{cite}. Show identification first.",
	    "未表明身份{cite}。请先出示证件。"},
    [R_IDENTIFIED_UNKNOWN] = {"Whether identification was shown is not recorded{cite}.",
	"未记录是否表明身份{cite}。"},
    [R_RECORDED] = {"Recorded ({recorded}){cite}.", "已录音或录像{cite}。"},
    [R_NOT_RECORDED] = {"Not recorded as the rule asks ({recorded}){cite}.",
	"未按要求录音或录像{cite}。"},
    [R_RECORDED_UNKNOWN] = {"Whether it was recorded on tape is not said{cite}.",
	"未说明是否录音录像{cite}。"},
    [R_WITH_ALLOWED] = {"With somebody who may be spoken to ({with}){cite}.",
	"对象属可联系人员{cite}。"},
    [R_WITH_UNKNOWN] = {"Who was met is not recorded{cite}.", "未记录见到何人{cite}。"},
    [R_WITH_DOUBTFUL] =
	{"Whether this person ({with}) answers for the debt is not recorded{cite}.",
	    "未记录此人是否对债务负责{cite}。"},
    [R_THIRD_ALLOWED] =
	{"Third person asked after {failures} failures to reach the debtor{cite}.",
	    "连续 {failures} 次未联系到债务人后联系第三人{cite}。"},
    [R_THIRD_REACHABLE] = {"A third person was contacted though the debtor is not shown to be "
			   "out of reach{cite}.",
	"债务人并非失联，却联系了第三人{cite}。"},
    [R_THIRD_PURPOSE] =
	{"A third person may be asked only how to reach the debtor, not about the debt{cite}.",
	    "对第三人只可询问联系方式，不得催收{cite}。"},
    [R_THIRD_BARRED] = {"Contact with this person ({with}) is not allowed{cite}.",
	"不得联系此人{cite}。"},
    [R_THIRD_REFUSED] = {"A third person had refused further contact{cite}.",
	"第三人已拒绝再联系{cite}。"},
    [R_THIRD_SAID_UNKNOWN] =
	{"A third person opened or answered; what was said is not recorded{cite}.",
	    "由第三人应答，所说内容未记录{cite}。"},
    [R_THIRD_FAILURES_UNKNOWN] =
	{"Whether the debtor was out of reach is not clear from the record{cite}.",
	    "记录不足以判断债务人是否失联{cite}。"},
    [R_NO_HOLD] = {"No hold is in force{cite}.", "没有生效的停催{cite}。"},
    [R_HELD] = {"On hold since {since} ({kind}){cite}.", "自 {since} 起停催：{kind}{cite}。"},
    [R_AGE_OK] = {"What is known is {hours} h old, at most {max_hours} h{cite}.",
	"资料为 {hours} 小时前，上限 {max_hours} 小时{cite}。"},
    [R_AGE_OLD] = {"What is known is {hours} h old, over {max_hours} h{cite}: sync first.",
	"资料为 {hours} 小时前，超过 {max_hours} 小时{cite}，请先同步。"},
    [R_AGE_UNKNOWN] = {"How old this knowledge is, is not known; at most {max_hours} h{cite}.",
	"资料时间不明，上限 {max_hours} 小时{cite}。"},
    [R_STANDING] = {"Judged for the case, officer, device or agency, not for a contact{cite}.",
	"针对案件、人员、设备或机构判断，不针对单次联系{cite}。"},
    [R_ONE_ZONE] = {"The place is known: one time zone only{cite}.",
	"地点明确，只有一个时区{cite}。"},
    [R_HOLIDAY] = {"{date} in {zone} is a day without contact{cite}. Allowed from {next}.",
	"{zone} {date} 为不得联系的日子{cite}。{next} 起可以。"},
    [R_HOLIDAY_DOUBTFUL] =
	{"{date} in {zone} is a holiday: a person must judge{cite}. Sure from {next}.",
	    "{zone} {date} 为节假日，须人工判断{cite}。{next} 起可以。"},
    [R_CALENDAR_UNKNOWN] =
	{"Holidays are not known for {date}: the calendar {calendar} does not cover it{cite}.",
	    "{date} 的节假日不明，{calendar} 日历未覆盖{cite}。"},
    [R_COURT] = {"A court permitted it on {court_date}{cite}.",
	"法院已于 {court_date} 准许{cite}。"},
    [R_COOL_OFF] = {"Too soon after the talk of {talk_date}{cite}. Again from {next}.",
	"距 {talk_date} 的沟通时间过短{cite}。{next} 起可以。"},
    [R_TOO_SOON] = {"Too soon after the contact of {last_date}{cite}. Again from {next}.",
	"距 {last_date} 的联系时间过短{cite}。{next} 起可以。"},
    [R_CHANNELS_OVER] = {"{count} ways of contact from {from} to {to}, where {limit} are "
			 "allowed{cite}. Again from {next}.",
	"{from} 至 {to} 使用 {count} 种联系方式，上限 {limit}{cite}。{next} 起可以。"},
    [R_CONSENTED_UNCOUNTED] = {"The debtor had agreed to it: it does not count{cite}.",
	"债务人事先同意，不计入次数{cite}。"},
    [R_COOL_OFF_UNSURE] = {"May be too soon after the talk of {talk_date}{cite}: {what} is "
			   "not recorded.",
	"距 {talk_date} 的沟通可能过近{cite}，记录不全。"},
    [R_TOO_SOON_UNSURE] = {"May be too soon after the contact of {last_date}{cite}: {what} is "
			   "not recorded.",
	"距 {last_date} 的联系可能过近{cite}，记录不全。"},
    [R_APART] = {"No earlier contact is too near{cite}.", "与此前联系间隔足够{cite}。"},
    [R_CONSENT_MAY_HAVE_ENDED] =
	{"A later talk may have ended the consent of {consent_date}{cite}: which debts it "
	 "was about is not recorded.",
	    "{consent_date} 的同意可能已因其后沟通终止{cite}，所谈债务未记录。"},
    [R_COURT_OFFICER_ONLY] =
	{"A court's permission is noted by the visiting officer only{cite}.",
	    "法院准许仅由上门人员记录{cite}。"},
    [R_PERSONS_UNCONFIRMED] = {"Second officer not confirmed{cite}: his cosign is missing.",
	"同行人员未确认{cite}，缺少其会签。"},
    [R_HELD_WINDOW] = {"Not now: {at} in {zone} is a time that the debtor barred{cite}. "
		       "Allowed from {next}.",
	"不可：{zone} {at} 为债务人排除的时间{cite}。{next} 起可以。"},
    [R_HELD_OUTSIDE] =
	{"Not now: {at} in {zone} is outside the time agreed{cite}. Allowed from {next}.",
	    "不可：{zone} {at} 不在约定时间内{cite}。{next} 起可以。"},
    [R_HELD_PLACE_UNKNOWN] =
	{"The debtor barred a place ({kind}), and where this was is not recorded{cite}.",
	    "债务人已排除某地点，而本次地点未记录{cite}。"},
    [R_HELD_CHANNEL_UNKNOWN] =
	{"The debtor barred a way of contact, and which one is not recorded{cite}.",
	    "债务人已排除某联系方式，但未记录是哪一种{cite}。"},
    [R_HELD_FORM_UNKNOWN] =
	{"A request ({kind}) is recorded, but not whether it was in writing{cite}.",
	    "有请求记录（{kind}），但未记录是否书面{cite}。"},
    [R_HELD_HOURS_OVER] =
	{"The debtor named {hours} h a week, over {max_hours}: a person must judge{cite}.",
	    "债务人指定每周 {hours} 小时，超过 {max_hours}，须人工判断{cite}。"},
    [R_HELD_TERM_UNKNOWN] =
	{"Whether the hold since {since} ({kind}) still binds is not clear{cite}.",
	    "自 {since} 起的停催（{kind}）是否仍有效不明{cite}。"},
    [R_HELD_LATE] =
	{"The debtor's letter came after {period_end}, the end of the period{cite}: weigh it.",
	    "债务人的来信晚于 {period_end} 的期限{cite}，须人工权衡。"},
    [R_REPLY] = {"One answer to the debtor's own message is allowed{cite}.",
	"可对债务人主动来信作一次回复{cite}。"},
    [R_PLACE_OK] = {"The place ({place}) is one where contact may be made{cite}.",
	"地点允许联系{cite}。"},
    [R_PLACE_FORBIDDEN] =
	{"No contact at this kind of place ({place}) without the debtor's consent{cite}.",
	    "未经同意不得在此类地点联系{cite}。"},
    [R_PLACE_DOUBTFUL] =
	{"Contact at this kind of place ({place}) is for a person to judge{cite}.",
	    "在此类地点联系须人工判断{cite}。"},
    [R_BEFORE_MET] = {"{count} of {needed} came before{cite}.",
	"此前已有 {count} 次，要求 {needed} 次{cite}。"},
    [R_BEFORE_MISSING] =
	{"Attempts or missed appointments before it: {count}, required: {needed}{cite}. Try "
	 "those first.",
	    "此前联系尝试或失约 {count} 次，要求 {needed} 次{cite}。请先行完成。"},
    [R_BEFORE_UNSURE] = {"{count} to {count_max} of the {needed} required came before: {what} "
			 "is not recorded{cite}.",
	"此前为 {count} 至 {count_max} 次，要求 {needed} 次，记录不全{cite}。"},
    [R_NOTICE_OK] = {"Notice of {notice_date} was in time{cite}.",
	"{notice_date} 的通知在期限内{cite}。"},
    [R_NOTICE_NONE] = {"No notice before it is recorded{cite}. Give notice first.",
	"此前没有通知记录{cite}。请先通知。"},
    [R_NOTICE_SHORT] = {"Notice of {notice_date} is too short{cite}. Allowed from {next}.",
	"{notice_date} 的通知期限不足{cite}。{next} 起可以。"},
    [R_NOTICE_OLD] =
	{"Notice of {notice_date} served until {valid_until} only{cite}. Give notice anew.",
	    "{notice_date} 的通知仅至 {valid_until} 有效{cite}。请重新通知。"},
    [R_NOTICE_NOT_NEEDED] = {"This contact needs no notice{cite}.",
	"本次联系无须通知{cite}。"},
    [R_NOTICE_SAME_DAY] =
	{"Notice on the same day: whether it was enough is for a person{cite}.",
	    "当日通知，是否充分须人工判断{cite}。"},
    [R_NOT_IMPERSONATED] =
	{"Nothing recorded says that a badge, name or office was false{cite}.",
	    "没有冒用身份、标识或名义的记录{cite}。"},
    [R_IMPERSONATED] = {"A uniform, badge, name or office was used that was not his{cite}.",
	"使用了不属于其本人的制服、标识、姓名或机关名义{cite}。"},
    [R_IMPERSONATION_SAID] = {"It is said that a uniform, badge, name or office was false: a "
			      "person must judge{cite}.",
	"有人称其冒用制服、标识、姓名或机关名义，须人工判断{cite}。"},
    [R_NOT_ASKED] = {"Nothing is recorded that asked the officer to leave{cite}.",
	"没有要求离开的记录{cite}。"},
    [R_LEFT] = {"Left {stayed} min after being asked, at most {minutes}{cite}.",
	"被要求后 {stayed} 分钟离开，上限 {minutes} 分钟{cite}。"},
    [R_LEFT_AT_ONCE] = {"Left within a minute of being asked{cite}.",
	"被要求后一分钟内离开{cite}。"},
    [R_STAYED] =
	{"Stayed {stayed} min after being asked to leave, at most {minutes} allowed{cite}.",
	    "被要求离开后停留 {stayed} 分钟，上限 {minutes} 分钟{cite}。"},
    [R_STAYED_DOUBTFUL] =
	{"Stayed {stayed} min after being asked to leave: a person must judge{cite}.",
	    "被要求离开后停留 {stayed} 分钟，须人工判断{cite}。"},
    [R_LEAVE_END_UNKNOWN] = {"Asked to leave, and no end of the contact is recorded{cite}.",
	"曾被要求离开，但未记录结束时间{cite}。"},
    [R_LENGTH_OK] = {"{length} min, at most {minutes}{cite}.",
	"{length} 分钟，上限 {minutes} 分钟{cite}。"},
    [R_LENGTH_OVER] = {"{length} min, where {minutes} are allowed{cite}. End it.",
	"{length} 分钟，上限 {minutes} 分钟{cite}。请结束。"},
    [R_LENGTH_UNKNOWN] = {"No end is recorded; at most {minutes} min{cite}.",
	"未记录结束时间，上限 {minutes} 分钟{cite}。"},
    [R_LENGTH_CLAIMED] =
	{"Begun at {claim}, as its officer claims, it lasted over {minutes} min{cite}.",
	    "按外访人员所称 {claim} 开始，时长超过 {minutes} 分钟{cite}。"},
    [R_NO_CAMERA] = {"No camera was used where the rule forbids it{cite}.",
	"未在禁止之处拍摄{cite}。"},
    [R_CAMERA] = {"Filmed, and no consent to it is recorded{cite}.",
	"已拍摄，但没有同意拍摄的记录{cite}。"},
    [R_CAMERA_UNKNOWN] = {"Whether a camera was used is not recorded{cite}.",
	"未记录是否拍摄{cite}。"},
    [R_TOLD] = {"What must be told was told on {told_date}{cite}.",
	"应告知事项已于 {told_date} 告知{cite}。"},
    [R_TOLD_UNKNOWN] = {"Whether what must be told was told is not recorded{cite}.",
	"未记录是否已告知应告知事项{cite}。"},
    [R_NOT_THE_FIRST] = {"Not the first communication of the case{cite}.",
	"并非首次沟通{cite}。"},
    [R_IS_THE_FIRST] = {"The first communication of the case has a rule of its own{cite}.",
	"首次沟通另有规则{cite}。"},
    [R_DUE_MET] = {"Done on {done_date}, due by {due_date}{cite}.",
	"已于 {done_date} 完成，期限 {due_date}{cite}。"},
    [R_DUE_LATE] = {"Done on {done_date}, which is after {due_date}{cite}.",
	"于 {done_date} 完成，晚于期限 {due_date}{cite}。"},
    [R_DUE_MISSING] = {"Due by {due_date} and not recorded{cite}.",
	"期限 {due_date} 已过，无完成记录{cite}。"},
    [R_DUE_PENDING] = {"Still due by {due_date}{cite}.", "须在 {due_date} 前完成{cite}。"},
    [R_NEED_CONSENT] = {"It needs the debtor's consent ({scope}), and none is recorded{cite}.",
	"须经债务人同意，但没有记录{cite}。"},
    [R_NO_POSITION] = {"No position was recorded{cite}.", "没有定位记录{cite}。"},
    [R_COMPLETE] = {"The record has all its parts{cite}.", "记录完整{cite}。"},
    [R_INCOMPLETE] = {"The record lacks {what}{cite}.", "记录不完整{cite}。"},
    [R_NOT_CORRECTED] = {"Nothing was corrected{cite}.", "没有更正{cite}。"},
    [R_CORRECTED] = {"The correction stays within the recorded times{cite}.",
	"更正在记录时间之内{cite}。"},
    [R_CORRECTED_OUTSIDE] =
	{"The correction goes outside the recorded times{cite}. Log a new visit instead.",
	    "更正超出记录时间{cite}。请另记一次上门。"},
    [R_CORRECTED_LATE] = {"Corrected on {corrected_date}, after {due_date}{cite}.",
	"于 {corrected_date} 更正，晚于 {due_date}{cite}。"},
    [R_IN_SCOPE] = {"These rules bind this collector ({actor}){cite}.",
	"本规则适用于此催收方{cite}。"},
    [R_KEEP] = {"Keep the records until {keep_until}{cite}.",
	"记录须保存至 {keep_until}{cite}。"},
    [R_KEPT_TOO_LONG] = {"The records were to be deleted by {delete_by}{cite}.",
	"记录应于 {delete_by} 前删除{cite}。"},
    [R_ERASED_EARLY] = {"{erased} record(s) were erased before {keep_until}{cite}.",
	"{erased} 条记录在 {keep_until} 前被删除{cite}。"},
    [R_FACT_OK] = {"{fact} is in order until {until}{cite}.", "{fact}有效至 {until}{cite}。"},
    [R_FACT_OLD] = {"{fact} of {fact_date} is older than {max_days} days{cite}. Renew it.",
	"{fact_date} 的{fact}已超过 {max_days} 天{cite}，请更新。"},
    [R_FACT_OVER] = {"{fact} ended on {fact_date}{cite}. Renew it.",
	"{fact}已于 {fact_date} 到期{cite}，请更新。"},
    [R_FACT_UNKNOWN] = {"No date of {fact} is known{cite}.", "没有{fact}日期的记录{cite}。"},
    [R_RATE_OK] = {"{of}: {percent} % of {visits} visits, at most {max_percent} %{cite}.",
	"{of}：{visits} 次上门中占 {percent}%，上限 {max_percent}%{cite}。"},
    [R_RATE_OVER] =
	{"{of}: {percent} % of {visits} visits, where {max_percent} % are allowed{cite}.",
	    "{of}：{visits} 次上门中占 {percent}%，超过上限 {max_percent}%{cite}。"},
    [R_RATE_FEW] = {"{visits} visits are too few to say{cite}.",
	"{visits} 次上门过少，无法判断{cite}。"},
    [R_STOP] = {"Hint: a stop from {begin} to {end} in {zone} at the case, and no visit is "
		"logged{cite}.",
	"提示：{zone} {begin} 至 {end} 在案件地点停留，但没有上门记录{cite}。"},
    [R_NO_TRACK] = {"Hint: no position for {minutes} min before and after this visit{cite}.",
	"提示：本次上门前后 {minutes} 分钟没有定位{cite}。"},
    [R_ALWAYS_GREEN] = {"Hint: the checklist was complete within {seconds} s in {percent} % "
			"of {visits} visits{cite}.",
	"提示：{visits} 次上门中 {percent}% 在 {seconds} 秒内完成核对{cite}。"},
    [R_NEVER_REFUSED] = {"Hint: no refusal, stop or complaint in {visits} visits, while "
			 "colleagues record some{cite}.",
	"提示：{visits} 次上门无拒绝、停止或投诉，而同事有{cite}。"},
    [R_DUPLICATE] = {"Hint: another visit began at {other_begin} in {zone} at the same case: "
		     "possible duplicate{cite}.",
	"提示：{zone} {other_begin} 同一案件另有一次上门，可能重复{cite}。"},
    [R_NOT_RECEIVED] =
	{"A borrower entered a visit's code at {begin} in {zone}, and no handheld has "
	 "delivered that visit within {hours} hours{cite}. Look for a withheld record.",
	    "债务人于 {zone} {begin} 输入了上门代码，{hours} 小时内没有手持机送达该记录{cite}"
	    "，请核查是否隐瞒。"},
    [R_KEEP_UNSETTLED] = {"Keep the records: the debt is not settled{cite}.",
	"债务未结清，须继续保存记录{cite}。"},
    [R_DELETE_BY] = {"Delete the records by {delete_by}{cite}.",
	"记录应于 {delete_by} 前删除{cite}。"},
    [R_DELETED] = {"The records are deleted{cite}.", "记录已删除{cite}。"},
    [R_ERASED_UNSETTLED] =
	{"{erased} record(s) were erased before the debt was settled{cite}.",
	    "债务结清前已有 {erased} 条记录被删除{cite}。"},
    [R_NO_RECORDS] = {"No contact of this case is recorded{cite}.",
	"本案没有联系记录{cite}。"},
    [R_NO_HINT] = {"Nothing here asks for a second look{cite}.", "未见需要复核之处{cite}。"},
    [R_WITHDRAWN] = {"What was known before no longer holds{cite}.",
	"此前的情况已不再成立{cite}。"},
};

static const struct fv_input *
find_input(const struct fv_finding *f, const char *key, size_t len)
{
	for (size_t i = 0; i < f->input_count; i++)
		if (strlen(f->inputs[i].key) == len && memcmp(f->inputs[i].key, key, len) == 0)
			return &f->inputs[i];
	return NULL;
}

static void
put_clock(struct fv_buf *out, int64_t utc_ms, int32_t offset_s, bool with_date)
{
	struct fv_civil c;

	fv_civil_from_instant(utc_ms, offset_s, &c);
	if (with_date)
		fv_buf_putf(out, "%02d-%02d ", (int)c.month, (int)c.day);
	fv_buf_putf(out, "%02d:%02d", (int)c.hour, (int)c.minute);
	if (c.second != 0)
		fv_buf_putf(out, ":%02d", (int)c.second);
}

static void
put_short(struct fv_buf *out, const struct fv_input *input, bool chinese)
{
	struct fv_civil c;

	switch (input->type) {
	case FV_INPUT_INT:
	case FV_INPUT_BOOL:
		fv_buf_putf(out, "%lld", (long long)input->u.i);
		break;
	case FV_INPUT_TEXT:
		fv_audit_put_word(out, input->key, input->u.text, chinese);
		break;
	case FV_INPUT_INSTANT:
		put_clock(out, input->u.i, input->offset_s, false);
		break;
	case FV_INPUT_DATE:
		fv_civil_from_days(input->u.i, &c);
		fv_buf_putf(out, "%04d-%02d-%02d", (int)c.year, (int)c.month, (int)c.day);
		break;
	case FV_INPUT_MINUTE:
		fv_buf_putf(out, "%02d:%02d", (int)(input->u.i / 60), (int)(input->u.i % 60));
		break;
	case FV_INPUT_SET:
		fv_buf_putf(out, "%zu", input->u.set->count);
		break;
	}
}

static const char *
source_words(enum fv_confidence confidence, bool chinese)
{
	switch (confidence) {
	case FV_CONFIDENCE_SECONDARY:
		return chinese ? "二手来源" : "secondary source";
	case FV_CONFIDENCE_WEAK:
		return chinese ? "来源较弱" : "weak source";
	case FV_CONFIDENCE_UNVERIFIED:
		return chinese ? "未核实" : "unverified";
	case FV_CONFIDENCE_PRIMARY:
		break;
	}
	return NULL;
}

void
fv_audit_put_citation(struct fv_buf *out, const struct fv_rule *rule, bool chinese)
{
	const char *words = source_words(rule->confidence, chinese);

	fv_audit_put_source(out, rule, chinese);
	if (words != NULL)
		fv_buf_putf(out, chinese ? "（%s）" : " (%s)", words);
}

static void
put_cite(struct fv_buf *out, const struct fv_rule *rule, bool chinese)
{
	const char *words = source_words(rule->confidence, chinese);

	fv_buf_put_z(out, chinese ? "（" : " (");
	fv_audit_put_source(out, rule, chinese);
	if (words != NULL)
		fv_buf_putf(out, chinese ? "，%s" : ", %s", words);
	fv_buf_put_z(out, chinese ? "）" : ")");
}

static void
put_place_holder(struct fv_buf *out, const struct fv_finding *f, struct fv_span key,
    bool chinese, bool with_cite)
{
	const struct fv_input *input = find_input(f, (const char *)key.ptr, key.len);

	if (fv_span_equal(key, fv_span_z("cite"))) {
		if (with_cite)
			put_cite(out, f->rule, chinese);
	} else if (fv_span_equal(key, fv_span_z("next"))) {
		int64_t local_ms = f->next_utc_ms + (int64_t)f->next_offset_s * 1000;
		bool is_near = f->contact != NULL &&
		    f->next_utc_ms - f->contact->begin_utc_ms < FV_MS_PER_DAY;
		/* "from 00:00" alone does not say of which day. */
		put_clock(out, f->next_utc_ms, f->next_offset_s,
		    !is_near || local_ms % FV_MS_PER_DAY == 0);
	} else if (fv_span_equal(key, fv_span_z("what"))) {
		fv_audit_put_word(
		    out, "", f->who_or_what == NULL ? "" : f->who_or_what, chinese);
	} else if (input != NULL) {
		put_short(out, input, chinese);
	} else {
		fv_buf_put_z(out, "?");
	}
}

/* A sentence about `next` is cut before it where the remedy is another. */
static void
put_sentence(struct fv_buf *out, const struct fv_finding *f, bool chinese, bool with_cite)
{
	const char *z = chinese ? sentences[f->reason].zh : sentences[f->reason].en;
	const char *stop = strstr(z, "{next}");

	if (stop != NULL && f->remedy != FV_REMEDY_NEXT) {
		const char *mark = chinese ? "。" : ". ";
		const char *end = strstr(z, mark);
		stop = end == NULL ? z + strlen(z) : end + (chinese ? strlen(mark) : 1);
	} else {
		stop = z + strlen(z);
	}
	while (z < stop) {
		size_t plain = strcspn(z, "{");
		if (plain > (size_t)(stop - z))
			plain = (size_t)(stop - z);
		fv_buf_put(out, z, plain);
		z += plain;
		if (z >= stop)
			break;
		size_t len = strcspn(z + 1, "}");
		put_place_holder(out, f, fv_span_of(z + 1, len), chinese, with_cite);
		z += len + 2;
	}
}

static size_t
characters(struct fv_span text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += (text.ptr[i] & 0xc0U) != 0x80;
	return n;
}

/* Cut to `max` characters; only ids of unusual length bring a sentence here. */
static struct fv_span
cut(struct fv_span text, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		if ((text.ptr[i] & 0xc0U) != 0x80 && n++ == max)
			return (struct fv_span){text.ptr, i};
	}
	return text;
}

void
fv_audit_put_why(struct fv_buf *out, const struct fv_finding *finding, bool chinese)
{
	size_t max = chinese ? FV_AUDIT_WHY_ZH_MAX : FV_AUDIT_WHY_EN_MAX;
	struct fv_buf text = {0};

	put_sentence(&text, finding, chinese, true);
	if (characters(fv_buf_span(&text)) > max) {
		/* The citation stands in a field of its own. */
		fv_buf_reset(&text);
		put_sentence(&text, finding, chinese, false);
	}
	if (fv_buf_status(&text) != FV_OK)
		out->failed = true;
	else
		fv_buf_put_span(out, cut(fv_buf_span(&text), max));
	fv_buf_clear(&text);
}

const char *
fv_verdict_word(enum fv_verdict verdict)
{
	switch (verdict) {
	case FV_VERDICT_PASS:
		return "pass";
	case FV_VERDICT_FAIL:
		return "fail";
	case FV_VERDICT_REVIEW:
		return "review";
	case FV_VERDICT_NA:
		break;
	}
	return "n/a";
}
