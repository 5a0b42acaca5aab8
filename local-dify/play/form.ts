import { randomUUID } from 'node:crypto';
import type { Script } from '../script';

/** The form that a paused run waits for (contract, 4.2). */
export function formOf(script: Script): Record<string, unknown> {
	return {
		form_id: randomUUID(),
		node_id: 'human',
		node_title: 'Approve',
		form_token: 'token',
		...script.form,
	};
}
