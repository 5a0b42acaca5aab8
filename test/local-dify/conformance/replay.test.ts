import { request } from 'undici';
import type { LocalDify, ProfileName } from '../../../local-dify';
import { startLocalDify } from '../../../local-dify';
import type { Recording, Version } from '../../fixtures/recordings';
import { bodyOf, headerOf, recording } from '../../fixtures/recordings';
import { DIFFERENCES } from './differences';

/**
 * Recorded requests, sent to local-dify as the version they were recorded from: the same status, the
 * headers that Dify sets, the same JSON, the same events in the same order with the same fields.
 */

const PROFILES: Readonly<Record<Version, ProfileName>> = {
	'1.12.1': '1.12',
	'1.13.2': '1.13.1',
	'1.14.2': '1.14',
};
const HEADERS = [
	'content-type',
	'x-version',
	'x-env',
	'vary',
	'www-authenticate',
	'access-control-allow-origin',
	'access-control-expose-headers',
	'cache-control',
];

const NAMES = [
	'a01_chat_stream_plain',
	'a03_chat_stream_turn1',
	'a19_chat_stream_conversation_id_empty_string',
	'a20_chat_stream_conversation_id_null',
	'a21_chat_stream_unknown_keys',
	'a22_chat_stream_vars_ok',
	'b01_chat_block_plain',
	'b04_chat_block_response_mode_absent',
	'b05_chat_block_response_mode_null',
	'c01_flow_stream_plain',
	'c18_flow_stream_bad_uuid_conversation_id',
	'c20_flow_stream_missing_required_input',
	'c21_flow_stream_unknown_conversation_id',
	'c22_flow_stream_bad_upload_id',
	'c24_flow_stream_bad_select_value',
	'c30_flow_block_plain',
	'c32_flow_block_missing_required_input',
	'c33_flow_block_unknown_conversation_id',
	'c38_flow_block_bad_select',
	'c39_flow_block_number_bad',
	'c40_flow_block_number_list',
	'c41_flow_block_name_too_long',
	'c46_flow_block_optional_select_omitted',
	'd01_agent_stream_no_tool',
	'd09_agent_blocking',
	'd10_agent_response_mode_absent',
	'e01_no_authorization',
	'e02_wrong_key',
	'e03_wrong_scheme',
	'e04_no_space_in_auth',
	'e05_lowercase_bearer',
	'e07_bearer_double_space',
	'e11_empty_query',
	'e13_missing_user',
	'e14_empty_user',
	'e15_user_number',
	'e21_malformed_json',
	'e22_json_array',
	'e24_content_type_text',
	'e27_empty_body_json_type',
	'e29_unknown_path',
	'e31_trailing_slash',
	'e34_completion_key_on_chat',
	'e40_unknown_conversation_id_stream',
	'e41_unknown_conversation_id_block',
	'e45_missing_required_input',
	'e46_bad_select',
	'e47_number_not_numeric',
	'e48_number_list',
	'e49_name_too_long',
	'e50_name_not_string',
	'e51_name_empty',
	'e57_user_whitespace',
	'e58_optional_select_omitted',
	'f10_stop_unknown_task',
	'f11_stop_no_user',
	'f12_stop_non_uuid_task',
	'g35_chat_upload_id_not_uuid',
	'h02_info_agent-fc',
	'h02_info_chat-plain',
	'h02_info_flow-plain',
	'h06_info_no_auth',
	'h06_info_wrong_key',
	'h13_conversations_bad_last_id',
	'h13_conversations_other_user',
	'h14_messages_other_user',
];

const rows = (Object.keys(PROFILES) as Version[]).flatMap((version) =>
	NAMES.map((name) => [version, name] as const),
);
const servers = new Map<Version, LocalDify>();

beforeAll(async () => {
	for (const version of Object.keys(PROFILES) as Version[]) {
		servers.set(
			version,
			await startLocalDify({ profile: PROFILES[version], silenceMs: 50, lingerMs: 20 }),
		);
	}
});

afterAll(async () => {
	await Promise.all([...servers.values()].map(async (server) => await server.close()));
});

it.each(rows)('%s %s', async (version, name) => {
	const recorded = recording(version, name);
	const expected = shapeOf(
		recorded.response.status,
		(header) => headerOf(recorded, header),
		bodyOf(recorded).toString(),
	);
	const actual = await replay(servers.get(version) as LocalDify, recorded);
	const difference = DIFFERENCES.find(
		(known) => known.name === name && (known.versions?.includes(version) ?? true),
	);
	if (difference === undefined) expect(actual).toEqual(expected);
	// A difference that is gone must leave the list.
	else expect(actual).not.toEqual(expected);
});

async function replay(dify: LocalDify, { app, request: asked }: Recording): Promise<unknown> {
	const headers = Object.fromEntries(
		asked.headers
			.filter(([key]) => !['host', 'content-length', 'user-agent'].includes(key.toLowerCase()))
			.map(([key, value]) => [key, value.replace('app-REDACTED', dify.key(app))]),
	);
	const response = await request(`${dify.origin}${asked.path}`, {
		method: asked.method as 'GET' | 'POST',
		headers,
		...(asked.body !== undefined && asked.body !== null && { body: asked.body }),
	});
	return shapeOf(
		response.statusCode,
		(name) => String(response.headers[name] ?? ''),
		await response.body.text(),
	);
}

interface Shape {
	status: number;
	headers: Record<string, string>;
	body: unknown;
}

function shapeOf(status: number, header: (name: string) => string, text: string): Shape {
	const type = header('content-type');
	const body = type.startsWith('text/event-stream')
		? eventsOf(text)
		: type.startsWith('application/json')
			? jsonOf(text)
			: text;
	return { status, headers: Object.fromEntries(HEADERS.map((name) => [name, header(name)])), body };
}

/** Each event's name and the shape of its fields, runs of the same once; and the answer. */
function eventsOf(text: string): unknown {
	const shapes: string[] = [];
	let answer = '';
	for (const frame of text.split('\n\n').filter((part) => part !== '')) {
		const isData = frame.startsWith('data: ');
		const data = isData ? (JSON.parse(frame.slice(6)) as Record<string, unknown>) : {};
		if (typeof data.answer === 'string') answer += data.answer;
		const shape = isData ? `${String(data.event)} ${Object.keys(data).join()}` : frame;
		if (shapes.at(-1) !== shape && !shape.startsWith('node_')) shapes.push(shape);
	}
	return { shapes, answer };
}

/** Values are kept where they are Dify's own, and typed where they are of one run. */
function jsonOf(text: string): unknown {
	return {
		value: generic(JSON.parse(text)),
		spaced: /^\{"\w+": /.test(text),
		endsLine: text.endsWith('\n'),
	};
}

function generic(value: unknown, key = ''): unknown {
	if (Array.isArray(value)) return value.map((entry) => generic(entry));
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(
			Object.entries(value).map(([name, field]) => [name, generic(field, name)]),
		);
	}
	if (typeof value === 'number' && key !== 'status') return 'number';
	if (typeof value === 'string' && /price/.test(key)) return 'price';
	if (typeof value !== 'string') return key.startsWith('time_to') ? 'number or null' : value;
	return value
		.replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, 'ID')
		.replace(/input_value=.*?, input_type/s, 'input_value=…, input_type')
		.replace(/pydantic\.dev\/[\d.]+\/v\/\w+/, 'pydantic.dev/…');
}
