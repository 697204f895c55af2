import { CallSecrets } from '../errors/secrets.ts'

/** Returns the secrets of a call with these keys and headers. */
export function keySecrets(
  keys: readonly string[],
  headers: Record<string, string> = {},
): CallSecrets {
  const secrets = new CallSecrets(headers)
  for (const key of keys) secrets.addKey(key)
  return secrets
}
