import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { arrowOf, layersOf } from '../../.config/layers.ts'
import layerRules from '../../.config/oxlint-plugin.ts'
import { root } from './workspace.ts'

const run = promisify(execFile)
const core = (file: string): string => join(root, 'packages/core/src', file)

test.for<[file: string, specifier: string, isDownwards: boolean | undefined]>([
  ['stream/stream.ts', '../errors/api-error.ts', true],
  ['stream/stream.ts', './reading.ts', undefined],
  ['stream/stream.ts', '../serve/handler.ts', false],
  ['client.ts', './serve/handler.ts', false],
  ['client.ts', './resume/open-stream.ts', true],
  ['events/json.ts', '../errors/clean.ts', false],
  ['errors/clean.ts', '../a-new-folder/file.ts', false],
  ['errors/clean.test.ts', '../index.ts', undefined],
  ['errors/clean.ts', 'eventsource-parser', undefined],
  ['errors/clean.ts', '@vectrade/node', false],
])('the import of %s from %s leads downwards: %o', ([file, specifier, isDownwards]) => {
  expect(arrowOf(core(file), specifier)?.isDownwards).toBe(isDownwards)
})

test('adapters do not import each other, and sdk imports adapters', () => {
  const importFrom = (file: string, name: string): boolean | undefined =>
    arrowOf(join(root, file), name)?.isDownwards
  expect(importFrom('packages/edge/src/index.ts', '@vectrade/node')).toBe(false)
  expect(importFrom('packages/edge/src/index.ts', '@vectrade/core/adapter')).toBe(true)
  expect(importFrom('packages/sdk/src/node.ts', '@vectrade/node')).toBe(true)
  expect(importFrom('apps/node-terminal/src/main.ts', '@vectrade/node')).toBe(true)
  expect(importFrom('packages/node/src/index.ts', '@vectrade/sdk')).toBe(false)
})

test.for([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ImportExpression',
  'TSImportType',
] as const)('the linter reports an upward %s', (kind) => {
  const messages: string[] = []
  const rule = layerRules.rules.layers.create({
    filename: core('errors/clean.ts'),
    report: ({ message }) => messages.push(message),
  })
  rule[kind]?.({ source: { value: '../stream/stream.ts' } })
  rule[kind]?.({ source: { value: '../events/json.ts' } })
  expect(messages).toEqual([
    'errors may not import stream: .config/layers.ts has the order of the layers.',
  ])
})

test('the linter has the rule, and a rule for cycles that counts types', () => {
  const config = readFileSync(join(root, '.oxlintrc.json'), 'utf8')
  expect(config).toContain('"vectrade/layers": "error"')
  expect(config).toContain('"import/no-cycle": ["error", { "ignoreTypes": false }]')
})

test('the printed graph has each layer of core, and no arrow upwards', async () => {
  const { stdout } = await run(process.execPath, ['.config/layer-graph.ts'], { cwd: root })
  for (const layer of layersOf('packages/core'))
    expect(stdout).toMatch(new RegExp(`^${layer}`, 'm'))
  expect(stdout).toMatch(/\d{2,} arrows, 0 of them upwards/)
})
