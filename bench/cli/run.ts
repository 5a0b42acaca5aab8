import { appendFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import undici from 'undici/package.json';
import { exitCode } from '../thresholds/exitCode';
import { judge } from '../thresholds/judge';
import type { AppInfo } from '../load/preflight';
import { askForApp } from '../load/preflight';
import { run } from '../load/runLoad';
import manifest from '../package.json';
import { htmlReport } from '../reports/html';
import { jsonReport } from '../reports/json';
import { junitReport } from '../reports/junit';
import { showLive } from '../reports/live';
import { markdownReport } from '../reports/markdown';
import { terminalReport } from '../reports/terminal';
import { takesColour } from '../reports/terminalText';
import type { BenchResult, Machine } from '../result';
import { RESULT_FORMAT } from '../result';
import { describe } from './flags';
import type { RunOptions } from './runOptions';
import { readRunOptions } from './runOptions';
import { RUN_FLAGS } from './runFlags';
import { UsageError } from '../usageError';

export const RUN_HELP = `dify-bench run --url URL --query TEXT [options]

Measures a Dify app: time to first token and SSE throughput of POST /chat-messages.
Exit code: 0 all limits kept, 1 a limit broken, 2 wrong usage or a refused key,
3 too few samples to tell, 4 the measuring itself was not valid.

${describe(RUN_FLAGS)}
`;

/** @returns the exit code @throws {UsageError} */
export async function runCommand(args: readonly string[]): Promise<number> {
	const options = readRunOptions(args, process.env);
	touch(options);
	const app = await appOf(options);
	const interrupt = interruptOf();
	const live = showLive(process.stderr);
	const { findings, startedAt, durationMs, version, interrupted } = await run(options, {
		onProgress: live.update,
		interrupt,
	}).finally(live.end);
	const result: BenchResult = {
		format: RESULT_FORMAT,
		version: manifest.version,
		started_at: startedAt.toISOString(),
		duration_ms: durationMs,
		target: { base_url: options.url, version, app },
		machine: machine(),
		interrupted,
		...findings,
		assertions: [],
	};
	result.assertions = judge(options.assertions, result);
	write(result, options);
	return exitCode(result, options);
}

/** The app behind the key, if it can be asked as the plan asks. @throws {UsageError} */
async function appOf({ url, key, plan }: RunOptions): Promise<AppInfo | null> {
	if (plan.target === 'n8n' || key === undefined) return null;
	const app = await askForApp(url, key, plan.insecure);
	if (app.mode === 'agent-chat' && plan.mode === 'blocking') {
		throw new UsageError('--mode blocking: Agent apps answer in streaming mode only');
	}
	if (app.mode === 'completion' || app.mode === 'workflow') {
		throw new UsageError(
			`the key's app "${app.name}" is of the kind ${app.mode}, which has no chat messages: use the key of a Chatbot, Agent or Chatflow app`,
		);
	}
	return app;
}

/** Ctrl-C once: the run ends in order, and is reported. Twice: the program ends. */
function interruptOf(): AbortSignal {
	const controller = new AbortController();
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.on(signal, () => {
			if (controller.signal.aborted) process.exit(130);
			process.stderr.write('\nending the run; again to stop at once\n');
			controller.abort();
		});
	}
	return controller.signal;
}

function machine(): Machine {
	return {
		platform: `${platform()} ${release()}`,
		cpu: cpus()[0]?.model.trim() ?? 'unknown',
		cores: availableParallelism(),
		memory_bytes: totalmem(),
		node: process.version.slice(1),
		undici: undici.version,
	};
}

function write(result: BenchResult, { reports }: RunOptions): void {
	if (reports.json === '-') process.stdout.write(jsonReport(result));
	else process.stdout.write(terminalReport(result, takesColour(process.stdout)));
	if (reports.json !== undefined && reports.json !== '-')
		writeFileSync(reports.json, jsonReport(result));
	if (reports.html !== undefined) writeFileSync(reports.html, htmlReport(result));
	if (reports.junit !== undefined) writeFileSync(reports.junit, junitReport(result));
	if (reports.markdown !== undefined) writeFileSync(reports.markdown, markdownReport(result));
	const summary = process.env.GITHUB_STEP_SUMMARY;
	if (summary !== undefined && summary !== '') appendFileSync(summary, markdownReport(result));
}

/** Opens every report before the run: better no run than one that nobody can read. @throws {UsageError} */
function touch({ reports }: RunOptions): void {
	for (const [flag, file] of Object.entries(reports)) {
		if (file === undefined || (flag === 'json' && file === '-')) continue;
		try {
			appendFileSync(file, '');
		} catch (error) {
			throw new UsageError(`--${flag}: ${file} cannot be written: ${(error as Error).message}`);
		}
	}
}
