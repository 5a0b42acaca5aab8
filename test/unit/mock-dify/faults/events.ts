import { named, storyOf } from '../ask';
import type { Rows } from './row';
import { CHATFLOW, TEXT, TOKENS, WHOLE, story } from './row';

/** Events that are odd, or not there. */
export const events: Rows<
	| 'hugeDataLine'
	| 'textInMessageFile'
	| 'messageReplace'
	| 'missingMessageEnd'
	| 'missingWorkflowFinished'
	| 'unknownEvent'
> = {
	hugeDataLine: [
		{
			hazard: { kind: 'hugeDataLine', bytes: 1_000_000 },
			app: CHATFLOW,
			promise: ({ events, chunks, ended }) => {
				const [huge] = named(events, 'node_finished').slice(1);
				expect(JSON.stringify(huge).length).toBeGreaterThan(1_000_000);
				expect(chunks.some(({ length }) => length > 1_000_000)).toBe(true);
				expect(ended).toBe('clean');
			},
		},
	],
	textInMessageFile: [
		{
			hazard: { kind: 'textInMessageFile' },
			promise: (played) =>
				story(
					played,
					WHOLE.map((line) => line.replace('message:', 'message_file:')),
				),
		},
	],
	messageReplace: [
		{
			hazard: { kind: 'messageReplace', text: 'No.' },
			promise: (played) => story(played, [...TOKENS, 'message_replace:No.', 'message_end']),
		},
		{
			hazard: { kind: 'messageReplace', text: 'No.', when: 'after-workflow-finished' },
			app: CHATFLOW,
			promise: ({ events }) => {
				expect(storyOf(events).slice(-3)).toEqual([
					'message_end',
					'workflow_finished',
					'message_replace:No.',
				]);
				const [finished] = named(events, 'workflow_finished');
				expect(finished?.data).toMatchObject({ outputs: { answer: TEXT } });
			},
		},
		{
			hazard: { kind: 'messageReplace', text: 'No.' },
			more: { response_mode: 'blocking' },
			promise: ({ body }) => expect(JSON.parse(body.toString())).toMatchObject({ answer: 'No.' }),
		},
	],
	missingMessageEnd: [
		{
			hazard: { kind: 'missingMessageEnd' },
			promise: (played) => {
				story(played, TOKENS);
				expect(played.ended).toBe('clean');
			},
		},
		{
			hazard: { kind: 'missingMessageEnd' },
			app: CHATFLOW,
			promise: ({ events }) =>
				expect(storyOf(events).slice(-2)).toEqual(['node_finished', 'workflow_finished']),
		},
	],
	missingWorkflowFinished: [
		{
			hazard: { kind: 'missingWorkflowFinished' },
			app: CHATFLOW,
			promise: ({ events, ended }) => {
				expect(storyOf(events).slice(-2)).toEqual(['node_finished', 'message_end']);
				expect(ended).toBe('clean');
			},
		},
	],
	unknownEvent: [
		{
			hazard: { kind: 'unknownEvent' },
			promise: (played) => story(played, ['brand_new_event', ...WHOLE]),
		},
	],
};
