// What the server says in English, in Chinese: here what is wrong with a file, in refusals.ts why
// it does not do what was asked.  The key is the server's own sentence, {} a value in it;
// scenario 61-words holds these lists beside the server's sources.
import type { Fault } from "../api";
import { language } from "../words";
import { refusals } from "./refusals";

const files: Record<string, string> = {
	// a table of any kind
	"a quote is not closed; close it": "引号没有闭合；请补上",
	"a value is longer than 255 bytes, or has a NUL in it; shorten it": "有一个值超过 255 字节，或含有空字符；请缩短",
	"more than 40 columns; keep those that are asked for": "超过 40 列；只保留需要的列",
	"text follows a closing quote; quote the whole value": "右引号之后还有文字；请把整个值放进引号",
	"stands twice": "出现了两次",
	"stands twice; leave one of them out": "出现了两次；请去掉一个",
	"is a number such as a spreadsheet keeps for a date; give --excel-dates, or format the column as text such as 2026-03-02": "是电子表格保存日期用的数字；请勾选“日期可能是 Excel 的天数”（命令行用 --excel-dates），或把该列设为文本，如 2026-03-02",
	"is a time; write the day alone, such as 2026-03-02": "带有时刻；只写日期，如 2026-03-02",
	"is not a date such as 2026-03-02": "不是 2026-03-02 这样的日期",
	"is two days, for nobody knows whether day or month stands first; write it as 2026-03-02": "可能是两个日期，分不清日和月；请写成 2026-03-02",
	// officers and agencies
	"has more values than there are columns": "值比列多",
	"is empty": "为空",
	"is missing; the first line names the columns": "缺少此列；第一行应为列名",
	"is not known; did you mean \"{}\"?": "不认识这一列；是否应为“{}”？",
	"is not known; leave it out": "不认识这一列；请去掉",
	"is not yours": "不属于您的机构",
	"there is no row below the header": "列名之下没有数据",
	"{} stands in the file twice": "{} 在文件中出现了两次",
	"give at most 127 bytes of UTF-8 without control characters": "最多 127 字节的 UTF-8 文字，不含控制字符",
	"give at most 40 bytes of UTF-8 without control characters": "最多 40 字节的 UTF-8 文字，不含控制字符",
	"is a team of {}; 'fieldvisitd agency set {} --team {}' gives a new team": "是 {} 的团队；用 fieldvisitd agency set {} --team {} 设新团队",
	"is closed and stays closed": "已关闭，不能再开",
	"{} is still to come by this server's clock, which says {}; give the day on which it was done": "{} 按服务器时钟（{}）尚未到来；请填写实际完成的日期",
	"is in the register; 'fieldvisitd {} set' changes it": "已登记；用 fieldvisitd {} set 修改",
	"is not in the register; 'fieldvisitd {} add' adds it": "没有登记；用 fieldvisitd {} add 添加",
	"is not a list of ids; use 1 to 24 of A-Z a-z 0-9 . _ - for each": "不是编号列表；每个编号用 1 至 24 个 A-Z a-z 0-9 . _ -",
	"is not an id; use 1 to 24 of A-Z a-z 0-9 . _ -": "不是编号；请用 1 至 24 个 A-Z a-z 0-9 . _ -",
	"no such agency here; 'fieldvisitd agency add' makes it known": "没有这个机构；请先添加（fieldvisitd agency add）",
	"say whose officer he is": "请写明该人员属于哪个机构",
	"this agency is closed": "该机构已关闭",
	"{} is a team of {}": "{} 是 {} 的团队",
	// cases
	"a line is longer than 128 KiB; shorten it": "有一行超过 128 KiB；请缩短",
	"has bytes of a wrong length; take a file that 'fieldvisitd case seal' wrote": "字节长度不对；请用 fieldvisitd case seal 生成的文件",
	"is not a JSON object; take a file that 'fieldvisitd case seal' wrote": "不是 JSON 对象；请用 fieldvisitd case seal 生成的文件",
	"is not {note, ct, capsules}; take a file that 'fieldvisitd case seal' wrote": "不是 {note, ct, capsules}；请用 fieldvisitd case seal 生成的文件",
	"is not a column of a case file; leave it out": "不是案件文件的列；请去掉",
	"is not a string; quote it": "不是字符串；请加引号",
	"personal text never reaches the server; seal it with 'fieldvisitd case seal'": "个人信息不得到达服务器；请用 fieldvisitd case seal 密封",
	"it is closed and stays closed": "案件已结案，不能再开",
	"no such zone": "没有这个时区",
	"no such zone in this machine's tz database; want an IANA name such as Asia/Shanghai": "服务器的时区库中没有这个时区；请写 IANA 名称，如 Asia/Shanghai",
	"the roster in force has no such officer": "现行名册中没有这名人员",
	"this case stands in the file twice": "该案件在文件中出现了两次",
	"it has not one capsule for each recipient": "接收人与封装数量不符",
	"a recipient is no approved handheld of an assigned officer, no supervisor and not the recovery key; export the roster again and seal with it": "有一个接收人既不是所分配人员的已批准手持机，也不是主管或恢复密钥；请重新导出名册再密封",
	"it is not sealed to the recovery key of the roster in force": "没有密封给现行名册的恢复密钥",
	"no supervisor on the roster in force signed it, or it was altered": "没有现行名册上主管的签名，或内容被改动",
	"its note is not this agency's signed card": "不是本机构签名的案件卡",
	"it is the card of another case": "是另一案件的卡",
	"a newer card of this case is held; seal the case again with 'case seal'": "已有该案件更新的卡；请用 case seal 重新密封",
	"has more than 16 members; keep those that count": "超过 16 项；只保留有用的",
	"is missing beside the other coordinate; give both or neither": "只有另一个坐标；请两个都写，或都不写",
	"is none of consumer_loan, online_loan, credit_card, microfinance, mortgage, student_loan, medical, other; write one of them": "应为 consumer_loan、online_loan、credit_card、microfinance、mortgage、student_loan、medical、other 之一",
	"is none of first_party, third_party, debt_buyer; write one of them": "应为 first_party、third_party、debt_buyer 之一",
	"is none of wgs84, gcj02, bd09; write one of them": "应为 wgs84、gcj02、bd09 之一",
	"is not UTF-8; save the file as UTF-8": "不是 UTF-8；请把文件另存为 UTF-8",
	"is not a date; write as 2026-03-02": "不是日期；请写成 2026-03-02",
	"is not a set of ids; use 1 to 40 of A-Z a-z 0-9 . _ - and ';' between": "不是编号的集合；每个编号用 1 至 40 个 A-Z a-z 0-9 . _ -，之间用“;”",
	"is not a set of officer ids; write as o1;o2": "不是人员编号的集合；请写成 o1;o2",
	"is not a set of pack ids; write as cn-cba-2026;house": "不是规则包编号的集合；请写成 cn-cba-2026;house",
	"is not an id; use 1 to 40 of A-Z a-z 0-9 . _ -": "不是编号；请用 1 至 40 个 A-Z a-z 0-9 . _ -",
	"is not degrees from -180 to 180; write as 113.2644": "不是 -180 至 180 的度数；请写成 113.2644",
	"is not degrees from -90 to 90; write as 23.1291": "不是 -90 至 90 的度数；请写成 23.1291",
	"is not the name of a time zone; write as Asia/Shanghai, ';' between several": "不是时区名称；请写成 Asia/Shanghai，多个之间用“;”",
	"is not whole metres from 1 to 100000; write as 100": "不是 1 至 100000 的整数米；请写成 100",
	"is required for a place in China, where maps are shifted; write gcj02 (AMap, Tencent), bd09 (Baidu) or wgs84 (a receiver)": "中国境内的地点必须写明坐标系（地图有偏移）；请写 gcj02（高德、腾讯）、bd09（百度）或 wgs84（接收机）",
	"is required; give it a value": "必填；请写一个值",
	"names a member twice; leave one of them out": "同一项写了两次；请去掉一个",
	"a control character; take it out": "含有控制字符；请去掉",
	"a quote inside a value; quote the whole value and double it": "值中有引号；请把整个值放进引号，并把其中的引号写两次",
	"a row is longer than 16384 bytes; shorten it": "有一行超过 16384 字节；请缩短",
	"fewer values than columns; give each column a value or leave it empty": "值比列少；每列写一个值或留空",
	"more than 32 columns; keep those of the manual": "超过 32 列；只保留手册中的列",
	"more values than columns; quote values that hold a comma": "值比列多；含逗号的值请放进引号",
	"the file is empty; begin with a line of column names": "文件是空的；第一行应为列名",
	"looks like an identity-card number; use an opaque id, personal text never reaches the server": "像是身份证号码；请用不含个人信息的编号，个人信息不得到达服务器",
	"looks like a bank card number; use an opaque id, personal text never reaches the server": "像是银行卡号；请用不含个人信息的编号，个人信息不得到达服务器",
	"looks like a mobile number; put it into the sealed column \"phone\", personal text never reaches the server": "像是手机号码；请写入密封的“phone”列，个人信息不得到达服务器",
	// plans
	"is as a spreadsheet wrote it; format the column as text such as 2026-10-01": "是电子表格的日期写法；请把该列设为文本，如 2026-10-01",
	"is missing in the first line": "第一行缺少此列",
	"is none of collect, care, service, document, location, terminate, remedy_notice, required_by_law, repossess": "应为 collect、care、service、document、location、terminate、remedy_notice、required_by_law、repossess 之一",
	"is none of remind, negotiate, verify, deliver, care": "应为 remind、negotiate、verify、deliver、care 之一",
	"is not a case id": "不是案件编号",
	"is not a date such as 2026-10-01": "不是 2026-10-01 这样的日期",
	"is not a time such as 09:30": "不是 09:30 这样的时间",
	"is not a time such as 11:00": "不是 11:00 这样的时间",
	"is not after \"from\" on the same day": "不在同一天的“from”之后",
	"is not an officer's id": "不是人员编号",
	"is the officer himself; name another, or leave it empty": "与第一名人员相同；请写另一名，或留空",
	"must be home, work or other": "应为 home、work 或 other",
	"must be yes or no": "应为 yes 或 no",
	"the first line names the columns: date, from, to, case, officer, second, place, purpose, approach, agreed, with ',' between them": "第一行应为列名：date、from、to、case、officer、second、place、purpose、approach、agreed，之间用“,”",
	"the row has not as many values as there are columns": "该行的值与列数不符",
	"a visit to this case is planned for that day already": "当天已安排走访该案件",
	"clocks are put forward over this time on that day": "当天时钟拨快，没有这个时间",
	"is closed": "已结案",
	"is more than 400 days away": "在 400 天以后",
	"its time zone is not known to this machine: {}": "服务器不认识它的时区：{}",
	"no such case; 'case list' shows those that there are": "没有这个案件",
	"the case is not assigned to him; assign it first, or plan another": "该案件没有分配给此人；请先分配，或安排其他人",
	"this time is over where the case is: {}": "在案件所在地，这个时间已过：{}",
	"holds no planned visit": "文件中没有走访计划",
	"there is no roster yet; 'fieldvisitd roster import' takes one": "还没有名册；请先导入名册（fieldvisitd roster import）",
};

const sentences: Record<string, string> = { ...files, ...refusals };

/** A sentence as an expression that finds its values: {} is one without ": " in it, {*} anything. */
function matcher(sentence: string): RegExp {
	const plain = sentence.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
	return new RegExp(`^${plain.replaceAll("\\{\\}", "((?!\\s)(?:(?!: ).)*)").replaceAll("\\{\\*\\}", "(.+?)")}$`, "s");
}

/* The sentence that says the most is tried first. */
const open = Object.keys(sentences).filter((sentence) => /\{\*?\}/.test(sentence))
	.map((sentence) => ({ sentence, finds: matcher(sentence), says: sentence.replace(/\{\*?\}/g, "").length }))
	.sort((a, b) => b.says - a.says);

function inChinese(said: string): string {
	const whole = sentences[said];
	if (whole !== undefined) return whole;
	for (const { sentence, finds } of open) {
		const values = finds.exec(said)?.slice(1);
		if (values) return sentences[sentence]!.replace(/\{\*?\}/g, (mark) => (mark === "{}" ? values.shift()! : inChinese(values.shift()!)));
	}
	return said;
}

/** What the server said, in the page's language. */
export function saidText(said: string): string {
	return language() === "zh" ? inChinese(said) : said;
}

/** The sentence of a fault in the page's language. */
export function faultText(fault: Fault): string {
	return language() === "zh" && fault.zh ? fault.zh : saidText(fault.rule);
}
