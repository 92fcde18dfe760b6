// The dialogs of orders about a handheld: who has it, what happens, then the supervisor's key.
// An order that is signed cannot be taken back.
import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad } from "../api";
import { approve, loadFleet, revoke, shortDev, wipe, type Handheld } from "../fleet";
import type { Reason } from "../keys/order";
import { keyProblem } from "../keys";
import { Dialog, Field, Load, Time, toast } from "../ui";
import { t } from "../words";
import { goTo } from "../ui";
import { nameOf } from "./Handheld";

interface Props {
	d: Handheld;
	onClose: () => void;
	onDone: () => void;
}

/** The frame of an order: whom it is about, what it does, its fields, and the button that signs. */
function Order(props: Props & {
	title: string; what: string; go: string; isDanger?: boolean; isReady?: boolean;
	run: () => Promise<void>; children?: ComponentChildren; told: string;
}): VNode {
	const [problem, setProblem] = useState("");
	const [isBusy, setBusy] = useState(false);
	const submit = async (e: Event) => {
		e.preventDefault();
		if (isBusy) return;
		setBusy(true);
		setProblem("");
		try {
			await props.run();
			toast(props.told);
			props.onDone();
		} catch (error) {
			setProblem(keyProblem(error));
			setBusy(false);
		}
	};
	return (
		<Dialog title={props.title} onClose={props.onClose}>
			<form onSubmit={submit}>
				<p class="names">{t("fleet.about", { dev: shortDev(props.d.dev), name: nameOf(props.d), agency: props.d.agency })}</p>
				<p>{props.what}</p>
				{props.children}
				{problem && <p class="refused" role="alert">{problem}</p>}
				<p class="hint">{t("fleet.signed")}</p>
				<div class="row">
					<button type="submit" class={props.isDanger ? "danger" : "main"} disabled={isBusy || props.isReady === false} aria-busy={isBusy}>{props.go}</button>
					<button type="button" class="plain" onClick={props.onClose}>{t("shell.cancel")}</button>
				</div>
			</form>
		</Dialog>
	);
}

export function ApproveDialog(props: Props): VNode {
	const [digits, setDigits] = useState("");
	const name = nameOf(props.d);
	const run = async () => approve(await loadFleet(), props.d.dev, digits);
	return (
		<Order {...props} title={t("fleet.approve")} what={t("fleet.approve.effect")} go={t("fleet.approve.go")} run={run}
			isReady={digits.replace(/\D/g, "").length === 40} told={t("fleet.approve.done", { name })}>
			<Field label={t("fleet.digits")} hint={t("fleet.digits.hint")}>
				{(attrs) => <input {...attrs} class="digits" size={47} inputMode="numeric" autocomplete="off" spellcheck={false} value={digits} onInput={(e) => setDigits(e.currentTarget.value)} />}
			</Field>
		</Order>
	);
}

export function WipeDialog(props: Props): VNode {
	const run = async () => wipe(await loadFleet(), props.d.dev);
	return <Order {...props} title={t("fleet.wipe")} what={t("fleet.wipe.effect")} go={t("fleet.wipe.go")} isDanger run={run} told={t("fleet.wipe.done", { name: nameOf(props.d) })} />;
}

type How = "lost" | "retire" | "replace";
const REASON: Record<How, Reason> = { lost: "lost", retire: "retired", replace: "replaced" };

/** Local date and time as an input takes it. */
function inputTime(ms: number): string {
	const at = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
	return at.toISOString().slice(0, 16);
}

/** The newest seal that had arrived by a time, by the server's clock. */
interface Sealed { size: number; received_ms: number | null }

/** Lost: what was sealed and had arrived by then is believed.  In good hands: all that it had when it
 * was last heard of, the part too that is still on it. */
export function RevokeDialog(props: Props & { how: How }): VNode {
	const { d, how } = props;
	const [until, setUntil] = useState(inputTime(Date.now()));
	const [isStolen, setStolen] = useState(false);
	const [withWipe, setWipe] = useState(how === "lost");
	const [isSure, setSure] = useState(false);
	const ms = Date.parse(until);
	const sealed = useLoad(() => api.get<Sealed>(`/devices/${d.dev}/received`, { until: Number.isFinite(ms) ? ms : null }), [until]);
	const size = how === "lost" ? sealed.data?.size : d.records + d.outstanding;
	const waits = d.outstanding + d.apart > 0 || d.last_sync_ms === null;
	const run = async () => {
		await revoke(await loadFleet(), d.dev, isStolen ? "stolen" : REASON[how], size ?? 0, withWipe);
		if (how === "replace") goTo(`/invite?officer=${encodeURIComponent(d.officer)}&team=${encodeURIComponent(d.team)}`);
	};
	return (
		<Order {...props} title={t(`fleet.${how}`)} what={t(`fleet.${how}.effect`)} go={t(`fleet.${how}.go`)} isDanger={how === "lost"} run={run}
			isReady={size !== undefined && !sealed.loading && (how !== "retire" || !waits || isSure)} told={t(`fleet.${how}.done`, { name: nameOf(d) })}>
			{how === "lost" && (
				<>
					<Field label={t("fleet.until")} hint={t("fleet.until.hint")}>
						{(attrs) => <input {...attrs} type="datetime-local" required max={inputTime(Date.now())} value={until} onInput={(e) => setUntil(e.currentTarget.value)} />}
					</Field>
					<Check value={isStolen} onChange={setStolen} text={t("fleet.stolen")} />
				</>
			)}
			<Check value={withWipe} onChange={setWipe} text={t("fleet.withwipe")} />
			<Load of={sealed} show={() => <Fate d={d} size={size ?? 0} />} />
			{how === "retire" && waits && <Check value={isSure} onChange={setSure} text={t("fleet.retire.sure")} />}
		</Order>
	);
}

function Check(props: { value: boolean; onChange: (value: boolean) => void; text: string }): VNode {
	return <p><label><input type="checkbox" checked={props.value} onChange={(e) => props.onChange(e.currentTarget.checked)} /> {props.text}</label></p>;
}

/** What the order believes, and what is known to be still on the handheld. */
function Fate({ d, size }: { d: Handheld; size: number }): VNode {
	return (
		<p class="names">
			{t("fleet.size", { n: size, of: d.records })} {d.last_sync_ms === null
				? t("fleet.size.never")
				: <>{d.outstanding + d.apart > 0 && `${t("fleet.size.waiting", { n: d.outstanding, parts: d.apart })} `}{t("fleet.heard")}: <Time ms={d.last_sync_ms} zone={d.zone} /></>}
		</p>
	);
}
