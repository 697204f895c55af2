import { type StreamStore, StreamStoreError } from '../index.ts'

const away = (): Promise<never> => Promise.reject(new StreamStoreError('away', 'unavailable'))

/** A store that cannot be reached. */
export const awayStore: StreamStore = {
  lease: 600,
  create: away,
  find: away,
  read: () => [] as never,
  stop: away,
  expire: away,
}
