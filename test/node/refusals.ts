import type { IBinaryKeyData, INodeParameters } from 'n8n-workflow';
import type { World } from './harness';

/** An id of nothing. */
export const UNKNOWN = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';

/** What a parameter that stands for the wrong value takes it from. */
export const VALUE = '={{ $json.value }}';

/** One thing that goes wrong with an operation. */
export interface Refusal {
	name: string;
	operation: string;
	app?: string;
	/** One of them is {@link VALUE}. */
	parameters: INodeParameters;
	/** Absent where the app itself is what is wrong. A function, as ids are known only when the row runs. */
	good?: () => unknown;
	bad: unknown | (() => unknown);
	binary?: () => IBinaryKeyData;
	message: string;
	/** A part of what to do about it. */
	advice: string;
	/** Dify's own; absent for what is not sent. */
	code?: string;
	status?: number;
}

/**
 * Runs each row alone, where it ends the run, and among good items with "Continue", where it becomes an
 * item. Without a `status` nothing must have been sent.
 */
export function itRefuses(world: () => World, resource: string, rows: Refusal[]): void {
	it.each(rows.map((row) => [`${row.operation}: ${row.name}`, row] as const))(
		'%s',
		async (_, row) => {
			const { operation, app = 'chat-plain', parameters, good, message, advice } = row;
			const bad: unknown = typeof row.bad === 'function' ? row.bad() : row.bad;
			const { dify, run } = world();
			const item = (value: unknown): { json: { value: never }; binary?: IBinaryKeyData } => ({
				json: { value: value as never },
				...(row.binary !== undefined && { binary: row.binary() }),
			});
			const before = dify.requests.length;
			const alone = await run(app, resource, operation, parameters, { items: [item(bad)] });
			expect(alone.error?.message).toBe(`${message}`);
			expect(alone.error?.description).toContain(advice);
			expect(JSON.stringify(alone.run)).not.toContain(dify.key(app));
			const statuses = dify.requests.slice(before).map(({ status }) => status);
			expect(statuses.filter((status) => status !== 200)).toEqual(
				row.status === undefined ? [] : [row.status],
			);
			const wanted = good?.();
			const values = good === undefined ? [bad, bad] : [wanted, bad, wanted];
			const among = await run(app, resource, operation, parameters, {
				items: values.map(item),
				onError: 'continueRegularOutput',
			});
			const at = good === undefined ? 0 : 1;
			const [outputs = []] = among.outputs;
			const refused = outputs.filter(({ json }) => typeof json.error === 'string');
			expect(refused).toHaveLength(good === undefined ? 2 : 1);
			expect(refused[0]).toEqual({
				json: {
					error: `${message} [item ${at}]`,
					...(row.code !== undefined && { code: row.code }),
					...(row.status !== undefined && { http_status: row.status }),
				},
				pairedItem: { item: at },
			});
			if (good !== undefined) {
				expect(new Set(outputs.map(({ pairedItem }) => JSON.stringify(pairedItem))).size).toBe(3);
			}
		},
	);
}
