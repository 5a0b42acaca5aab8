import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildPackage, PACKAGE_DIRECTORY } from '../build';
import { N8nEngine } from '../n8n-engine';
import { printHelp, runScript } from '../terminal';

const EXECUTIONS = 1_000;
/** The node may close its connection shortly after it has returned its item. */
const SETTLE_MS = 2_000;
/** Ends an execution that does not recognize the end of the run, in seconds. */
const IDLE_TIMEOUT = 10;

/** The events of a complete run, by app. */
const EVENTS = {
	Chatbot: [
		{ event: 'message', answer: 'Yes.' },
		{ event: 'message_end', metadata: {} },
	],
	Chatflow: [
		{ event: 'message', answer: 'Yes.', workflow_run_id: 'run' },
		{
			event: 'workflow_finished',
			workflow_run_id: 'run',
			data: { id: 'run', status: 'succeeded' },
		},
		{ event: 'message_end', workflow_run_id: 'run', metadata: {} },
	],
} as const;

const HELP = `Runs the node ${EXECUTIONS} times for each kind of app, against a server that keeps each connection open after the run's
last event, and prints how many connections are left. Fails if there are any.

  npm run measure:sockets`;

async function main(args: string[]): Promise<void> {
	if (printHelp(args, HELP)) return;
	await buildPackage();
	const engine = await N8nEngine.create(PACKAGE_DIRECTORY);
	const left = [await measure(engine, 'Chatbot'), await measure(engine, 'Chatflow')];
	if (left.some((count) => count > 0)) process.exitCode = 1;
}

async function measure(engine: N8nEngine, app: keyof typeof EVENTS): Promise<number> {
	let opened = 0;
	const events = EVENTS[app].map((event) => {
		const ids = { conversation_id: 'conversation', message_id: 'message', task_id: 'task' };
		return `data: ${JSON.stringify({ ...ids, ...event })}\n\n`;
	});
	const server = createServer((request, response) => {
		request.resume();
		response.writeHead(200, { 'content-type': 'text/event-stream', 'x-version': '1.14.2' });
		response.write(events.join(''));
	});
	// A limit of the server must not close the connections for the node.
	server.requestTimeout = 0;
	server.keepAliveTimeout = 0;
	server.on('connection', () => opened++);
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const credentials = { apiKey: 'app-key', baseUrl: `http://127.0.0.1:${port}/v1` };
	const parameters = { query: 'x', options: { idleTimeout: IDLE_TIMEOUT, recover: false } };
	let completed = 0;
	for (let execution = 0; execution < EXECUTIONS; execution++) {
		const { outputs } = await engine.run({ parameters, credentials });
		if (outputs[0]?.[0]?.json.status === 'completed') completed++;
	}
	await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
	const left = await new Promise<number>((resolve, reject) => {
		server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
	});
	console.log(
		`${app}: ${completed} of ${EXECUTIONS} executions completed, ${opened} connections opened, ${left} left open`,
	);
	server.closeAllConnections();
	server.close();
	return left;
}

runScript(main);
