import type { IDataObject } from 'n8n-workflow';
import type { Fault, Scenario } from '../../../mock-dify';

/** The answer of the app. It has characters of 1 to 4 bytes, which a cut between bytes can damage. */
export const TEXT = 'Grüße 👋🏽 und 你好 世界 – fünf';
/** The first two tokens of {@link TEXT}. */
export const FIRST_TWO_TOKENS = 'Grüße 👋🏽';
/** The item of an answer that no fault affects. */
export const COMPLETE_ITEM = { answer: TEXT, status: 'completed' };

export type AppKind = 'chat' | 'agent-chat' | 'advanced-chat';

/** A message that is answered with faults, and the item that the node returns. */
export interface FaultCase {
	name: string;
	faults: Fault[];
	/** Default: the answer is {@link TEXT}. */
	script?: Scenario['script'];
	/** The app kinds in which the fault can occur. Default: every app kind that has the response mode. */
	appKinds?: AppKind[];
	options?: IDataObject;
	expected: Record<string, unknown>;
	/** Whether the node adds the hint that it skipped a message of the stream. */
	hasSkippedMessage?: boolean;
	/** Whether the node waits some seconds for a stored answer. These cases run at the same time. */
	waitsForRecovery?: boolean;
}
