import type { INodeParameters } from 'n8n-workflow';
import type { Conversation } from '../../mock-dify';
import { AGREED, APPS, begin, COUNTER, TAGS, TOPIC } from './conversations';
import type { World } from './harness';
import { byId, itemOf, openWorld } from './harness';
import { itRefuses, UNKNOWN, VALUE } from './refusals';

/** A chatflow's conversation variables. */

let world: World;

beforeAll(async () => {
	world = await openWorld({ lingerMs: 20, apps: APPS });
});

afterAll(async () => {
	await world.dify.close();
});

describe('variables', () => {
	it('are given with their types, an item each', async () => {
		const { id } = await begin(world, 'flow');
		const parameters = { conversationId: byId(id), returnAll: true };
		const { outputs } = await world.run('flow', 'conversation', 'getVariables', parameters);
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
		const two = { ...parameters, returnAll: false, limit: 2 };
		const limited = await world.run('flow', 'conversation', 'getVariables', two);
		expect(limited.outputs[0]?.map(({ json }) => json.id)).toEqual([COUNTER, TOPIC]);
	});

	it('of a chatbot are none', async () => {
		const { id } = await begin(world, 'chat-plain');
		const parameters = { conversationId: byId(id) };
		const outcome = await world.run('chat-plain', 'conversation', 'getVariables', parameters);
		expect([outcome.error, outcome.outputs]).toEqual([undefined, [[]]]);
	});

	it.each([
		['a text', TOPIC, { valueType: 'text', value: 'cats' }, 'cats'],
		['a text of digits', TOPIC, { valueType: 'text', value: '={{ 8 }}' }, '8'],
		['an empty text', TOPIC, { valueType: 'text', value: '' }, ''],
		['a number', COUNTER, { valueType: 'json', valueJson: '8' }, 8],
		['zero, by an expression', COUNTER, { valueType: 'json', valueJson: '={{ 0 }}' }, 0],
		['false', AGREED, { valueType: 'json', valueJson: 'false' }, false],
		['a list', TAGS, { valueType: 'json', valueJson: '={{ ["a", "b"] }}' }, ['a', 'b']],
	] as Array<[string, string, INodeParameters, unknown]>)(
		'are set to %s',
		async (_, variable, value, sent) => {
			const { id } = await begin(world, 'flow');
			const parameters = { conversationId: byId(id), variableId: byId(variable), ...value };
			const item = itemOf(await world.run('flow', 'conversation', 'updateVariable', parameters));
			expect(world.dify.requests.at(-1)?.body).toEqual({ user: 'n8n', value: sent });
			expect(item).toMatchObject({
				id: variable,
				value: typeof sent === 'string' ? sent : JSON.stringify(sent),
			});
		},
	);
});

describe('is refused', () => {
	let flow: Conversation;
	beforeAll(async () => {
		flow = await begin(world, 'flow');
	});

	const update = {
		operation: 'updateVariable',
		app: 'flow',
		parameters: {
			conversationId: byId('={{ $json.conversation }}'),
			variableId: byId(VALUE),
			valueType: 'json',
			valueJson: '1',
		},
	};
	itRefuses(() => world, 'conversation', [
		{
			name: 'a variable id that is none',
			...update,
			bad: 'counter',
			parameters: { ...update.parameters, conversationId: byId(UNKNOWN) },
			message: "'Variable' is not a valid ID (UUID)",
			advice: "'Get Variables'",
		},
		{
			...update,
			name: 'an unknown variable',
			parameters: { ...update.parameters, conversationId: byId(VALUE), variableId: byId(UNKNOWN) },
			bad: () => flow.id,
			message: 'Conversation Variable Not Exists.',
			advice: "'Conversation > Get Variables'",
			code: 'not_found',
			status: 404,
		},
		{
			...update,
			name: 'JSON that is none',
			parameters: {
				conversationId: byId(UNKNOWN),
				variableId: byId(COUNTER),
				valueType: 'json',
				valueJson: VALUE,
			},
			bad: '{"a":',
			message: "'Value (JSON)' is not valid JSON: Unexpected end of JSON input",
			advice: 'such as 8',
		},
		{
			...update,
			name: 'a value of another type',
			parameters: {
				conversationId: byId(VALUE),
				variableId: byId(COUNTER),
				valueType: 'text',
				value: 'nope',
			},
			bad: () => flow.id,
			message: "Type mismatch: variable 'counter' expects number, but got string type",
			advice: "to 'JSON' for a number",
			code: 'bad_request',
			status: 400,
		},
	]);
});
