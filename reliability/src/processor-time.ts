import process from 'node:process'

/**
 * Returns the ms of processor time that the program's own thread has used, or 0 if the runtime does not know it (Node
 * 22). Other threads, such as a decoder's, do not count, because the program may be waiting for them.
 */
export function processorTime(): number {
  const { user, system } = process.threadCpuUsage?.() ?? { user: 0, system: 0 }
  return (user + system) / 1_000
}
