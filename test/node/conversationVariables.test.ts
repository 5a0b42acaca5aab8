import type { INodeParameters } from 'n8n-workflow';
import type { Conversation } from '../../mock-dify';
import {
	AGREED_ID,
	APPS,
	COUNTER_ID,
	startConversation,
	TAGS_ID,
	TOPIC_ID,
} from './conversationFixtures';
import { ITEM_VALUE, testErrorCases, UNKNOWN_ID } from './errorCases';
import type { TestBed } from './testBed';
import { getItem, startTestBed, toLocator } from './testBed';

/** The operations on conversation variables, which only chatflows have. */

let testBed: TestBed;
/** A conversation of the app `flow`. */
let flowConversation: Conversation;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20, apps: APPS });
	flowConversation = await startConversation(testBed, 'flow');
});

afterAll(async () => {
	await testBed.dify.close();
});

describe('conversation getVariables:', () => {
	it('returns one item per variable with its type', async () => {
		const { id } = await startConversation(testBed, 'flow');
		const parameters = { conversationId: toLocator(id), returnAll: true };
		const { outputs } = await testBed.run({
			app: 'flow',
			resource: 'conversation',
			operation: 'getVariables',
			parameters,
		});
		expect(
			outputs[0]?.map(({ json, pairedItem }) => [
				json.name,
				json.value_type,
				json.value,
				pairedItem,
			]),
		).toEqual([
			['counter', 'number', '7', { item: 0 }],
			['topic', 'string', 'none', { item: 0 }],
			['tags', 'array[string]', '[]', { item: 0 }],
			['agreed', 'boolean', 'true', { item: 0 }],
		]);
		const limited = await testBed.run({
			app: 'flow',
			resource: 'conversation',
			operation: 'getVariables',
			parameters: { ...parameters, returnAll: false, limit: 2 },
		});
		expect(limited.outputs[0]?.map(({ json }) => json.id)).toEqual([COUNTER_ID, TOPIC_ID]);
	});

	it('returns no item for a chatbot, which has no variables', async () => {
		const { id } = await startConversation(testBed, 'chat-plain');
		const parameters = { conversationId: toLocator(id) };
		const { error, outputs } = await testBed.run({
			app: 'chat-plain',
			resource: 'conversation',
			operation: 'getVariables',
			parameters,
		});
		expect([error, outputs]).toEqual([undefined, [[]]]);
	});
});

describe('conversation updateVariable:', () => {
	it.each([
		['a text', TOPIC_ID, { valueType: 'text', value: 'cats' }, 'cats'],
		['a text of one digit', TOPIC_ID, { valueType: 'text', value: '={{ 8 }}' }, '8'],
		['an empty text', TOPIC_ID, { valueType: 'text', value: '' }, ''],
		['a number', COUNTER_ID, { valueType: 'json', valueJson: '8' }, 8],
		['0 from an expression', COUNTER_ID, { valueType: 'json', valueJson: '={{ 0 }}' }, 0],
		['false', AGREED_ID, { valueType: 'json', valueJson: 'false' }, false],
		['an array', TAGS_ID, { valueType: 'json', valueJson: '={{ ["a", "b"] }}' }, ['a', 'b']],
	] as Array<[string, string, INodeParameters, unknown]>)(
		'sets a variable to %s',
		async (_, variableId, value, expected) => {
			const { id } = await startConversation(testBed, 'flow');
			const parameters = {
				conversationId: toLocator(id),
				variableId: toLocator(variableId),
				...value,
			};
			const item = getItem(
				await testBed.run({
					app: 'flow',
					resource: 'conversation',
					operation: 'updateVariable',
					parameters,
				}),
			);
			expect(testBed.dify.requests.at(-1)?.body).toEqual({ user: 'n8n', value: expected });
			expect(item).toMatchObject({
				id: variableId,
				value: typeof expected === 'string' ? expected : JSON.stringify(expected),
			});
		},
	);
});

const update = {
	operation: 'updateVariable',
	app: 'flow',
	parameters: {
		conversationId: toLocator(UNKNOWN_ID),
		variableId: toLocator(ITEM_VALUE),
		valueType: 'json',
		valueJson: '1',
	},
};
testErrorCases(() => testBed, 'conversation', [
	{
		...update,
		name: 'rejects a variable id that is not a UUID',
		invalid: 'counter',
		message: "'Variable' is not a valid ID (UUID)",
		advice: "'Get Variables'",
	},
	{
		...update,
		name: 'reports an unknown variable',
		parameters: {
			...update.parameters,
			conversationId: toLocator(ITEM_VALUE),
			variableId: toLocator(UNKNOWN_ID),
		},
		invalid: () => flowConversation.id,
		message: 'Conversation Variable Not Exists.',
		advice: "'Conversation > Get Variables'",
		code: 'not_found',
		status: 404,
	},
	{
		...update,
		name: 'rejects a number that JSON does not have',
		parameters: { ...update.parameters, variableId: toLocator(COUNTER_ID), valueJson: ITEM_VALUE },
		invalid: Number.POSITIVE_INFINITY,
		message: "'Value (JSON)' is Infinity, which JSON does not have",
		advice: 'Enter a number',
	},
	{
		...update,
		name: 'rejects a value that is not valid JSON',
		parameters: {
			conversationId: toLocator(UNKNOWN_ID),
			variableId: toLocator(COUNTER_ID),
			valueType: 'json',
			valueJson: ITEM_VALUE,
		},
		invalid: '{"a":',
		message: "'Value (JSON)' is not valid JSON: Unexpected end of JSON input",
		advice: 'such as 8',
	},
	{
		...update,
		name: 'reports a value of the wrong type',
		parameters: {
			conversationId: toLocator(ITEM_VALUE),
			variableId: toLocator(COUNTER_ID),
			valueType: 'text',
			value: 'nope',
		},
		invalid: () => flowConversation.id,
		message: "Type mismatch: variable 'counter' expects number, but got string type",
		advice: "to 'JSON' for a number",
		code: 'bad_request',
		status: 400,
	},
]);
