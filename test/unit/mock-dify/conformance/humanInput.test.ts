import { setTimeout as pause } from 'node:timers/promises';
import type { MockDify } from '../../../../mock-dify';
import { startMockDify } from '../../../../mock-dify';
import type { RawAnswer } from '../rawClient';
import { recording } from '../../../fixtures/recordings';
import { runOf } from './run';
import { DIFY_VERSION_OF } from './versions';
import { RECORDED_APPS, Session } from './session';
import { recordedShape, shapeOf } from './shape';

/** A chatflow that waits for a person, in the recorded order: its events are asked for first, then its form is sent. */

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

it.each(['1.13.2', '1.14.2'] as const)('%s', async (version) => {
	dify = await startMockDify({
		version: DIFY_VERSION_OF[version],
		apps: RECORDED_APPS,
		lingerMs: 20,
	});
	const session = new Session(dify);
	const answers = new Map<string, Promise<RawAnswer>>();
	const resumed = { script: { tokens: ['Approved with ', 'go'] } };
	for (const name of NAMES) {
		const recorded = recording(version, name);
		const run = runOf(recorded);
		answers.set(name, session.replay(recorded, run && { ...run, resumed }));
		// Whoever reads along has to be there first; everything else is whole before what comes next.
		if (name === 'x08_events_resume') await pause(50);
		else if (name === 'x08_form_submit') await answers.get('x08_events_resume');
		await (name === 'x08_events_resume' ? undefined : answers.get(name));
	}
	for (const name of NAMES) {
		const answer = await (answers.get(name) as Promise<RawAnswer>);
		expect([name, shapeOf(answer, version)]).toEqual([
			name,
			recordedShape(recording(version, name)),
		]);
	}
});
