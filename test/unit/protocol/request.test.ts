import { findInvalidInput, parseAppVariables } from '../../../protocol/appParameters';
import {
	BaseUrlError,
	buildChatBody,
	detectFileType,
	normalizeBaseUrl,
} from '../../../protocol/request';
import { bodyOf, recording, VERSIONS } from '../../fixtures/recordings';

describe('the base URL', () => {
	it.each([
		['https://api.dify.ai/v1', 'https://api.dify.ai/v1'],
		['https://api.dify.ai', 'https://api.dify.ai/v1'],
		['https://api.dify.ai/', 'https://api.dify.ai/v1'],
		['https://api.dify.ai/v1///', 'https://api.dify.ai/v1'],
		[' http://localhost:8080 ', 'http://localhost:8080/v1'],
		['http://10.0.0.2/dify/v1/', 'http://10.0.0.2/dify/v1'],
		['https://gateway.example.com/ai', 'https://gateway.example.com/ai'],
		['http://[::1]:5001/v1', 'http://[::1]:5001/v1'],
	])('%s', (given, expected) => {
		expect(normalizeBaseUrl(given)).toBe(expected);
	});

	it.each([
		'',
		'   ',
		'api.dify.ai',
		'localhost:8080',
		'ftp://x/v1',
		'https://u:p@x/v1',
		'https://x/v1?a=1',
		'https://x/v1#a',
	])('refuses %j', (given) => {
		expect(() => normalizeBaseUrl(given)).toThrow(BaseUrlError);
	});
});

describe('the body', () => {
	const least = { query: 'q', user: 'u', responseMode: 'streaming' as const, inputs: {} };

	it('has no key without a value', () => {
		expect(
			buildChatBody({ ...least, conversationId: '', files: [], traceId: '', workflowId: '' }),
		).toEqual({
			inputs: {},
			query: 'q',
			user: 'u',
			response_mode: 'streaming',
		});
	});

	it('keeps 0, false and empty text', () => {
		const inputs = { zero: 0, no: false, empty: '', none: null };
		const body = buildChatBody({
			...least,
			inputs,
			autoGenerateName: false,
			conversationId: 'c',
			traceId: 't',
			workflowId: 'w',
		});
		expect(body).toMatchObject({
			inputs,
			auto_generate_name: false,
			conversation_id: 'c',
			trace_id: 't',
			workflow_id: 'w',
		});
	});
});

it.each([
	['image/png', 'a', 'image'],
	['audio/mpeg', 'a.mp3', 'audio'],
	['video/mp4', '', 'video'],
	['application/pdf', 'a.PDF', 'document'],
	['application/octet-stream', 'a.png', 'image'],
	['application/json', 'a.json', 'custom'],
	['', '/pictures/1', 'image'],
	['', '/a.docx', 'document'],
])('a file of type %j named %j is %s', (mimeType, name, expected) => {
	expect(detectFileType(mimeType, name)).toBe(expected);
});

describe("the app's variables", () => {
	const recorded = VERSIONS.map(
		(version) =>
			JSON.parse(bodyOf(recording(version, 'h01_parameters_flow-vars')).toString()) as unknown,
	);

	it.each(recorded)('are read from GET /parameters', (parameters) => {
		expect(
			parseAppVariables(parameters).map(({ variable, type, required }) => [
				variable,
				type,
				required,
			]),
		).toEqual([
			['name', 'text-input', true],
			['about', 'paragraph', false],
			['colour', 'select', false],
			['age', 'number', false],
			['agree', 'checkbox', false],
			['doc', 'file', false],
			['docs', 'file-list', false],
			['blob', 'json_object', false],
		]);
	});

	it.each([
		[{}, 'name is required in input form'],
		[{ name: '' }, undefined],
		[{ name: 'n', unheard: 1 }, undefined],
		[{ name: 7 }, "(type 'text-input') name in input form must be a string"],
		[{ name: 'x'.repeat(49) }, 'name in input form must be less than 48 characters'],
		[
			{ name: 'n', colour: 'pink' },
			'colour in input form must be one of the following: red, green, blue',
		],
		[{ name: 'n', age: 'old' }, 'age in input form must be a valid number'],
		[{ name: 'n', age: 0 }, undefined],
		[{ name: 'n', doc: 'x' }, 'doc in input form must be a file'],
		[{ name: 'n', docs: {} }, 'docs in input form must be a list of files'],
		[{ name: 'n', docs: [1, 2, 3, 4] }, 'docs in input form must be less than 3 files'],
	])('%j: %s', (inputs, message) => {
		expect(findInvalidInput(parseAppVariables(recorded[0]), inputs)?.message).toBe(message);
	});

	it.each([null, 7, {}, { user_input_form: [null, 'x', {}, { file: null }] }])(
		'are none in %j',
		(body) => {
			expect(parseAppVariables(body)).toEqual([]);
		},
	);
});
