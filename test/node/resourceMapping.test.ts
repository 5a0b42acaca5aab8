import type { INodeParameters, ResourceMapperFields } from 'n8n-workflow';
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

/** Loads the fields as the node's form does, by default with the credential of the app `flow-vars`. */
const loadInputs = async (
	parameters: object,
	credentials = testBed.getCredentials('flow-vars'),
): Promise<ResourceMapperFields> =>
	(await testBed.engine.callMethod(
		'resourceMapping',
		'getInputs',
		parameters as INodeParameters,
		credentials,
	)) as ResourceMapperFields;

describe('input fields in the node form:', () => {
	it("have the type, the options and the required mark of the app's variables", async () => {
		const { fields } = await loadInputs({ user: 'ada' });
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
		const { fields } = await loadInputs({}, testBed.getCredentials('chat-vars'));
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

	it('are replaced by a notice with the reason and what to do if the key is wrong', async () => {
		const wrong = { apiKey: 'app-wrong', baseUrl: testBed.dify.baseUrl };
		const result = await loadInputs({}, wrong);
		expect(result.fields).toEqual([]);
		expect(result.emptyFieldsNotice).toMatch(
			/^Access token is invalid\. .*close this panel and open it again\.$/,
		);
	});

	it('are replaced by a notice without HTML of the server if the address is wrong', async () => {
		const wrong = { apiKey: 'app-1', baseUrl: `${testBed.dify.origin}/<b>nope` };
		const result = await loadInputs({}, wrong);
		expect(result.emptyFieldsNotice).toContain('open it again');
		expect(result.emptyFieldsNotice).not.toContain('<');
	});

	it('stay as they are if they cannot be loaded again', async () => {
		const { fields } = await loadInputs({});
		const wrong = { apiKey: 'app-wrong', baseUrl: testBed.dify.baseUrl };
		const inputs = { mappingMode: 'defineBelow', value: { name: 'Ada' }, schema: fields };
		const again = await loadInputs({ inputs }, wrong);
		expect(again.fields).toEqual(fields);
	});

	it('are replaced by a notice for an app without inputs', async () => {
		const plain = testBed.getCredentials('chat-plain');
		const result = await loadInputs({}, plain);
		expect(result).toEqual({
			fields: [],
			emptyFieldsNotice: expect.stringMatching(/^There are no inputs to fill in\./),
		});
	});
});
