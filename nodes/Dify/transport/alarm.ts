/**
 * Calls `ring` after `ms`, unless the function it returns is called before. Nodes may not use timers;
 * a signal's own keeps no process alive.
 */
export function alarm(ms: number, ring: () => void): () => void {
	const signal = AbortSignal.timeout(ms);
	signal.addEventListener('abort', ring, { once: true });
	return () => signal.removeEventListener('abort', ring);
}
