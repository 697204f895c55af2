import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './extract.ts'

test('the components of docs/react.md type-check', () => {
  const page = readFileSync(join(root, 'docs/react.md'), 'utf8')
  const components = Array.from(page.matchAll(/^```tsx\n(.*?)^```/gms), ([, code = '']) => code)
  expect(components.length).toBeGreaterThan(0)
  // Below `docs`, so that packages resolve.
  const folder = join(root, 'docs/.examples/jsx')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [at, code] of components.entries()) {
    writeFileSync(join(folder, `component-${at}.tsx`), code)
  }
  const compilerOptions = {
    rootDir: '.',
    noEmit: true,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    jsx: 'react-jsx',
    lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
    skipLibCheck: true,
  }
  const extended = '../../../.config/tsconfig.json'
  const include = ['*.tsx']
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: extended, include, compilerOptions }),
  )
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  const tsc = join(dirname(manifest), 'bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '--pretty', 'false', '-p', '.'], {
    cwd: folder,
    encoding: 'utf8',
  })
  // The packages check their own sources. Users have declarations instead.
  const errors = stdout.split('\n').filter((line) => line.includes('component-'))
  expect(errors).toEqual([])
})
