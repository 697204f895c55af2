import type { VecTradeError } from '../errors/vectrade-error.ts'

/**
 * The state of a feed.
 *
 * - `connecting`: it has not been connected yet
 * - `live`: it is connected
 * - `reconnecting`: the connection was lost, and the feed tries to connect again
 * - `closed`: nothing more will come
 */
export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'closed'

/**
 * How a feed has ended.
 *
 * - `closed`: you have closed the feed, or left its loop
 * - `ended`: the server has nothing more to send
 * - `aborted`: your signal was aborted, or the client closed
 * - `failed`: the server refuses the feed, it could not be reached, or the reader was too slow
 */
export type LiveEnd =
  | { reason: 'closed' | 'ended'; error?: undefined }
  | { reason: 'aborted' | 'failed'; error: VecTradeError }
