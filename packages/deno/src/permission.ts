import { ConfigurationError } from '@vectrade/core'

/**
 * What Deno lacks a permission for, as an error that says how to give it; any other failure as it is.
 *
 * @param refused completes "Deno may not …"
 * @param flag what to run Deno with
 */
export function withAdvice(
  thrown: unknown,
  refused: string,
  flag: string,
  otherwise = '',
): unknown {
  // `PermissionDenied` in its place is the operating system's refusal, which no flag changes.
  if (!(thrown instanceof Error) || thrown.name !== 'NotCapable') return thrown
  return new ConfigurationError(`Deno may not ${refused}: run it with ${flag}${otherwise}`, {
    cause: thrown,
  })
}
