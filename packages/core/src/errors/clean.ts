/** Knows the texts that an error must not quote: the key and other credentials. */
export interface Secrets {
  /** Replaces the secrets in a text by `[redacted]`. */
  redact(text: string): string
}

/**
 * Characters that can forge log lines, control terminals or reverse text: control and format characters, separators of
 * lines and paragraphs, and halves of surrogate pairs. Joiners are not among them, because some scripts need them.
 */
const unprintable = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** The most characters of a name: a type, a code or the id of a request. */
const longestName = 256
/** The most characters of a sentence or an address. */
export const longestText = 2_000

/**
 * Returns text from a server as an error may quote it: without secrets, on one line and not too long.
 *
 * Secrets are removed before the text is cut, because half a key is a leak too. Unprintable characters become spaces.
 * If they were removed, the pieces around them could form a key.
 */
export function clean(text: string, secrets?: Secrets, longest: number = longestName): string {
  const redacted = secrets ? secrets.redact(text) : text
  return redacted.slice(0, longest).replace(unprintable, ' ').trim()
}
