// Figures that reward no pressure: by name, never by rank, with what each one means.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad, type Page } from "../api";
import { dayAfter, today } from "../parts/work";
import { Empty, Field, Load, Table } from "../ui";
import { t } from "../words";
import "./Cases.css";

interface Figures {
	agency: string;
	officer: string;
	clean_percent: number | null;
	open_exceptions: number;
	amended: number;
	amended_percent: number | null;
	complaint_percent: number | null;
	few: boolean;
}

/** The Monday of a date's week. */
function monday(date: string): string {
	const day = new Date(`${date}T00:00:00Z`).getUTCDay();
	return dayAfter(date, -((day + 6) % 7));
}

export function Kpi(): VNode {
	const [from, setFrom] = useState(monday(today()));
	const to = dayAfter(from, 6);
	const load = useLoad(() => api.get<Page<Figures>>("/figures", { from, to }), [from]);
	const share = (value: number | null) => (value === null ? <span class="none">{t("work.kpi.few")}</span> : `${value} %`);
	return (
		<>
			<h1>{t("work.kpi")}</h1>
			<p class="hint">{t("work.kpi.hint")}</p>
			<div class="row bulk">
				<button type="button" onClick={() => setFrom(dayAfter(from, -7))}>{t("work.kpi.before")}</button>
				<Field label={t("work.kpi.week")}>{(attrs) => <input {...attrs} type="date" value={from} onChange={(e) => e.currentTarget.value && setFrom(monday(e.currentTarget.value))} />}</Field>
				<span>{from} – {to}</span>
				<button type="button" onClick={() => setFrom(dayAfter(from, 7))}>{t("work.kpi.after")}</button>
			</div>
			<Load of={load} show={(page) => page.rows.length === 0
				? <Empty title={t("work.kpi.none")} />
				: <Table caption={t("work.kpi")} rows={page.rows} rowKey={(f) => `${f.agency} ${f.officer}`} columns={[
					{ title: t("work.agency"), cell: (f) => f.agency },
					{ title: t("work.officer"), cell: (f) => f.officer || "–" },
					{ title: t("work.kpi.clean"), cell: (f) => share(f.clean_percent), isNumber: true },
					{ title: t("work.kpi.open"), cell: (f) => f.open_exceptions, isNumber: true },
					{ title: t("work.kpi.amended"), cell: (f) => <>{f.amended}{f.amended_percent !== null && ` (${f.amended_percent} %)`}</>, isNumber: true },
					{ title: t("work.kpi.complaints"), cell: (f) => share(f.complaint_percent), isNumber: true },
				]} />} />
			<dl class="card">
				{["clean", "open", "amended", "complaints"].map((x) => <><dt><strong>{t(`work.kpi.${x}`)}</strong></dt><dd>{t(`work.kpi.${x}.means`)}</dd></>)}
			</dl>
		</>
	);
}
