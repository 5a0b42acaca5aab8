import { parseArgs } from 'node:util';
import { UsageError } from '../usageError';

/** A flag as the help shows it; without `value` it is a switch. */
export interface Flag {
	value?: string;
	/** May be given more than once. */
	multiple?: boolean;
	help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

/** What was given, by flag; every flag that was not is absent. */
export type Given = Readonly<Record<string, string | boolean | string[] | undefined>>;

/**
 * Reads a command line.
 *
 * @throws {UsageError} for a flag that the command does not have, or one without its value
 */
export function parse(
	args: readonly string[],
	flags: Flags,
): { given: Reader; positionals: string[] } {
	const options = Object.fromEntries(
		Object.entries(flags).map(([name, { value, multiple = false }]) => [
			name,
			{ type: value === undefined ? ('boolean' as const) : ('string' as const), multiple },
		]),
	);
	try {
		const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
		return { given: new Reader(values as Given), positionals };
	} catch (error) {
		// Node's own message names the flag; only its way out of positionals is of no use here.
		const [said = ''] = (error as Error).message.split('. To specify');
		throw new UsageError(`${said.replace(/\.$/, '')}${nearest(said, Object.keys(flags))}`);
	}
}

function nearest(message: string, names: readonly string[]): string {
	const [, unknown] = /Unknown option '--?([^']+)'/.exec(message) ?? [];
	if (unknown === undefined) return '';
	const close = names.filter((name) => name.startsWith(unknown.slice(0, 3)));
	return close.length === 0
		? ''
		: ` (did you mean ${close.map((name) => `--${name}`).join(', ')}?)`;
}

/** Reads flags one by one, each through a function that checks it. */
export class Reader {
	constructor(private readonly given: Given) {}

	has(flag: string): boolean {
		return this.given[flag] !== undefined;
	}

	is(flag: string): boolean {
		return this.given[flag] === true;
	}

	text(flag: string): string | undefined {
		const value = this.given[flag];
		return typeof value === 'string' ? value : undefined;
	}

	all(flag: string): string[] {
		const value = this.given[flag];
		return Array.isArray(value) ? value : [];
	}

	/** A flag's value as `read` takes it, or what it is without. */
	value<Value, Absent>(
		flag: string,
		read: (flag: string, text: string) => Value,
		absent: Absent,
	): Value | Absent {
		const text = this.text(flag);
		return text === undefined ? absent : read(flag, text);
	}
}

/** The flags of a command, for its help. */
export function describe(flags: Flags): string {
	const rows = Object.entries(flags).map(
		([name, { value, help }]) =>
			[`  --${name}${value === undefined ? '' : ` ${value}`}`, help] as const,
	);
	const width = Math.max(...rows.map(([left]) => left.length)) + 2;
	return rows.map(([left, help]) => `${left.padEnd(width)}${help}`).join('\n');
}
