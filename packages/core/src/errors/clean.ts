/** Matches what an error must not quote: the key and other credentials. */
export type Secrets = RegExp | undefined

/**
 * Characters that forge log lines, drive terminals or turn text around: control and format characters,
 * line and paragraph separators, halves of surrogate pairs. Joiners stay, because scripts need them.
 */
const unprintable = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** What names something: a type, a code, the id of a request. */
const longestName = 256
/** What is read as a sentence, or is an address. */
export const longestText = 2_000

/**
 * Text from a server as an error may have it: without secrets, on one line and not too long. Secrets
 * go before the text is cut, because half a key is a leak too. What is unprintable becomes a space:
 * if it vanished, a server could have this function put a key together.
 */
export function clean(text: string, secrets?: Secrets, longest: number = longestName): string {
  const redacted = secrets ? text.replace(secrets, '[redacted]') : text
  return redacted.slice(0, longest).replace(unprintable, ' ').trim()
}
