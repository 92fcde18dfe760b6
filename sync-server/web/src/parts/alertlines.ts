// Alerts as the bar shows them.
export interface Alert {
	id: string;
	kind: "sos" | "checkin" | "welfare" | "hold";
	officer: string;
	agency: string;
	dev: string;
	at_ms: number;
	received_ms: number;
	ended_ms: number | null;
	place: { lat: number; lon: number; accuracy_mm: number | null } | null;
	case: string | null;
	seen_by: string | null;
	zone: string;
}

/** One line a handheld and kind, its newest that is not over: however often one calls, those of others stay in sight. */
export function lines(alerts: Alert[]): { alert: Alert; same: number }[] {
	const found = new Map<string, { alert: Alert; same: number }>();
	for (const alert of alerts) {
		const key = `${alert.kind} ${alert.dev}`;
		const line = found.get(key);
		if (!line) {
			found.set(key, { alert, same: 0 });
			continue;
		}
		line.same++;
		if (line.alert.ended_ms !== null && alert.ended_ms === null) line.alert = alert;
	}
	return [...found.values()];
}
