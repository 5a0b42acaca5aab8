import type { IRunExecutionData } from 'n8n-workflow';
import type { N8nServer } from '../../dev/n8n-server';

export interface Execution {
	id: string;
	status: string;
	mode: string;
	/** As n8n stores it: one text, whole. */
	stored: string;
	data: IRunExecutionData;
}

const LIMIT_MS = 60_000;

/** The executions of a workflow so far, newest first, without their data. */
export async function executionsOf(
	n8n: N8nServer,
	workflowId: string,
): Promise<Array<{ id: string; status: string; stoppedAt?: string | null }>> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const { results } = await n8n.rest.call<{
		results: Array<{ id: string; status: string; stoppedAt?: string | null }>;
	}>('GET', `/executions?limit=250&filter=${filter}`);
	return results;
}

/** Waits for the newest execution of a workflow to end. */
export async function lastExecution(n8n: N8nServer, workflowId: string): Promise<Execution> {
	const id = await eventually(async () => {
		const [newest] = await executionsOf(n8n, workflowId);
		const hasEnded = newest !== undefined && !['new', 'running', 'waiting'].includes(newest.status);
		return hasEnded ? newest.id : undefined;
	});
	return await executionOf(n8n, id);
}

export async function executionOf(n8n: N8nServer, id: string): Promise<Execution> {
	const { data: stored, ...rest } = await n8n.rest.call<
		Omit<Execution, 'stored' | 'data'> & { data: string }
	>('GET', `/executions/${id}`);
	return { ...rest, stored, data: unflatten(stored) as IRunExecutionData };
}

/** The items that a node gave in an execution, by output. */
export function outputsOf(
	{ data }: Execution,
	node: string,
): Array<Array<Record<string, unknown>>> {
	const [run] = data.resultData.runData[node] ?? [];
	return (run?.data?.main ?? []).map((items) => (items ?? []).map(({ json }) => json));
}

/** Asks until there is something. @throws when nothing comes in a minute */
export async function eventually<Value>(
	ask: () => Promise<Value | undefined> | Value | undefined,
): Promise<Value> {
	const deadline = performance.now() + LIMIT_MS;
	for (;;) {
		const value = await ask();
		if (value !== undefined) return value;
		if (performance.now() > deadline) throw new Error('it did not come to that in a minute');
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}

/** n8n stores executions in flatted's form: one array of values, in which a text stands for a place in it. */
function unflatten(text: string): unknown {
	const pool = JSON.parse(text) as unknown[];
	const made = new Map<string, unknown>();
	const at = (place: string): unknown => {
		if (made.has(place)) return made.get(place);
		const value = pool[Number(place)];
		if (typeof value !== 'object' || value === null) return value;
		const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
		made.set(place, copy);
		for (const [key, held] of Object.entries(value)) {
			(copy as Record<string, unknown>)[key] = typeof held === 'string' ? at(held) : held;
		}
		return copy;
	};
	return at('0');
}
