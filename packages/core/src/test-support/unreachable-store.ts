import { type StreamStore, StreamStoreError } from '../index.ts'

const fail = (): Promise<never> => Promise.reject(new StreamStoreError('away', 'unavailable'))

/** A store that cannot be reached. */
export const unreachableStore: StreamStore = {
  lease: 600,
  create: fail,
  find: fail,
  read: () => [] as never,
  stop: fail,
  expire: fail,
}
