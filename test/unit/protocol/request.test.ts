import { buildChatBody, detectFileType } from '../../../protocol/request';

describe('chat request body', () => {
	const required = { query: 'q', user: 'u', responseMode: 'streaming' as const, inputs: {} };

	it('leaves out keys without a value', () => {
		expect(
			buildChatBody({ ...required, conversationId: '', files: [], traceId: '', workflowId: '' }),
		).toEqual({
			inputs: {},
			query: 'q',
			user: 'u',
			response_mode: 'streaming',
		});
	});

	it('keeps 0, false, null and an empty string in inputs', () => {
		const inputs = { zero: 0, no: false, empty: '', none: null };
		const body = buildChatBody({
			...required,
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
])('file type: %j with the name %j is %s', (mimeType, name, expected) => {
	expect(detectFileType(mimeType, name)).toBe(expected);
});
