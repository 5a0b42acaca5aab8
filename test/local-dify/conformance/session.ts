import type { LocalDify } from '../../../local-dify';
import { defaultApps } from '../../../local-dify/apps';
import type { Recording } from '../../fixtures/recordings';
import { bodyOf } from '../../fixtures/recordings';
import type { RawAnswer, RawRequest, Reading } from '../rawClient';
import { askRaw } from '../rawClient';
import { runOf } from './run';

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;
/** The apps of recordings that here are those of the same mode. */
const PLAIN = { chat: 'chat-plain', 'agent-chat': 'agent-fc', 'advanced-chat': 'flow-plain' };
const APPS = defaultApps().map(({ name }) => name);

/** The app that answers for the recorded one. */
export function appOf({ app, app_mode: mode }: Recording): string {
	return APPS.includes(app) ? app : (PLAIN[mode as keyof typeof PLAIN] ?? app);
}

/**
 * Sends recorded requests again. The ids that a recorded answer brought are learned together with
 * those that come in their place, so that a later request means the same conversation or file.
 */
export class Session {
	private readonly ids = new Map<string, string>();

	constructor(private readonly dify: LocalDify) {}

	/** Sends it; the app plays what the recorded model said, or `run`. */
	async replay(recorded: Recording, run = runOf(recorded), reading?: Reading): Promise<RawAnswer> {
		if (run !== undefined) this.dify.play(appOf(recorded), run);
		const answer = await askRaw(this.dify.origin, this.requestOf(recorded), reading);
		this.learn(bodyOf(recorded).toString(), answer.body.toString());
		return answer;
	}

	/** Takes the ids of two answers for each other, by the names of their fields. */
	learn(recorded: string, actual: string): void {
		const theirs = idsOf(recorded);
		for (const [name, id] of idsOf(actual)) {
			const known = theirs.get(name);
			if (known !== undefined) this.ids.set(known, id);
		}
	}

	/** The recorded request, with this server's key and ids. */
	private requestOf(recorded: Recording): RawRequest {
		const { method, path, headers, body, body_base64: base64 } = recorded.request;
		const key = this.dify.key(appOf(recorded));
		return {
			method,
			path: this.translated(path),
			headers: headers
				.filter(([name]) => !['host', 'content-length', 'connection'].includes(name.toLowerCase()))
				.map(([name, value]) => [name, value.replace('app-REDACTED', key)]),
			body: base64 === undefined ? this.translated(body ?? '') : Buffer.from(base64, 'base64'),
		};
	}

	private translated(text: string): string {
		return text.replace(UUID, (id) => this.ids.get(id) ?? id);
	}
}

/** The first id of each name in an answer. */
function idsOf(text: string): Map<string, string> {
	const found = new Map<string, string>();
	for (const [, name = '', id = ''] of text.matchAll(/"(\w*id)":\s?"([0-9a-f-]{36})"/g)) {
		if (!found.has(name)) found.set(name, id);
	}
	return found;
}
