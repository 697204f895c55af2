import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Bundles a module from the packages' sources. A page's own build would use `dist`. */
export async function bundle(module: URL): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(module)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@vectrade/source'],
  })
  return outputFiles[0]?.text ?? ''
}
