import process from 'node:process'

/**
 * ms of the processor that the program's own thread has used; 0 where the runtime does not tell (Node
 * 22). The other threads' time, such as a decoder's, may be what the program waits for.
 */
export function processorTime(): number {
  const { user, system } = process.threadCpuUsage?.() ?? { user: 0, system: 0 }
  return (user + system) / 1_000
}
