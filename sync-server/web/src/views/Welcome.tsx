// What a one-time link leads to: set a password, and be signed in.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, asProblem, useLoad, type Problem } from "../api";
import { NewPassword } from "../password";
import { Right, may } from "../rights";
import { useSession, type Session } from "../session";
import { Busy, Empty, Go, Trouble, goTo, localText } from "../ui";
import type { Seen } from "../views";
import { t } from "../words";
import "./Login.css";

interface Link {
	id: string;
	name: string;
	role: string;
	expires_ms: number;
}

export function Welcome({ params }: Seen): VNode {
	const token = params.token ?? "";
	const link = useLoad(() => api.post<Link>("/link/look", { token }), [token]);

	if (link.error?.code === "link-spent")
		return <Empty title={t("people.link.spent")}><p>{t("people.link.new")}</p><Go to="/login">{t("people.login")}</Go></Empty>;
	if (link.error) return <Trouble problem={link.error} retry={link.reload} />;
	return link.data ? <SetPassword token={token} link={link.data} /> : <Busy />;
}

function SetPassword({ token, link }: { token: string; link: Link }): VNode {
	const { take } = useSession();
	const [password, setPassword] = useState<string | null>(null);
	const [problem, setProblem] = useState<Problem | null>(null);
	const [busy, setBusy] = useState(false);
	const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

	const submit = async (e: Event) => {
		e.preventDefault();
		if (password === null) return;
		setBusy(true);
		try {
			const session = await api.post<Session>("/link", { token, password });
			take(session);
			// Who signs and reads needs a key next.
			goTo(may(session.who, Right.NOTES) ? "/keys" : "/", true);
		} catch (error) {
			setProblem(asProblem(error));
			setBusy(false);
		}
	};
	return (
		<form class="card sign" onSubmit={submit}>
			<h1>{t("people.welcome", { name: link.name })}</h1>
			<p>{t("people.welcome.what", { id: link.id, role: t(`role.${link.role}`) })}</p>
			<input class="unseen" name="username" autocomplete="username" value={link.id} readOnly tabIndex={-1} aria-hidden="true" />
			<NewPassword onChange={setPassword} />
			{problem && <Trouble problem={problem} />}
			<button class="main" type="submit" disabled={busy || password === null} aria-busy={busy}>{t("people.welcome.go")}</button>
			<p class="hint">{t("people.link.until", { time: `${localText(link.expires_ms, zone)} ${zone}` })}</p>
		</form>
	);
}
