import type { IBinaryKeyData, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { TestBed } from './testBed';

/** A valid id that no object of the mock server has. */
export const UNKNOWN_ID = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';

/** The expression that takes a parameter from the input item. */
export const ITEM_VALUE = '={{ $json.value }}';

/** An operation that fails for one value of a parameter. */
export interface ErrorCase {
	/** What the node does, such as 'rejects an empty user'. The end of the test's title. */
	name: string;
	operation: string;
	/** Default: `chat-plain`. */
	app?: string;
	/** One of them is {@link ITEM_VALUE}. */
	parameters: INodeParameters;
	/**
	 * Returns a value that works. Absent if no value works because the app itself is the cause.
	 * A function, because ids exist only once the test runs.
	 */
	getValid?: () => unknown;
	/** The value that fails, or a function that returns it. */
	invalid: unknown | (() => unknown);
	/** Returns the binary data of each input item. */
	getBinary?: () => IBinaryKeyData;
	message: string;
	/** A part of the error's description, which says what to do. */
	advice: string;
	/** Dify's error code. Absent if the node sends no request. */
	code?: string;
	/** Dify's HTTP status. Absent if the node sends no request. */
	status?: number;
}

/**
 * Tests each case twice: alone, where the error ends the execution, and between valid items with
 * 'Continue', where it becomes an item. Without a `status`, no request may fail.
 */
export function testErrorCases(
	getTestBed: () => TestBed,
	resource: string,
	cases: ErrorCase[],
): void {
	it.each(cases.map((errorCase) => [errorCase.operation, errorCase.name, errorCase] as const))(
		`${resource} %s: %s`,
		async (operation, _, errorCase) => {
			const { app = 'chat-plain', parameters, getValid, getBinary, message, advice } = errorCase;
			const { code, status } = errorCase;
			const invalid: unknown =
				typeof errorCase.invalid === 'function' ? errorCase.invalid() : errorCase.invalid;
			const { dify, run } = getTestBed();
			const call = { app, resource, operation, parameters };
			const toInput = (value: unknown): INodeExecutionData => ({
				json: { value: value as never },
				...(getBinary !== undefined && { binary: getBinary() }),
			});

			const requestsBefore = dify.requests.length;
			const alone = await run(call, { items: [toInput(invalid)] });
			expect(alone.error?.message).toBe(message);
			expect(alone.error?.description).toContain(advice);
			expect(JSON.stringify(alone.run)).not.toContain(dify.key(app));
			const statuses = dify.requests.slice(requestsBefore).map((request) => request.status);
			expect(statuses.filter((received) => received !== 200)).toEqual(
				status === undefined ? [] : [status],
			);

			const valid = getValid?.();
			const values = getValid === undefined ? [invalid, invalid] : [valid, invalid, valid];
			const { outputs } = await run(call, {
				items: values.map(toInput),
				onError: 'continueRegularOutput',
			});
			const invalidIndex = getValid === undefined ? 0 : 1;
			const [items = []] = outputs;
			const errorItems = items.filter(({ json }) => typeof json.error === 'string');
			expect(errorItems).toHaveLength(getValid === undefined ? 2 : 1);
			expect(errorItems[0]).toEqual({
				json: {
					error: `${message} [item ${invalidIndex}]`,
					...(code !== undefined && { code }),
					...(status !== undefined && { http_status: status }),
				},
				pairedItem: { item: invalidIndex },
			});
			if (getValid !== undefined) {
				expect(new Set(items.map(({ pairedItem }) => JSON.stringify(pairedItem))).size).toBe(3);
			}
		},
	);
}
