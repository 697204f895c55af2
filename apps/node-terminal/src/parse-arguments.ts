import { parseArgs, type ParseArgsConfig } from 'node:util'

/** An argument that cannot be used. */
export class UsageError extends Error {}

/**
 * Parses the arguments of a command.
 *
 * @throws UsageError with one line that says what is wrong
 */
export function parseArguments<Config extends ParseArgsConfig & { args: string[] }>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config)
  } catch (error) {
    if (config.args.some((argument) => argument.startsWith('--api-key'))) {
      throw new UsageError(
        'There is no --api-key, because others could see it: set VECTRADE_API_KEY',
      )
    }
    // The first sentence of Node's message says what is wrong.
    const [message] = String(error instanceof Error ? error.message : error).split(/\.\s/)
    throw new UsageError(`${message} (--help lists the options)`)
  }
}
