import { readFileSync, writeFileSync } from 'node:fs'
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

/**
 * The declarations for a TypeScript below the floor, by `types@<5.6` and `typesVersions` in
 * package.json. It would read the real ones with errors that `skipLibCheck` hides, and turn what
 * it cannot read into `any`. This file exports nothing, so each import of the package is an error
 * that names the file.
 */
const belowFloor = 'dist/needs-typescript-5.6-or-newer.d.ts'

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
  async onSuccess() {
    writeFileSync(belowFloor, '// This package needs TypeScript 5.6 or newer.\n')
  },
})

export default config
