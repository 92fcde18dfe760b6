// The alarm that an alert sounds until somebody has seen it.
let context: AudioContext | null = null;

/** Two short notes, now.  False: the browser lets no sound out until somebody clicks. */
export function ring(): boolean {
	context ??= new AudioContext();
	if (context.state !== "running") {
		void context.resume();
		return false;
	}
	note(context, 880, 0);
	note(context, 660, 0.25);
	return true;
}

/** After a click: let sound out.  True when it is. */
export async function allowSound(): Promise<boolean> {
	context ??= new AudioContext();
	await context.resume();
	return context.state === "running";
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
