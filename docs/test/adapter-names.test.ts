import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'vitest/node'
import { expect, test } from 'vitest'
import { root } from './extract.ts'

const sources = join(root, 'packages/core/src')
const page = readFileSync(join(root, 'docs/adapters.md'), 'utf8')
const code = page.match(/^```[^]*?^```$|`[^`\n]+`/gm)?.join('\n') ?? ''

/** Returns those names that the page does not have in its code. */
function missing(names: readonly string[]): string[] {
  return names.filter((name) => !new RegExp(String.raw`\b${name}\b`).test(code))
}

type Statement = ReturnType<typeof parseAst>['body'][number]

function statements(file: string): Statement[] {
  return parseAst(readFileSync(join(sources, file), 'utf8'), { lang: 'ts' }).body
}

const exports = statements('adapter.ts').flatMap((statement) =>
  statement.type === 'ExportNamedDeclaration' && statement.source !== null
    ? statement.specifiers.map(({ exported }) => ({
        name: 'name' in exported ? exported.name : exported.value,
        file: statement.source?.value ?? '',
      }))
    : [],
)

/** Returns the members of an exported interface; none if the name is not one of an interface. */
function membersOf({ name, file }: { name: string; file: string }): string[] {
  return statements(file).flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration') return []
    const { declaration } = statement
    if (declaration?.type !== 'TSInterfaceDeclaration' || declaration.id.name !== name) return []
    return declaration.body.body.flatMap((member) =>
      'key' in member && member.key.type === 'Identifier' ? [member.key.name] : [],
    )
  })
}

test('the page on adapters names everything that adapters can import', () => {
  expect(exports.length).toBeGreaterThan(30)
  expect(missing(exports.map(({ name }) => name))).toEqual([])
})

test('the page on adapters names every member of the interfaces for adapters', () => {
  const members = exports.flatMap(membersOf)
  expect(members).toContain('toCause')
  expect(missing(members)).toEqual([])
})
