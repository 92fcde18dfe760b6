// One's own account: the password, and where one is signed in.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad, type Page } from "../api";
import { NewPassword } from "../password";
import { useSession, type Session } from "../session";
import { Act, Field, Load, Table, Time, toast } from "../ui";
import { t } from "../words";

interface Row {
	ref: string;
	client: string;
	began_ms: number;
	used_ms: number;
	is_this: boolean;
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function Me(): VNode {
	const { who } = useSession();
	return (
		<>
			<h1>{t("people.me")}</h1>
			<p>{t("people.me.who", { name: who?.name ?? "", id: who?.id ?? "", role: t(`role.${who?.role}`) })}
				{who?.agency ? ` ${t("people.me.agency", { agency: who.agency })}` : ""}</p>
			<div class="grid">
				<ChangePassword />
				<Sessions />
			</div>
		</>
	);
}

function ChangePassword(): VNode {
	const { who, take } = useSession();
	const [old, setOld] = useState("");
	const [password, setPassword] = useState<string | null>(null);
	const [turn, setTurn] = useState(0);

	const change = async () => {
		take(await api.post<Session>("/password", { old, password }));
		setOld("");
		setPassword(null);
		setTurn(turn + 1);
		toast(t("people.password.changed"));
	};
	return (
		<section class="card">
			<h2>{t("people.password.change")}</h2>
			<form onSubmit={(e) => e.preventDefault()}>
				<input class="unseen" name="username" autocomplete="username" value={who?.id ?? ""} readOnly tabIndex={-1} aria-hidden="true" />
				<Field label={t("people.password.old")}>
					{(attrs) => <input {...attrs} type="password" name="old-password" autocomplete="current-password" value={old}
						onInput={(e) => setOld(e.currentTarget.value)} />}
				</Field>
				<NewPassword key={turn} onChange={setPassword} />
				<Act kind="main" run={change} disabled={old === "" || password === null}>{t("people.password.change")}</Act>
				<p class="hint">{t("people.password.ends")}</p>
			</form>
		</section>
	);
}

function Sessions(): VNode {
	const list = useLoad(() => api.get<Page<Row>>("/sessions"), []);
	const end = async () => {
		const { ended } = await api.del<{ ended: number }>("/sessions");
		toast(t("people.sessions.ended", { n: ended }));
		list.reload();
	};
	return (
		<section class="card">
			<h2>{t("people.sessions")}</h2>
			<Load of={list} show={(data) => (
				<>
					<Table caption={t("people.sessions")} rows={data.rows} rowKey={(r) => r.ref} columns={[
						{ title: t("people.session.from"), cell: (r) => <>{r.client}{r.is_this && <> <b>{t("people.session.this")}</b></>}</> },
						{ title: t("people.session.began"), cell: (r) => <Time ms={r.began_ms} zone={zone} /> },
						{ title: t("people.session.used"), cell: (r) => <Time ms={r.used_ms} zone={zone} /> },
					]} />
					<p />
					<Act kind="danger" run={end} disabled={data.rows.length < 2}>{t("people.sessions.end")}</Act>
				</>
			)} />
		</section>
	);
}
