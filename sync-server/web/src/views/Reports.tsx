// Reports of a day, a week or a month, by agency and officer, for reading and for print.
import type { VNode } from "preact";
import { api, useLoad } from "../api";
import { Empty, Field, Go, goTo, Load, Table, Verdict, type Column } from "../ui";
import type { Seen } from "../views";
import { language, t } from "../words";
import { Local, Officer, PrintButton, word } from "./ProofParts";
import "./Reports.css";

type Span = "day" | "week" | "month";

interface Line {
	agency: string; officer: string; name: string | null;
	visits: number; others: number; fail: number; review: number; no_rule_broken: number;
	not_judged: number; provisional: number; corrected: number; complaints: number; asked_to_leave: number;
}
interface Row {
	id: string; case: string; agency: string; channel: string; officers: string[];
	begin: string; end: string | null; zone: string; outcome: string | null; verdict: string; provisional: boolean;
}
interface Period { from: string; to: string; officers: Line[]; contacts: Row[] | null; left_out: number }

const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const DAY = 86400000;

/** The first and last date of the day, week (from Monday) or month around a date. */
export function around(span: Span, date: string): { from: string; to: string } {
	const at = Date.parse(`${date}T00:00:00Z`);
	if (Number.isNaN(at)) return around(span, iso(Date.now()));
	if (span === "day") return { from: date, to: date };
	const d = new Date(at);
	if (span === "month") {
		const first = Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), 1);
		return { from: iso(first), to: iso(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 0)) };
	}
	const monday = at - ((d.getUTCDay() + 6) % 7) * DAY;
	return { from: iso(monday), to: iso(monday + 6 * DAY) };
}

/** Today where this browser is. */
function today(): string {
	const d = new Date();
	return iso(Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()));
}

export function Reports({ span, query }: Seen & { span: Span }): VNode {
	const date = query.get("date") ?? today();
	const agency = query.get("agency") ?? "";
	const { from, to } = around(span, date);
	const loaded = useLoad(() => api.get<Period>("/reports/period", { from, to, agency }), [from, to, agency]);
	const go = (next: Record<string, string>) => {
		const q = new URLSearchParams({ date, ...(agency ? { agency } : {}), ...next });
		goTo(`/report/${next.span ?? span}?${(q.delete("span"), q)}`);
	};
	return (
		<div class="report">
			<h1>{t(`proof.${span}.title`)}: {from === to ? from : t("proof.answer.interval", { from, to })}</h1>
			<div class="row no-print report-bar">
				<div role="group" aria-label={t("proof.reports")} class="spans">
					{(["day", "week", "month"] as Span[]).map((s) => (
						<button type="button" aria-pressed={s === span} class={s === span ? "main" : ""} onClick={() => go({ span: s })}>{t(`proof.${s}`)}</button>
					))}
				</div>
				<Field label={t("proof.date")}>{(a) => <input {...a} type="date" value={date} onChange={(e) => e.currentTarget.value && go({ date: e.currentTarget.value })} />}</Field>
				<Field label={t("proof.agency")}>{(a) => <input {...a} value={agency} size={12} onChange={(e) => go({ agency: e.currentTarget.value.trim() })} />}</Field>
				<PrintButton />
			</div>
			<Load of={loaded} show={(data) => <Shown data={data} />} />
		</div>
	);
}

function Shown({ data }: { data: Period }): VNode {
	if (data.officers.length === 0 && (data.contacts ?? []).length === 0)
		return <Empty title={t("proof.none")}><p>{t("proof.none.hint")}</p></Empty>;
	return (
		<>
			<Table caption={t("proof.reports")} columns={lineColumns()} rows={data.officers} rowKey={(l) => `${l.agency}/${l.officer}`} />
			<p class="hint">{t("proof.order")}</p>
			{data.contacts && (
				<section>
					<h2>{t("proof.contacts.title")}</h2>
					<Table caption={t("proof.contacts.title")} columns={rowColumns()} rows={data.contacts} rowKey={(r) => r.id} />
					{data.left_out > 0 && <p>{t("proof.leftout", { n: data.left_out })}</p>}
				</section>
			)}
		</>
	);
}

function lineColumns(): Column<Line>[] {
	const number = (title: string, key: keyof Line): Column<Line> =>
		({ title: t(`proof.${title}`), cell: (l) => l[key], isNumber: true });
	return [
		{ title: t("proof.agency"), cell: (l) => l.agency },
		{ title: t("proof.officer"), cell: (l) => <Officer of={{ id: l.officer, name: l.name }} /> },
		number("visits", "visits"), number("others", "others"), number("fail", "fail"), number("review", "review"),
		number("clean", "no_rule_broken"), number("unjudged", "not_judged"), number("provisional", "provisional"),
		number("corrected", "corrected"), number("complaints.short", "complaints"), number("leaves", "asked_to_leave"),
	];
}

function rowColumns(): Column<Row>[] {
	return [
		{ title: t("proof.begin"), cell: (r) => <Local at={r.begin} zone={r.zone} /> },
		{ title: t("proof.case"), cell: (r) => <Go to={`/case/${encodeURIComponent(r.case)}`}>{r.case}</Go> },
		{ title: t("proof.contact"), cell: (r) => r.channel === "visit" ? <Go to={`/visit/${r.id}`}>{word("channel", r.channel)}</Go> : word("channel", r.channel) },
		{ title: t("proof.officer"), cell: (r) => r.officers.join(language() === "zh" ? "、" : ", ") },
		{ title: t("proof.outcome"), cell: (r) => word("outcome", r.outcome) },
		{ title: t("proof.verdict"), cell: (r) => <><Verdict of={r.verdict === "not_judged" ? null : r.verdict} />{r.provisional && ` ${t("proof.provisional")}`}</> },
	];
}
