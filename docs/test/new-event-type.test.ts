import { execFile } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './extract.ts'

const folder = join(import.meta.dirname, '../.examples/new-event-type')
const core = join(folder, 'core')
const union = join(core, 'events/stream-event.ts')

/** The files that read events of every type, with those of core in the copy. */
const readers = [
  'apps/node-terminal/src/answer-view.ts',
  'apps/node-terminal/src/summary.ts',
  'core/events/analysis.ts',
  'core/events/wire.ts',
  'core/stream/event-from-source.ts',
  'core/stream/own-event-reader.ts',
  'core/stream/pass-through-bytes.ts',
  'packages/sandbox/src/stream-steps.ts',
]

const programs = ['apps/node-terminal/src/demo.ts', 'packages/sandbox/src/index.ts']

const config = {
  extends: join(root, '.config/tsconfig.json'),
  include: [],
  files: [join(core, 'index.ts'), ...programs.map((file) => join(root, file))],
  compilerOptions: {
    noEmit: true,
    rootDir: root,
    skipLibCheck: true,
    types: ['node'],
    paths: {
      '@vectrade/core': [join(core, 'index.ts')],
      '@vectrade/core/adapter': [join(core, 'adapter.ts')],
      // The copy is outside the package, which has this dependency.
      'eventsource-parser': [
        join(root, 'packages/core/node_modules/eventsource-parser/dist/index.d.ts'),
      ],
    },
  },
}

/** Returns the files with errors: by their place in the workspace or, in the copy, in `core`. */
function filesWithErrors(): Promise<string[]> {
  const tsc = join(root, 'docs/node_modules/.bin/tsc')
  return new Promise((done) => {
    execFile(tsc, ['--pretty', 'false', '-p', folder], { cwd: folder }, (_, output) => {
      const files = Array.from(output.matchAll(/^(\S[^(]*)\(\d+,\d+\): error/gm), ([, file = '']) =>
        resolve(folder, file),
      )
      const places = files.map((file) =>
        file.startsWith(folder) ? relative(folder, file) : relative(root, file),
      )
      done([...new Set(places)].toSorted())
    })
  })
}

test('a new type of event does not compile until every reader of events handles it', async () => {
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(root, 'packages/core/src'), core, {
    recursive: true,
    filter: (file) => !/\.test(-d)?\.ts$|test-support|integration/.test(file),
  })
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  expect(await filesWithErrors()).toEqual([])

  const source = readFileSync(union, 'utf8')
  const changed = source.replace(/(?<=type StreamEvent = )/, 'ChartEvent | ')
  expect(changed).not.toBe(source)
  writeFileSync(union, `${changed}interface ChartEvent { type: 'chart'; content: '' }\n`)
  expect(await filesWithErrors()).toEqual(readers)
}, 120_000)
