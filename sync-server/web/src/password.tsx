// A new password: its field, a hint of its strength, and its repetition.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Field } from "./ui";
import { t } from "./words";

export const PASSWORD_MIN = 12;

/** 0 too short, 1 weak, 2 fair, 3 strong: by length and by how many different characters. */
export function strength(password: string): number {
	const characters = [...password];
	if (characters.length < PASSWORD_MIN) return 0;
	const kinds = new Set(characters).size;
	if (kinds < 6) return 1;
	return characters.length >= 16 && kinds >= 10 ? 3 : 2;
}

/** Tells `onChange` the password when both fields agree and it is long enough, else null. */
export function NewPassword({ onChange, label }: { onChange: (password: string | null) => void; label?: string }): VNode {
	const [first, setFirst] = useState("");
	const [second, setSecond] = useState("");
	const [isShown, setShown] = useState(false);
	const level = strength(first);
	const type = (isShown ? "text" : "password") as "password";
	const tell = (a: string, b: string) => onChange(a === b && strength(a) > 0 ? a : null);
	const differs = second !== "" && first !== second;
	return (
		<>
			<Field label={label ?? t("people.password.new")} hint={t("people.password.rule", { n: PASSWORD_MIN })}>
				{(attrs) => <input {...attrs} type={type} name="new-password" autocomplete="new-password" required value={first}
					onInput={(e) => { setFirst(e.currentTarget.value); tell(e.currentTarget.value, second); }} />}
			</Field>
			<div class="strength" role="status">
				<meter min={0} max={3} low={1} high={2} optimum={3} value={level} aria-label={t("people.strength")} />
				<span>{first === "" ? "" : t(`people.strength.${level}`)}</span>
			</div>
			<Field label={t("people.password.again")} error={differs ? t("people.password.differs") : null}>
				{(attrs) => <input {...attrs} type={type} name="new-password-again" autocomplete="new-password" required value={second}
					onInput={(e) => { setSecond(e.currentTarget.value); tell(first, e.currentTarget.value); }} />}
			</Field>
			<p><label><input type="checkbox" checked={isShown} onChange={(e) => setShown(e.currentTarget.checked)} /> {t("people.password.show")}</label></p>
		</>
	);
}
