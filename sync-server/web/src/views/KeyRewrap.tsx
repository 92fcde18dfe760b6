// Let somebody else read what one can read oneself: a deputy, or a supervisor whose key is new.
import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { keyProblem, unlock } from "../keys";
import { rewrapOne, rewrappable } from "../keys/rewrap";
import { Act, Field, Progress } from "../ui";
import { t } from "../words";
import { useHeldKey, type Rosters } from "./Keys";

export function Rewrap({ rosters }: { rosters: Rosters }): VNode {
	const key = useHeldKey();
	const others = rosters.inForce!.roster.supervisors.filter((s) => s.id !== key?.id);
	const [to, setTo] = useState("");
	const [state, setState] = useState<{ done: number; of: number; failed: number; problem: string } | null>(null);
	const isStopped = useRef(false);
	const run = async () => {
		const reader = others.find((s) => s.id === to);
		if (!reader) return;
		isStopped.current = false;
		const own = await unlock();
		const rows = await rewrappable(own, reader.boxPk);
		const now = { done: 0, of: rows.length, failed: 0, problem: "" };
		setState({ ...now });
		for (const row of rows) {
			if (isStopped.current) break;
			try {
				await rewrapOne(row, reader.boxPk, own);
			} catch (error) {
				now.failed++;
				now.problem = keyProblem(error);
			}
			now.done++;
			setState({ ...now });
		}
	};
	return (
		<section class="card" aria-labelledby="rewrap">
			<h2 id="rewrap">{t("notes.rewrap")}</h2>
			<p>{t("notes.rewrap.what")}</p>
			<div class="row">
				<Field label={t("notes.rewrap.to")}>
					{(attrs) => (
						<select {...attrs} value={to} onChange={(e) => setTo(e.currentTarget.value)}>
							<option value="">–</option>
							{others.map((s) => <option key={s.id} value={s.id}>{s.id} ({s.teams.join(", ")})</option>)}
						</select>
					)}
				</Field>
				<Act kind="main" run={run} disabled={to === ""}>{t("notes.rewrap.go")}</Act>
				{state && state.done < state.of && <button type="button" onClick={() => { isStopped.current = true; }}>{t("notes.rewrap.stop")}</button>}
			</div>
			{state && <Progress done={state.done} of={state.of} text={t("notes.rewrap.done")} />}
			{state && state.failed > 0 && <p class="refused" role="alert">{t("notes.rewrap.failed", { n: state.failed, why: state.problem })}</p>}
			{state && state.of === 0 && <p>{t("notes.rewrap.nothing")}</p>}
		</section>
	);
}
