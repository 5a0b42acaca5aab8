import type { Version } from '../../../fixtures/recordings';

/** Recordings whose responses mock-dify deliberately does not reproduce. */
export interface DeliberateDifference {
	names: RegExp;
	/** The versions with the difference. By default all versions. */
	versions?: Version[];
	reason: string;
}

export const DELIBERATE_DIFFERENCES: readonly DeliberateDifference[] = [
	{
		names: /^(?:a07|c05)_/,
		reason: 'They pause in the middle of an answer. A script has the same gap between all tokens.',
	},
	{
		names: /^(?:a24|c25)_/,
		reason:
			'They use output moderation. mock-dify has a fault for it and does not read the answer.',
	},
	{
		names: /^b07_/,
		versions: ['1.12.1'],
		reason: 'Dify 1.12.1 fails with a type error if a blocking answer is empty.',
	},
	{
		names: /^c14_/,
		versions: ['1.13.2'],
		reason: 'The retries took so long that the server sent a ping after the answer.',
	},
	{
		names: /^x0[56]_/,
		reason:
			'They have loops and iterations. A chatflow of mock-dify has a start, an LLM and an answer node only.',
	},
	{
		names: /^d(?:02|03|11)_/,
		reason:
			'mock-dify sends all steps of an agent before the answer. Dify sends text between the steps.',
	},
	{
		names: /^(?:e36|e37|f06|f07)_/,
		reason: 'They call endpoints of completion and workflow apps, which the node does not call.',
	},
	{
		names: /^e70_/,
		reason: 'Only browsers send preflight requests. Neither the node nor dify-bench sends one.',
	},
	{
		names: /^g07_/,
		reason:
			'The multipart parser assumes text/plain for a part without a type, so the part is accepted.',
	},
	{
		names: /^g1[12]_/,
		reason: 'The recordings do not contain their bodies. uploadLimit.test.ts sends such files.',
	},
	{
		names: /^g37_/,
		versions: ['1.12.1', '1.13.2'],
		reason: 'For an unknown transfer method, mock-dify returns the error message of Dify 1.14.',
	},
	{
		names: /^g43_/,
		reason: 'mock-dify does not check remote URLs, because it makes no network requests.',
	},
	{
		names: /^g46_/,
		versions: ['1.14.2', '1.16.0'],
		reason: "The recording is wrong: its file was uploaded with another app's key.",
	},
	{
		names: /^h01_parameters_(?:agent-fc|.*-(?:mod|plain|vars)|completion|workflow)$/,
		reason: 'The apps of mock-dify have other opening statements, questions and file types.',
	},
	{
		names: /^h1[12]_|^h13_conversations_sort$/,
		reason:
			'mock-dify does not generate titles, and its list contains the conversations of earlier recordings.',
	},
	{
		names: /^h14_messages(?:_limit2)?$/,
		versions: ['1.13.2', '1.14.2', '1.16.0'],
		reason:
			'Dify lists messages of the same second in any order. mock-dify lists them in the order of their creation.',
	},
	{
		names:
			/^x0[23]_|^x04_(?:flow|parameters)_|^h01_parameters_flow-unpublished$|^y12_.*_streaming$/,
		reason: 'All apps of mock-dify are published and have a model.',
	},
	{
		names: /^x08_flow_human_input_block$/,
		versions: ['1.13.2'],
		reason: 'Dify 1.13 fails at a pause in blocking mode. mock-dify answers like Dify 1.14.',
	},
	{
		names: /^y25_new_agent_(?:info|parameters|site)$/,
		reason: 'The New Agent of mock-dify has another description, icon and file upload.',
	},
];
