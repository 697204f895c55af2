import { readFile } from 'node:fs/promises'

const closeWait = '08'

/**
 * Returns the ports with a connection that the server has closed and the client on this machine has not. The
 * server cannot see such a connection. Only Linux lists them; other systems return none.
 */
export async function portsNotClosed(): Promise<Set<number>> {
  const text = await readFile('/proc/net/tcp', 'utf8').catch(() => '')
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/))
  const waiting = rows.filter(([, , , state]) => state === closeWait)
  return new Set(
    waiting.map(([, , remote = '']) => Number.parseInt(remote.split(':')[1] ?? '', 16)),
  )
}
