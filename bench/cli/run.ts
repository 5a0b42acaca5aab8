import { appendFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import undici from 'undici/package.json';
import type { AppInfo } from '../load/preflight';
import { fetchAppInfo } from '../load/preflight';
import { runLoad } from '../load/runLoad';
import manifest from '../package.json';
import { htmlReport } from '../reports/html/page';
import { jsonReport } from '../reports/json';
import { junitReport } from '../reports/junit';
import { showLiveProgress } from '../reports/liveProgress';
import { markdownReport } from '../reports/markdown';
import { terminalReport } from '../reports/terminal';
import { supportsColor } from '../reports/terminalText';
import type { BenchResult, Machine } from '../result';
import { RESULT_FORMAT } from '../result';
import type { RunConfig } from '../runConfig';
import { exitCode } from '../thresholds/exitCode';
import { judge } from '../thresholds/judge';
import { UsageError } from '../usageError';
import { describeFlags } from './flags';
import { RUN_FLAGS } from './runFlags';
import type { RunOptions } from './runOptions';
import { parseRunOptions } from './runOptions';

export const RUN_HELP = `dify-bench run --url URL --query TEXT [options]

Measures a Dify app: time to first token and SSE throughput of POST /chat-messages.
Exit codes: 0 all limits are met, 1 a limit is broken, 2 wrong usage or a rejected key,
3 too few samples to decide, 4 the measurement is not valid.

${describeFlags(RUN_FLAGS)}
`;

/** Exit code of a program that SIGINT ended. */
const EXIT_CODE_SIGINT = 130;

/** Runs `dify-bench run` and returns the exit code. @throws {UsageError} */
export async function runCommand(args: readonly string[]): Promise<number> {
	const options = parseRunOptions(args, process.env);
	const { config } = options;
	checkReportsWritable(options);
	const app = await readApp(config);
	const live = showLiveProgress(process.stderr);
	const { metrics, startedAt, durationMs, version, isInterrupted } = await runLoad(config, {
		onProgress: live.update,
		interrupt: interruptOnSignal(),
	}).finally(live.end);
	const result: BenchResult = {
		format: RESULT_FORMAT,
		version: manifest.version,
		started_at: startedAt.toISOString(),
		duration_ms: durationMs,
		target: { base_url: config.url, version, app },
		machine: describeMachine(),
		interrupted: isInterrupted,
		...metrics,
		assertions: [],
	};
	result.assertions = judge(options.thresholds, result);
	writeReports(result, options);
	return exitCode(result, options);
}

/**
 * Reads the app that the key belongs to. Returns `null` for an n8n webhook.
 * @throws {UsageError} if the app does not support the request
 */
async function readApp({ url, key, plan }: RunConfig): Promise<AppInfo | null> {
	if (plan.target === 'n8n' || key === undefined) return null;
	const app = await fetchAppInfo(url, key, plan.insecure);
	if (app.mode === 'agent-chat' && plan.mode === 'blocking') {
		throw new UsageError('--mode blocking: Agent apps support only the streaming mode');
	}
	if (app.mode === 'completion' || app.mode === 'workflow') {
		throw new UsageError(
			`The app "${app.name}" of this key is a ${app.mode} app, which has no chat messages. Use the key of a Chatbot, Agent or Chatflow app`,
		);
	}
	return app;
}

/** The first Ctrl-C ends the run early and reports it. The second one ends the program. */
function interruptOnSignal(): AbortSignal {
	const controller = new AbortController();
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.on(signal, () => {
			if (controller.signal.aborted) process.exit(EXIT_CODE_SIGINT);
			process.stderr.write('\nEnding the run. Press Ctrl-C again to stop immediately.\n');
			controller.abort();
		});
	}
	return controller.signal;
}

function describeMachine(): Machine {
	return {
		platform: `${platform()} ${release()}`,
		cpu: cpus()[0]?.model.trim() ?? 'unknown',
		cores: availableParallelism(),
		memory_bytes: totalmem(),
		node: process.version.slice(1),
		undici: undici.version,
	};
}

function writeReports(result: BenchResult, { reports }: RunOptions): void {
	if (reports.json === '-') process.stdout.write(jsonReport(result));
	else process.stdout.write(terminalReport(result, supportsColor(process.stdout)));
	if (reports.json !== undefined && reports.json !== '-')
		writeFileSync(reports.json, jsonReport(result));
	if (reports.html !== undefined) writeFileSync(reports.html, htmlReport(result));
	if (reports.junit !== undefined) writeFileSync(reports.junit, junitReport(result));
	if (reports.markdown !== undefined) writeFileSync(reports.markdown, markdownReport(result));
	const summary = process.env.GITHUB_STEP_SUMMARY;
	if (summary !== undefined && summary !== '') appendFileSync(summary, markdownReport(result));
}

/**
 * Opens every report file before the run, so that a wrong path does not waste a whole run.
 * @throws {UsageError}
 */
function checkReportsWritable({ reports }: RunOptions): void {
	for (const [flag, file] of Object.entries(reports)) {
		if (file === undefined || (flag === 'json' && file === '-')) continue;
		try {
			appendFileSync(file, '');
		} catch (error) {
			throw new UsageError(`--${flag}: ${file} cannot be written: ${(error as Error).message}`);
		}
	}
}
