// Agencies: the bank's own house and the firms that visit for it, their teams and dates.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, asProblem, useLoad, type Problem } from "../api";
import { AGENCY_DATES, DateFields, DateList, changedDates, everyRow, type Agency, type Changed, type Dates } from "../parts/staff";
import { CertificateLink, CloseAgency } from "../parts/CloseAgency";
import { ImportStaff } from "../parts/ImportStaff";
import { Right, may } from "../rights";
import { useSession } from "../session";
import { Dialog, Empty, Field, Go, Load, Table, Trouble, toast } from "../ui";
import { t } from "../words";
import "./Handhelds.css";
import "./Staff.css";

export function Agencies(): VNode {
	const { who } = useSession();
	const [edited, setEdited] = useState<Agency | "new" | null>(null);
	const [isImporting, setImporting] = useState(false);
	const list = useLoad(() => everyRow<Agency>("/agencies"), []);
	const keeps = may(who, Right.PEOPLE) || may(who, Right.NOTES);
	const done = () => {
		setEdited(null);
		setImporting(false);
		list.reload();
	};
	return (
		<>
			<div class="row page-head">
				<h1>{t("staff.agencies")}</h1>
				{keeps && <div class="row">
					<button type="button" onClick={() => setImporting(true)}>{t("staff.import")}</button>
					<button type="button" class="main" onClick={() => setEdited("new")}>{t("staff.add.agency")}</button>
				</div>}
			</div>
			<p class="hint">{t("staff.agencies.what")}</p>
			<Load of={list} show={(rows) => rows.length === 0
				? <Empty title={t("staff.agency.none")}>{who?.agency !== "" && <p>{t("staff.none.agency")}</p>}</Empty>
				: <Rows rows={rows} onOpen={keeps ? setEdited : undefined} />} />
			{!keeps && <p class="hint">{t("staff.reads")}</p>}
			{isImporting && <ImportStaff of="agencies" onClose={() => setImporting(false)} onDone={done} />}
			{edited && <Edit agency={edited === "new" ? null : edited} onDone={done} onClose={() => setEdited(null)} />}
		</>
	);
}

function Rows({ rows, onOpen }: { rows: Agency[]; onOpen: ((agency: Agency) => void) | undefined }): VNode {
	const name = (a: Agency) => a.name || a.agency;
	return (
		<Table caption={t("staff.agencies")} rows={rows} rowKey={(a) => a.agency} {...(onOpen ? { onOpen } : {})} columns={[
			{ title: t("staff.name"), cell: (a) => <>{onOpen ? <button type="button" class="plain link" onClick={() => onOpen(a)}>{name(a)}</button> : name(a)} <span class="zone">{a.agency}</span></> },
			{ title: t("staff.state"), cell: (a) => (a.open ? t("staff.open") : <>{t("staff.closed")} <CertificateLink agency={a.agency} /></>) },
			{ title: t("staff.teams"), cell: (a) => a.teams.join(", ") || "–" },
			{ title: t("staff.active"), isNumber: true, cell: (a) => <Go to={`/officers?agency=${encodeURIComponent(a.agency)}`}>{a.officers}</Go> },
			{ title: t("staff.handhelds"), isExtra: true, cell: (a) => <Go to={`/handhelds?agency=${encodeURIComponent(a.agency)}`}>{t("staff.handhelds")}</Go> },
			{ title: t("staff.dates"), cell: (a) => <DateList dates={a.dates} of={AGENCY_DATES} /> },
		]} />
	);
}

function Edit({ agency, onDone, onClose }: { agency: Agency | null; onDone: () => void; onClose: () => void }): VNode {
	const [form, setForm] = useState({ id: agency?.agency ?? "", name: agency?.name ?? "", teams: "" });
	const [dates, setDates] = useState<Dates>(agency?.dates ?? {});
	const [problem, setProblem] = useState<Problem | null>(null);
	const set = (member: string) => (e: Event) => setForm({ ...form, [member]: (e.currentTarget as HTMLInputElement).value });
	const submit = async (e: Event) => {
		e.preventDefault();
		const body: Record<string, unknown> = { dates: changedDates(AGENCY_DATES, agency?.dates ?? {}, dates) };
		if (form.name.trim() !== (agency?.name ?? "")) body.name = form.name.trim();
		if (form.teams.trim() !== "") body.teams = form.teams.split(/[\s,;、,]+/).filter(Boolean).join(",");
		try {
			const told = agency ? await api.post<Changed>(`/agencies/${encodeURIComponent(agency.agency)}`, body) : await api.post<Changed>("/agencies", { ...body, id: form.id.trim() });
			toast(t(told.changed ? "staff.saved" : "staff.same", { id: told.id }));
			onDone();
		} catch (error) {
			setProblem(asProblem(error));
		}
	};
	return (
		<Dialog title={agency ? t("staff.one.agency", { id: agency.agency }) : t("staff.add.agency")} onClose={onClose} isWide>
			<form onSubmit={submit}>
				{agency === null && <Field label={t("staff.id")} hint={t("staff.id.rule")}>
					{(attrs) => <input {...attrs} name="id" required maxLength={24} pattern="[A-Za-z0-9._\-]+" autocapitalize="none" spellcheck={false} value={form.id} onInput={set("id")} />}
				</Field>}
				<Field label={t("staff.name")}>
					{(attrs) => <input {...attrs} name="name" maxLength={60} value={form.name} onInput={set("name")} />}
				</Field>
				{agency && <p>{t("staff.teams")}: {agency.teams.join(", ") || "–"}</p>}
				<Field label={agency ? t("staff.teams.more") : t("staff.teams")} hint={t("staff.teams.rule")}>
					{(attrs) => <input {...attrs} name="teams" value={form.teams} onInput={set("teams")} />}
				</Field>
				<DateFields of={AGENCY_DATES} dates={dates} onChange={setDates} />
				{problem && <Trouble problem={problem} />}
				<button type="submit" class="main">{t(agency ? "staff.save" : "staff.add.go")}</button>
			</form>
			{agency && <CloseAgency agency={agency} onDone={onDone} />}
		</Dialog>
	);
}
