import type { Fault, Scenario } from '../../../../mock-dify';
import type { ReadOptions } from '../rawClient';
import type { ChatResponse } from '../sendChatMessage';
import { eventNames } from '../sendChatMessage';

export const CHATFLOW_TIMEOUT_MS = 150;
/** The answer of the app, and its {@link eventNames}. */
export const TEXT = 'Grüße 👋🏽 zum 你好';
export const TOKEN_EVENTS = [
	'message:Grüße',
	'message: 👋🏽',
	'message: zum',
	'message: 你好',
	'message:',
];
export const ALL_EVENTS = [...TOKEN_EVENTS, 'message_end'];
export const PING = 'event: ping\n\n';
export const [CHATBOT, CHATFLOW] = ['chat-plain', 'flow-plain'];

/** A message that is answered with a fault, and a check of the response. */
export interface FaultCase<Kind extends Fault['kind']> {
	fault: Extract<Fault, { kind: Kind }>;
	script?: Scenario['script'];
	app?: string;
	body?: Record<string, unknown>;
	read?: ReadOptions;
	verify: (response: ChatResponse) => void;
}

/** Timers may fire up to 1 ms early, so the check allows a difference of 3 ms. */
export const expectAtLeastMs = (ms: number, minimumMs: number): void =>
	expect(ms).toBeGreaterThan(minimumMs - 3);
export const expectEvents = (response: ChatResponse, expected: string[]): void =>
	expect(eventNames(response.events)).toEqual(expected);
export const getHeader = ({ headers }: ChatResponse, name: string): string | undefined =>
	headers.find(([key]) => key === name)?.[1];

export type FaultCases<Kinds extends Fault['kind']> = { [Kind in Kinds]: Array<FaultCase<Kind>> };
