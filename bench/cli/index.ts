import manifest from '../package.json';
import { EXIT_CODES } from '../thresholds/exitCode';
import { UsageError } from '../usageError';
import { CALIBRATE_HELP, calibrateCommand } from './calibrate';
import { COMPARE_HELP, compareCommand } from './compare';
import { OVERHEAD_HELP, overheadCommand } from './overhead';
import { RUN_HELP, runCommand } from './run';
import { SERVE_HELP, serveCommand } from './serve';

interface Command {
	/** Returns the exit code. */
	run: (args: readonly string[]) => Promise<number>;
	help: string;
}

const COMMANDS: Readonly<Record<string, Command>> = {
	run: { run: runCommand, help: RUN_HELP },
	calibrate: { run: calibrateCommand, help: CALIBRATE_HELP },
	serve: { run: serveCommand, help: SERVE_HELP },
	overhead: { run: overheadCommand, help: OVERHEAD_HELP },
	compare: { run: compareCommand, help: COMPARE_HELP },
};

const HELP = `dify-bench ${manifest.version}

  dify-bench run        measures a Dify app
  dify-bench calibrate  measures how accurate this machine's times are
  dify-bench serve      starts a Dify-compatible server on loopback for tests
  dify-bench overhead   measures what n8n adds to the answers of an app
  dify-bench compare    shows two results side by side

Use dify-bench COMMAND --help for the options of a command.
`;

/** The first argument is the command. Returns the exit code. */
async function main([name, ...args]: readonly string[]): Promise<number> {
	if (name === '--version') {
		process.stdout.write(`${manifest.version}\n`);
		return 0;
	}
	if (name === undefined || name === '--help' || name === 'help') {
		process.stdout.write(HELP);
		return name === undefined ? EXIT_CODES.usage : 0;
	}
	const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
	if (command === undefined) {
		const names = Object.keys(COMMANDS).join(', ');
		throw new UsageError(`Unknown command '${name}'. The commands are ${names}`);
	}
	if (args.includes('--help')) {
		process.stdout.write(command.help);
		return 0;
	}
	return await command.run(args);
}

main(process.argv.slice(2)).then(
	(code) => {
		process.exitCode = code;
	},
	(error: unknown) => {
		const isUsageError = error instanceof UsageError;
		process.stderr.write(`dify-bench: ${isUsageError ? error.message : (error as Error).stack}\n`);
		process.exitCode = isUsageError ? EXIT_CODES.usage : EXIT_CODES.invalid;
	},
);
