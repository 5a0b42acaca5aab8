import type { FailureRule } from './failures';
import { CHAT_RULES } from './failure-rules-chat';
import { FILE_RULES } from './failure-rules-files';
import { FRONT_RULES } from './failure-rules-front';
import { RUN_RULES } from './failure-rules-run';

/** What Dify and what stands in front of it are known to answer; the first that matches is it. */
export const RULES: readonly FailureRule[] = [
	...FRONT_RULES,
	...CHAT_RULES,
	...FILE_RULES,
	...RUN_RULES,
];
