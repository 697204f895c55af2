/** Matches the texts that an error must not quote: the key and other credentials. */
export type Secrets = RegExp | undefined

/**
 * Characters that forge log lines, drive terminals or turn text around: control and format characters,
 * line and paragraph separators, halves of surrogate pairs. Joiners stay, because scripts need them.
 */
const unprintable = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** The longest name, in characters: a type, a code, the id of a request. */
const longestName = 256
/** The longest sentence or address, in characters. */
export const longestText = 2_000

/**
 * Returns text from a server in a form that an error may have: without secrets, on one line and not too
 * long. Secrets are removed before the text is cut, because half a key is a leak too. Unprintable
 * characters become spaces: if they were removed, the pieces around them could form a key.
 */
export function clean(text: string, secrets?: Secrets, longest: number = longestName): string {
  const redacted = secrets ? text.replace(secrets, '[redacted]') : text
  return redacted.slice(0, longest).replace(unprintable, ' ').trim()
}
