import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@vectrade/core'
import { expect, test } from 'vitest'
import { root } from './extract.ts'

test('the page on errors has every class with its code', () => {
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  const union = readFileSync(join(root, 'packages/core/src/errors/error-code.ts'), 'utf8')
  const rows = Array.from(
    page.matchAll(/^\| `(\w+Error)` +\| `(\w+)` +\|$/gm),
    ([, name = '', code = '']) => ({ name, code }),
  )

  const codes = Array.from(union.matchAll(/\| '(\w+)'/g), ([, code = '']) => code)
  expect(rows.map(({ code }) => code).toSorted()).toEqual(codes.toSorted())

  const classes = Object.values(core).filter(
    (value) => typeof value === 'function' && 'errorClass' in value,
  )
  const names = classes.map(({ name }) => name).filter((name) => name !== 'VecTradeError')
  expect(rows.map(({ name }) => name).toSorted()).toEqual(names.toSorted())

  for (const { name, code } of rows) {
    const Class = (core as Record<string, unknown>)[name]
    if (Class instanceof Object && 'code' in Class) expect(Class.code).toBe(code)
  }
})
