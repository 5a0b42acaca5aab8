import { randomUUID } from 'node:crypto';
import type { EventObject } from './stage';

const TITLES = { start: 'Start', llm: 'LLM', human: 'Approve', answer: 'Answer' } as const;

/** A workflow's node that begins or ends (contract, 4.2). */
export function node(
	event: 'node_started' | 'node_finished',
	id: keyof typeof TITLES,
): EventObject {
	const data = {
		id: randomUUID(),
		node_id: id,
		node_type: id,
		title: TITLES[id],
		index: 1,
		predecessor_node_id: null,
		inputs: null,
	};
	if (event === 'node_started') return { event, data };
	return {
		event,
		data: { ...data, outputs: {}, status: 'succeeded', error: null, elapsed_time: 0.01 },
	};
}
