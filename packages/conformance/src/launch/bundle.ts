import { fileURLToPath } from 'node:url'
import { build, type BuildOptions } from 'esbuild'

const sourceOf = (name: string): string =>
  fileURLToPath(new URL(`../runtimes/${name}.ts`, import.meta.url))

/**
 * For `inject`: takes away what another runtime may lack, before anything else is loaded. Not for
 * Node, whose own fetch is at a loss without some of it.
 */
export const withoutGlobals: string = sourceOf('without-globals')

/** An adapter of ../runtimes and all it needs, from the sources of the packages. */
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
