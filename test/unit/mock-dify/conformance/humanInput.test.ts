import { setTimeout as pause } from 'node:timers/promises';
import type { MockDify } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';
import type { RawResponse } from '../rawClient';
import { recording } from '../../../fixtures/recordings';
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

const NAMES = [
	'x08_flow_human_input_stream',
	'x08_form_get',
	'x08_events_resume',
	'x08_form_submit',
	'x08_events_after_finish',
	'x08_events_after_finish_snapshot',
	'x08_form_submit_again',
];

it.each(['1.13.2', '1.14.2'] as const)(
	'mock-dify as Dify %s, human input: pauses and resumes like the recordings',
	async (version) => {
		dify = await startMockDify({
			version: DIFY_VERSION_OF[version],
			apps: RECORDED_APPS,
			lingerMs: 20,
		});
		const session = new ReplaySession(dify);
		const responses = new Map<string, Promise<RawResponse>>();
		const resumed = { script: { tokens: ['Approved with ', 'go'] } };
		for (const name of NAMES) {
			const recorded = recording(version, name);
			const scenario = parseScenario(recorded);
			responses.set(name, session.replay(recorded, scenario && { ...scenario, resumed }));
			// The client must have subscribed before the form is submitted. Its response ends only after
			// that. All other responses must end before the next request.
			if (name === 'x08_events_resume') await pause(50);
			else if (name === 'x08_form_submit') await responses.get('x08_events_resume');
			await (name === 'x08_events_resume' ? undefined : responses.get(name));
		}
		for (const name of NAMES) {
			const response = await (responses.get(name) as Promise<RawResponse>);
			expect([name, getShape(response, version)]).toEqual([
				name,
				getRecordedShape(recording(version, name)),
			]);
		}
	},
);
