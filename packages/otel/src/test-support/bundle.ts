import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Bundles a file of ./programs and everything that it imports, from the packages' sources. */
export async function bundle(program: string, format: 'esm' | 'iife' = 'esm'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`./programs/${program}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    format,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    conditions: ['@vectrade/source', 'module'],
    alias: { async_hooks: 'node:async_hooks', events: 'node:events' },
    external: ['node:*'],
  })
  return outputFiles[0]?.text ?? ''
}
