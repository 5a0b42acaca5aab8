import type { Scenario } from './scenario';

/**
 * Returns the scenario of a message that has no queued scenario. It answers like the model of the
 * recordings: with a greeting that repeats the query, or as a directive in the query requests, such
 * as `[slow 5]` for a first token after 5 s.
 */
export function defaultScenario(query: string): Scenario {
	const [, directive, argument] = /\[(\w+)\s*(\w*)\]/.exec(query) ?? [];
	const count = Number(argument);
	switch (directive) {
		case 'long':
			return { script: { tokens: () => numberedTokens(count), gapMs: 10 } };
		case 'instant':
			return { script: { tokens: () => numberedTokens(count) } };
		case 'slow':
			return { script: { text: greeting(query), firstTokenMs: count * 1000 } };
		case 'empty':
			return { script: { tokens: [] } };
		case 'think':
			return { script: { text: '<think>\nLet me think about it.\n</think>\n\nForty-two.' } };
		case 'unicode':
			return { script: { text: 'Grüße 👋🏽 你好 世界 \u2028 café 🇩🇪' } };
		case 'error':
			return {
				script: { text: greeting(query) },
				faults: [
					{
						kind: 'errorEvent',
						afterTokens: 4,
						code: 'completion_request_error',
						status: 400,
						message: 'stub provider failed mid-way',
					},
				],
			};
		case 'tool':
			return {
				script: {
					text: 'The tool said 12:00.',
					thoughts: [
						{ tool: 'current_time', tool_input: '{"current_time": {}}', observation: '12:00' },
					],
				},
			};
		default:
			return { script: { text: greeting(query), gapMs: 5 } };
	}
}

function greeting(query: string): string {
	return `Hello from the stub model. You said: ${query}`;
}

function* numberedTokens(count: number): Generator<string> {
	for (let index = 0; index < count; index++) yield `tok${index} `;
}
