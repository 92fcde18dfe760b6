// Who is signed in.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { api, setCsrf } from "./api";
import type { Who } from "./rights";

export interface Session {
	who: Who;
	csrf: string;
}

export interface Signed {
	who: Who | null;
	/** Take a session that the server has just given; null: signed out. */
	take: (session: Session | null) => void;
}

export const SessionContext = createContext<Signed>({ who: null, take: () => {} });

export function useSession(): Signed {
	return useContext(SessionContext);
}

/** The session of the cookie, or null. */
export async function current(): Promise<Session | null> {
	try {
		const session = await api.get<Session>("/session");
		setCsrf(session.csrf);
		return session;
	} catch {
		return null;
	}
}
