import type { IRunExecutionData } from 'n8n-workflow';
import type { N8nServer } from '../../dev/n8n-server';

export interface Execution {
	id: string;
	status: string;
	mode: string;
	/** The execution's data in the form in which n8n stores it. */
	stored: string;
	data: IRunExecutionData;
}

const POLL_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 100;

/** An execution without its data. */
export interface ListedExecution {
	id: string;
	status: string;
	stoppedAt?: string | null;
}

/**
 * Returns the executions of a workflow without their data: those that have not ended, then the newest others. n8n
 * returns at most 100 of each.
 *
 * @param afterId leaves out the executions up to this id
 */
export async function listExecutions(
	n8n: N8nServer,
	workflowId: string,
	afterId = 0,
): Promise<ListedExecution[]> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const { results } = await n8n.rest.request<{ results: ListedExecution[] }>(
		'GET',
		`/executions?limit=100&firstId=${afterId}&filter=${filter}`,
	);
	return results;
}

/** Waits until the newest execution of a workflow has ended, and returns it. */
export async function waitForLastExecution(n8n: N8nServer, workflowId: string): Promise<Execution> {
	const id = await pollUntil(async () => {
		const [newest] = await listExecutions(n8n, workflowId);
		const hasEnded = newest !== undefined && !['new', 'running', 'waiting'].includes(newest.status);
		return hasEnded ? newest.id : undefined;
	});
	return await getExecution(n8n, id);
}

export async function getExecution(n8n: N8nServer, id: string): Promise<Execution> {
	const { data: stored, ...rest } = await n8n.rest.request<
		Omit<Execution, 'stored' | 'data'> & { data: string }
	>('GET', `/executions/${id}`);
	return { ...rest, stored, data: unflatten(stored) as IRunExecutionData };
}

/** Returns the items that a node returned in an execution: one array per output. */
export function readOutputs(
	{ data }: Execution,
	node: string,
): Array<Array<Record<string, unknown>>> {
	const [run] = data.resultData.runData[node] ?? [];
	return (run?.data?.main ?? []).map((items) => (items ?? []).map(({ json }) => json));
}

/** Calls `check` repeatedly until it returns a value. @throws if it does not return one in 60 s */
export async function pollUntil<Value>(
	check: () => Promise<Value | undefined> | Value | undefined,
): Promise<Value> {
	const deadline = performance.now() + POLL_TIMEOUT_MS;
	for (;;) {
		const value = await check();
		if (value !== undefined) return value;
		if (performance.now() > deadline)
			throw new Error('The expected state was not reached in 60 s.');
		await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
	}
}

/** Parses the format of the flatted library, in which n8n stores executions: an array of values in which each string is an index. */
function unflatten(text: string): unknown {
	const pool = JSON.parse(text) as unknown[];
	const parsed = new Map<string, unknown>();
	const resolve = (index: string): unknown => {
		if (parsed.has(index)) return parsed.get(index);
		const value = pool[Number(index)];
		if (typeof value !== 'object' || value === null) return value;
		const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
		parsed.set(index, copy);
		for (const [key, element] of Object.entries(value)) {
			(copy as Record<string, unknown>)[key] =
				typeof element === 'string' ? resolve(element) : element;
		}
		return copy;
	};
	return resolve('0');
}
