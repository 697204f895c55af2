import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

type Target = string | { [condition: string]: Target }

interface Manifest {
  exports: Record<string, Target>
  bin?: Record<string, string>
}

// What a package exports is what is built: package.json has the one list.
const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const entry = [...new Set(Object.values(manifest.exports).flatMap(sources))]
if (manifest.bin !== undefined) entry.push('src/cli.ts')

/** The TypeScript files behind a target, whose conditions may hold further ones. */
function sources(target: Target): string[] {
  if (typeof target === 'string') return []
  return Object.entries(target).flatMap(([condition, inner]) =>
    condition === '@vectrade/source' && typeof inner === 'string' ? [inner] : sources(inner),
  )
}

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
