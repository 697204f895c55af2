import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { defineConfig, type Options } from 'tsup'

type Target = string | { [condition: string]: Target }

interface Manifest {
  exports: Record<string, Target>
  bin?: Record<string, string>
}

// Builds the entries that package.json exports. There is no other list.
const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const entry = [...new Set(Object.values(manifest.exports).flatMap(sources))]
if (manifest.bin !== undefined) entry.push('src/cli.ts')
const hasOnDemand = existsSync('src/on-demand.ts')
if (hasOnDemand) entry.push('src/on-demand.ts')

/**
 * Puts all modules that are imported on demand into one file. If each had its own file, bundlers would split the code
 * that these files share with the rest of a page into many small pieces. A page that needs none of them would then be
 * larger by 0.7 kB.
 */
const onDemand: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'on-demand',
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\// }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './on-demand.js', external: true } : undefined,
    )
  },
}

/** Returns the TypeScript files of a target, which may have nested conditions. */
function sources(target: Target): string[] {
  if (typeof target === 'string') return []
  return Object.entries(target).flatMap(([condition, inner]) =>
    condition === '@vectrade/source' && typeof inner === 'string' ? [inner] : sources(inner),
  )
}

/**
 * The declarations for a TypeScript older than the floor: see `types@<5.6` and `typesVersions` in
 * package.json. An older TypeScript would find errors in the real declarations, which `skipLibCheck` hides,
 * and would turn the types that it cannot read into `any`. This file exports nothing, so each import of the
 * package is an error that names the file.
 */
const belowFloor = 'dist/needs-typescript-5.6-or-newer.d.ts'

/** Builds the JavaScript of every package. `tsc -p tsconfig.build.json` adds the declarations. */
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
  esbuildPlugins: hasOnDemand ? [onDemand] : [],
  async onSuccess() {
    writeFileSync(belowFloor, '// This package needs TypeScript 5.6 or newer.\n')
  },
})

export default config
