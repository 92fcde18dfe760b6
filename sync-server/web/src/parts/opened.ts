// Details of cases that were opened in this page with the supervisor's key: in memory only,
// gone when the page is left or the key is locked.  Names are searched here and nowhere else.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api";
import { cardText, loadDirectory, openCard, unlock, watchKey, type CardFile, type CardText } from "../keys";

const opened = new Map<string, CardText>();
const watchers = new Set<() => void>();

watchKey((key) => {
	if (key) return;
	opened.clear();
	watchers.forEach((fn) => fn());
});

/** Details by case id; draws again when more are opened. */
export function useOpened(): Map<string, CardText> {
	const [, draw] = useState(0);
	useEffect(() => {
		const fn = () => draw((n) => n + 1);
		watchers.add(fn);
		return () => { watchers.delete(fn); };
	}, []);
	return opened;
}

/** Open the cards of these cases, one after another; `onStep` says how far it is and whether to go on. */
export async function openDetails(cases: string[], onStep: (done: number) => boolean): Promise<void> {
	await unlock();
	const directory = await loadDirectory();
	for (let i = 0; i < cases.length; i++) {
		const id = cases[i]!;
		if (!onStep(i)) break;
		if (!opened.has(id)) {
			const { card } = await api.post<{ card: CardFile }>(`/cases/${encodeURIComponent(id)}/card/open`);
			opened.set(id, cardText(await openCard(id, card, directory)));
		}
	}
	watchers.forEach((fn) => fn());
}

/** Does an opened name or number hold this text? */
export function fits(details: CardText | undefined, text: string): boolean {
	const wanted = text.trim().toLocaleLowerCase();
	if (wanted === "") return true;
	const digits = wanted.replace(/[^0-9]/g, "");
	return !!details && ((details.name ?? "").toLocaleLowerCase().includes(wanted) ||
		(digits.length >= 3 && (details.phones ?? []).some((p) => p.number.replace(/[^0-9]/g, "").includes(digits))));
}
