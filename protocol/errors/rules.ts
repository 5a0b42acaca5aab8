import type { ErrorRule } from './errorRule';
import { CHAT_RULES } from './chat';
import { FILE_RULES } from './files';
import { FRONT_RULES } from './gateway';
import { RUN_RULES } from './run';

/** What Dify and what stands in front of it are known to answer; the first that matches is it. */
export const RULES: readonly ErrorRule[] = [
	...FRONT_RULES,
	...CHAT_RULES,
	...FILE_RULES,
	...RUN_RULES,
];
