import { readFile } from 'node:fs/promises'

const closeWait = '08'

/**
 * The ports whose server has closed a connection that the client, on this machine, has not: the server
 * sees no more of it. On Linux only; elsewhere there are none.
 */
export async function portsNotClosed(): Promise<Set<number>> {
  const text = await readFile('/proc/net/tcp', 'utf8').catch(() => '')
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/))
  const waiting = rows.filter(([, , , state]) => state === closeWait)
  return new Set(
    waiting.map(([, , remote = '']) => Number.parseInt(remote.split(':')[1] ?? '', 16)),
  )
}
