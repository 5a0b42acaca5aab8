import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'cyan' | 'red' | 'green';

/** Returns the text in a style if the stream is a terminal and `NO_COLOR` is not set (no-color.org). */
export function paint(
	style: Style,
	text: string,
	stream: NodeJS.WriteStream = process.stdout,
): string {
	const isPlain = !stream.isTTY || (process.env.NO_COLOR ?? '') !== '';
	return isPlain ? text : styleText(style, text);
}

/** Prints what is being done, does it, and prints how long it took. */
export async function runStep<Result>(
	description: string,
	work: () => Promise<Result>,
): Promise<Result> {
	const startedAt = performance.now();
	process.stdout.write(paint('dim', `${description} … `));
	const result = await work();
	const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
	process.stdout.write(paint('dim', `${seconds} s\n`));
	return result;
}

/** The command line is wrong. The message says how to correct it. */
export class UsageError extends Error {}

/**
 * Reads the command line of a script that has no option but `--help`, and prints the help if it is given.
 *
 * @returns whether the help was printed
 * @throws {UsageError} for any other argument
 */
export function printHelp(args: string[], help: string): boolean {
	const unknown = args.find((arg) => arg !== '--help' && arg !== '-h');
	if (unknown !== undefined)
		throw new UsageError(`Unknown option ${unknown}; --help shows the usage`);
	if (args.length > 0) console.log(help);
	return args.length > 0;
}

/**
 * Runs a script's main function. If it fails, its message is printed to stderr and the exit code is 1, or 2 for
 * a {@link UsageError}.
 */
export function runScript(main: (args: string[]) => Promise<void>): void {
	main(process.argv.slice(2)).catch((error: unknown) => {
		const message = error instanceof Error ? error.message : String(error);
		console.error(paint('red', message, process.stderr));
		process.exitCode = error instanceof UsageError ? 2 : 1;
	});
}
