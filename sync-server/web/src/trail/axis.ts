// Where times stand on a line, and which of them are named.
export interface Span { from: number; until: number }

const MINUTE = 60000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080].map((m) => m * MINUTE);

/** Local time less UTC, in ms: local clocks run at whole minutes beside it. */
function aheadOf(ms: number, zone: string): number {
	const parts = new Intl.DateTimeFormat("en-CA", {
		timeZone: zone || "UTC", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", hourCycle: "h23",
	}).formatToParts(ms);
	const of = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
	return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute")) - Math.floor(ms / MINUTE) * MINUTE;
}

/** Instants for labels: about eight, at round local times. */
export function ticksOf(span: Span, zone: string): number[] {
	const step = STEPS.find((s) => (span.until - span.from) / s <= 8) ?? STEPS[STEPS.length - 1]!;
	const shift = aheadOf(span.from, zone);
	const ticks: number[] = [];
	for (let at = Math.ceil((span.from + shift) / step) * step - shift; at <= span.until; at += step) ticks.push(at);
	return ticks;
}

/** Left and width in the lane, as a style. */
export function spot(span: Span, from: number, until: number | null): Record<string, string | undefined> {
	const all = span.until - span.from;
	const left = Math.max(0, Math.min(1, (from - span.from) / all));
	const right = until === null ? left : Math.max(left, Math.min(1, (until - span.from) / all));
	return { left: `${left * 100}%`, width: until === null ? undefined : `${(right - left) * 100}%` };
}
