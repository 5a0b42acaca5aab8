import { findInvalidInput, parseAppVariables } from '../../../protocol/appParameters';
import { parseFormFields } from '../../../protocol/humanInputForm';
import { bodyOf, recording, VERSIONS } from '../../fixtures/recordings';

describe('app variables', () => {
	const recorded = VERSIONS.map(
		(version) =>
			JSON.parse(bodyOf(recording(version, 'h01_parameters_flow-vars')).toString()) as unknown,
	);

	it.each(recorded)('are parsed from a recorded GET /parameters body', (parameters) => {
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
		[{ name: 'n', unknown: 1 }, undefined],
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
	])('validation of %j returns %j', (inputs, message) => {
		expect(findInvalidInput(parseAppVariables(recorded[0]), inputs)?.message).toBe(message);
	});

	it('options of another type become text', () => {
		const options = ['red', 7, { toString: 1, valueOf: 1 }];
		const body = { user_input_form: [{ select: { variable: 'colour', options } }] };
		expect(parseAppVariables(body)).toMatchObject([
			{ options: ['red', '7', '{"toString":1,"valueOf":1}'] },
		]);
		const source = { value: options };
		const input = { output_variable_name: 'colour', type: 'select', option_source: source };
		expect(parseFormFields({ inputs: [input] })).toMatchObject([
			{ options: ['red', '7', '{"toString":1,"valueOf":1}'] },
		]);
	});

	it.each([null, 7, {}, { user_input_form: [null, 'x', {}, { file: null }] }])(
		'an invalid body has none: %j',
		(body) => {
			expect(parseAppVariables(body)).toEqual([]);
		},
	);
});

describe('options of a select that are no texts', () => {
	// String() throws for an object whose `toString` is not a function.
	const values = [1, true, null, { toString: 1 }, ['a']];
	const texts = ['1', 'true', '', '{"toString":1}', '["a"]'];

	it('become texts in the variables of an app', () => {
		const select = { variable: 'color', label: 'Color', options: values };
		const [variable] = parseAppVariables({ user_input_form: [{ select }] });
		expect(variable?.options).toEqual(texts);
	});

	it('become texts in the fields of a form', () => {
		const option_source = { type: 'constant', value: values };
		const input = { type: 'select', output_variable_name: 'color', option_source };
		expect(parseFormFields({ inputs: [input] })[0]?.options).toEqual(texts);
	});
});
