// What users and authors of adapters find in the declarations, read from what would be published.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Declarations } from '../test-support/declarations.ts'
import { tmp } from '../test-support/install-packages.ts'

const adapter = '@vectrade/core/adapter'
const declarations = new Declarations('types-public-names')
const exported = [...declarations.exported()]
const forUsers = exported.filter(({ entry }) => entry !== adapter)
const forAdapters = exported.filter(({ entry }) => entry === adapter)

/** Returns what the declarations of some names mention but no entry exports, such as `serve → ServeHandler`. */
function missing(names: typeof exported, from: typeof exported): string[] {
  const known = new Set(from.map(({ symbol }) => symbol))
  const found = names.flatMap(({ name, symbol }) =>
    [...declarations.mentioned(symbol)]
      .filter((other) => !known.has(other))
      .map((other) => `${name} → ${other.name}`),
  )
  return [...new Set(found)]
}

test('every name that a declaration for users mentions can be imported by users', () => {
  expect(forUsers.length).toBeGreaterThan(300)
  expect(missing(forUsers, forUsers)).toEqual([])
})

test('every name that a declaration for adapters mentions can be imported', () => {
  expect(forAdapters.length).toBeGreaterThan(30)
  expect(missing(forAdapters, exported)).toEqual([])
})

test('users are not shown the names for adapters', () => {
  const names = new Set(forUsers.map(({ name }) => name))
  expect(forAdapters.map(({ name }) => name).filter((name) => names.has(name))).toEqual([])
})

test('no published declaration is internal', () => {
  const files = globSync('node_modules/@vectrade/*/dist/**/*.d.ts', { cwd: tmp })
  expect(files.length).toBeGreaterThan(50)
  const internal = files.filter((file) =>
    readFileSync(join(tmp, file), 'utf8').includes('@internal'),
  )
  expect(internal).toEqual([])
})

describe('constructors of classes that the packages create', () => {
  const ofClass = (className: string): [entry: string, parameters: string[]][] =>
    forUsers
      .filter(({ name }) => name === className)
      .map(({ entry, symbol }) => [
        entry,
        declarations.checker
          .getTypeOfSymbol(symbol)
          .getConstructSignatures()
          .flatMap((signature) => signature.getParameters().map(({ name }) => name)),
      ])

  test('VecTrade takes the options and nothing of the runtime', () => {
    const found = ofClass('VecTrade')
    expect(found.length).toBeGreaterThan(5)
    expect(found).toEqual(found.map(([entry]) => [entry, ['options']]))
  })

  test('AnalysisStream shows no parameters', () => {
    const found = ofClass('AnalysisStream')
    expect(found.length).toBeGreaterThan(5)
    expect(found).toEqual(found.map(([entry]) => [entry, []]))
  })
})
