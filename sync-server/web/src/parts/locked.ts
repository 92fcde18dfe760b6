// What was opened with the key and stands on a page goes when the key is locked.
import { useEffect, useState } from "preact/hooks";
import { watchKey } from "../keys";

/** A state that is `empty` again as soon as the key is locked: by hand, by time, with the page. */
export function useUntilLocked<T>(empty: T): [T, (value: T) => void] {
	const [value, setValue] = useState<T>(empty);
	useEffect(() => watchKey((key) => { if (!key) setValue(empty); }), []);
	return [value, setValue];
}
