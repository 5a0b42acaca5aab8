import type { AppMode } from '../apps';
import type { AnswerScript } from '../scenario';

/** What a run that was stopped says it used. */
export const ZERO_USAGE = {
	prompt_tokens: 0,
	prompt_unit_price: '0.0',
	prompt_price_unit: '0.0',
	prompt_price: '0.0',
	completion_tokens: 0,
	completion_unit_price: '0.0',
	completion_price_unit: '0.0',
	completion_price: '0.0',
	total_tokens: 0,
	total_price: '0.0',
	currency: 'USD',
	latency: 0,
	time_to_first_token: null,
	time_to_generate: null,
};

/** `usage` as the recorded model had it: a price for each token. */
export function usageOf(
	script: AnswerScript,
	tokens: number,
	mode: AppMode,
): Record<string, unknown> | null {
	if (script.usage !== undefined) return script.usage;
	const price = (tokens * 0.0000015).toFixed(7);
	return {
		...ZERO_USAGE,
		prompt_tokens: 26,
		prompt_unit_price: '0.5',
		prompt_price_unit: '0.000001',
		prompt_price: '0.0000130',
		completion_tokens: tokens,
		completion_unit_price: '1.5',
		completion_price_unit: '0.000001',
		completion_price: price,
		total_tokens: 26 + tokens,
		total_price: (0.000013 + Number(price)).toFixed(7),
		latency: 0.114,
		// A chatflow measures itself.
		...(mode === 'advanced-chat' && { time_to_first_token: 0.369, time_to_generate: 0.038 }),
	};
}
