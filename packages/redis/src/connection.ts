/**
 * A connected client of the `redis` package, from `createClient`, `createCluster` or `createSentinel`. It
 * can have any modules, scripts and type mapping.
 */
export interface RedisConnection {
  withCommandOptions(options: { timeout: number; typeMapping: {} }): RedisCommands
  duplicate(overrides: object): RedisSubscriber
}

/** The commands that the store and the feed call on a client. */
export interface RedisCommands {
  eval(script: string, options: RedisEvalOptions): Promise<unknown>
  evalSha(sha: string, options: RedisEvalOptions): Promise<unknown>
}

/** The methods that the store and the feed call on their own connection. */
export interface RedisSubscriber {
  on(event: 'error' | 'ready', listener: () => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string, listener: RedisListener): Promise<unknown>
  unsubscribe(channel: string, listener: RedisListener): Promise<unknown>
  destroy(): unknown
}

/** What a script works on. */
export interface RedisEvalOptions {
  /** The keys that the script reads or writes. */
  keys: string[]
  /** All other arguments. */
  arguments: string[]
}

/** Gets a message and its channel. Both are strings, but clients with a type mapping have other types. */
export type RedisListener = (message: unknown, channel: unknown) => void
