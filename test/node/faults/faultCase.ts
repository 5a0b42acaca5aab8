import type { IDataObject } from 'n8n-workflow';
import type { Fault, Scenario } from '../../../mock-dify';

/** What a script says in these rows: each kind of character that a cut can hurt. */
export const TEXT = 'Grüße 👋🏽 und 你好 世界 – fünf';
/** The item of an answer to which nothing happened. */
export const COMPLETE_ITEM = { answer: TEXT, status: 'completed' };
/** What comes of the first two tokens. */
export const FIRST_TWO_TOKENS = 'Grüße 👋🏽';

export type Kind = 'chat' | 'agent-chat' | 'advanced-chat';

/** One hazard, and the item that the node makes of it. */
export interface FaultCase {
	name: string;
	faults: Fault[];
	/** Says {@link TEXT} where absent. */
	script?: Scenario['script'];
	/** All that have the mode where absent. */
	kinds?: Kind[];
	options?: IDataObject;
	expected: Record<string, unknown>;
}
