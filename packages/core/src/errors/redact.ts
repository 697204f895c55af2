/** Takes the key out of what a server says, which may quote it. */
export function redact(text: string, secret: string | undefined): string {
  return secret ? text.replaceAll(secret, '[redacted]') : text
}
