// Since I last looked: what is new and what waits, each count a link to what it counts.
import type { VNode } from "preact";
import { api, useLoad } from "../api";
import { Act, Go, Load, localText } from "../ui";
import { t } from "../words";
import "./Queue.css";

interface Count {
	what: string;
	count: number;
	more: boolean;
	link: string;
}
interface Since {
	looked_ms: number | null;
	counts: Count[];
	waiting: number;
}

export function Home(): VNode {
	const since = useLoad(() => api.get<Since>("/since"), []);
	const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;

	return (
		<>
			<h1>{t("queue.home.title")}</h1>
			<Load of={since} show={(data) => (
				<>
					<p>{data.looked_ms === null ? t("queue.never") : t("queue.looked", { at: `${localText(data.looked_ms, mine)} (${mine})` })}</p>
					<ul class="counts">
						{data.counts.map((c) => (
							<li key={c.what} class={c.count > 0 ? `some of-${c.what}` : ""}>
								<Go to={c.link}><b>{c.count}{c.more ? "+" : ""}</b> <span>{t(`queue.count.${c.what}`)}</span></Go>
							</li>
						))}
					</ul>
					{data.waiting > 0 && <p class="hint" role="status">{t("queue.waiting", { n: data.waiting })}</p>}
					<p><Act run={async () => { await api.post("/looked"); since.reload(); }}>{t("queue.look")}</Act></p>
					<p class="hint">{t("queue.home.hint")}</p>
				</>
			)} />
		</>
	);
}
