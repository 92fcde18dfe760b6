// The alarm that an alert sounds until somebody has seen it.
let context: AudioContext | null = null;

/** Two short notes, now, where sound is let out. */
export function ring(): void {
	context ??= new AudioContext();
	if (context.state !== "running") return;
	note(context, 880, 0);
	note(context, 660, 0.25);
}

/** Tell whether the browser holds sound back, now and whenever that changes: it lets none out
 * before somebody clicked or pressed a key.  Returns: how to stop. */
export function watchSound(on: (isBlocked: boolean) => void): () => void {
	context ??= new AudioContext();
	const ctx = context;
	const tell = () => on(ctx.state !== "running");
	const allow = () => void ctx.resume();
	const first = setTimeout(tell, 1000); // it takes a moment to start
	ctx.addEventListener("statechange", tell);
	addEventListener("click", allow); // what was pressed is done before a bar goes and the page moves
	addEventListener("keydown", allow);
	return () => {
		clearTimeout(first);
		ctx.removeEventListener("statechange", tell);
		removeEventListener("click", allow);
		removeEventListener("keydown", allow);
	};
}

function note(ctx: AudioContext, hertz: number, after: number): void {
	const wave = ctx.createOscillator();
	const loudness = ctx.createGain();
	const at = ctx.currentTime + after;
	wave.type = "square";
	wave.frequency.value = hertz;
	loudness.gain.setValueAtTime(0.2, at);
	loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.22);
	wave.connect(loudness).connect(ctx.destination);
	wave.start(at);
	wave.stop(at + 0.25);
}
