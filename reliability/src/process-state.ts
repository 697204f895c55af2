import { readdirSync, readlinkSync } from 'node:fs'
import process from 'node:process'

/** The memory and sockets of a process at one moment. */
export interface ProcessState {
  /** Bytes of memory that the system counts for it. */
  rss: number
  /** Bytes of objects and buffers, after a collection. */
  held: number
  /** Sockets of any kind. */
  sockets: number
}

/** Measures this process. It must run with `--expose-gc`. */
export function processState(): ProcessState {
  // The first collection finds dead objects. The second finds objects that only those held.
  globalThis.gc?.()
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()

  return { rss, held: heapUsed + external, sockets: openSockets() }
}

function openSockets(): number {
  try {
    return readdirSync('/proc/self/fd').filter(isSocket).length
  } catch {
    // On systems other than Linux, only sockets that keep the process running are counted.
    return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length
  }
}

function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('socket:')
  } catch {
    // The descriptor that lists the folder is closed by now.
    return false
  }
}
