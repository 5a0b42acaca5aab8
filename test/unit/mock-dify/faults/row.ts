import type { Fault, Scenario } from '../../../../mock-dify';
import type { Played } from '../ask';
import { storyOf } from '../ask';
import type { Reading } from '../rawClient';

export const SILENCE_MS = 150;
/** What the app says, and the {@link storyOf} of it. */
export const TEXT = 'Grüße 👋🏽 zum 你好';
export const TOKENS = ['message:Grüße', 'message: 👋🏽', 'message: zum', 'message: 你好', 'message:'];
export const WHOLE = [...TOKENS, 'message_end'];
export const PING = 'event: ping\n\n';
export const [CHATBOT, CHATFLOW] = ['chat-plain', 'flow-plain'];

/** How a hazard is played, and what must be seen of it. */
export interface Row<Kind extends Fault['kind']> {
	hazard: Extract<Fault, { kind: Kind }>;
	script?: Scenario['script'];
	app?: string;
	more?: Record<string, unknown>;
	reading?: Reading;
	promise: (played: Played) => void;
}

/** A timer may fire a little before its time. */
export const atLeast = (ms: number, least: number): void => expect(ms).toBeGreaterThan(least - 3);
export const story = (played: Played, expected: string[]): void =>
	expect(storyOf(played.events)).toEqual(expected);
export const headerOf = ({ headers }: Played, name: string): string | undefined =>
	headers.find(([key]) => key === name)?.[1];

export type Rows<Kinds extends Fault['kind']> = { [Kind in Kinds]: Array<Row<Kind>> };
