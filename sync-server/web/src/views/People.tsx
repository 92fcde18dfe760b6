// The administrator's list of accounts: add, disable, a new link, another role.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, asProblem, useLoad, type Page, type Problem } from "../api";
import { useSession } from "../session";
import { Act, Dialog, Field, Load, Table, Time, Trouble, localText, toast } from "../ui";
import { t } from "../words";
import "./People.css";

interface Person {
	id: string;
	name: string;
	role: Role;
	agency: string;
	officer: string;
	disabled: boolean;
	has_password: boolean;
	login_ms: number | null;
}
interface Link {
	id: string;
	link: string;
	expires_ms: number;
}
const ROLES = ["supervisor", "auditor", "manager", "admin"] as const;
type Role = (typeof ROLES)[number];

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Every page of the list; there are no more accounts than people. */
async function everybody(): Promise<Person[]> {
	const rows: Person[] = [];
	for (let after: string | null = ""; after !== null;) {
		const page: Page<Person> = await api.get<Page<Person>>("/people", { after, limit: 500 });
		rows.push(...page.rows);
		after = page.next;
	}
	return rows;
}

export function People(): VNode {
	const list = useLoad(everybody, []);
	const [edited, setEdited] = useState<Person | "new" | null>(null);
	const [link, setLink] = useState<Link | null>(null);

	const done = (next: Link | null) => {
		setEdited(null);
		setLink(next);
		list.reload();
	};
	return (
		<>
			<div class="row people-head">
				<h1>{t("people.title")}</h1>
				<button type="button" class="main" onClick={() => setEdited("new")}>{t("people.add")}</button>
			</div>
			<Load of={list} show={(rows) => (
				<Table caption={t("people.title")} rows={rows} rowKey={(p) => p.id} onOpen={setEdited} columns={[
					{ title: t("people.name"), cell: (p) => <button type="button" class="plain people-name" onClick={() => setEdited(p)}>{p.name}</button> },
					{ title: t("people.id"), cell: (p) => p.id },
					{ title: t("people.role"), cell: (p) => t(`role.${p.role}`) },
					{ title: t("people.agency"), cell: (p) => p.agency || "–", isExtra: true },
					{ title: t("people.state"), cell: (p) => t(stateOf(p)) },
					{ title: t("people.last"), cell: (p) => <Time ms={p.login_ms} zone={zone} />, isExtra: true },
				]} />
			)} />
			<RoleTable />
			{edited && <Edit person={edited === "new" ? null : edited} onDone={done} onClose={() => setEdited(null)} />}
			{link && <ShowLink link={link} onClose={() => setLink(null)} />}
		</>
	);
}

function stateOf(p: Person): string {
	if (p.disabled) return "people.state.disabled";
	return p.has_password ? "people.state.active" : "people.state.waiting";
}

interface EditProps {
	person: Person | null;
	onDone: (link: Link | null) => void;
	onClose: () => void;
}

function Edit({ person, onDone, onClose }: EditProps): VNode {
	const { who } = useSession();
	const [form, setForm] = useState({
		id: person?.id ?? "", name: person?.name ?? "", role: person?.role ?? "supervisor" as Role,
		agency: person?.agency ?? "", officer: person?.officer ?? "",
	});
	const [problem, setProblem] = useState<Problem | null>(null);
	const set = (member: string) => (e: Event) => setForm({ ...form, [member]: (e.currentTarget as HTMLInputElement).value });

	const save = async (e: Event) => {
		e.preventDefault();
		const body = { ...form, agency: form.role === "manager" ? form.agency.trim() : "", officer: form.officer.trim() };
		try {
			if (person === null) {
				onDone(await api.post<Link>("/people", { ...body, id: form.id.trim() }));
				return;
			}
			const { id, ...rest } = body;
			await api.post(`/people/${encodeURIComponent(id)}`, rest);
			toast(t("people.saved"));
			onDone(null);
		} catch (error) {
			setProblem(asProblem(error));
		}
	};
	return (
		<Dialog title={person === null ? t("people.add") : person.name} onClose={onClose}>
			<form onSubmit={save}>
				{person === null && <Field label={t("people.id")} hint={t("people.id.rule")}>
					{(attrs) => <input {...attrs} name="id" required maxLength={24} pattern="[A-Za-z0-9._\-]+" autocapitalize="none" spellcheck={false} value={form.id} onInput={set("id")} />}
				</Field>}
				<Field label={t("people.name")}>
					{(attrs) => <input {...attrs} name="name" required maxLength={60} value={form.name} onInput={set("name")} />}
				</Field>
				<Field label={t("people.role")} hint={t(`people.may.${form.role}`)}>
					{(attrs) => <select {...attrs} name="role" value={form.role} onChange={set("role")}>
						{ROLES.map((role) => <option key={role} value={role}>{t(`role.${role}`)}</option>)}
					</select>}
				</Field>
				{form.role === "manager" && <Field label={t("people.agency")} hint={t("people.agency.rule")}>
					{(attrs) => <input {...attrs} name="agency" required maxLength={24} pattern="[A-Za-z0-9._\-]+" value={form.agency} onInput={set("agency")} />}
				</Field>}
				<Field label={t("people.officer")} hint={t("people.officer.rule")}>
					{(attrs) => <input {...attrs} name="officer" maxLength={24} pattern="[A-Za-z0-9._\-]*" value={form.officer} onInput={set("officer")} />}
				</Field>
				{problem && <Trouble problem={problem} />}
				<button type="submit" class="main">{person === null ? t("people.add.go") : t("people.save")}</button>
			</form>
			{person && <Access person={person} isMe={person.id === who?.id} onDone={onDone} />}
		</Dialog>
	);
}

/** A new link, and the end of access: by buttons of their own, away from the form. */
function Access({ person, isMe, onDone }: { person: Person; isMe: boolean; onDone: (link: Link | null) => void }): VNode {
	const at = `/people/${encodeURIComponent(person.id)}`;
	const renew = async () => onDone(await api.post<Link>(`${at}/link`));
	const turn = async () => {
		await api.post(at, { disabled: !person.disabled });
		toast(t(person.disabled ? "people.enabled" : "people.disabled", { name: person.name }));
		onDone(null);
	};
	return (
		<section class="people-access">
			<h3>{t("people.access")}</h3>
			<p class="hint">{t("people.access.what")}</p>
			<div class="row">
				<Act run={renew} disabled={person.disabled}>{t("people.link.make")}</Act>
				<Act kind={person.disabled ? "plain" : "danger"} run={turn} disabled={isMe}>
					{t(person.disabled ? "people.enable" : "people.disable")}
				</Act>
			</div>
		</section>
	);
}

/** The link, once: the server keeps its hash only. */
function ShowLink({ link, onClose }: { link: Link; onClose: () => void }): VNode {
	const url = location.origin + link.link;
	const copy = async () => {
		await navigator.clipboard.writeText(url);
		toast(t("people.link.copied"));
	};
	return (
		<Dialog title={t("people.link.title", { id: link.id })} onClose={onClose}>
			<p>{t("people.link.once", { time: `${localText(link.expires_ms, zone)} ${zone}` })}</p>
			<p><textarea class="people-link" readOnly aria-label={t("people.link.title", { id: link.id })} value={url} onFocus={(e) => e.currentTarget.select()} /></p>
			<Act kind="main" run={copy}>{t("people.link.copy")}</Act>
		</Dialog>
	);
}

function RoleTable(): VNode {
	return (
		<details class="card people-roles">
			<summary>{t("people.roles")}</summary>
			<dl>{ROLES.map((role) => <><dt>{t(`role.${role}`)}</dt><dd>{t(`people.may.${role}`)}</dd></>)}</dl>
		</details>
	);
}
