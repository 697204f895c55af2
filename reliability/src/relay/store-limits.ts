import type { StreamStoreLimits } from '@vectrade/node'

export const storeLimits: StreamStoreLimits = {
  // Small enough that the answer of a stalled reader, which never ends, reaches it at once.
  maxBytes: 128 * 1024,
  maxStreams: 100_000,
  // The machine may be too busy for a process to show a sign of life in time.
  lease: 60_000,
}
