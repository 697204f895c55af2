import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

interface Manifest {
  exports: Record<string, string | Record<string, string>>
  bin?: Record<string, string>
}

// What a package exports is what is built: package.json has the one list.
const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const entry = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'string' ? [] : (target['@vectrade/source'] ?? []),
)
if (manifest.bin !== undefined) entry.push('src/cli.ts')

/** How every package becomes JavaScript; `tsc -p tsconfig.build.json` adds the declarations. */
const config: ReturnType<typeof defineConfig> = defineConfig({
  entry,
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/],
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
  dts: false,
})

export default config
