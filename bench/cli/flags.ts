import { parseArgs } from 'node:util';
import { UsageError } from '../usageError';

/** A flag of a command. A flag without a placeholder is a switch: it takes no value. */
export interface FlagDefinition {
	/** Stands for the value in the help, such as `FILE`. */
	placeholder?: string;
	/** Whether the flag may be repeated. */
	multiple?: boolean;
	help: string;
}

/** The flags of a command by their names, which have no leading dashes. */
export type FlagDefinitions = Readonly<Record<string, FlagDefinition>>;

/** The given flags and their values. Other flags are absent. */
type FlagValues = Readonly<Record<string, string | boolean | string[] | undefined>>;

/**
 * Parses the arguments of a command.
 *
 * @throws {UsageError} for an unknown flag, or a flag without its value
 */
export function parseFlags(
	args: readonly string[],
	definitions: FlagDefinitions,
): { flags: FlagReader; positionals: string[] } {
	const options = Object.fromEntries(
		Object.entries(definitions).map(([name, { placeholder, multiple = false }]) => [
			name,
			{ type: placeholder === undefined ? ('boolean' as const) : ('string' as const), multiple },
		]),
	);
	try {
		const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
		return { flags: new FlagReader(values as FlagValues), positionals };
	} catch (error) {
		throw new UsageError(describeParseError((error as Error).message, args, definitions));
	}
}

/** Parses the arguments of a command that takes flags only. @throws {UsageError} */
export function parseFlagsOnly(args: readonly string[], definitions: FlagDefinitions): FlagReader {
	const { flags, positionals } = parseFlags(args, definitions);
	if (positionals.length > 0) {
		throw new UsageError(`Unexpected argument '${positionals[0]}': flags start with --`);
	}
	return flags;
}

/** Returns Node's message about an argument without the advice that does not apply here. */
function describeParseError(
	nodeMessage: string,
	args: readonly string[],
	definitions: FlagDefinitions,
): string {
	const [, flag] = /^Option '--(\S+?)(?: <value>)?' argument/.exec(nodeMessage) ?? [];
	if (flag !== undefined) {
		const next = args[args.indexOf(`--${flag}`) + 1];
		const isDashValue = next !== undefined && !next.startsWith('--');
		const advice = ` (a value that starts with - must follow =: --${flag}=VALUE)`;
		return `--${flag} needs a value${isDashValue ? advice : ''}`;
	}
	const [message = ''] = nodeMessage.split('. To specify');
	return `${message}${suggestFlags(message, definitions)}`;
}

function suggestFlags(message: string, definitions: FlagDefinitions): string {
	const [, unknown] = /Unknown option '--?([^']+)'/.exec(message) ?? [];
	if (unknown === undefined) return '';
	const similar = Object.keys(definitions).filter((name) => name.startsWith(unknown.slice(0, 3)));
	return similar.length === 0
		? ''
		: ` (did you mean ${similar.map((name) => `--${name}`).join(', ')}?)`;
}

/** Reads the values of flags and validates them. */
export class FlagReader {
	constructor(private readonly values: FlagValues) {}

	has(flag: string): boolean {
		return this.values[flag] !== undefined;
	}

	/** Whether a switch is on. */
	isOn(flag: string): boolean {
		return this.values[flag] === true;
	}

	text(flag: string): string | undefined {
		const value = this.values[flag];
		return typeof value === 'string' ? value : undefined;
	}

	/** Returns all values of a flag that may be repeated. */
	texts(flag: string): string[] {
		const value = this.values[flag];
		return Array.isArray(value) ? value : [];
	}

	/** Returns the parsed value of a flag, or the default if the flag is not given. */
	value<Value, Default>(
		flag: string,
		parse: (flag: string, text: string) => Value,
		defaultValue: Default,
	): Value | Default {
		const text = this.text(flag);
		return text === undefined ? defaultValue : parse(flag, text);
	}
}

/** Returns the list of flags for the help of a command. */
export function describeFlags(definitions: FlagDefinitions): string {
	const rows = Object.entries(definitions).map(
		([name, { placeholder, help }]) =>
			[`  --${name}${placeholder === undefined ? '' : ` ${placeholder}`}`, help] as const,
	);
	const width = Math.max(...rows.map(([left]) => left.length)) + 2;
	return rows.map(([left, help]) => `${left.padEnd(width)}${help}`).join('\n');
}
