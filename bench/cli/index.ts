import manifest from '../package.json';
import { CALIBRATE_HELP, calibrateCommand } from './calibrate';
import { COMPARE_HELP, compareCommand } from './compare';
import { OVERHEAD_HELP, overheadCommand } from './overhead';
import { RUN_HELP, runCommand } from './run';
import { SERVE_HELP, serveCommand } from './serve';
import { UsageError } from '../usageError';

interface Command {
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
  dify-bench calibrate  tells how far this machine's measuring can be trusted
  dify-bench serve      a Dify-compatible server on loopback to try things with
  dify-bench overhead   what n8n adds to an app's answers
  dify-bench compare    two results side by side

dify-bench COMMAND --help tells more.
`;

async function main([name, ...args]: readonly string[]): Promise<number> {
	if (name === '--version') {
		process.stdout.write(`${manifest.version}\n`);
		return 0;
	}
	if (name === undefined || name === '--help' || name === 'help') {
		process.stdout.write(HELP);
		return name === undefined ? 2 : 0;
	}
	const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
	if (command === undefined) {
		throw new UsageError(`'${name}' is no command; there are ${Object.keys(COMMANDS).join(', ')}`);
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
		const isUsage = error instanceof UsageError;
		process.stderr.write(`dify-bench: ${isUsage ? error.message : (error as Error).stack}\n`);
		process.exitCode = isUsage ? 2 : 4;
	},
);
