// Tickets: made and signed in this page, one a handheld; a sheet to print, each with its code, and
// the files.  The secret of a ticket goes nowhere else but to the server that will ask for it.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { useLoad } from "../api";
import { invite, loadFleet, qrPath, type Invited, type Ticket } from "../fleet";
import { keyProblem } from "../keys";
import type { Directory } from "../keys/directory";
import { tarOf } from "../keys/order";
import { save } from "../keys/save";
import { everyRow, type Officer } from "../parts/staff";
import { Empty, Field, Go, Load, Progress, Table, localText } from "../ui";
import { t } from "../words";
import type { Seen } from "../views";
import "./Handhelds.css";

interface Row { id: string; name: string; agency: string; team: string; handhelds: number }

const HOURS = [24, 48, 72, 168, 720];
const TICKETS_MAX = 200;
const BARRED = ["disabled", "ended", "agency closed"];

async function load(): Promise<{ directory: Directory; rows: Row[]; teams: string[]; agencies: string[] }> {
	const [directory, staff] = await Promise.all([loadFleet(), everyRow<Officer>("/staff")]);
	const { roster } = directory.rosters[directory.rosters.length - 1]!;
	const teams = [...new Set(roster.supervisors.flatMap((s) => s.teams))].sort();
	const rows = roster.officers.flatMap((o) => {
		const own = staff.find((s) => s.officer === o.id);
		const handhelds = directory.devices.filter((d) => d.officer === o.id && !d.isRevoked);
		const team = own?.team || handhelds[0]?.team || teams[0] || "";
		if (own && BARRED.includes(own.state)) return [];
		return [{ id: o.id, name: o.name, agency: own?.agency || roster.agency, team: teams.includes(team) ? team : teams[0] ?? "", handhelds: handhelds.length }];
	});
	return { directory, rows, teams, agencies: [...new Set(rows.map((r) => r.agency))].sort() };
}

export function Invite({ query }: Seen): VNode {
	const data = useLoad(load, []);
	const [tickets, setTickets] = useState<Ticket[] | null>(null);
	if (tickets) return <Sheet tickets={tickets} names={Object.fromEntries((data.data?.rows ?? []).map((r) => [r.id, r.name]))} onDone={() => { setTickets(null); data.reload(); }} />;
	return (
		<>
			<p><Go to="/handhelds">← {t("fleet.title")}</Go></p>
			<h1>{t("fleet.invite")}</h1>
			<p>{t("fleet.invite.what")}</p>
			<Load of={data} show={({ directory, rows, teams, agencies }) => rows.length === 0
				? <Empty title={t("fleet.invite.nobody")}><p>{t("fleet.invite.nobody.what")}</p></Empty>
				: <Choose directory={directory} rows={rows} teams={teams} agencies={agencies} officer={query.get("officer") ?? ""} team={query.get("team") ?? ""} onMade={setTickets} />} />
		</>
	);
}

interface Choice { count: number; team: string }

function Choose(props: { directory: Directory; rows: Row[]; teams: string[]; agencies: string[]; officer: string; team: string; onMade: (tickets: Ticket[]) => void }): VNode {
	const { directory, rows, teams } = props;
	const [agency, setAgency] = useState("");
	const [hours, setHours] = useState(48);
	const [chosen, setChosen] = useState<Record<string, Choice>>(() => props.officer ? { [props.officer]: { count: 1, team: props.team } } : {});
	const [step, setStep] = useState<number | null>(null);
	const [problem, setProblem] = useState("");
	const shown = rows.filter((r) => agency === "" || r.agency === agency);
	const of = (r: Row): Choice => ({ count: chosen[r.id]?.count ?? 0, team: chosen[r.id]?.team || r.team });
	const set = (r: Row, choice: Partial<Choice>) => setChosen({ ...chosen, [r.id]: { ...of(r), ...choice } });
	const wanted: Invited[] = rows.flatMap((r) => Array.from({ length: of(r).count }, () => ({ officer: r.id, team: of(r).team })));
	const fill = () => setChosen({ ...chosen, ...Object.fromEntries(shown.filter((r) => r.handhelds === 0).map((r) => [r.id, { ...of(r), count: 1 }])) });
	const make = async () => {
		setProblem("");
		setStep(0);
		try {
			props.onMade(await invite(directory, wanted, hours, setStep));
		} catch (error) {
			setProblem(keyProblem(error));
		} finally {
			setStep(null);
		}
	};
	return (
		<>
			<div class="row sieve">
				<Field label={t("fleet.agency")}>
					{(attrs) => <select {...attrs} value={agency} onChange={(e) => setAgency(e.currentTarget.value)}>
						<option value="">{t("fleet.every")}</option>
						{props.agencies.map((a) => <option key={a} value={a}>{a}</option>)}
					</select>}
				</Field>
				<Field label={t("fleet.hours")}>
					{(attrs) => <select {...attrs} value={hours} onChange={(e) => setHours(Number(e.currentTarget.value))}>
						{HOURS.map((h) => <option key={h} value={h}>{t("fleet.hours.n", { n: h })}</option>)}
					</select>}
				</Field>
				<button type="button" onClick={fill}>{t("fleet.invite.fill")}</button>
			</div>
			<Wanted rows={shown} teams={teams} of={of} onChange={set} />
			{problem && <p class="refused" role="alert">{problem}</p>}
			{step !== null && <Progress done={step} of={wanted.length} text={t("fleet.bench.signing")} />}
			<p class="hint">{t("fleet.invite.secret")}</p>
			<button type="button" class="main" disabled={wanted.length === 0 || wanted.length > TICKETS_MAX || step !== null} onClick={() => void make()}>{t("fleet.invite.go", { n: wanted.length })}</button>
		</>
	);
}

/** A line an officer: his team, and how many tickets. */
function Wanted({ rows, teams, of, onChange: set }: { rows: Row[]; teams: string[]; of: (r: Row) => Choice; onChange: (r: Row, choice: Partial<Choice>) => void }): VNode {
	return (
		<Table caption={t("fleet.invite")} rows={rows} rowKey={(r) => r.id} columns={[
			{ title: t("fleet.officer"), cell: (r) => <>{r.name} <span class="zone">{r.id}</span></> },
			{ title: t("fleet.agency"), isExtra: true, cell: (r) => r.agency },
			{ title: t("fleet.has"), isNumber: true, cell: (r) => r.handhelds },
			{ title: t("fleet.team"), cell: (r) => <select aria-label={t("fleet.team.of", { name: r.name })} value={of(r).team} onChange={(e) => set(r, { team: e.currentTarget.value })}>{teams.map((x) => <option key={x} value={x}>{x}</option>)}</select> },
			{ title: t("fleet.tickets"), cell: (r) => <input type="number" min={0} max={9} aria-label={t("fleet.tickets.of", { name: r.name })} value={of(r).count} onInput={(e) => set(r, { count: Math.max(0, Math.min(9, Number(e.currentTarget.value) || 0)) })} /> },
		]} />
	);
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function Sheet({ tickets, names, onDone }: { tickets: Ticket[]; names: Record<string, string>; onDone: () => void }): VNode {
	const saveAll = () => {
		if (tickets.length === 1) return save(tickets[0]!.name, "text/plain", tickets[0]!.file);
		save("tickets.tar", "application/x-tar", tarOf(tickets.map(({ name, file }) => ({ name, text: file }))) as Uint8Array<ArrayBuffer>);
	};
	return (
		<>
			<div class="row page-head">
				<h1>{t("fleet.sheet", { n: tickets.length })}</h1>
				<div class="row">
					<button type="button" onClick={saveAll}>{t(tickets.length === 1 ? "fleet.sheet.file" : "fleet.sheet.files")}</button>
					<button type="button" class="main" onClick={() => print()}>{t("fleet.sheet.print")}</button>
					<button type="button" onClick={onDone}>{t("fleet.sheet.end")}</button>
				</div>
			</div>
			<p class="limits no-print">{t("fleet.sheet.once")}</p>
			<div class="sheet">{tickets.map((ticket) => <Slip key={ticket.name} ticket={ticket} name={names[ticket.officer] ?? ticket.officer} />)}</div>
		</>
	);
}

function Slip({ ticket, name }: { ticket: Ticket; name: string }): VNode {
	const code = ticket.qr === null ? null : qrPath(ticket.qr);
	return (
		<section class="slip">
			{code
				? <svg viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label={t("fleet.sheet.code", { officer: ticket.officer })} shape-rendering="crispEdges"><path d={code.d} stroke="#000" /></svg>
				: <p>{t("fleet.sheet.long")}</p>}
			<p><strong>{name}</strong></p>
			<p>{ticket.officer} · {ticket.team}</p>
			<p>{t("fleet.sheet.until")} <time>{localText(Date.parse(ticket.expires), zone)} {zone}</time></p>
			<p class="hint">{t("fleet.sheet.how")}</p>
		</section>
	);
}
