import { eventNames, eventsNamed } from '../sendChatMessage';
import type { FaultCases } from './faultCase';
import {
	ALL_EVENTS,
	CHATFLOW,
	CHATFLOW_TIMEOUT_MS,
	expectAtLeastMs,
	expectEvents,
	TEXT,
	TOKEN_EVENTS,
} from './faultCase';

/** Cases of unusual or missing events. */
export const eventFaults: FaultCases<
	| 'hugeDataLine'
	| 'textInMessageFile'
	| 'messageReplace'
	| 'moderatedInput'
	| 'missingMessageEnd'
	| 'missingWorkflowFinished'
	| 'unknownEvent'
> = {
	hugeDataLine: [
		{
			fault: { kind: 'hugeDataLine', bytes: 1_000_000 },
			app: CHATFLOW,
			verify: ({ events, chunks, ended }) => {
				const [huge] = eventsNamed(events, 'node_finished').slice(1);
				expect(JSON.stringify(huge).length).toBeGreaterThan(1_000_000);
				expect(chunks.some(({ length }) => length > 1_000_000)).toBe(true);
				expect(ended).toBe('clean');
			},
		},
	],
	textInMessageFile: [
		{
			fault: { kind: 'textInMessageFile' },
			verify: (response) =>
				expectEvents(
					response,
					ALL_EVENTS.map((line) => line.replace('message:', 'message_file:')),
				),
		},
	],
	messageReplace: [
		{
			fault: { kind: 'messageReplace', text: 'No.' },
			verify: (response) =>
				expectEvents(response, [...TOKEN_EVENTS, 'message_replace:No.', 'message_end']),
		},
		{
			fault: { kind: 'messageReplace', text: 'No.', when: 'after-workflow-finished' },
			app: CHATFLOW,
			verify: ({ events }) => {
				expect(eventNames(events).slice(-3)).toEqual([
					'message_end',
					'workflow_finished',
					'message_replace:No.',
				]);
				const [finished] = eventsNamed(events, 'workflow_finished');
				expect(finished?.data).toMatchObject({ outputs: { answer: TEXT } });
			},
		},
		{
			fault: { kind: 'messageReplace', text: 'No.' },
			body: { response_mode: 'blocking' },
			verify: ({ body }) => expect(JSON.parse(body.toString())).toMatchObject({ answer: 'No.' }),
		},
	],
	moderatedInput: [
		{
			fault: { kind: 'moderatedInput', text: 'No.' },
			verify: (response) =>
				expectEvents(response, ['message:N', 'message:o', 'message:.', 'message_end']),
		},
		{
			fault: { kind: 'moderatedInput', text: 'No.' },
			app: CHATFLOW,
			verify: (response) => {
				expectEvents(response, ['message:No.', 'message_end']);
				expectAtLeastMs(response.endedAtMs, CHATFLOW_TIMEOUT_MS);
			},
		},
		{
			fault: { kind: 'moderatedInput', text: 'No.' },
			body: { response_mode: 'blocking' },
			verify: ({ body }) => expect(JSON.parse(body.toString())).toMatchObject({ answer: 'No.' }),
		},
	],
	missingMessageEnd: [
		{
			fault: { kind: 'missingMessageEnd' },
			verify: (response) => {
				expectEvents(response, TOKEN_EVENTS);
				expect(response.ended).toBe('clean');
			},
		},
		{
			fault: { kind: 'missingMessageEnd' },
			app: CHATFLOW,
			verify: ({ events }) =>
				expect(eventNames(events).slice(-2)).toEqual(['node_finished', 'workflow_finished']),
		},
	],
	missingWorkflowFinished: [
		{
			fault: { kind: 'missingWorkflowFinished' },
			app: CHATFLOW,
			verify: ({ events, ended }) => {
				expect(eventNames(events).slice(-2)).toEqual(['node_finished', 'message_end']);
				expect(ended).toBe('clean');
			},
		},
	],
	unknownEvent: [
		{
			fault: { kind: 'unknownEvent' },
			verify: (response) => expectEvents(response, ['brand_new_event', ...ALL_EVENTS]),
		},
	],
};
