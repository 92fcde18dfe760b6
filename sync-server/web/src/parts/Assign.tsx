// Many cases to other officers: each card is opened and sealed anew here, with the supervisor's
// key; then all are assigned at once, or none.
import type { VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { api } from "../api";
import { keyProblem, loadDirectory, resealCard, unlock, type CardFile } from "../keys";
import { Act, Dialog, Field, Load, Progress } from "../ui";
import { t } from "../words";
import { done, useOfficers, type CaseRow, type Officer } from "./work";

type State = "choose" | "sealing" | "stopped";

/** Cards that were sealed so far: a run that was stopped goes on where it was. */
function useSealing(cases: CaseRow[], officers: string[]) {
	const cards = useRef(new Map<string, CardFile>());
	const wanted = useRef(true);
	const [at, setAt] = useState(0);
	const withCard = cases.filter((c) => c.card_version !== null);

	const seal = async (): Promise<boolean> => {
		wanted.current = true;
		if (withCard.length === 0) return true;
		await unlock();
		const directory = await loadDirectory();
		for (const c of withCard) {
			if (!wanted.current) return false;
			if (!cards.current.has(c.case)) cards.current.set(c.case, await resealCard(c.case, officers, directory));
			setAt(cards.current.size);
		}
		return true;
	};
	return {
		seal, at, of: withCard.length, cards: cards.current,
		stop: () => { wanted.current = false; },
		forget: () => { cards.current.clear(); setAt(0); },
	};
}

export function AssignDialog(props: { cases: CaseRow[]; onClose: () => void; onDone: () => void }): VNode {
	const list = useOfficers();
	const [officers, setOfficers] = useState<string[]>([]);
	const [state, setState] = useState<State>("choose");
	const [problem, setProblem] = useState<string | null>(null);
	const sealing = useSealing(props.cases, officers);

	const run = async () => {
		setState("sealing");
		setProblem(null);
		try {
			if (!(await sealing.seal())) { setState("stopped"); return; }
			await api.post("/cases/assign", {
				cases: props.cases.map((c) => ({ case: c.case, officers, card: sealing.cards.get(c.case) ?? null })),
			});
			done("work.assign.done", { n: props.cases.length });
			props.onDone();
			props.onClose();
		} catch (error) {
			setState("stopped");
			setProblem(keyProblem(error));
		}
	};
	const pick = (id: string, on: boolean) => {
		sealing.forget();
		setOfficers(on ? [...officers, id] : officers.filter((x) => x !== id));
	};
	return (
		<Dialog title={t("work.assign.title", { n: props.cases.length })} onClose={() => { sealing.stop(); props.onClose(); }}>
			<p>{t("work.assign.hint")}</p>
			<Load of={list} show={(page) => <Officers of={page.rows} chosen={officers} isOff={state === "sealing"} onPick={pick} />} />
			{state !== "choose" && <Progress done={sealing.at} of={sealing.of} text={t("work.assign.sealing")} />}
			{problem && <p class="trouble" role="alert">{problem}</p>}
			<div class="row">
				{state === "sealing"
					? <button type="button" onClick={sealing.stop}>{t("work.assign.stop")}</button>
					: <Act run={run} kind="main" disabled={officers.length === 0}>{t(state === "stopped" ? "work.assign.resume" : "work.assign.go")}</Act>}
			</div>
			<p class="hint">{t("work.assign.all")}</p>
		</Dialog>
	);
}

function Officers(props: { of: Officer[]; chosen: string[]; isOff: boolean; onPick: (id: string, on: boolean) => void }): VNode {
	const [text, setText] = useState("");
	const wanted = text.trim().toLocaleLowerCase();
	const shown = props.of.filter((o) => wanted === "" || o.id.toLocaleLowerCase().includes(wanted) || o.name.toLocaleLowerCase().includes(wanted));
	return (
		<fieldset class="officers" disabled={props.isOff}>
			<legend>{t("work.officers")}</legend>
			{props.of.length > 8 && <Field label={t("work.officers.find")}>{(attrs) => <input {...attrs} value={text} onInput={(e) => setText(e.currentTarget.value)} />}</Field>}
			{shown.map((o) => (
				<label key={o.id} class="tick">
					<input type="checkbox" checked={props.chosen.includes(o.id)} onChange={(e) => props.onPick(o.id, e.currentTarget.checked)} />
					{" "}{o.name} <span class="zone">{o.id}</span>
					{o.handhelds === 0 && <span class="hint"> {t("work.officers.none")}</span>}
				</label>
			))}
		</fieldset>
	);
}
