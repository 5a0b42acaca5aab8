import type { ResourceMapperFields } from 'n8n-workflow';
import type { TestBed } from './testBed';
import { getItem, getLastChatBody, startTestBed } from './testBed';

/** The fields for an app's variables in the node's form. */

let testBed: TestBed;

beforeAll(async () => {
	testBed = await startTestBed({ lingerMs: 20 });
});

afterAll(async () => {
	await testBed.dify.close();
});

const getInputFields = async (
	app: string,
	parameters = {},
): Promise<ResourceMapperFields['fields']> => {
	const { fields } = (await testBed.engine.callMethod(
		'resourceMapping',
		'getInputs',
		parameters,
		testBed.getCredentials(app),
	)) as ResourceMapperFields;
	return fields;
};

describe('input fields in the node form:', () => {
	it("have the type, the options and the required mark of the app's variables", async () => {
		const fields = await getInputFields('flow-vars', { user: 'ada' });
		expect(
			fields.map(({ id, displayName, type, required }) => [id, displayName, type, required]),
		).toEqual([
			['name', 'Name', 'string', true],
			['about', 'About', 'string', false],
			['colour', 'Colour', 'options', false],
			['age', 'Age', 'number', false],
			['agree', 'Agree', 'boolean', false],
			['doc', 'Doc (File: Binary Field, URL or Upload ID)', 'string', false],
			['docs', 'Docs (Files: Binary Fields, URLs or Upload IDs)', 'string', false],
			['blob', 'Blob', 'object', false],
		]);
		expect(fields[2]?.options?.map(({ value }) => value)).toEqual(['red', 'green', 'blue']);
		expect(fields[4]?.defaultValue).toBe(false);
		expect(fields[3]).not.toHaveProperty('defaultValue');
	});

	it('are sent as filled in, and empty fields are left out', async () => {
		const fields = await getInputFields('chat-vars');
		const value = { name: '', about: null, colour: 'red', age: 0, agree: false };
		const schema = fields.map((field) => ({ ...field, readOnly: false, removed: false }));
		getItem(
			await testBed.send('chat-vars', {
				inputs: { mappingMode: 'defineBelow', value, schema, matchingColumns: [] } as never,
			}),
		);
		expect(getLastChatBody(testBed)).toMatchObject({
			inputs: { name: '', colour: 'red', age: 0, agree: false },
		});
	});
});
