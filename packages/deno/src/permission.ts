import { ConfigurationError } from '@vectrade/core'

/**
 * Converts Deno's error about a missing permission into a ConfigurationError that names the flag to set.
 * Returns any other error unchanged.
 *
 * @param refused completes the sentence "Deno may not …"
 * @param flag the flag that gives the permission
 * @param otherwise completes the sentence "run it with --flag …" with another solution
 */
export function toPermissionError(
  thrown: unknown,
  refused: string,
  flag: string,
  otherwise = '',
): unknown {
  // `PermissionDenied` comes from the operating system instead. No flag of Deno changes that.
  if (!(thrown instanceof Error) || thrown.name !== 'NotCapable') return thrown
  return new ConfigurationError(`Deno may not ${refused}: run it with ${flag}${otherwise}`, {
    cause: thrown,
  })
}
