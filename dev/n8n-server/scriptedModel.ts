import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface ChatCompletion {
	messages: Array<{ role: string; content: string | null }>;
	tools?: Array<{ function: { name: string } }>;
	stream?: boolean;
}

/** An OpenAI-compatible model server on loopback. The model calls its first tool once and then repeats the tool's result. */
export interface ScriptedModel {
	/** Includes `/v1`. */
	baseUrl: string;
	requests: ChatCompletion[];
	close(): Promise<void>;
}

/** @param question what the model asks its tool. By default it passes on the user's message. */
export async function startScriptedModel(question?: string): Promise<ScriptedModel> {
	const requests: ChatCompletion[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = JSON.parse(Buffer.concat(chunks).toString()) as ChatCompletion;
			requests.push(body);
			const message = createReply(body, question);
			if (body.stream === true) {
				response.setHeader('Content-Type', 'text/event-stream');
				const delta = {
					...message,
					tool_calls: message.tool_calls?.map((call) => ({ index: 0, ...call })),
				};
				response.write(toSseMessage({ delta, finish_reason: null }));
				response.write(toSseMessage({ delta: {}, finish_reason: finishReason(message) }));
				response.end('data: [DONE]\n\n');
			} else {
				response.setHeader('Content-Type', 'application/json');
				response.end(
					completion('chat.completion', { message, finish_reason: finishReason(message) }),
				);
			}
		});
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
		requests,
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

interface Reply {
	role: 'assistant';
	content: string | null;
	tool_calls?: Array<{
		id: string;
		type: 'function';
		function: { name: string; arguments: string };
	}>;
}

function createReply({ messages, tools }: ChatCompletion, question?: string): Reply {
	const last = messages.at(-1);
	const userMessage = messages.findLast(({ role }) => role === 'user')?.content;
	const tool = tools?.[0]?.function.name;
	if (last?.role === 'tool' || tool === undefined) {
		return { role: 'assistant', content: `The handbook says: ${last?.content ?? ''}` };
	}
	const call = { name: tool, arguments: JSON.stringify({ query: question ?? userMessage ?? '' }) };
	return {
		role: 'assistant',
		content: null,
		tool_calls: [{ id: 'call_1', type: 'function', function: call }],
	};
}

const finishReason = ({ tool_calls }: Reply): string =>
	tool_calls === undefined ? 'stop' : 'tool_calls';

const completion = (object: string, choice: object): string =>
	JSON.stringify({
		id: 'chatcmpl-1',
		object,
		created: 1,
		model: 'scripted',
		choices: [{ index: 0, ...choice }],
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	});

const toSseMessage = (choice: object): string =>
	`data: ${completion('chat.completion.chunk', choice)}\n\n`;
