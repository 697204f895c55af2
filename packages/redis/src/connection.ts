/**
 * A connected client of the `redis` package, from `createClient`, `createCluster` or `createSentinel`. It
 * can have any modules, scripts and type mapping.
 */
export interface RedisConnection {
  withCommandOptions(options: { timeout: number; typeMapping: {} }): RedisCommands
  duplicate(overrides: object): RedisSubscriber
}

/** The commands that the store calls on a client. */
export interface RedisCommands {
  eval(script: string, options: EvalOptions): Promise<unknown>
  evalSha(sha: string, options: EvalOptions): Promise<unknown>
}

/** The methods that the store calls on its own connection. */
export interface RedisSubscriber {
  on(event: 'error' | 'ready', listener: () => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string, listener: Heard): Promise<unknown>
  unsubscribe(channel: string, listener: Heard): Promise<unknown>
  destroy(): unknown
}

interface EvalOptions {
  keys: string[]
  arguments: string[]
}

/** Texts, for all that types can tell. */
type Heard = (message: unknown, channel: unknown) => void
