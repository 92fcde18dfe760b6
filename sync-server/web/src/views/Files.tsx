// What other systems put into the watched folder, and what became of each file.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad } from "../api";
import { Empty, Load, Table, Time } from "../ui";
import { has, t } from "../words";
import "./Staff.css";

interface File { id: number; file: string; filed_as: string; kind: string; size: number; taken_ms: number; result: "done" | "refused"; leaf: number | null; counts: Record<string, number>; faults: number | null; line: number | null }

const STEP = 100, MOST = 500;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function Files(): VNode {
	const [last, setLast] = useState(STEP);
	const list = useLoad(() => api.get<{ rows: File[] }>("/files", { last }), [last]);
	return (
		<>
			<h1>{t("staff.files")}</h1>
			<p class="hint">{t("staff.files.what")}</p>
			<Load of={list} show={({ rows }) => rows.length === 0
				? <Empty title={t("staff.files.none")}><p>{t("staff.files.none.what")}</p></Empty>
				: <><Rows rows={rows} />{rows.length === last && last < MOST && <button type="button" onClick={() => setLast(last + STEP)}>{t("shell.more")}</button>}</>} />
		</>
	);
}

/** What was taken, counted; of what was refused, where to look. */
function saidOf(f: File): string {
	const key = `staff.files.done.${f.kind}`;
	if (f.result === "done") return Object.keys(f.counts).length > 0 && has(key) ? t(key, { known: 0, ...f.counts }) : t("staff.files.same");
	return t(f.line === null ? "staff.files.why" : "staff.files.faults", { n: f.faults ?? 1, line: f.line ?? 0, file: `refused/${f.filed_as}.result.json` });
}

function Rows({ rows }: { rows: File[] }): VNode {
	return (
		<Table caption={t("staff.files")} rows={rows} rowKey={(f) => String(f.id)} columns={[
			{ title: t("staff.files.name"), cell: (f) => <>{f.file}{f.filed_as !== f.file && <div class="hint">{f.filed_as}</div>}</> },
			{ title: t("staff.files.kind"), cell: (f) => <span class="whole">{f.kind ? t(`staff.files.kind.${f.kind}`) : "–"}</span> },
			{ title: t("staff.files.came"), cell: (f) => <Time ms={f.taken_ms} zone={zone} /> },
			{ title: t("staff.files.result"), cell: (f) => <span class={`verdict v-${f.result === "done" ? "pass" : "fail"}`}><b aria-hidden="true">{f.result === "done" ? "○" : "✕"}</b> {t(`staff.files.${f.result}`)}</span> },
			{ title: t("staff.files.said"), cell: saidOf },
			{ title: t("staff.files.size"), isNumber: true, isExtra: true, cell: (f) => <span class="whole">{Math.ceil(f.size / 1024)} KiB</span> },
		]} />
	);
}
