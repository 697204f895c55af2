// Checks the docstrings that an editor shows, as the packages would be published.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { Declarations } from '../test-support/declarations.ts'
import { tmp } from '../test-support/install-packages.ts'

/** Types with the members of the platform's and other libraries' objects, which have their own documentation. */
const mirrors = new Set([
  'Abortable',
  'ByteReader',
  'ByteStream',
  'FetchHeaders',
  'RedisCommands',
  'RedisConnection',
  'RedisSubscriber',
])

const declarations = new Declarations('types-docstrings')
const { checker, program } = declarations

test('every name that can be imported has a docstring, and so have its members', () => {
  const undocumented = new Set<string>()
  const seen = new Set<ts.Symbol>()
  for (const { name, symbol } of declarations.exported()) {
    if (seen.has(symbol)) continue
    seen.add(symbol)
    if (!isDocumented(symbol)) undocumented.add(name)
    if (mirrors.has(name)) continue
    for (const member of membersOf(symbol)) {
      if (!isDocumented(member)) undocumented.add(`${name}.${member.name}`)
    }
  }
  expect(seen.size).toBeGreaterThan(60)
  expect([...undocumented]).toEqual([])
})

test('the test reads every published declaration', () => {
  const published = globSync('node_modules/@vectrade/*/dist/index.d.ts', { cwd: tmp })
  const loaded = new Set(program.getSourceFiles().map(({ fileName }) => fileName))
  expect(published.filter((path) => !loaded.has(join(tmp, path)))).toEqual([])
})

/** Returns properties and methods, also static ones, without inherited, private and symbol members. */
function membersOf(symbol: ts.Symbol): ts.Symbol[] {
  const own = [...(symbol.members?.values() ?? [])]
  if (symbol.flags & ts.SymbolFlags.Class) own.push(...(symbol.exports?.values() ?? []))
  const kinds = ts.SymbolFlags.Property | ts.SymbolFlags.Method | ts.SymbolFlags.Accessor
  return own.filter(({ name, flags }) => flags & kinds && !/^(?:__|#|prototype$)/.test(name))
}

function isDocumented(symbol: ts.Symbol): boolean {
  return symbol.getDocumentationComment(checker).length > 0
}
