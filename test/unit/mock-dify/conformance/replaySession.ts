import type { AppDefinition, DifyVersion, MockDify, Scenario } from '../../../../mock-dify';
import { defaultApps } from '../../../../mock-dify';
import { UUID_PATTERN } from '../../../../mock-dify/http/validation';
import type { Recording, Version } from '../../../fixtures/recordings';
import { bodyOf } from '../../../fixtures/recordings';
import type { RawRequest, RawResponse, ReadOptions } from '../rawClient';
import { sendRawRequest } from '../rawClient';
import { parseScenario } from './recordedScenario';

/** The version of mock-dify that behaves like each recorded version. */
export const DIFY_VERSION_OF: Readonly<Record<Version, DifyVersion>> = {
	'1.12.1': '1.12',
	'1.13.2': '1.13.1',
	'1.14.2': '1.14',
	'1.16.0': '1.16',
};

const UUIDS = new RegExp(UUID_PATTERN, 'g');

const VOICE = { language: 'en-US', voice: 'v1' };
const AUTO_PLAY = { ...VOICE, autoPlay: 'enabled' } as const;

/**
 * All recorded apps. Some of them have another workflow or model than mock-dify. Their messages are
 * answered with the recorded text.
 */
export const RECORDED_APPS: AppDefinition[] = [
	...defaultApps(),
	{ name: 'chat-disabled', mode: 'chat', disabled: true },
	...['chat-mod', 'chat-noprovider', 'chat-nomodel'].map(
		(name) => ({ name, mode: 'chat' }) as const,
	),
	{ name: 'chat-audio', mode: 'chat', speechToText: 'heard 7 bytes', textToSpeech: VOICE },
	{ name: 'chat-autoplay', mode: 'chat', textToSpeech: AUTO_PLAY },
	{ name: 'flow-autoplay', mode: 'advanced-chat', textToSpeech: AUTO_PLAY },
	{ name: 'agent-autoplay', mode: 'agent-chat', textToSpeech: AUTO_PLAY },
	{ name: 'agent-react', mode: 'agent-chat' },
	{ name: 'agent-new', mode: 'agent' },
	...'annotated branch fail failafter failbranch human human-rich human-twice iter loop mod parallel retry think unpublished'
		.split(' ')
		.map((name) => ({ name: `flow-${name}`, mode: 'advanced-chat' }) as const),
];

/**
 * Sends recorded requests again. It maps each id of a recorded response to the new id in the same place,
 * so that a later request refers to the same conversation or file.
 */
export class ReplaySession {
	private readonly ids = new Map<string, string>();

	constructor(private readonly dify: MockDify) {}

	/** Sends a recorded request. By default, the app answers like the recorded model. */
	async replay(
		recorded: Recording,
		scenario: Scenario | undefined = parseScenario(recorded),
		read?: ReadOptions,
	): Promise<RawResponse> {
		if (scenario !== undefined) this.dify.enqueue(recorded.app, scenario);
		const response = await sendRawRequest(this.dify.origin, this.createRequest(recorded), read);
		this.mapIds(bodyOf(recorded).toString(), response.body.toString());
		return response;
	}

	/** Maps the ids of a recorded response to those of the new one by field name. Keeps known ids. */
	mapIds(recorded: string, actual: string): void {
		const recordedIds = findIds(recorded);
		for (const [name, id] of findIds(actual)) {
			const recordedId = recordedIds.get(name);
			if (recordedId !== undefined && !this.ids.has(recordedId)) this.ids.set(recordedId, id);
		}
	}

	/** Returns the recorded request with the API key and the ids of this server. */
	private createRequest(recorded: Recording): RawRequest {
		const { method, path, headers, body, body_base64: base64 } = recorded.request;
		const key = this.dify.key(recorded.app);
		return {
			method,
			path: this.replaceIds(path),
			headers: headers
				.filter(([name]) => !['host', 'content-length', 'connection'].includes(name.toLowerCase()))
				.map(([name, value]) => [name, value.replace('app-REDACTED', key)]),
			body: base64 === undefined ? this.replaceIds(body ?? '') : Buffer.from(base64, 'base64'),
		};
	}

	private replaceIds(text: string): string {
		return text.replace(UUIDS, (id) => this.ids.get(id) ?? id);
	}
}

/** Returns the first id of each field name in a response. */
function findIds(text: string): Map<string, string> {
	const found = new Map<string, string>();
	for (const [, name = '', id = ''] of text.matchAll(/"(\w*id)":\s?"([0-9a-f-]{36})"/g)) {
		if (!found.has(name)) found.set(name, id);
	}
	return found;
}
