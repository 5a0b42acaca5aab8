import { openSync, readSync } from 'node:fs';

const SPACE = 32;
const ZERO = 48;

/**
 * How long this thread, so far, was ready to run and did not, in ms, by Linux's own account (the
 * second number of /proc/PID/task/TID/schedstat, proc(5)); 0 where there is none. A reading takes
 * half a µs.
 */
export class RunDelay {
	private readonly buffer = Buffer.alloc(64);
	private readonly file = open();

	read(): number {
		if (this.file === undefined) return 0;
		const { buffer } = this;
		const length = readSync(this.file, buffer, 0, buffer.length, 0);
		let at = buffer.indexOf(SPACE) + 1;
		let nanoseconds = 0;
		for (; at < length && buffer[at] !== SPACE; at++) {
			nanoseconds = nanoseconds * 10 + (buffer[at] as number) - ZERO;
		}
		return nanoseconds / 1e6;
	}
}

/** The file stays that of the thread that opens it. */
function open(): number | undefined {
	try {
		return openSync('/proc/thread-self/schedstat', 'r');
	} catch {
		return undefined;
	}
}
