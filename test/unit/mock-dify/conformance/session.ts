import type { MockDify } from '../../../../mock-dify';
import type { AppDefinition } from '../../../../mock-dify/apps';
import { defaultApps } from '../../../../mock-dify/apps';
import type { Recording } from '../../../fixtures/recordings';
import { bodyOf } from '../../../fixtures/recordings';
import type { RawAnswer, RawRequest, Reading } from '../rawClient';
import { askRaw } from '../rawClient';
import { runOf } from './run';

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;
/** Those whose workflow or model differs, too: they answer with what was recorded of them. */
export const RECORDED_APPS: AppDefinition[] = [
	...defaultApps(),
	{ name: 'chat-disabled', mode: 'chat', disabled: true },
	...['chat-mod', 'chat-noprovider', 'chat-nomodel'].map(
		(name) => ({ name, mode: 'chat' }) as const,
	),
	{ name: 'agent-react', mode: 'agent-chat' },
	...'branch fail failafter failbranch human iter loop mod parallel retry unpublished'
		.split(' ')
		.map((name) => ({ name: `flow-${name}`, mode: 'advanced-chat' }) as const),
];

/**
 * Sends recorded requests again. The ids that a recorded answer brought are learned together with
 * those that come in their place, so that a later request means the same conversation or file.
 */
export class Session {
	private readonly ids = new Map<string, string>();

	constructor(private readonly dify: MockDify) {}

	/** Sends it; the app plays what the recorded model said, or `run`. */
	async replay(recorded: Recording, run = runOf(recorded), reading?: Reading): Promise<RawAnswer> {
		if (run !== undefined) this.dify.enqueue(recorded.app, run);
		const answer = await askRaw(this.dify.origin, this.requestOf(recorded), reading);
		this.learn(bodyOf(recorded).toString(), answer.body.toString());
		return answer;
	}

	/** Takes the ids of two answers for each other, by the names of their fields; what is known stays. */
	learn(recorded: string, actual: string): void {
		const theirs = idsOf(recorded);
		for (const [name, id] of idsOf(actual)) {
			const known = theirs.get(name);
			if (known !== undefined && !this.ids.has(known)) this.ids.set(known, id);
		}
	}

	/** The recorded request, with this server's key and ids. */
	private requestOf(recorded: Recording): RawRequest {
		const { method, path, headers, body, body_base64: base64 } = recorded.request;
		const key = this.dify.key(recorded.app);
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
