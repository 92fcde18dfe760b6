// Sign in with an id and a password.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, asProblem, type Problem } from "../api";
import { useSession, type Session } from "../session";
import { Field, Trouble, goTo } from "../ui";
import type { Seen } from "../views";
import { t } from "../words";
import "./Login.css";

/** A page of the desk that somebody asked for before he was signed in; never an address elsewhere. */
export function safeNext(next: string | null): string {
	return next !== null && /^\/(?!\/|login|welcome)/.test(next) ? next : "/";
}

export function Login({ query }: Seen): VNode {
	const { take } = useSession();
	const [id, setId] = useState("");
	const [password, setPassword] = useState("");
	const [problem, setProblem] = useState<Problem | null>(null);
	const [busy, setBusy] = useState(false);

	const submit = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setProblem(null);
		try {
			take(await api.post<Session>("/session", { id: id.trim(), password }));
			goTo(safeNext(query.get("next")), true);
		} catch (error) {
			setProblem(asProblem(error));
			setPassword("");
		} finally {
			setBusy(false);
		}
	};
	return (
		<form class="card sign" onSubmit={submit}>
			<h1>{t("people.login")}</h1>
			<Field label={t("people.id")} hint={t("people.id.hint")}>
				{(attrs) => <input {...attrs} name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required
					value={id} onInput={(e) => setId(e.currentTarget.value)} />}
			</Field>
			<Field label={t("people.password")}>
				{(attrs) => <input {...attrs} type="password" name="password" autocomplete="current-password" required
					value={password} onInput={(e) => setPassword(e.currentTarget.value)} />}
			</Field>
			{problem && <Trouble problem={problem} />}
			<button class="main" type="submit" disabled={busy} aria-busy={busy}>{t("people.login")}</button>
			<p class="hint">{t("people.forgotten")}</p>
		</form>
	);
}
