import type { Secrets } from './clean.ts'

const credential = /auth|cookie|key|pass|secret|sess|token/
/** The length of the shortest secret in a header. A scheme such as `Bearer` and most cookie values are shorter. */
const shortest = 7
/** How many keys are remembered. A feed that connects for days may get a new key each time. */
const maxKeys = 4

/** The secrets of a call: its keys, and the values of headers with credentials, whole and in parts. */
export class CallSecrets implements Secrets {
  readonly #ofHeaders: readonly string[]
  /** The keys that the call has sent. The newest one is the last. */
  #keys: readonly string[] = []

  /** @param headers the headers of the call; their names are in lower case */
  constructor(headers: Record<string, string>) {
    this.#ofHeaders = Object.entries(headers)
      .filter(([name]) => name !== 'idempotency-key' && credential.test(name))
      .flatMap(([, value]) => [value].concat(value.split(/[\s,;=]+/)))
      .filter((text) => text.length >= shortest)
  }

  /** Adds the key of an attempt. */
  addKey(key: string): void {
    if (!this.#keys.includes(key)) this.#keys = [...this.#keys, key].slice(-maxKeys)
  }

  redact(text: string): string {
    const pattern = [...this.#ofHeaders, ...this.#keys]
      // Longer texts come first, because one may begin with another.
      // oxlint-disable-next-line unicorn/no-array-sort -- this is a new array, and `toSorted` is too new for some browsers
      .sort((a, b) => b.length - a.length)
      .map((secret) => secret.replace(/\W/g, '\\$&'))
      .join('|')
    return pattern === '' ? text : text.replace(new RegExp(pattern, 'gi'), '[redacted]')
  }
}
