import { fileURLToPath } from 'node:url'
import { build, type BuildOptions } from 'esbuild'

const sourceOf = (name: string): string =>
  fileURLToPath(new URL(`../runtimes/${name}.ts`, import.meta.url))

/**
 * A file for `inject`. It removes globals that a runtime may lack, before anything else is loaded.
 * Node's own fetch does not work without some of them.
 */
export const withoutGlobals: string = sourceOf('without-globals')

/** Bundles a file of ../runtimes and everything that it imports, from the packages' sources. */
export async function bundle(
  name: string,
  format: 'esm' | 'iife',
  options: BuildOptions = {},
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [sourceOf(name)],
    bundle: true,
    write: false,
    format,
    globalName: 'suite',
    platform: 'neutral',
    target: 'es2022',
    conditions: ['@vectrade/source'],
    ...options,
  })
  return outputFiles?.[0]?.text ?? ''
}
