// Officers: where each belongs, whether he may be sent, and which of his dates is over.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, asProblem, useLoad, type Page, type Problem } from "../api";
import { DateFields, DateList, OFFICER_DATES, changedDates, everyRow, type Agency, type Changed, type Dates, type Officer } from "../parts/staff";
import { ImportStaff } from "../parts/ImportStaff";
import { MoreButton, today, useMore } from "../parts/work";
import { Right, may } from "../rights";
import { useSession } from "../session";
import { Act, Dialog, Empty, Field, Go, Load, Table, Trouble, localText, toast } from "../ui";
import { t } from "../words";
import type { Seen } from "../views";
import "./Handhelds.css";
import "./People.css";
import "./Staff.css";

/** The local date of an instant. */
function dayOf(instant: string): string {
	return localText(Date.parse(instant), Intl.DateTimeFormat().resolvedOptions().timeZone).slice(0, 10);
}

export function Officers({ query }: Seen): VNode {
	const { who } = useSession();
	const [agency, setAgency] = useState(query.get("agency") ?? "");
	const [edited, setEdited] = useState<Officer | "new" | null>(null);
	const [isImporting, setImporting] = useState(false);
	const agencies = useLoad(() => everyRow<Agency>("/agencies"), []);
	const list = useMore((after) => api.get<Page<Officer>>("/staff", { agency, after }), [agency]);
	const keeps = may(who, Right.PEOPLE) || may(who, Right.WORK);
	const isBound = who?.agency !== "";
	const open = (agencies.data ?? []).filter((a) => a.open);
	const done = () => {
		setEdited(null);
		setImporting(false);
		list.reload();
	};
	return (
		<>
			<div class="row page-head">
				<h1>{t("staff.officers")}</h1>
				{keeps && open.length > 0 && <div class="row">
					<button type="button" onClick={() => setImporting(true)}>{t("staff.import")}</button>
					<button type="button" class="main" onClick={() => setEdited("new")}>{t("staff.add")}</button>
				</div>}
			</div>
			<p class="hint">{t("staff.officers.what")}</p>
			{!isBound && <div class="row sieve" role="search" aria-label={t("staff.agency")}>
				<Field label={t("staff.agency")}>
					{(attrs) => (
						<select {...attrs} value={agency} onChange={(e) => setAgency(e.currentTarget.value)}>
							<option value="">{t("fleet.every")}</option>
							{(agencies.data ?? []).map((a) => <option key={a.agency} value={a.agency}>{a.name || a.agency}</option>)}
						</select>
					)}
				</Field>
			</div>}
			<Load of={list} show={() => list.rows.length === 0
				? <Empty title={t("staff.none")}>{isBound && open.length === 0 && <p>{t("staff.none.agency")}</p>}</Empty>
				: <><Rows rows={list.rows} onOpen={keeps ? setEdited : undefined} canRead={may(who, Right.READ)} /><MoreButton of={list} /></>} />
			{!keeps && <p class="hint">{t("staff.reads")}</p>}
			{isImporting && <ImportStaff of="staff" onClose={() => setImporting(false)} onDone={done} />}
			{edited && <Edit officer={edited === "new" ? null : edited} agencies={open} agency={who?.agency || agency || open[0]?.agency || ""} onDone={done} onClose={() => setEdited(null)} />}
		</>
	);
}

function Rows({ rows, onOpen, canRead }: { rows: Officer[]; onOpen: ((officer: Officer) => void) | undefined; canRead: boolean }): VNode {
	const name = (o: Officer) => o.name || o.officer;
	return (
		<Table caption={t("staff.officers")} rows={rows} rowKey={(o) => o.officer} {...(onOpen ? { onOpen } : {})} columns={[
			{ title: t("staff.name"), cell: (o) => <>{onOpen ? <button type="button" class="plain link" onClick={() => onOpen(o)}>{name(o)}</button> : name(o)} <span class="zone">{o.officer}</span></> },
			{ title: t("staff.agency"), cell: (o) => o.agency || "–" },
			{ title: t("staff.team"), isExtra: true, cell: (o) => o.team || "–" },
			{ title: t("staff.badge"), isExtra: true, cell: (o) => o.badge || o.officer },
			{ title: t("staff.state"), cell: (o) => <>{t(`staff.state.${o.state}`)}{o.reason && ` (${t(`staff.reason.${o.reason}`)})`}{o.ends && o.state === "active" && <span class="hint"> {t("staff.until", { date: dayOf(o.ends) })}</span>}{!o.on_roster && <b class="mark-review"> ! {t("staff.offroster")}</b>}</> },
			{ title: t("staff.dates"), cell: (o) => <DateList dates={o.dates} of={OFFICER_DATES} /> },
			...(canRead ? [{ title: t("staff.day"), isExtra: true, cell: (o: Officer) => <Go to={`/officer/${o.officer}`} aria-label={`${t("trail.officer.title")}: ${name(o)}`}>{t("trail.officer.title")}</Go> }] : []),
		]} />
	);
}

interface EditProps {
	officer: Officer | null;
	agencies: Agency[];
	agency: string;
	onDone: () => void;
	onClose: () => void;
}

function Edit({ officer, agencies, agency, onDone, onClose }: EditProps): VNode {
	const { who } = useSession();
	const [form, setForm] = useState({ id: officer?.officer ?? "", name: "", agency: officer?.agency || agency, team: officer?.team ?? "", badge: officer?.badge ?? "" });
	const [dates, setDates] = useState<Dates>(officer?.dates ?? {});
	const [problem, setProblem] = useState<Problem | null>(null);
	const isFresh = officer === null || !officer.in_register;
	const proposes = (may(who, Right.PEOPLE) || may(who, Right.NOTES)) && !officer?.on_roster;
	const submit = async (e: Event) => {
		e.preventDefault();
		const id = form.id.trim();
		const body: Record<string, unknown> = { agency: form.agency, dates: changedDates(OFFICER_DATES, officer?.dates ?? {}, dates) };
		if (form.team !== (officer?.team ?? "")) body.team = form.team.trim();
		if (form.badge !== (officer?.badge ?? "")) body.badge = form.badge.trim();
		try {
			const told = isFresh ? await api.post<Changed>("/staff", { ...body, id }) : await api.post<Changed>(`/staff/${encodeURIComponent(id)}`, body);
			const isProposed = proposes && form.name.trim() !== "";
			if (isProposed) await api.post("/roster/draft", { officer: { id, name: form.name.trim() } });
			toast(t(isProposed ? "staff.drafted" : told.changed ? "staff.saved" : "staff.same", { id }));
			onDone();
		} catch (error) {
			setProblem(asProblem(error));
		}
	};
	return (
		<Dialog title={officer ? t("staff.one.officer", { id: officer.officer }) : t("staff.add")} onClose={onClose} isWide>
			<form onSubmit={submit}>
				<Fields form={form} onChange={setForm} agencies={agencies} isNew={officer === null} proposes={proposes} />
				<DateFields of={OFFICER_DATES} dates={dates} onChange={setDates} />
				{problem && <Trouble problem={problem} />}
				<button type="submit" class="main">{t(isFresh ? "staff.add.go" : "staff.save")}</button>
			</form>
			{officer?.in_register && <Sent officer={officer} onDone={onDone} />}
		</Dialog>
	);
}

interface Form { id: string; name: string; agency: string; team: string; badge: string }

function Fields(props: { form: Form; onChange: (form: Form) => void; agencies: Agency[]; isNew: boolean; proposes: boolean }): VNode {
	const { form, agencies } = props;
	const teams = agencies.find((a) => a.agency === form.agency)?.teams ?? [];
	const set = (member: keyof Form) => (e: Event) => props.onChange({ ...form, [member]: (e.currentTarget as HTMLInputElement).value });
	return (
		<div class="grid tight">
			{props.isNew && <Field label={t("staff.id")} hint={t("staff.id.rule")}>
				{(attrs) => <input {...attrs} name="id" required maxLength={24} pattern="[A-Za-z0-9._\-]+" autocapitalize="none" spellcheck={false} value={form.id} onInput={set("id")} />}
			</Field>}
			{props.proposes && <Field label={t("staff.name")} hint={t("staff.name.rule")}>
				{(attrs) => <input {...attrs} name="name" maxLength={60} value={form.name} onInput={set("name")} />}
			</Field>}
			<Field label={t("staff.agency")}>
				{(attrs) => (
					<select {...attrs} name="agency" value={form.agency} onChange={set("agency")}>
						{agencies.map((a) => <option key={a.agency} value={a.agency}>{a.name ? `${a.name} (${a.agency})` : a.agency}</option>)}
					</select>
				)}
			</Field>
			<Field label={t("staff.team")} hint={t("staff.team.rule")}>
				{(attrs) => <input {...attrs} name="team" list="teams" maxLength={24} value={form.team} onInput={set("team")} />}
			</Field>
			<datalist id="teams">{teams.map((x) => <option key={x} value={x} />)}</datalist>
			<Field label={t("staff.badge")} hint={t("staff.badge.rule")}>
				{(attrs) => <input {...attrs} name="badge" maxLength={40} value={form.badge} onInput={set("badge")} />}
			</Field>
		</div>
	);
}

const REASONS = ["left", "leave", "conduct", "training", "other"];

/** Whether he may be sent: by buttons of their own, away from the form.  Away from the register his
 * handhelds lose their cases at the next sync; what they recorded is still taken. */
function Sent({ officer, onDone }: { officer: Officer; onDone: () => void }): VNode {
	const [reason, setReason] = useState("left");
	const [on, setOn] = useState(officer.ends ? dayOf(officer.ends) : "");
	const isOut = officer.state === "disabled" || officer.state === "ended";
	const bar = async (body: Record<string, unknown>, word: string) => {
		await api.post(`/staff/${encodeURIComponent(officer.officer)}/bar`, body);
		toast(t(word, { id: officer.officer, date: on }));
		onDone();
	};
	return (
		<section class="people-access">
			<h3>{t("staff.sent")}</h3>
			<p class="hint">{t("staff.sent.what")}</p>
			{isOut
				? <Act run={() => bar({ what: "enable" }, "staff.enabled")}>{t("staff.enable")}</Act>
				: <div class="row">
					<Field label={t("work.reason")}>
						{(attrs) => <select {...attrs} value={reason} onChange={(e) => setReason(e.currentTarget.value)}>{REASONS.map((r) => <option key={r} value={r}>{t(`staff.reason.${r}`)}</option>)}</select>}
					</Field>
					<Act kind="danger" run={() => bar({ what: "disable", reason }, "staff.disabled")}>{t("staff.disable")}</Act>
					<Field label={t("staff.ends")}>
						{(attrs) => <input {...attrs} type="date" min={today()} value={on} onInput={(e) => setOn(e.currentTarget.value)} />}
					</Field>
					<Act run={() => bar({ what: "expire", on: on || "none", ends_ms: on ? new Date(`${on}T00:00`).getTime() : null }, on ? "staff.ended" : "staff.endless")}>{t("staff.end")}</Act>
				</div>}
		</section>
	);
}
