// Playing a day: a button, a speed, and a slider that the keyboard moves too.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useKeys } from "../ui";
import { t } from "../words";
import { clock } from "./say";
import type { Span } from "./axis";

const SPEEDS = [1, 10, 60, 300, 1200];

export function Player(props: {
	span: Span; zone: string; time: number; said: string;
	onTime: (t: number) => void; onStep: (way: 1 | -1) => void;
}): VNode {
	const [isPlaying, setPlaying] = useState(false);
	const [speed, setSpeed] = useState(60);
	const latest = useRef(props);
	latest.current = props;

	useEffect(() => {
		if (!isPlaying) return;
		let last = performance.now(), asked = requestAnimationFrame(function turn(now) {
			const p = latest.current;
			const next = Math.min(p.span.until, p.time + Math.max(0, now - last) * speed);
			last = now;
			p.onTime(next);
			if (next >= p.span.until) return setPlaying(false);
			asked = requestAnimationFrame(turn);
		});
		return () => cancelAnimationFrame(asked);
	}, [isPlaying, speed]);
	const toggle = () => {
		if (!isPlaying && props.time >= props.span.until) props.onTime(props.span.from);
		setPlaying(!isPlaying);
	};
	useKeys({ p: toggle, "]": () => props.onStep(1), "[": () => props.onStep(-1) });
	return (
		<div class="trail-player">
			<button type="button" class="main" onClick={toggle} aria-keyshortcuts="p">{isPlaying ? t("trail.pause") : t("trail.play")}</button>
			<button type="button" onClick={() => props.onStep(-1)} aria-keyshortcuts="[" aria-label={t("trail.previous")} title={t("trail.previous")}>‹</button>
			<button type="button" onClick={() => props.onStep(1)} aria-keyshortcuts="]" aria-label={t("trail.next")} title={t("trail.next")}>›</button>
			<label>{t("trail.speed")} <select value={speed} onChange={(e) => setSpeed(+e.currentTarget.value)}>
				{SPEEDS.map((s) => <option key={s} value={s}>{s}×</option>)}
			</select></label>
			<input type="range" class="trail-slider" aria-label={t("trail.position")} min={props.span.from} max={props.span.until} step={1000}
				value={props.time} aria-valuetext={`${clock(props.time, props.zone)} ${props.said}`}
				onInput={(e) => { setPlaying(false); props.onTime(+e.currentTarget.value); }} />
			<output class="trail-now">{clock(props.time, props.zone)} <span class="zone">{props.zone}</span></output>
		</div>
	);
}
