import { setTimeout as pause } from 'node:timers/promises';
import type { MockDify } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';
import type { Version } from '../../../fixtures/recordings';
import { recording } from '../../../fixtures/recordings';
import type { RawResponse } from '../rawClient';
import { parseScenario } from './recordedScenario';
import { DIFY_VERSION_OF, RECORDED_APPS, ReplaySession } from './replaySession';
import { getRecordedShape, getShape } from './responseShape';

/**
 * A chatflow waits for a person. As in the recordings, the client first subscribes to the events of the
 * run and then submits the form.
 */

let dify: MockDify | undefined;

afterEach(async () => {
	await dify?.close();
});

/** The recordings in the order of their requests. */
const SEQUENCES = {
	'a streamed pause': [
		'x08_flow_human_input_stream',
		'x08_form_get',
		'x08_messages_while_paused',
		'x08_events_resume',
		'x08_form_submit',
		'x08_events_after_finish',
		'x08_events_after_finish_snapshot',
		'x08_form_submit_again',
		'x08_messages_after_resume',
	],
	'a pause in blocking mode': [
		'y02_human_block_then_resume',
		'y02_human_block_then_resume_events',
		'y02_human_block_then_resume_submit',
	],
	'another streamed pause': [
		'y03_human_stream_then_resume',
		'y03_human_stream_then_resume_events',
		'y03_human_stream_then_resume_submit',
	],
	'a form with a select and files': [
		'y04_human_rich_pause',
		'y04_human_rich_form',
		'y04_human_rich_submit_bad_select',
		'y04_human_rich_submit_missing_files',
		'y04_human_rich_submit_file_string',
	],
} as const;

const ROWS: Array<[Version, keyof typeof SEQUENCES]> = [
	['1.13.2', 'a streamed pause'],
	['1.14.2', 'a streamed pause'],
	...(Object.keys(SEQUENCES) as Array<keyof typeof SEQUENCES>).map(
		(name): [Version, keyof typeof SEQUENCES] => ['1.16.0', name],
	),
];

/** The client keeps reading this response while it submits the form. */
const isSubscription = (name: string): boolean => /_events(?:_resume)?$/.test(name);

it.each(ROWS)(
	'mock-dify as Dify %s, human input: answers %s like the recordings',
	async (version, sequence) => {
		dify = await startMockDify({
			version: DIFY_VERSION_OF[version],
			apps: RECORDED_APPS,
			lingerMs: 1,
		});
		const session = new ReplaySession(dify);
		const names: readonly string[] = SEQUENCES[sequence];
		const responses = new Map<string, RawResponse>();
		let subscription: Promise<void> | undefined;
		const resumed = { script: { tokens: ['Approved with ', 'go'] } };
		for (const name of names) {
			const recorded = recording(version, name);
			const scenario = parseScenario(recorded);
			const response = session
				.replay(recorded, scenario && { ...scenario, resumed })
				.then((received) => {
					responses.set(name, received);
				});
			if (isSubscription(name)) {
				subscription = response;
				// The client must have subscribed before the form is submitted.
				await pause(50);
			} else {
				await response;
				if (name.endsWith('_submit')) await subscription;
			}
		}
		for (const name of names) {
			const response = responses.get(name) as RawResponse;
			expect([name, getShape(response, version)]).toEqual([
				name,
				getRecordedShape(recording(version, name)),
			]);
		}
	},
);
