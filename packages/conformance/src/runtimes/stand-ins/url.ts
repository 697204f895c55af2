/**
 * Stands in for the URL of React Native 0.82. It refuses next to nothing, joins a base and a path
 * without resolving them, adds a slash to a path, and has getters only. Later versions are nearer
 * to the standard.
 *
 * @see https://github.com/facebook/react-native/blob/v0.82.1/packages/react-native/Libraries/Blob/URL.js
 */
export class BareURL {
  readonly #text: string
  #parameters: URLSearchParams | undefined

  constructor(url: string | BareURL, base?: string | BareURL) {
    const given = String(url)
    if (base === undefined || /^https?:\/\//.test(given)) {
      this.#text = /[?#]/.test(given) || given.endsWith('/') ? given : `${given}/`
    } else {
      const path = given.startsWith('/') ? given : `/${given}`
      this.#text = String(base).replace(/\/$/, '') + path
    }
  }

  get href(): string {
    return this.toString()
  }

  get protocol(): string {
    return this.#match(/^([a-z][a-z\d+.-]*:)/i)
  }

  get origin(): string {
    return this.#match(/^(https?:\/\/[^/]+)/)
  }

  get username(): string {
    return this.#match(/^https?:\/\/([^:@/]+)(?::[^@/]*)?@/)
  }

  get password(): string {
    return this.#match(/^https?:\/\/[^:@/]*:([^@/]*)@/)
  }

  get host(): string {
    return this.#match(/^https?:\/\/(?:[^@/]+@)?([^/?#]+)/)
  }

  get hostname(): string {
    return this.host.replace(/:\d+$/, '')
  }

  get port(): string {
    return /:(\d+)$/.exec(this.host)?.[1] ?? ''
  }

  get pathname(): string {
    return this.#match(/^https?:\/\/[^/]+(\/[^?#]*)/) || '/'
  }

  get search(): string {
    return this.#match(/(\?[^#]*)/)
  }

  get hash(): string {
    return this.#match(/(#.*)/)
  }

  get searchParams(): URLSearchParams {
    this.#parameters ??= new URLSearchParams(this.search)
    return this.#parameters
  }

  toString(): string {
    if (this.#parameters === undefined) return this.#text
    return `${this.#text}${this.#text.includes('?') ? '&' : '?'}${this.#parameters.toString()}`
  }

  toJSON(): string {
    return this.toString()
  }

  #match(pattern: RegExp): string {
    return pattern.exec(this.#text)?.[1] ?? ''
  }
}
