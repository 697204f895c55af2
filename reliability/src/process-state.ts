import { readdirSync, readlinkSync } from 'node:fs'
import process from 'node:process'

/** What a process holds at one moment. */
export interface ProcessState {
  /** Bytes of memory that the system counts for it. */
  rss: number
  /** Bytes of objects and buffers, after a collection. */
  held: number
  /** Sockets of any kind. */
  sockets: number
}

/** Looks at this process, which runs with `--expose-gc`. */
export function processState(): ProcessState {
  // One collection finds what is dead, another one what only that held.
  globalThis.gc?.()
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()

  return { rss, held: heapUsed + external, sockets: openSockets() }
}

function openSockets(): number {
  try {
    return readdirSync('/proc/self/fd').filter(isSocket).length
  } catch {
    // Elsewhere than on Linux: those that keep the process running.
    return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length
  }
}

function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('socket:')
  } catch {
    // The one that lists the folder is closed by now.
    return false
  }
}
