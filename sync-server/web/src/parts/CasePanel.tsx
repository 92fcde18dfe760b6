// What the desk does about one case: a part of the case's page.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, useLoad } from "../api";
import { keyProblem } from "../keys";
import { may, Right } from "../rights";
import { useSession } from "../session";
import { Act, Dialog, Field, Go, Load, Table, Time, toast } from "../ui";
import { t } from "../words";
import { CloseDialog, Plans } from "../views/Plan";
import { AssignDialog } from "./Assign";
import { openDetails, useOpened } from "./opened";
import { Choice, CLOSE_REASONS, done, HOLD_KINDS, HOLD_REASONS, LIFT_REASONS, liveHolds, ReasonDialog, type CaseRow, type Hold, type Plan } from "./work";

type Open = "assign" | "hold" | "close" | null;

export function CasePanel({ id }: { id: string }): VNode {
	const load = useLoad(() => api.get<CaseRow>(`/cases/${encodeURIComponent(id)}`), [id]);
	return <Load of={load} show={(c) => <Panel row={c} reload={load.reload} />} />;
}

function Panel({ row, reload }: { row: CaseRow; reload: () => void }): VNode {
	const { who } = useSession();
	const [open, setOpen] = useState<Open>(null);
	const [lifting, setLifting] = useState<Hold | null>(null);
	const [closing, setClosing] = useState<Plan | null>(null);
	const works = may(who, Right.WORK) && !row.closed;
	const zone = row.zones[0] ?? "UTC";
	const close = async (reason: string) => {
		await api.post(`/cases/${encodeURIComponent(row.case)}/close`, { reason });
		done("work.close.done");
		reload();
	};
	const lift = async (reason: string) => {
		await api.post(`/holds/${lifting!.id}/lift`, { reason });
		done("work.hold.lifted");
		reload();
	};
	return (
		<>
			<p>
				{t("work.assigned")}: <strong>{row.assigned.join(", ") || "–"}</strong>
				{" · "}{t("work.asof")}: {row.as_of ?? "–"}
				{" · "}{t(row.has_place ? "work.place.known" : "work.place.unknown")}
				{" · "}{t("work.card")}: {row.card_version === null ? t("work.card.none") : <Time ms={row.card_version} zone={zone} />}
				{row.closed && <> · <strong>{t("work.state.closed")}{row.reason && ` (${t(`work.close.${row.reason}`)})`}</strong></>}
			</p>
			{may(who, Right.NOTES) && row.card_version !== null && <Card id={row.case} />}
			{works && <div class="row bulk">
				<button type="button" onClick={() => setOpen("assign")}>{t("work.reassign")}</button>
				<Go to={`/plan?case=${encodeURIComponent(row.case)}`} class="button">{t("work.plan.new")}</Go>
				<button type="button" onClick={() => setOpen("hold")}>{t("work.hold.add")}</button>
				<button type="button" class="danger" onClick={() => setOpen("close")}>{t("work.close")}</button>
			</div>}
			<h3>{t("work.holds")}</h3>
			{row.holds.length === 0 ? <p class="hint">{t("work.hold.none")}</p> : <Holds rows={row.holds} zone={zone} onLift={works ? setLifting : null} />}
			<h3>{t("work.plan")}</h3>
			{(row.plans ?? []).length === 0 ? <p class="hint">{t("work.plan.none")}</p> : <Plans rows={row.plans!} onClose={works ? setClosing : null} />}
			{open === "assign" && <AssignDialog cases={[row]} onClose={() => setOpen(null)} onDone={reload} />}
			{open === "hold" && <NewHold id={row.case} onClose={() => setOpen(null)} onDone={reload} />}
			{open === "close" && <ReasonDialog title={t("work.close")} text={t("work.close.hint")} reasons={CLOSE_REASONS} words="work.close" act={t("work.close")} isDanger onClose={() => setOpen(null)} run={close} />}
			{lifting && <ReasonDialog title={t("work.hold.lift")} text={t("work.hold.lift.hint")} reasons={LIFT_REASONS} words="work.lift" act={t("work.hold.lift")} onClose={() => setLifting(null)} run={lift} />}
			{closing && <CloseDialog plan={closing} onClose={() => setClosing(null)} onDone={reload} />}
		</>
	);
}

/** Name, number and address, opened here with the key. */
function Card({ id }: { id: string }): VNode {
	const details = useOpened().get(id);
	const open = async () => {
		try {
			await openDetails([id], () => true);
		} catch (error) {
			toast(keyProblem(error), { isBad: true });
		}
	};
	if (!details) return <p><Act run={open}>{t("work.details.one")}</Act></p>;
	return (
		<dl class="card details">
			{details.name && <><dt>{t("work.details.name")}</dt><dd>{details.name}</dd></>}
			{details.phones?.map((p) => <><dt>{t("work.details.phone", { label: p.label })}</dt><dd>{p.number}</dd></>)}
			{details.address && <><dt>{t("work.details.address")}</dt><dd>{details.address}</dd></>}
			{details.amount && <><dt>{t("work.details.amount")}</dt><dd>{details.amount}</dd></>}
			{details.daysOverdue && <><dt>{t("work.details.overdue")}</dt><dd>{details.daysOverdue}</dd></>}
			{details.remark && <><dt>{t("work.details.remark")}</dt><dd>{details.remark}</dd></>}
		</dl>
	);
}

function Holds({ rows, zone, onLift }: { rows: Hold[]; zone: string; onLift: ((h: Hold) => void) | null }): VNode {
	const live = new Set(liveHolds(rows).map((h) => h.id));
	return (
		<Table caption={t("work.holds")} rows={rows} rowKey={(h) => String(h.id)} columns={[
			{ title: t("work.hold"), cell: (h) => <span class={live.has(h.id) ? "chip" : ""}>{t(`work.hold.${h.kind}`)}</span> },
			{ title: t("work.reason"), cell: (h) => t(`work.hold.reason.${h.reason}`) },
			{ title: t("work.from"), cell: (h) => <Time ms={h.from_ms} zone={zone} /> },
			{ title: t("work.until"), cell: (h) => (h.lifted_ms !== null
				? <><Time ms={h.lifted_ms} zone={zone} /><div class="hint">{t("work.hold.lifted.by", { who: h.lifted_by ?? "", why: t(`work.lift.${h.lift_reason}`) })}</div></>
				: h.until_ms === null ? t("work.hold.forever") : <Time ms={h.until_ms} zone={zone} />) },
			{ title: t("work.by"), cell: (h) => h.by, isExtra: true },
			...(onLift ? [{ title: t("work.action"), cell: (h: Hold) => live.has(h.id) && <button type="button" onClick={() => onLift(h)}>{t("work.hold.lift")}</button> }] : []),
		]} />
	);
}

function NewHold(props: { id: string; onClose: () => void; onDone: () => void }): VNode {
	const [kind, setKind] = useState("");
	const [reason, setReason] = useState("");
	const [until, setUntil] = useState("");
	const run = async () => {
		await api.post(`/cases/${encodeURIComponent(props.id)}/holds`, {
			kind, reason, ...(until ? { until: new Date(`${until}T00:00`).toISOString() } : {}),
		});
		done("work.hold.done");
		props.onDone();
		props.onClose();
	};
	return (
		<Dialog title={t("work.hold.add")} onClose={props.onClose}>
			<p>{t("work.hold.hint")}</p>
			<Choice label={t("work.hold")} value={kind} of={HOLD_KINDS} words="work.hold" onChange={setKind} empty={t("work.choose")} />
			<Choice label={t("work.hold.how")} value={reason} of={HOLD_REASONS} words="work.hold.reason" onChange={setReason} empty={t("work.choose")} />
			<Field label={t("work.hold.until")} hint={t("work.hold.until.hint")}>{(attrs) => <input {...attrs} type="date" value={until} onChange={(e) => setUntil(e.currentTarget.value)} />}</Field>
			<div class="row">
				<Act run={run} kind="main" disabled={kind === "" || reason === ""}>{t("work.hold.add")}</Act>
				<button type="button" onClick={props.onClose}>{t("shell.cancel")}</button>
			</div>
		</Dialog>
	);
}
