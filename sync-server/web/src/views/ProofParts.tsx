// What reports, answers and exports show alike.
import type { VNode } from "preact";
import { has, t } from "../words";

/** The word for a code of the record ("not_home"); a code without one stands as it is. */
export function word(set: string, code: string | null | undefined): string {
	if (!code) return "–";
	return has(`proof.${set}.${code}`) ? t(`proof.${set}.${code}`) : code;
}

/** "2026-03-02 21:50" of a time that the server gave in the place's own zone. */
export function wall(at: string): string {
	return at.slice(0, 16).replace("T", " ");
}

/** The offset of such a time: "+08:00"; "UTC" for Z. */
export function offset(at: string): string {
	return at.endsWith("Z") ? "UTC" : at.slice(-6);
}

/** A time in the zone of the place, the zone named. */
export function Local({ at, zone }: { at: string | null; zone: string }): VNode {
	if (!at) return <span class="none">–</span>;
	return <time dateTime={at}>{wall(at)} <span class="zone">{zone} {offset(at)}</span></time>;
}

export function Officer({ of }: { of: { id: string; name: string | null } }): VNode {
	return <span>{of.name ? <>{of.name} <span class="zone">{of.id}</span></> : of.id}</span>;
}

/** Print, or save as PDF: the browser does both. */
export function PrintButton(): VNode {
	return <button type="button" class="no-print" onClick={() => print()}>{t("proof.print")}</button>;
}
